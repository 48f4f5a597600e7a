"""The Things port: messages and conversations of a space, to be kept as evidence, and to be locked or hidden for a while."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account, Missing, Unknown


class ThingHold(StrEnum):
    """What can be done to a thing: nobody may write in a conversation; a message is not shown without a click."""

    LOCKED = "locked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Thing:
    """A message or a conversation. `native_id` is a name of the connector's own that finds it again, whatever it is called
    later; `link` is where people see it."""

    space: SpaceName
    native_id: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PieceFile:
    """An attachment of a message: its bytes, or why there are none."""

    file_name: str
    content: bytes | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A message as it stands at this moment."""

    thing: Thing
    text: str
    author: Account | None
    author_handle: str
    written_at: datetime | None
    files: tuple[PieceFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ThingLook:
    """A look at a thing that worked: which holds stand, and the native id of who placed each, where the space says so."""

    holds: frozenset[ThingHold] = frozenset()
    by: Mapping[ThingHold, str] = field(default_factory=dict)


class Things(Protocol):
    """What a space can do with single messages and conversations."""

    @property
    def space(self) -> SpaceName: ...

    @property
    def can(self) -> frozenset[ThingHold]:
        """The holds that it can place and take away again."""
        ...

    async def find(self, text: str) -> Thing | None:
        """The thing that a person's words mean exactly (its link, or its id there); None if there is none."""
        ...

    async def piece(self, thing: Thing) -> Piece | Unknown | Missing:
        """The message as it stands now, its attachments fetched from the space's own hosts within the size that is kept."""
        ...

    async def look(self, thing: Thing) -> ThingLook | Unknown | Missing:
        """Which holds stand on the thing now."""
        ...

    async def place(self, thing: Thing, hold: ThingHold) -> Outcome:
        """The hold stands. Repeatable; Already where it stood."""
        ...

    async def take_away(self, thing: Thing, hold: ThingHold) -> Outcome:
        """The hold does not stand any more. Repeatable; Already where nothing stood."""
        ...
