"""Turns on call: a week from Monday noon for Django, a month for ChiPy, and who is asked to answer (P-3.6)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.policy import Policy
from rules.rota import Pair, turn_at, who_answers
from tests.rules.community import CHIPY, DJANGO, NOW, after


def utc(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("policy", "now", "starts", "ends"),
    [
        (DJANGO, utc(3, 4), utc(3, 2, 12), utc(3, 9, 12)),
        (DJANGO, utc(3, 2, 12), utc(3, 2, 12), utc(3, 9, 12)),
        (DJANGO, utc(3, 2, 11), utc(2, 23, 12), utc(3, 2, 12)),
        (CHIPY, utc(3, 20), utc(3, 5, 18), utc(4, 2, 18)),
        (CHIPY, utc(3, 5, 18), utc(3, 5, 18), utc(4, 2, 18)),
        (CHIPY, utc(3, 5, 17), utc(2, 5, 18), utc(3, 5, 18)),
        (CHIPY, utc(12, 31), utc(12, 3, 18), datetime(2027, 1, 7, 18, tzinfo=UTC)),
    ],
)
def test_a_turn_is_a_week_for_django_and_a_month_for_chipy(
    policy: Policy, now: datetime, starts: datetime, ends: datetime
) -> None:
    """P-3.6."""
    turn = turn_at(now, policy)
    assert (turn.starts, turn.ends) == (starts, ends)


def test_the_handover_is_in_utc_whatever_the_zone_of_the_asker() -> None:
    """P-3.6."""
    tokyo = timezone(timedelta(hours=9))
    assert turn_at(utc(3, 2, 12).astimezone(tokyo), DJANGO) == turn_at(utc(3, 2, 12), DJANGO)


@given(st.integers(0, 24 * 3650), st.sampled_from([DJANGO, CHIPY]))
def test_turns_follow_each_other_without_a_gap(hours: int, policy: Policy) -> None:
    """P-3.6."""
    turn = turn_at(after(hours=hours), policy)
    assert turn.starts <= after(hours=hours) < turn.ends
    assert turn_at(turn.ends, policy).starts == turn.ends
    assert turn_at(turn.ends - timedelta(seconds=1), policy) == turn


@pytest.mark.parametrize(
    ("primary", "secondary", "hours", "asked"),
    [
        ("A", "B", 0, "A"),
        ("Z", "B", 0, "B"),
        (None, "B", 0, "B"),
        ("Z", None, 0, "ABC"),
        ("A", "B", 23, "A"),
        ("A", "B", 24, "ABC"),
    ],
)
def test_the_primary_answers_then_the_secondary_then_anybody_who_may_know(
    primary: str | None, secondary: str | None, hours: int, asked: str
) -> None:
    """P-3.6."""
    pair = Pair(primary, secondary)
    assert who_answers(pair, frozenset("ABC"), NOW, after(hours=hours), DJANGO) == frozenset(asked)
