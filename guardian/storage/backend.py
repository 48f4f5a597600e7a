"""What the two kinds of database do each in its own way: the differences, named once. Read `Backend` first."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from guardian.storage.wakeups import WakeupHub

LOCK_TIMEOUT_SECONDS: Final = 15
"""How long a write waits for another before it gives up as Stale (monotonic time)."""

STATEMENTS_KEPT: Final = 2000
"""How many forms of statements each engine keeps compiled: more than there are."""


class Dialect(StrEnum):
    """The two kinds of database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class ProcessLock:
    """What one process alone has until it releases it. `lost` is set if it was taken away: then its work must stop."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    async def release(self) -> None:
        """Let another have it."""
        raise NotImplementedError


class Backend(Protocol):
    """One kind of database: how a write begins, how others are woken, how a second process is kept out."""

    @property
    def dialect(self) -> Dialect:
        """Return which kind it is."""
        ...

    @property
    def writer(self) -> AsyncEngine:
        """Return the engine whose transactions write, one at a time."""
        ...

    @property
    def reader(self) -> AsyncEngine:
        """Return the engine whose transactions read one instant."""
        ...

    @property
    def wakeups(self) -> WakeupHub:
        """Return what wakes the subscribers of this process."""
        ...

    async def prepare(self) -> None:
        """Prepare the database for use; raise what it answers where it cannot be."""
        ...

    def migrator(self) -> AsyncEngine:
        """Return an engine whose writes may rebuild tables."""
        ...

    async def check_references(self, connection: AsyncConnection) -> None:
        """Check, after tables were rebuilt, that no row points at nothing."""
        ...

    def start_listening(self) -> None:
        """Pass on, from now on, the wake-ups that other processes publish."""
        ...

    async def publish(self, topics: Sequence[str]) -> None:
        """Wake the topics' subscribers in other processes."""
        ...

    async def try_lock(self, name: str) -> ProcessLock | None:
        """Take what only one process may have at a time; None while another has it."""
        ...

    def is_conflict(self, error: BaseException) -> bool:
        """Return whether the database's error says that somebody else came first."""
        ...

    async def scrub(self) -> None:
        """Remove what was deleted from the files, as far as the database can do it."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
