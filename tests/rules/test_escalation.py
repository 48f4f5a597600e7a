"""What goes back to the moderators, who accepts, and when a chair may turn a matter over to the Board."""

from datetime import timedelta

import pytest

from rules.escalation import (
    HandoffProgress,
    HandoffStatus,
    is_cross_space,
    may_accept,
    may_refer_to_board,
    status_of,
    status_when_excluded,
)
from tests.rules.community import DJANGO, HOUR, NOW

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        (HandoffProgress(accepted=False), HandoffStatus.RECEIVED),
        (HandoffProgress(accepted=True), HandoffStatus.ACCEPTED),
        (HandoffProgress(accepted=False, started=True), HandoffStatus.UNDER_REVIEW),
        (HandoffProgress(accepted=True, started=True, decided=True), HandoffStatus.DECIDED),
        (HandoffProgress(accepted=True, decided=True, closed=True), HandoffStatus.CLOSED),
    ],
)
def test_the_moderators_learn_how_far_it_has_come(progress: HandoffProgress, status: HandoffStatus) -> None:
    """P-8.2"""
    assert status_of(progress) is status


def test_what_concerns_them_stands_still_where_it_was_when_it_turned_out_so() -> None:
    """P-2.5"""
    assert status_when_excluded(None, NOW) is HandoffStatus.RECEIVED
    assert status_when_excluded(NOW - HOUR, NOW) is HandoffStatus.ACCEPTED
    assert status_when_excluded(NOW + HOUR, NOW) is HandoffStatus.RECEIVED


def test_nobody_accepts_what_they_passed_on() -> None:
    """P-8.2"""
    assert may_accept("A", "B")
    assert may_accept("A", None)
    assert may_accept("A", "A").code == "own"


@pytest.mark.parametrize(
    ("accepted", "after", "code"),
    [
        (False, 23 * HOUR, "too_early"),
        (False, 24 * HOUR, "allowed"),
        (True, 13 * DAY, "too_early"),
        (True, 14 * DAY, "allowed"),
    ],
)
def test_a_chair_waits_until_the_time_to_agree_is_over(accepted: bool, after: timedelta, code: str) -> None:
    """P-8.4"""
    verdict = may_refer_to_board(NOW, accepted=accepted, decided=False, now=NOW + after, policy=DJANGO)
    assert bool(verdict) is (code == "allowed")
    assert verdict.code == code or verdict


def test_what_is_decided_is_not_turned_over() -> None:
    """P-8.4"""
    assert may_refer_to_board(NOW, accepted=True, decided=True, now=NOW + 99 * DAY, policy=DJANGO).code == "decided"


def test_two_spaces_are_a_spread_and_one_is_none() -> None:
    """P-8.3"""
    assert [is_cross_space(spaces, DJANGO) for spaces in (["a"], ["a", "a"], ["a", "b"])] == [False, False, True]
