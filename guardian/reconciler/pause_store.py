"""Pauses of whole spaces, and the store of them: start at `SpacePause`. Policy: P-1.6."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guardian.ids import MemberId
from guardian.spaces.pauses import OPEN, PauseSetting, PauseTarget
from guardian.unit_of_work import BaseReadView, BaseUnitOfWork
from rules.pauses import PauseReason


class PauseState(StrEnum):
    """What the last reconciliation came to. The last two ask for nothing more.

    UNSEEN: ours was there and did not show the last time. RELEASING: what was found has been set again. GIVEN_BACK: what
    was found before stands again, for a span that is longer than it was, so that its own end is still to come.
    """

    NEW = "new"
    TRYING = "trying"
    HELD = "held"
    UNSEEN = "unseen"
    HELD_BY_OTHERS = "held by others"
    RELEASING = "releasing"
    GIVEN_BACK = "given back"
    RELEASED = "released"
    GONE = "gone"


_FINISHED: Final = (PauseState.RELEASED, PauseState.GONE)


@dataclass(frozen=True, slots=True)
class SpacePause:
    """One thing of one space that is paused until `until`; who asked for it and why, and what its review came to.

    `found` is how it was set before ours, and `placed` how ours was seen to stand (None: ours does not stand).
    `ended_at` is set where people have ended it before its time, `told_at` where people were told that it is over.
    """

    id: str
    target: PauseTarget
    strength: int
    by: MemberId
    at: datetime
    until: datetime
    reason: PauseReason
    due_at: datetime | None
    state: PauseState = PauseState.NEW
    found: PauseSetting = OPEN
    placed: PauseSetting | None = None
    reviewed_by: MemberId | None = None
    reviewed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    failures: int = 0
    blocked_since: datetime | None = None
    notified_at: datetime | None = None
    detail: str = ""
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Return whether nothing is to be done any more."""
        return self.state in _FINISHED

    def runs_at(self, instant: datetime) -> bool:
        """Return whether it runs at the instant, as far as was decided."""
        return self.ended_at is None and instant < self.until


class PauseStore(Protocol):
    """The pauses of spaces: nothing in them is about a person."""

    async def add(self, pause: SpacePause) -> None:
        """Store a new pause."""
        ...

    async def save(self, pause: SpacePause) -> SpacePause:
        """Store the pause as given, one version later; Stale where somebody was quicker."""
        ...

    async def pause(self, pause: str) -> SpacePause | None:
        """Return the pause of that id."""
        ...

    async def due(self, now: datetime, limit: int) -> tuple[SpacePause, ...]:
        """Return the pauses that are due, the longest due first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next one is due; None while nothing waits."""
        ...

    async def since(self, instant: datetime) -> tuple[SpacePause, ...]:
        """Return every pause that is not over, and those that began since then, oldest first."""
        ...


class PauseReadView(BaseReadView, Protocol):
    """A read view, as far as pauses need it."""

    @property
    def pauses(self) -> PauseStore:
        """Return the store of pauses."""
        ...


class PauseUnitOfWork(PauseReadView, BaseUnitOfWork, Protocol):
    """A unit of work, as far as pauses need it."""
