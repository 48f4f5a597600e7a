"""Wakes tasks of this process when something of theirs has changed. A wake-up carries topics, never instructions.

Read `WakeupHub` first.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Subscription:
    """One waiting task's subscription: what is woken between two waits is not lost."""

    def __init__(self, topics: frozenset[str]) -> None:
        self._topics = topics
        self._pending: set[str] = set()
        self._event = asyncio.Event()

    def wake(self, topics: Iterable[str] | None) -> None:
        """Wake the subscriber for those of the topics that are its own; None is every topic."""
        woken = self._topics if topics is None else self._subscribed(topics)
        if woken or topics is None:
            self._pending.update(woken)
            self._event.set()

    async def wait_for_wakeup(self) -> frozenset[str]:
        """Return the topics woken since the last call, once there are any.

        After a time in which wake-ups may have been missed: all its topics, or none where it is subscribed to every
        topic.
        """
        await self._event.wait()
        self._event.clear()
        topics = frozenset(self._pending)
        self._pending.clear()
        return topics

    def _subscribed(self, topics: Iterable[str]) -> frozenset[str]:
        return self._topics.intersection(topics) if self._topics else frozenset(topics)


class WakeupHub:
    """All subscribers of one database in this process."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def wake(self, topics: Iterable[str] | None) -> None:
        """Wake every subscriber to one of the topics; None wakes them all."""
        woken = None if topics is None else frozenset(topics)
        for subscription in tuple(self._subscriptions):
            subscription.wake(woken)

    @contextmanager
    def subscribe(self, topics: Iterable[str] = ()) -> Iterator[Subscription]:
        """Subscribe to the topics, or to all where none is named, until the block ends."""
        subscription = Subscription(frozenset(topics))
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
