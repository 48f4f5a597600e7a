"""When each space is swept: at start at once, then every so often, by instants that stand in the database.

What a sweep does is not known here; neither is what is found.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.logs import location_of, logger

log = logger("scheduling")

RETRY_WITHIN: Final = timedelta(minutes=5)
"""How soon a sweep that failed is tried again, at the latest (case time)."""


class SweepStore(Protocol):
    """What is remembered of sweeps."""

    async def next_times(self) -> Mapping[SpaceName, datetime]:
        """The next sweep of every space that has ever had one set."""
        ...

    async def set_next_time(self, space: SpaceName, next_at: datetime) -> None:
        """The space is swept next at that instant."""
        ...


class SweepView(Protocol):
    """What of a transaction is needed."""

    @property
    def sweeps(self) -> SweepStore: ...


class SweepUnitOfWorkFactory(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractAsyncContextManager[SweepView]: ...

    def read(self) -> AbstractAsyncContextManager[SweepView]: ...


PeriodicAction = Callable[[SpaceName], Awaitable[int | None]]
"""Looks for drift in one space; how much there was, None where the look failed."""


@dataclass(slots=True)
class PeriodicTask:
    """The sweeps of all configured spaces. A new one sweeps every space at once, whatever the database says."""

    units_of_work: SweepUnitOfWorkFactory
    clock: Clock
    names: tuple[SpaceName, ...]
    every: timedelta
    action: PeriodicAction
    _started: set[SpaceName] = field(default_factory=set)

    async def run_due(self) -> int:
        """Every space whose sweep is due has been swept, side by side; how many. One that fails is tried again soon."""
        now = self.clock.now()
        due = [name for name, at in (await self._next_times()).items() if at is None or at <= now]
        await asyncio.gather(*(self._run_one(name) for name in due))
        return len(due)

    async def next_due(self) -> datetime | None:
        """When a space is swept next; now, while one has not been swept since the start."""
        instants = [at or self.clock.now() for at in (await self._next_times()).values()]
        return min(instants, default=None)

    async def _next_times(self) -> Mapping[SpaceName, datetime | None]:
        """None where a space is to be swept at once."""
        async with self.units_of_work.read() as view:
            known = await view.sweeps.next_times()
        return {name: known.get(name) if name in self._started else None for name in self.names}

    async def _run_one(self, name: SpaceName) -> None:
        found: int | None = None
        try:
            found = await self.action(name)
        except Exception as error:
            log.error("sweep.has_failed", space=name, kind=type(error).__name__, at=location_of(error))
        pause = self.every if found is not None else min(self.every, RETRY_WITHIN)
        async with self.units_of_work.begin() as view:
            await view.sweeps.set_next_time(name, self.clock.now() + pause)
        self._started.add(name)
