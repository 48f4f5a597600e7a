"""The pictures of the README, as `python -m tests.browser.pictures` makes them: small, and all of them shown."""

from tests.architecture.source import ROOT
from tests.docs.guides_tables import text_of

PICTURES = sorted((ROOT / "docs" / "pictures").iterdir())
MOST_BYTES = 150_000


def test_every_picture_is_small_enough_for_a_slow_line() -> None:
    assert PICTURES
    assert [path.name for path in PICTURES if path.stat().st_size > MOST_BYTES] == []


def test_the_readme_shows_every_picture_with_words_for_whoever_does_not_see_it() -> None:
    readme = text_of(ROOT / "README.md")
    shown = [path.name for path in PICTURES if f"](docs/pictures/{path.name})" in readme]
    assert shown == [path.name for path in PICTURES]
    assert "![](" not in readme
