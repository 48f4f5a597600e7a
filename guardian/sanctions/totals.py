"""The total for a person in a space, from the looks at each of their accounts there. One failure is never counted as none."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from guardian.ids import PersonId, SpaceName
from guardian.sanctions.desired import demand_of
from guardian.sanctions.values import Coverage, CoverageState, Key, Sanction
from rules.precedence import Hold, strongest

_WORST_FIRST = (
    CoverageState.BLOCKED,
    CoverageState.OPEN,
    CoverageState.OBSERVING,
    CoverageState.HELD_BY_OTHERS,
    CoverageState.HELD,
    CoverageState.MEMBERSHIP_OPEN,
    CoverageState.RETURNED,
    CoverageState.NO_ACCOUNT,
)


def coverage_in(
    person: PersonId, space: SpaceName, keys: Iterable[Key], known: Coverage | None, now: datetime
) -> Coverage:
    """The worst of what the person's accounts in the space show; an account never looked at is open."""
    states = {key.state or CoverageState.OPEN: key for key in keys}
    state = next((s for s in _WORST_FIRST if s in states), CoverageState.NO_ACCOUNT)
    detail = states[state].why if state in states else ""
    if known is not None and known.state is state and known.detail == detail:
        return known
    since = known.since if known is not None and known.state is state else now
    return Coverage(person, space, state, since, detail)


def is_wanted(sanctions: Iterable[Sanction], space: SpaceName, now: datetime) -> bool:
    """Whether anything is asked of the space just now."""
    demands = [demand_of(s) for s in sanctions if s.covers(space)]
    return strongest(demands, now).hold is not Hold.OPEN


def in_scope(
    coverage: Mapping[SpaceName, Coverage], sanctions: tuple[Sanction, ...], spaces: Iterable[SpaceName]
) -> tuple[SpaceName, ...]:
    """The spaces that any sanction of the person covers, and those that already have a row."""
    return tuple(s for s in spaces if s in coverage or any(sanction.covers(s) for sanction in sanctions))


def open_spaces(coverage: Iterable[Coverage]) -> tuple[SpaceName, ...]:
    """The spaces in which a bar is not confirmed; a space without a known account is shown apart."""
    confirming = (CoverageState.HELD, CoverageState.HELD_BY_OTHERS, CoverageState.NO_ACCOUNT)
    return tuple(row.space for row in coverage if row.state not in confirming)
