"""The total for a person in a space, from all their accounts there. One failure is never counted as none.

Read `total_coverage` first.
"""

from collections.abc import Iterable
from datetime import datetime

from guardian.ids import PersonId, SpaceName
from guardian.sanctions.desired_state import demand
from guardian.sanctions.models import Coverage, CoverageState, Sanction, WorkItem
from rules.precedence import AccessLevel, strongest

_WORST_FIRST = (
    CoverageState.BLOCKED,
    CoverageState.OPEN,
    CoverageState.OBSERVING,
    CoverageState.HELD_BY_OTHERS,
    CoverageState.HELD,
    CoverageState.OTHERS_STAND,
    CoverageState.MEMBERSHIP_OPEN,
    CoverageState.RETURNED,
    CoverageState.NO_ACCOUNT,
)

_CONFIRMED = (CoverageState.HELD, CoverageState.HELD_BY_OTHERS, CoverageState.NO_ACCOUNT)


def total_coverage(
    person: PersonId, space: SpaceName, items: Iterable[WorkItem], known: Coverage | None, now: datetime
) -> Coverage:
    """Return the worst of what the person's accounts in the space show; one never reconciled is open."""
    states = {item.state or CoverageState.OPEN: item for item in items}
    state = next((s for s in _WORST_FIRST if s in states), CoverageState.NO_ACCOUNT)
    detail = _detail_of(states[state]) if state in states else ""
    if known is not None and known.state is state and known.detail == detail:
        return known
    since = known.since if known is not None and known.state is state else now
    return Coverage(person=person, space=space, state=state, since=since, detail=detail)


def _detail_of(item: WorkItem) -> str:
    """Return why the work item stands as it does, with what people must do where that is known."""
    return f"{item.detail}; what it takes: {item.needs}" if item.needs else item.detail


def is_restricted(sanctions: Iterable[Sanction], space: SpaceName, now: datetime) -> bool:
    """Return whether anything is asked of the space just now."""
    demands = [demand(s) for s in sanctions if s.covers(space)]
    return strongest(demands, now).level is not AccessLevel.OPEN


def unconfirmed_spaces(coverage: Iterable[Coverage]) -> tuple[SpaceName, ...]:
    """Return the spaces in which a restriction is not confirmed: barred in two of three is not barred.

    Only *held* and *held by others* confirm; a space without a known account is shown apart and keeps nothing open.
    """
    return tuple(row.space for row in coverage if row.state not in _CONFIRMED)
