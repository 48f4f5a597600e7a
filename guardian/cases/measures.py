"""A local measure: what moderators set in their own space, for a short while, each in a local matter of its own.

Read `Measure` first. Policy: P-6.8.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.spaces.content import ContentRef, ContentRestrictionKind
from rules.measures import MeasureReason
from rules.precedence import Restriction


class MeasureKind(StrEnum):
    """What a measure does: the first two to a person, the others to a conversation or a message."""

    MUTED = "muted"
    SUSPENDED = "suspended"
    LOCKED = "locked"
    HIDDEN = "hidden"


PERSON_RESTRICTIONS: Final = {MeasureKind.MUTED: Restriction.MUTED, MeasureKind.SUSPENDED: Restriction.SUSPENDED}
CONTENT_RESTRICTIONS: Final = {
    MeasureKind.LOCKED: ContentRestrictionKind.LOCKED,
    MeasureKind.HIDDEN: ContentRestrictionKind.HIDDEN,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Who set what, where, why and until when. `person` is None where nobody is known behind the content.

    `native`: it was made with the space's own menu, and explained afterwards. `ended_at` is set where it ended before
    its time, `asked_at` where the person has asked for a reconsideration, `looked_at` where somebody has taken that up.
    """

    id: str
    case: CaseId
    space: SpaceName
    kind: MeasureKind
    by: MemberId
    at: datetime
    ends: datetime
    reason: MeasureReason
    words: str = ""
    person: PersonId | None = None
    content: ContentRef | None = None
    native: bool = False
    ended_at: datetime | None = None
    ended_by: str = ""
    reconsideration_requested_at: datetime | None = None
    reconsidered_at: datetime | None = None
    version: int = 0

    def runs_at(self, instant: datetime) -> bool:
        """Return whether the measure runs at the instant, as far as was decided."""
        return self.ended_at is None and instant < self.ends


class MeasureStore(Protocol):
    """Measures, each encrypted with the key of its matter."""

    async def add(self, measure: Measure) -> None:
        """Store a new measure."""
        ...

    async def save(self, measure: Measure) -> Measure:
        """Store the measure as given, one version later; Stale where somebody was quicker."""
        ...

    async def measure(self, measure: str) -> Measure | None:
        """Return the measure of that id."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Measure, ...]:
        """Return the measures of the matter, oldest first."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Measure, ...]:
        """Return the measures on the person, in every space, oldest first."""
        ...

    async def unended(self, now: datetime) -> tuple[Measure, ...]:
        """Return every measure that runs at that instant, oldest first."""
        ...

    async def ended_early(self, those: Collection[Measure]) -> frozenset[str]:
        """Return which of these measures have ended in their space, manually or here, whatever their own end."""
        ...
