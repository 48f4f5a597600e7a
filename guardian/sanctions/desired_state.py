"""The desired state of an account at an instant, from all of a person's sanctions. Read `desired_state` first.

Pure: what is explained and previewed comes from the same code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guardian.ids import Reference, SanctionId, SpaceName
from guardian.sanctions.models import Sanction, binding_until, effective_from
from rules.ladder import AuthorityKind
from rules.precedence import AccessLevel, Demand, access_level_of, next_change, strongest

_BINDING: Final = (AuthorityKind.DECISION, AuthorityKind.UNILATERAL)


@dataclass(frozen=True, slots=True)
class DesiredState:
    """The access level that a person shall have in a space now, how long at least, and by which sanctions.

    `until` None: no end is known. `changes_at` is the next instant at which the desired state becomes another.
    `reference` is the one that a new restriction carries. `binding`: a group decision or an unreviewed act stands
    behind it (architecture 5.13). `adopted`: nothing stands behind it but what was there before us, so that whoever
    lifts it ends it.
    """

    level: AccessLevel
    until: datetime | None
    changes_at: datetime | None
    reasons: tuple[SanctionId, ...] = ()
    reference: Reference | None = None
    binding: bool = False
    adopted: bool = False


def desired_state(sanctions: Iterable[Sanction], space: SpaceName, now: datetime) -> DesiredState:
    """Return the strongest and longest of what the person's sanctions ask of this space. Policy: P-6.3."""
    covering = tuple(s for s in sanctions if s.covers(space))
    demands = {s.id: demand(s) for s in covering}
    strongest_demand = strongest(demands.values(), now)
    changes_at = next_change(demands.values(), now)
    running = [
        s for s in covering if demands[s.id].runs_at(now) and access_level_of(s.restriction) is strongest_demand.level
    ]
    if strongest_demand.level is AccessLevel.OPEN or not running:
        return DesiredState(level=AccessLevel.OPEN, until=None, changes_at=changes_at)
    longest = max(running, key=_term_length)
    return DesiredState(
        level=strongest_demand.level,
        until=strongest_demand.until,
        changes_at=changes_at,
        reasons=tuple(s.id for s in running),
        reference=longest.reference,
        binding=any(s.authority.kind in _BINDING for s in running),
        adopted=all(s.authority.kind is AuthorityKind.ADOPTED for s in running),
    )


def demand(sanction: Sanction) -> Demand:
    """Return what one sanction asks, from when its work items may act to the end that is known now."""
    starts = effective_from(sanction)
    ends = binding_until(sanction)
    return Demand(sanction.restriction, starts, max(starts, ends) if ends is not None else None)


def _term_length(sanction: Sanction) -> tuple[bool, float, str]:
    end = binding_until(sanction)
    return (end is None, end.timestamp() if end else 0.0, sanction.id)
