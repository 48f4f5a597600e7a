"""`docs/harms.md` lists every harm with the tests that show it is not done."""

from tests.docs.harms import PAGE, kinds, names, page, shown_by
from tests.docs.policy import ids


def test_every_harm_has_a_test() -> None:
    assert [name for name in names() if name not in shown_by()] == []


def test_every_mark_names_a_harm_that_is_listed() -> None:
    assert {name: where for name, where in shown_by().items() if name not in names()} == {}


def test_a_harm_is_listed_once() -> None:
    assert len(set(names())) == len(names())


def test_the_rule_against_a_harm_is_a_rule_of_the_policy() -> None:
    cited = {rule for kind in kinds() for harm in kind.harms for rule in harm.rules}
    assert cited <= ids()


def test_the_page_is_as_the_catalogue_and_the_marks_have_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.docs"
