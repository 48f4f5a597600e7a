"""Which rung somebody's history suggests: only what was found counts, and never what was merely reported."""

import pytest

from rules.ladder import Outcome
from rules.rung_suggestion import SuggestionReason, suggest_rung


@pytest.mark.parametrize(
    ("found", "suggested", "reason"),
    [
        ((), Outcome.WARNING, SuggestionReason.NOTHING_FOUND),
        ((Outcome.NO_VIOLATION, Outcome.ACCOUNT_COMPROMISED), Outcome.WARNING, SuggestionReason.NOTHING_FOUND),
        ((Outcome.WARNING,), Outcome.SHORT_SUSPENSION, SuggestionReason.AFTER_EARLIER),
        ((Outcome.SHORT_SUSPENSION, Outcome.WARNING), Outcome.EXTENDED_SUSPENSION, SuggestionReason.AFTER_EARLIER),
        ((Outcome.PERMANENT_BAN,), Outcome.PERMANENT_BAN, SuggestionReason.AT_THE_TOP),
    ],
)
def test_the_rung_after_the_highest_found_is_suggested(
    found: tuple[Outcome, ...], suggested: Outcome, reason: SuggestionReason
) -> None:
    """P-2.9, P-5.2, P-3.3"""
    suggestion = suggest_rung(found)
    assert (suggestion.outcome, suggestion.reason) == (suggested, reason)
