"""Periods of the rota by week and by month, and who is told first. P-3.6"""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger

from rules.policy import Policy
from rules.policy_sections.community import TurnLength
from rules.rota import (
    call_order,
    everybody_called_at,
    next_pair,
    next_turn_start,
    reminder_at,
    second_call_at,
    turn_start,
)
from tests.rules.community import CHIPY, DAY, DJANGO, HOUR, changed

MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "policy", [DJANGO, CHIPY, changed(CHIPY, "rota.handover_day", 28)], ids=["week", "month", "28th"]
)
def test_periods_begin_where_the_calendar_says(policy: Policy) -> None:
    """P-3.6: as a scheduler counts them, over two years, without a gap."""
    rota = policy.rota
    day = {"day": rota.handover_day} if rota.turn is TurnLength.MONTH else {"day_of_week": rota.handover_day - 1}
    trigger = CronTrigger(**day, hour=rota.handover_hour, minute=0, timezone=UTC)
    at = MONDAY_NOON
    for _ in range(24 if rota.turn is TurnLength.MONTH else 104):
        begins = next_turn_start(at, policy)
        assert begins == trigger.get_next_fire_time(at, at + timedelta(seconds=1))
        assert turn_start(begins, policy) == begins
        assert turn_start(begins - timedelta(seconds=1), policy) < begins
        at = begins


def test_the_second_is_first_where_the_first_may_not_be_told() -> None:
    """P-3.6"""
    assert call_order("A", "B", {"A", "B", "C"}) == ("A", "B")
    assert call_order("A", "B", {"B", "C"}) == ("B",)
    assert call_order("A", None, {"B", "C"}) == ()


def test_whoever_was_first_longest_ago_is_next_and_whoever_is_away_is_not() -> None:
    """P-3.6"""
    last = {"A": MONDAY_NOON, "B": MONDAY_NOON - timedelta(days=7)}
    assert next_pair("ABC", last, ()) == ("C", "B")
    assert next_pair("ABC", last, {"C"}) == ("B", "A")
    assert next_pair("A", last, ()) == ("A", None)


def test_the_second_is_told_after_six_hours_everybody_after_a_day_and_whoever_is_next_a_day_before() -> None:
    """P-3.6"""
    assert second_call_at(MONDAY_NOON, DJANGO) == MONDAY_NOON + 6 * HOUR
    assert everybody_called_at(MONDAY_NOON, DJANGO) == MONDAY_NOON + 24 * HOUR
    assert reminder_at(MONDAY_NOON, DJANGO) == MONDAY_NOON - DAY
