"""A short memory: things that somebody may come back for within minutes. Never the only place of anything that counts."""

from collections import OrderedDict
from datetime import timedelta
from typing import Generic, TypeVar

from guardian.clock import wire_seconds

T = TypeVar("T")


class Keeping(Generic[T]):
    """At most so many things, each for so long in wire time, each for its owner alone; the oldest goes first."""

    def __init__(self, most: int, lasts: timedelta) -> None:
        self._most = most
        self._lasts = lasts.total_seconds()
        self._held: OrderedDict[tuple[str, str], tuple[float, T]] = OrderedDict()

    def put(self, owner: str, name: str, thing: T) -> None:
        """The thing is kept, in place of an earlier one of that name."""
        self._drop_old()
        self._held.pop((owner, name), None)
        self._held[owner, name] = (wire_seconds() + self._lasts, thing)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def look(self, owner: str, name: str) -> T | None:
        """The thing, which stays; None where it is gone, or somebody else's."""
        self._drop_old()
        found = self._held.get((owner, name))
        return found[1] if found else None

    def take(self, owner: str, name: str) -> T | None:
        """The thing, which is kept no more."""
        self._drop_old()
        found = self._held.pop((owner, name), None)
        return found[1] if found else None

    def _drop_old(self) -> None:
        now = wire_seconds()
        while self._held and next(iter(self._held.values()))[0] <= now:
            self._held.popitem(last=False)
