"""Who is on duty, and in which order members are told of a new report that says nothing of danger (P-3.6).

Danger waits for no rota: see `routing`. Read `call_order` first.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from rules.policy import Policy
from rules.policy_sections.community import TurnLength
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)

_WEEK = timedelta(days=7)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def turn_start(at: datetime, policy: Policy) -> datetime:
    """Return when the period began in which the instant lies. Policy: P-3.6."""
    noon = at.replace(hour=policy.rota.handover_hour, minute=0, second=0, microsecond=0)
    if policy.rota.turn is TurnLength.WEEK:
        begun = noon - timedelta(days=(at.isoweekday() - policy.rota.handover_day) % _WEEK.days)
        return begun if begun <= at else begun - _WEEK
    begun = noon.replace(day=policy.rota.handover_day)
    return begun if begun <= at else _month_before(begun)


def next_turn_start(at: datetime, policy: Policy) -> datetime:
    """Return when the next period begins after the instant. Policy: P-3.6."""
    begun = turn_start(at, policy)
    if policy.rota.turn is TurnLength.WEEK:
        return begun + _WEEK
    return begun.replace(year=begun.year + begun.month // 12, month=begun.month % 12 + 1)


def call_order(primary: Who | None, secondary: Who | None, available: Collection[Who]) -> tuple[Who, ...]:
    """Return who is told first, and who then: those on duty who may know of it and are not away. Policy: P-3.6.

    Whoever may not is passed over, and nothing says why. Empty: everybody is told at once.
    """
    found = (who for who in (primary, secondary) if who is not None and who in available)
    return tuple(dict.fromkeys(found))


def second_call_at(received_at: datetime, policy: Policy) -> datetime:
    """Return when the second on duty is told, unless somebody has it in hand. Policy: P-3.6."""
    return received_at + policy.rota.secondary_after


def everybody_called_at(received_at: datetime, policy: Policy) -> datetime:
    """Return when everybody who may know is told who was not, whoever has it in hand. Policy: P-3.6."""
    return received_at + policy.rota.everybody_after


def reminder_at(starts: datetime, policy: Policy) -> datetime:
    """Return when those whose turn comes are reminded of it. Policy: P-3.6."""
    return starts - policy.rota.remind_before


def next_pair(
    members: Iterable[Who], last_primary: Mapping[Who, datetime], away: Collection[Who]
) -> tuple[Who | None, Who | None]:
    """Return who is first and second on duty next: those whose last turn is longest ago, whoever is away left out."""
    ordered = sorted((m for m in members if m not in away), key=lambda m: (last_primary.get(m, _NEVER), repr(m)))
    first, second = [*ordered[:2], None, None][:2]
    return first, second


def may_offer_swap(by: Who, to: Who, holder: Who | None, members: Collection[Who], *, over: bool) -> Verdict:
    """Return whether `by` may offer their place in a period to `to`. Policy: P-3.6."""
    if holder != by:
        return refused("not_yours", "This place on the rota is not yours to give.", "P-3.6")
    if over:
        return refused("over", "This period is over.", "P-3.6")
    if to == by or to not in members:
        return refused("not_member", "Choose another member of the group.", "P-3.6")
    return allowed("P-3.6")


def _month_before(begun: datetime) -> datetime:
    first = begun.month == 1
    return begun.replace(year=begun.year - first, month=12 if first else begun.month - 1)
