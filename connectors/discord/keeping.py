"""A short memory: things that somebody may come back for within minutes. Never the only place of anything that counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from cachetools import TTLCache

from guardian.clock import wire_seconds

T = TypeVar("T")

_Key = tuple[str, str]


class _OldestFirst(TTLCache[_Key, T]):
    """Where there are too many, drops the one that was put first; the library drops the one longest unread."""

    def popitem(self) -> tuple[_Key, T]:
        oldest, *_ = self
        return oldest, self.pop(oldest)


class Keeping(Generic[T]):
    """At most so many things, each for so long in wire time, each for its owner alone; the oldest goes first."""

    def __init__(self, most: int, lasts: timedelta, seconds: Callable[[], float] = wire_seconds) -> None:
        self._held: _OldestFirst[T] = _OldestFirst(most, lasts.total_seconds(), seconds)

    def put(self, owner: str, name: str, thing: T) -> None:
        """Keep the thing, in place of an earlier one of that name."""
        self._held.pop((owner, name), None)
        self._held[owner, name] = thing

    def look(self, owner: str, name: str) -> T | None:
        """Return the thing, which stays; None where it is gone, or somebody else's."""
        return self._held.get((owner, name))

    def take(self, owner: str, name: str) -> T | None:
        """Return the thing, which is kept no more."""
        return self._held.pop((owner, name), None)
