"""What the two kinds of database do each in its own way: the five differences, named once. No kind knows the other."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from guardian.storage.wakeups import WakeupHub

LOCK_TIMEOUT_SECONDS: Final = 15
"""How long a write waits for another before it gives up as Stale (wire time)."""

STATEMENTS_KEPT: Final = 2000
"""How many forms of statements each engine keeps compiled: more than there are."""


class Dialect(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class ProcessLock:
    """What one process alone holds until it releases it. `lost` is set if it was taken away: then its work must stop."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    async def release(self) -> None:
        """Another may hold it now."""
        raise NotImplementedError


class Backend(Protocol):
    """One kind of database: how a write begins, how others are woken, how one process is told from two."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def writer(self) -> AsyncEngine: ...

    @property
    def reader(self) -> AsyncEngine: ...

    @property
    def wakeups(self) -> WakeupHub: ...

    async def prepare(self) -> None:
        """The database answers and is fit for use."""
        ...

    def migrator(self) -> AsyncEngine:
        """An engine whose writes may rebuild tables."""
        ...

    async def check_references(self, connection: AsyncConnection) -> None:
        """No row points at nothing after tables were rebuilt."""
        ...

    def start_listening(self) -> None:
        """What other processes announce rings the bell from now on."""
        ...

    async def publish(self, topics: Sequence[str]) -> None:
        """Other processes hear of the topics."""
        ...

    async def try_lock(self, name: str) -> ProcessLock | None:
        """What only one process may hold at a time, or None while another does."""
        ...

    def is_conflict(self, error: BaseException) -> bool:
        """Whether the database's error says: somebody else came first."""
        ...

    async def scrub(self) -> None:
        """What was deleted is gone from the files, as far as the database can do it."""
        ...

    async def close(self) -> None:
        """Every connection is closed."""
        ...
