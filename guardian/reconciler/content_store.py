"""Restrictions of single contents, and the store of them: start at `ContentRestriction`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guardian.ids import CaseId
from guardian.spaces.content import ContentRef, ContentRestrictionKind
from guardian.unit_of_work import BaseReadView, BaseUnitOfWork


class ContentRestrictionState(StrEnum):
    """What the last reconciliation came to. The last two ask for nothing more.

    UNSEEN: ours was there and did not show the last time. RELEASING: the space has said that it has released it.
    """

    NEW = "new"
    TRYING = "trying"
    HELD = "held"
    UNSEEN = "unseen"
    RELEASING = "releasing"
    HELD_BY_OTHERS = "held by others"
    RELEASED = "released"
    GONE = "gone"


_FINISHED: Final = (ContentRestrictionState.RELEASED, ContentRestrictionState.GONE)


@dataclass(frozen=True, slots=True)
class ContentRestriction:
    """One restriction of one content, in force until `until`; its id is that of the measure behind it.

    `restricted_by` is who the space names as having placed it, observed when ours was first confirmed.
    """

    id: str
    case: CaseId
    content: ContentRef
    restriction: ContentRestrictionKind
    until: datetime
    due_at: datetime | None
    state: ContentRestrictionState = ContentRestrictionState.NEW
    restricted_by: str | None = None
    failures: int = 0
    blocked_since: datetime | None = None
    notified_at: datetime | None = None
    detail: str = ""
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Return whether nothing is to be done any more."""
        return self.state in _FINISHED


class ContentRestrictionStore(Protocol):
    """The restrictions of content, encrypted under the keys of their cases."""

    async def add(self, restriction: ContentRestriction) -> None:
        """Add the restriction."""
        ...

    async def save(self, restriction: ContentRestriction) -> ContentRestriction:
        """Save the restriction, one version later; Stale where somebody was quicker."""
        ...

    async def restriction(self, restriction_id: str) -> ContentRestriction | None:
        """Return the restriction of that id."""
        ...

    async def due(self, now: datetime, limit: int) -> tuple[ContentRestriction, ...]:
        """Return the restrictions that are due, the longest due first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next one is due; None while nothing waits."""
        ...

    async def unfinished(self) -> tuple[ContentRestriction, ...]:
        """Return every restriction that is not over, oldest first."""
        ...


class ContentReadView(BaseReadView, Protocol):
    """A read view, as far as restrictions of content need it."""

    @property
    def content_restrictions(self) -> ContentRestrictionStore:
        """Return the store of content restrictions."""
        ...


class ContentUnitOfWork(ContentReadView, BaseUnitOfWork, Protocol):
    """A unit of work, as far as restrictions of content need it."""
