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
from guardian.logs import logger, place_of

log = logger("scheduling")

SOON: Final = timedelta(minutes=5)
"""How soon a sweep that failed is tried again, at the latest (case time)."""


class SweepStore(Protocol):
    """What is remembered of sweeps."""

    async def all_next(self) -> Mapping[SpaceName, datetime]:
        """The next sweep of every space that has ever had one set."""
        ...

    async def set_next(self, space: SpaceName, next_at: datetime) -> None:
        """The space is swept next at that instant."""
        ...


class SweepView(Protocol):
    """What of a transaction is needed."""

    @property
    def sweeps(self) -> SweepStore: ...


class SweepWorks(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractAsyncContextManager[SweepView]: ...

    def look(self) -> AbstractAsyncContextManager[SweepView]: ...


Sweeping = Callable[[SpaceName], Awaitable[int | None]]
"""Looks for drift in one space; how much there was, None where the look failed."""


@dataclass(slots=True)
class Rounds:
    """The sweeps of all configured spaces. A new one sweeps every space at once, whatever the database says."""

    works: SweepWorks
    clock: Clock
    names: tuple[SpaceName, ...]
    every: timedelta
    sweep: Sweeping
    _begun: set[SpaceName] = field(default_factory=set)

    async def sweep_due(self) -> int:
        """Every space whose sweep is due has been swept, side by side; how many. One that fails is tried again soon."""
        now = self.clock.now()
        due = [name for name, at in (await self._next()).items() if at is None or at <= now]
        await asyncio.gather(*(self._swept(name) for name in due))
        return len(due)

    async def next_due(self) -> datetime | None:
        """When a space is swept next; now, while one has not been swept since the start."""
        instants = [at or self.clock.now() for at in (await self._next()).values()]
        return min(instants, default=None)

    async def _next(self) -> Mapping[SpaceName, datetime | None]:
        """None where a space is to be swept at once."""
        async with self.works.look() as view:
            known = await view.sweeps.all_next()
        return {name: known.get(name) if name in self._begun else None for name in self.names}

    async def _swept(self, name: SpaceName) -> None:
        found: int | None = None
        try:
            found = await self.sweep(name)
        except Exception as error:
            log.error("sweep.has_failed", space=name, kind=type(error).__name__, at=place_of(error))
        pause = self.every if found is not None else min(self.every, SOON)
        async with self.works.begin() as work:
            await work.sweeps.set_next(name, self.clock.now() + pause)
        self._begun.add(name)
