"""Whose turn it is to answer first: the periods on call, and who steps in (P-3.6).

Danger waits for no rota: see `routing.danger_call`.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from rules.policy import DAY, OnCall, Period, Policy, Weekday

Who = TypeVar("Who", bound=Hashable)

_WEEK = timedelta(days=7)
_DAY_OF_WEEK = {weekday: number for number, weekday in enumerate(Weekday)}


@dataclass(frozen=True, slots=True)
class Turn:
    """One period on call, from `starts`, included, to `ends`, excluded."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Pair(Generic[Who]):
    """Who is on call in a turn, as far as they may know the report and are not away."""

    primary: Who | None
    secondary: Who | None


def turn_at(now: datetime, policy: Policy) -> Turn:
    """The turn on call that the instant falls into.

    A week begins on the handover day; a month begins on the first handover day in it. Policy: P-3.6.
    """
    starts = _latest_start(now.astimezone(UTC), policy.on_call)
    if policy.on_call.period is Period.WEEK:
        return Turn(starts, starts + _WEEK)
    return Turn(starts, _first_in_month(_next_month(starts), policy.on_call))


def who_answers(
    pair: Pair[Who], may_know: frozenset[Who], reported_at: datetime, now: datetime, policy: Policy
) -> frozenset[Who]:
    """Who is asked to answer the reporter first: primary, else secondary, else anybody. Policy: P-3.6.

    Once `anybody_after` has gone by it is everybody's, whoever is on call.
    """
    if now >= reported_at + policy.on_call.anybody_after:
        return may_know
    on_call = [who for who in (pair.primary, pair.secondary) if who in may_know]
    return frozenset(on_call[:1]) or may_know


def _latest_start(now: datetime, on_call: OnCall) -> datetime:
    if on_call.period is Period.MONTH:
        this_month = _first_in_month(now, on_call)
        return this_month if this_month <= now else _first_in_month(now.replace(day=1) - DAY, on_call)
    back = (now.weekday() - _DAY_OF_WEEK[on_call.handover_weekday]) % 7
    start = _at_hour(now - timedelta(days=back), on_call)
    return start if start <= now else start - _WEEK


def _first_in_month(month: datetime, on_call: OnCall) -> datetime:
    first = _at_hour(month.replace(day=1), on_call)
    return first + timedelta(days=(_DAY_OF_WEEK[on_call.handover_weekday] - first.weekday()) % 7)


def _next_month(instant: datetime) -> datetime:
    return instant.replace(day=28) + timedelta(days=4)


def _at_hour(day: datetime, on_call: OnCall) -> datetime:
    return day.replace(hour=on_call.handover_hour, minute=0, second=0, microsecond=0)
