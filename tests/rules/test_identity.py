"""Who may link, keep and mark what may be one person's accounts (P-6.4, P-6.6)."""

import pytest

from rules.identity import may_confirm_link, may_keep_link, may_mark_evasion


@pytest.mark.parametrize(
    ("marked", "evades", "before", "reason", "code"),
    [
        (False, True, True, "The same words.", ""),
        (True, False, False, "It was their sibling.", ""),
        (True, True, True, "The same words.", "no_change"),
        (False, False, True, "It was their sibling.", "no_change"),
        (False, True, False, "The same words.", "nothing_to_evade"),
        (False, True, True, " ", "no_reason"),
    ],
)
def test_a_mark_needs_an_earlier_restriction_and_a_reason(
    marked: bool, evades: bool, before: bool, reason: str, code: str
) -> None:
    verdict = may_mark_evasion(marked=marked, evades=evades, restricted_before=before, reason=reason)
    assert (bool(verdict), verdict.code if not verdict else "") == (not code, code)


def test_a_second_member_agrees_to_a_link_only_with_its_evidence_before_them() -> None:
    """P-6.4"""
    assert may_confirm_link(has_seen=True)
    assert not may_confirm_link(has_seen=False)


def test_whoever_made_or_confirmed_a_link_does_not_decide_that_it_stays() -> None:
    """P-6.4"""
    assert [bool(may_keep_link(by, {"amara", "bruno"})) for by in ("amara", "bruno", "chiara")] == [False, False, True]
