"""What a notice carries is asked of the rule, entry by entry; what nobody has given a kind is told to nobody."""

import pytest
from jinja2 import Environment, PackageLoader, meta

from guardian.notices.disclosure_filter import FACT_KINDS, disclosable_facts
from guardian.notices.models import RecipientKind
from guardian.notices.renderer import TEMPLATES

ALWAYS = frozenset(
    {
        "community",
        "follow_up",
        "personal",
        "owner",
        "words",
        "here",
        "say",
        "on_console",
        "locale",
        "board",
        "board_is_seated",
    }
)
BY_THE_TERMINAL = frozenset({"code"})


def worded() -> set[str]:
    """Every entry of a notice that some text puts into words."""
    texts = Environment(loader=PackageLoader("guardian.notices", TEMPLATES), autoescape=True)
    # The filters of the product change how an entry is shown, not which there are.
    texts.filters.update(spoken=str, spoken_day=str, titled=str)
    assert texts.loader is not None
    sources = [texts.loader.get_source(texts, name)[0] for name in texts.list_templates()]
    return set().union(*(meta.find_undeclared_variables(texts.parse(source)) for source in sources)) - ALWAYS


def test_every_entry_that_a_text_puts_into_words_has_a_kind() -> None:
    """P-2.6: one without a kind would silently be missing from the text."""
    assert worded() - BY_THE_TERMINAL - FACT_KINDS.keys() == set()


def test_a_code_name_never_leaves_for_a_party_whoever_put_it_there() -> None:
    """P-3.1."""
    facts = {"code_name": "quiet-river", "person": "amber-fox", "by": "Dmitri Volkov", "reference": "GRD-1"}
    for party in (RecipientKind.PERSON, RecipientKind.REPORTER):
        assert disclosable_facts(party, facts) == {"reference": "GRD-1"}


def test_a_member_is_told_nothing_of_the_words_of_a_case() -> None:
    """P-3.1."""
    facts = {"code_name": "quiet-river", "text": "They wrote me again.", "receipt": "one", "due": "2026-03-04"}
    assert disclosable_facts(RecipientKind.MEMBER, facts) == {"code_name": "quiet-river", "due": "2026-03-04"}


@pytest.mark.parametrize("to", RecipientKind)
def test_an_entry_that_nobody_has_given_a_kind_is_told_to_nobody(to: RecipientKind) -> None:
    """P-2.6."""
    assert disclosable_facts(to, {"reporter": "Noor Ansari", "what_happened": "It was at the meeting."}) == {}
