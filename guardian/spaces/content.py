"""The ContentPort: messages and conversations of a space, to be kept as evidence, and locked or hidden for a while.

Read `ContentPort` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account, Missing, Unknown


class ContentRestrictionKind(StrEnum):
    """What can be done to content: a conversation is closed to writing; a message is shown only by a click."""

    LOCKED = "locked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class ContentRef:
    """A message or a conversation. `link` is where people see it.

    `native_id` is a name of the connector's own that finds it again, whatever it is called later.
    """

    space: SpaceName
    native_id: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ContentFile:
    """An attachment of a message: its bytes, or why there are none."""

    file_name: str
    content: bytes | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ContentCopy:
    """A message as it stands at this moment."""

    content: ContentRef
    text: str
    author: Account | None
    author_handle: str
    written_at: datetime | None
    files: tuple[ContentFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedContent:
    """What was observed: which restrictions stand, and the native id of who placed each, where the space says so."""

    restrictions: frozenset[ContentRestrictionKind] = frozenset()
    placed_by: Mapping[ContentRestrictionKind, str] = field(default_factory=dict)


class ContentPort(Protocol):
    """What a space can do with single messages and conversations."""

    @property
    def space(self) -> SpaceName:
        """Return the space's name."""
        ...

    @property
    def supported(self) -> frozenset[ContentRestrictionKind]:
        """Return the restrictions that it can place and release."""
        ...

    async def find(self, text: str) -> ContentRef | None:
        """Find the content that a person's words mean exactly (its link, or its id there); None if there is none."""
        ...

    async def read_copy(self, content: ContentRef) -> ContentCopy | Unknown | Missing:
        """Read the message as it stands now.

        Its attachments are fetched from the space's own hosts within the size that is kept.
        """
        ...

    async def observe(self, content: ContentRef) -> ObservedContent | Unknown | Missing:
        """Return which restrictions stand on the content now."""
        ...

    async def restrict(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Restrict the content. Repeatable; Already where it stood."""
        ...

    async def release(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Release the content. Repeatable; Already where nothing stood."""
        ...
