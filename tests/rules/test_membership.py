"""Who is needed however long their term is over, and how often a group that holds somebody over is told."""

from datetime import UTC, datetime

import pytest

from rules.membership import RenewalStep, TermFacts, is_needed, renewal_step
from rules.routing import HandlingGroups
from tests.rules.community import DAY, DJANGO

JANUARY = datetime(2027, 1, 2, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("members", "chairs", "needed"), [("ABC", "B", True), ("ABCD", "B", False), ("ABCD", "A", True)]
)
def test_nobody_goes_by_the_clock_whom_a_group_of_three_or_its_office_needs(
    members: str, chairs: str, needed: bool
) -> None:
    """P-1.2"""
    groups = HandlingGroups(frozenset(members), frozenset(chairs), NOBODY, NOBODY)
    assert is_needed("A", groups, DJANGO) is needed


@pytest.mark.parametrize(("days", "step"), [(29, RenewalStep.NOTHING), (30, RenewalStep.HOLD_OVER)])
def test_whoever_is_held_over_is_named_to_the_chair_every_thirty_days(days: int, step: RenewalStep) -> None:
    """P-1.2"""
    held_over = JANUARY + 8 * DAY
    facts = TermFacts(
        since=JANUARY - 800 * DAY,
        renewed_at=None,
        asked_at=JANUARY,
        heard_at=held_over,
        was_reached=True,
        is_needed=True,
    )
    assert renewal_step(facts, held_over + days * DAY, DJANGO) is step
