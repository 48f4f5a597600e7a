"""Marking a case as a risk to somebody's safety, and taking the mark back."""

import pytest

from rules.quorum import may_mark_risk

THREE = frozenset("ABC")


@pytest.mark.parametrize(
    ("by", "marked", "at_risk", "pending", "reason", "code"),
    [
        ("A", False, True, False, "", "allowed"),
        ("A", False, True, True, "", "allowed"),
        ("Z", False, True, False, "", "not_counted"),
        ("A", True, True, False, "", "no_change"),
        ("A", False, False, False, "It was a mistake.", "no_change"),
        ("A", True, False, False, "It was a mistake.", "allowed"),
        ("A", True, False, False, " ", "no_reason"),
        ("A", True, False, True, "It was a mistake.", "proposal_pending"),
    ],
)
def test_a_mark_is_set_at_any_time_and_taken_back_with_a_reason_while_nothing_counts_with_it(
    by: str, marked: bool, at_risk: bool, pending: bool, reason: str, code: str
) -> None:
    """P-3.2, P-5.1."""
    verdict = may_mark_risk(by, THREE, marked=marked, at_risk=at_risk, pending=pending, reason=reason)
    assert verdict.code == code
