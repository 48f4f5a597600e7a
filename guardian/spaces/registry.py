"""The spaces that are configured, each with its mode; the mode can change while the service runs.

Read `SpaceRegistry` first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from guardian.ids import SpaceName
from guardian.spaces.content import ContentPort
from guardian.spaces.pauses import PausePort
from guardian.spaces.port import Space


class Mode(StrEnum):
    """What the service may do in a space: only observe, or enforce."""

    OBSERVE = "observe"
    ENFORCE = "enforce"


@dataclass(slots=True)
class RegisteredSpace:
    """A space, what the service may do there, its messages and conversations, and its pauses, where it can reach them."""

    space: Space
    mode: Mode
    content: ContentPort | None = None
    pauses: PausePort | None = None


class SpaceRegistry:
    """The spaces by name, in configured order."""

    def __init__(self, registered: tuple[RegisteredSpace, ...]) -> None:
        self._by_name = {entry.space.name: entry for entry in registered}

    def __iter__(self) -> Iterator[Space]:
        return (entry.space for entry in self._by_name.values())

    @property
    def names(self) -> tuple[SpaceName, ...]:
        """Return the names of all spaces, in configured order."""
        return tuple(self._by_name)

    def get(self, name: SpaceName) -> Space | None:
        """Return the space of that name; None where it is not (or no longer) configured."""
        entry = self._by_name.get(name)
        return entry.space if entry else None

    def content(self, name: SpaceName) -> ContentPort | None:
        """Return the messages and conversations of that space; None where we cannot reach them."""
        entry = self._by_name.get(name)
        return entry.content if entry else None

    def pauses(self, name: SpaceName) -> PausePort | None:
        """Return what that space can do with itself as a whole; None where it can do nothing."""
        entry = self._by_name.get(name)
        return entry.pauses if entry else None

    def mode(self, name: SpaceName) -> Mode:
        """Return what may be done there; a space that is not configured is only observed."""
        entry = self._by_name.get(name)
        return entry.mode if entry else Mode.OBSERVE

    def set_mode(self, name: SpaceName, mode: Mode) -> None:
        """Set the mode, from the next reconciliation on."""
        self._by_name[name].mode = mode
