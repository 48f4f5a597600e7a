"""What moderators may do without the group: short, not for good, not again and again. Policy: P-6.8."""

from datetime import timedelta

import pytest

from rules.measures import ESCALATION_CODES, may_measure, reconsideration_due_at
from tests.rules.community import DAY, DJANGO, NOW, after


@pytest.mark.parametrize(
    ("term", "earlier", "on_leader", "code"),
    [
        (7 * DAY, [], False, ""),
        (7 * DAY + timedelta(hours=1), [], False, "too_long"),
        (None, [], False, "permanent"),
        (timedelta(), [], False, "term"),
        (DAY, [DAY], False, ""),
        (DAY, [DAY, 89 * DAY], False, "repeated"),
        (DAY, [DAY, 90 * DAY], False, ""),
        (DAY, [], True, ""),
        (2 * DAY, [], True, "on_leader"),
    ],
)
def test_what_moderators_may_set_alone(
    term: timedelta | None, earlier: list[timedelta], on_leader: bool, code: str
) -> None:
    """P-6.8, and P-7.5 for somebody with a role."""
    verdict = may_measure(term, [NOW - since for since in earlier], NOW, DJANGO, on_leader=on_leader)
    assert bool(verdict) is (code == "")
    assert code in ("", verdict.code)
    assert ("scalate" in verdict.sentence) is (code in ESCALATION_CODES)


def test_a_request_to_look_again_goes_to_the_group_after_three_days() -> None:
    """P-6.8"""
    assert reconsideration_due_at(NOW, DJANGO) == after(days=3)
