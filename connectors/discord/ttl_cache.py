"""A short memory: things that somebody may come back for within minutes. Never the only place of anything that counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from cachetools import TTLCache

from guardian.clock import monotonic_seconds

T = TypeVar("T")

_Key = tuple[str, str]


class _OldestFirst(TTLCache[_Key, T]):
    """Where there are too many, drops the one that was put first; the library drops the one longest unread."""

    def popitem(self) -> tuple[_Key, T]:
        oldest, *_ = self
        return oldest, self.pop(oldest)


class TtlCache(Generic[T]):
    """At most so many things, each for so long in wire time, each for its owner alone; the oldest goes first."""

    def __init__(self, max_size: int, ttl: timedelta, seconds: Callable[[], float] = monotonic_seconds) -> None:
        self._entries: _OldestFirst[T] = _OldestFirst(max_size, ttl.total_seconds(), seconds)

    def put(self, owner: str, name: str, value: T) -> None:
        """Keep the thing, in place of an earlier one of that name."""
        self._entries.pop((owner, name), None)
        self._entries[owner, name] = value

    def get(self, owner: str, name: str) -> T | None:
        """Return the thing, which stays; None where it is gone, or somebody else's."""
        return self._entries.get((owner, name))

    def pop(self, owner: str, name: str) -> T | None:
        """Return the thing, which is kept no more."""
        return self._entries.pop((owner, name), None)
