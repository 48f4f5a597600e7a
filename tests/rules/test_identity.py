"""A case is marked as getting round a restriction only where there was one before it (P-6.6)."""

import pytest

from rules.identity import may_mark_evasion


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
