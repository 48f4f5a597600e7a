"""What a case may be marked as, and which marks a second member has to agree to."""

import pytest

from rules.case_marks import CaseMarkKind, may_agree, may_mark, needs_second

R, B, C, A = CaseMarkKind.RETALIATION, CaseMarkKind.BAD_FAITH, CaseMarkKind.COUNTER_REPORT, CaseMarkKind.RECOVERED


@pytest.mark.parametrize(
    ("kind", "reason", "marked", "compromised", "violation", "code"),
    [
        (R, "It came the day after.", False, False, True, "allowed"),
        (R, " ", False, False, False, "no_reason"),
        (C, "They report each other.", True, False, False, "already"),
        (B, "The fifth of its kind.", False, False, False, "allowed"),
        (B, "The fifth of its kind.", False, False, True, "found_true"),
        (A, "They wrote from their own mail.", False, True, False, "allowed"),
        (A, "They wrote from their own mail.", False, False, False, "not_now"),
    ],
)
def test_what_a_case_may_be_marked_as(
    kind: CaseMarkKind, reason: str, marked: bool, compromised: bool, violation: bool, code: str
) -> None:
    """P-2.8, P-2.9, P-3.3"""
    verdict = may_mark(kind, reason=reason, is_marked=marked, is_compromised=compromised, violation_found=violation)
    assert verdict.code == code


def test_bad_faith_and_a_recovery_need_a_second_member() -> None:
    """P-2.1: nobody is held to have reported in bad faith by one member's word."""
    assert {kind for kind in CaseMarkKind if needs_second(kind)} == {B, A}
    assert not may_agree(B, is_own=True)
    assert may_agree(B, is_own=False)
