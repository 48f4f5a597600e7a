"""Who is on duty when: periods with a first and a second, offers to swap, and times away. Frozen values and their store.

Nothing here says anything of a case. Read `RotaTurn` first. Policy: P-3.6.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import MemberId


class RotaSeat(StrEnum):
    """A place in a period."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class RotaTurn:
    """One period `[starts, ends)` and who is first and second in it; None: nobody.

    `announced_at`: the group was told that it began; `reminded_at`: its two were told that it comes.
    """

    id: str
    starts: datetime
    ends: datetime
    primary: MemberId | None = None
    secondary: MemberId | None = None
    announced_at: datetime | None = None
    reminded_at: datetime | None = None
    version: int = 0

    def holder(self, seat: RotaSeat) -> MemberId | None:
        """Return who has that place in it."""
        return self.primary if seat is RotaSeat.PRIMARY else self.secondary

    def is_running(self, at: datetime) -> bool:
        """Return whether the instant lies in it."""
        return self.starts <= at < self.ends


@dataclass(frozen=True, slots=True)
class RotaSwap:
    """One member's offer of their place in a period to another; both have to want it. `ended_at`: it was answered."""

    id: str
    turn: str
    seat: RotaSeat
    by: MemberId
    to: MemberId
    at: datetime
    ended_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class TimeAway:
    """A time `[since, until)` in which a member is away, and is called for nothing but danger."""

    id: str
    member: MemberId
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """A secret address at which one member's own turns stand for their calendar: its digest, and whose it is."""

    digest: str
    member: MemberId
    at: datetime


class RotaStore(Protocol):
    """Periods, swaps, absences and calendar links."""

    async def add_turn(self, turn: RotaTurn) -> None:
        """Store a new period."""
        ...

    async def save_turn(self, turn: RotaTurn) -> RotaTurn:
        """Store the period as given, one version later; Stale where somebody was quicker."""
        ...

    async def turns(self, since: datetime) -> tuple[RotaTurn, ...]:
        """Return the periods that end after that instant, in their order."""
        ...

    async def add_swap(self, swap: RotaSwap) -> None:
        """Store a new offer."""
        ...

    async def save_swap(self, swap: RotaSwap) -> RotaSwap:
        """Store the offer as given, one version later; Stale where somebody was quicker."""
        ...

    async def open_swaps(self) -> tuple[RotaSwap, ...]:
        """Return the offers that are not answered, oldest first."""
        ...

    async def add_absence(self, absence: TimeAway) -> None:
        """Store a time away."""
        ...

    async def remove_absence(self, absence: str) -> None:
        """Forget a time away."""
        ...

    async def absences(self, since: datetime) -> tuple[TimeAway, ...]:
        """Return the times away that end after that instant, in their order."""
        ...

    async def add_calendar_link(self, link: CalendarLink) -> None:
        """Store a new link, so that its secret opens the member's own turns."""
        ...

    async def calendar_link(self, digest: str) -> CalendarLink | None:
        """Return the link with that digest."""
        ...

    async def delete_calendar_links_of(self, member: MemberId) -> None:
        """Delete every link to the member's turns."""
        ...
