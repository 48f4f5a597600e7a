"""Wakes tasks of this process when something of theirs has changed. A bell carries topics, never instructions."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Listener:
    """One waiting task's ear: what is rung between two waits is not lost."""

    def __init__(self, topics: frozenset[str]) -> None:
        self._topics = topics
        self._heard: set[str] = set()
        self._rung = asyncio.Event()

    def ring(self, topics: Iterable[str] | None) -> None:
        """The listener has heard those of the topics that are its own; None is every topic."""
        heard = self._topics if topics is None else self._of_mine(topics)
        if heard or topics is None:
            self._heard.update(heard)
            self._rung.set()

    async def heard(self) -> frozenset[str]:
        """The topics woken since the last call, once there are any.

        After a time in which rings may have been missed: all its topics, or none where it listens to every topic.
        """
        await self._rung.wait()
        self._rung.clear()
        heard = frozenset(self._heard)
        self._heard.clear()
        return heard

    def _of_mine(self, topics: Iterable[str]) -> frozenset[str]:
        return self._topics.intersection(topics) if self._topics else frozenset(topics)


class Bell:
    """All listeners of one database in this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def ring(self, topics: Iterable[str] | None) -> None:
        """Every listener that cares for one of the topics wakes; None wakes them all."""
        wanted = None if topics is None else frozenset(topics)
        for listener in tuple(self._listeners):
            listener.ring(wanted)

    @contextmanager
    def listening(self, topics: Iterable[str] = ()) -> Iterator[Listener]:
        """A listener for the topics, or for all where none is named, until the block ends."""
        listener = Listener(frozenset(topics))
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
