"""Events that may ask whom of their list the records have something to tell of; frozen values, kept encrypted.

Of a list nothing is kept but the lines that may mean somebody of the records, until the event is over. Read
`RegisteredEvent` first. Policy: P-9.6.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import CaseId, MemberId, PersonId
from rules.event_check import MatchDegree


@dataclass(frozen=True, slots=True)
class RegisteredEvent:
    """An event with its named contact, who may send lists in `[opens, ends)` at the address that `digest` stands for."""

    id: str
    name: str
    contact: str
    address: str
    opens: datetime
    ends: datetime
    digest: str
    by: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class EventList:
    """One list that was sent: how many lines it had, and who has released its answer. `by` None: the contact sent it."""

    id: str
    event: str
    at: datetime
    lines: int
    by: MemberId | None = None
    released_by: MemberId | None = None
    released_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class EventMatch:
    """A line that may mean somebody whom the records tell events of, and who has said that it is them, or is not."""

    id: str
    list: str
    case: CaseId
    person: PersonId
    line: str
    degree: MatchDegree
    yes: tuple[MemberId, ...] = ()
    no: tuple[MemberId, ...] = ()
    version: int = 0


class EventStore(Protocol):
    """Events, their lists, and what of these may mean somebody."""

    async def add_event(self, event: RegisteredEvent) -> None:
        """Store a new event."""
        ...

    async def events(self) -> tuple[RegisteredEvent, ...]:
        """Return every event, the latest to end first."""
        ...

    async def event(self, event: str) -> RegisteredEvent | None:
        """Return the event of that id."""
        ...

    async def event_by_digest(self, digest: str) -> RegisteredEvent | None:
        """Return the event whose link has that digest."""
        ...

    async def add_event_list(self, event_list: EventList) -> None:
        """Store that a list was sent."""
        ...

    async def save_event_list(self, event_list: EventList) -> EventList:
        """Store it as given, one version later; Stale where somebody was quicker."""
        ...

    async def event_lists(self) -> tuple[EventList, ...]:
        """Return the lists of every event, oldest first."""
        ...

    async def add_match(self, match: EventMatch) -> None:
        """Store a line that may mean somebody."""
        ...

    async def save_match(self, match: EventMatch) -> EventMatch:
        """Store it as given, one version later; Stale where somebody was quicker."""
        ...

    async def matches(self) -> tuple[EventMatch, ...]:
        """Return every match that is kept, oldest first."""
        ...

    async def forget_matches(self, event: str) -> None:
        """Remove what is kept of the event's lists."""
        ...
