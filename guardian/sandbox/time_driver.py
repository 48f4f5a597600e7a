"""Drives case time in stories: it stands while work is under way, then jumps to what is due next.

A slow machine changes how long a story takes, never how it ends. Judges nothing. Read `TimeDriver` first.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final, Protocol

from guardian.clock import DrivenTime, monotonic_seconds
from guardian.sandbox.world import World

STUCK_AFTER_SECONDS: Final = 60.0
_QUIET_CHECKS: Final = 5
_PAUSE_SECONDS: Final = 0.004


class RunningService(Protocol):
    """The service as its driver knows it, in this process or in another."""

    async def is_waiting(self) -> bool:
        """Return whether no work is active; what is due is not asked, so that this costs next to nothing."""
        ...

    async def is_idle(self) -> bool:
        """Return whether no work is active and nothing is due at this instant of case time."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the next instant at which it has something to do."""
        ...


class Stuck(Exception):
    """The story came to no rest: the machine's time ran out while nothing moved."""


class TimeDriver:
    """Case time of one story, its platforms, and the service that lives in it."""

    def __init__(self, time: DrivenTime, world: World, service: RunningService) -> None:
        self._time, self._world, self.service = time, world, service

    def now(self) -> datetime:
        """Return the instant it is."""
        return self._time.now()

    async def run_until_idle(self) -> None:
        """Wait until everything is done: the service is idle, and no act or event of a platform is under way.

        Quiet is believed only when it lasts over several looks, since an event may be between two hands. What is due
        is asked in the last of them only: asking takes longer than all the rest.
        """
        seen, since, quiet = self._world.exchange_count(), monotonic_seconds(), 0
        while quiet < _QUIET_CHECKS:
            await asyncio.sleep(_PAUSE_SECONDS)
            await self._world.wait_for_deliveries()
            moved = self._world.exchange_count()
            ask = self.service.is_idle if quiet == _QUIET_CHECKS - 1 else self.service.is_waiting
            quiet = quiet + 1 if moved == seen and await ask() else 0
            if moved != seen:
                seen, since = moved, monotonic_seconds()
            elif monotonic_seconds() - since > STUCK_AFTER_SECONDS:
                raise Stuck(f"no rest at {self.now():%Y-%m-%d %H:%M}: for {STUCK_AFTER_SECONDS:.0f} s nothing moved")

    async def advance(self, until: datetime) -> None:
        """Move case time to the instant, and have whatever is due on the way done in its own time."""
        await self.run_until_idle()
        while self.now() < until:
            due = await self.service.next_due()
            if due is not None and due <= self.now():
                raise Stuck(f"what is due at {due:%Y-%m-%d %H:%M} is never done")
            self._time.set(until if due is None else min(due, until))
            await self.run_until_idle()

    async def pass_time(self, length: timedelta) -> None:
        """Let so much case time pass."""
        await self.advance(self.now() + length)

    async def leap(self, length: timedelta) -> None:
        """Let so much case time pass at once, as for a machine that stood still: what came due is done at the end of it."""
        await self.run_until_idle()
        self._time.set(self.now() + length)
        await self.run_until_idle()
