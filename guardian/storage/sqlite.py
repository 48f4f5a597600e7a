"""SQLite's own way: one file on one host, one connection that writes, the operating system's lock for one process.

Read `SqliteBackend` first.
"""

import fcntl
import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast
from weakref import WeakValueDictionary

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from guardian.errors import Misconfigured
from guardian.storage.backend import LOCK_TIMEOUT_SECONDS, Dialect, ProcessLock
from guardian.storage.sqlite_dialect import COMPILED, DRIVER_NAME
from guardian.storage.sqlite_trips import OneTripConnection, open_connection
from guardian.storage.wakeups import WakeupHub

_READERS: Final = 4
_BUSY: Final = 5
_PRIMARY_CODE: Final = 0xFF
_OLDEST: Final = (3, 35)
_WAKEUP_HUBS: Final[WeakValueDictionary[str, WakeupHub]] = WeakValueDictionary()


class SqliteBackend:
    """A file with a write-ahead log. The driver's own transactions begin too late and lose updates: we begin them."""

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:":
            raise Misconfigured(["The database needs a file: write its address as sqlite:////path/to/guardian.db."])
        self._url = url
        # Resolved, so that a link to the file is the same database, with the same lock and the same wake-ups.
        self._path = Path(url.database).resolve()
        self.dialect = Dialect.SQLITE
        self.wakeups = _WAKEUP_HUBS.setdefault(str(self._path), WakeupHub())
        self.writer = self._engine("BEGIN IMMEDIATE", "PRAGMA foreign_keys=ON", connections=1)
        self.reader = self._engine("BEGIN", "PRAGMA query_only=ON", connections=_READERS)

    async def prepare(self) -> None:
        """Create the file where there is none, for its owner alone; Misconfigured where it cannot serve."""
        if not self._path.parent.is_dir():
            raise Misconfigured([f"The folder {self._path.parent} of the database does not exist: create it first."])
        # Created by us and not by SQLite, so that others on the machine can read neither it nor its write-ahead log.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        async with self.writer.connect() as connection:
            version = str((await connection.execute(text("SELECT sqlite_version()"))).scalar_one())
        if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
            raise Misconfigured([f"SQLite {version} is too old: Guardian needs 3.35 or newer."])

    def migrator(self) -> AsyncEngine:
        """Return an engine that leaves references unchecked, so that tables can be rebuilt."""
        # Rebuilding a table drops the old one; with references enforced that would take the rows that point at it.
        return self._engine("BEGIN IMMEDIATE", "PRAGMA foreign_keys=OFF", connections=1)

    async def check_references(self, connection: AsyncConnection) -> None:
        """Raise where a row points at nothing, which nothing has checked so far."""
        broken = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
        if broken is not None:
            raise RuntimeError(f"the migration left rows of {broken[0]} that point at nothing")

    def start_listening(self) -> None:
        """Do nothing: other processes of one file are short commands, which the subscribers' cap covers."""

    async def publish(self, topics: Sequence[str]) -> None:
        """Do nothing: every database of this file in this process shares one hub of wake-ups."""

    async def try_lock(self, name: str) -> ProcessLock | None:
        """Take the lock file of that name; None while another process has it."""
        path = self._path.with_name(f"{self._path.name}.{name}.lock")
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return _FileLock(file)

    def is_conflict(self, error: BaseException) -> bool:
        """Return whether the error says that somebody else came first."""
        code = getattr(error, "sqlite_errorcode", None)
        return isinstance(code, int) and code & _PRIMARY_CODE == _BUSY

    async def scrub(self) -> None:
        """Empty the write-ahead log; in the file itself what is deleted is overwritten at once."""
        engine = create_async_engine(self._url, poolclass=NullPool, connect_args={"isolation_level": None})
        async with engine.connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await engine.dispose()

    async def close(self) -> None:
        """Close every connection."""
        await self.reader.dispose()
        await self.writer.dispose()

    def _engine(self, begin: str, pragma: str, *, connections: int) -> AsyncEngine:
        settings: dict[str, Any] = {"isolation_level": None, "timeout": LOCK_TIMEOUT_SECONDS, "factory": _Connection}
        engine = create_async_engine(
            self._url.set(drivername=DRIVER_NAME),
            hide_parameters=True,
            execution_options={"compiled_cache": COMPILED},
            pool_size=connections,
            max_overflow=0,
            pool_timeout=LOCK_TIMEOUT_SECONDS,
            async_creator=lambda: open_connection(str(self._url.database), **settings),
        )
        pragmas = (
            f"PRAGMA busy_timeout={LOCK_TIMEOUT_SECONDS * 1000}",
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA secure_delete=ON",
            pragma,
        )

        def settle(connection: Any, _: object) -> None:
            cursor = connection.cursor()
            for each in pragmas:
                cursor.execute(each)
            cursor.close()

        def start(connection: Connection) -> None:
            cast(OneTripConnection, connection.connection.driver_connection).begin_with_next(begin)

        event.listen(engine.sync_engine, "connect", settle)
        event.listen(engine.sync_engine, "begin", start)
        return engine


class _Connection(sqlite3.Connection):
    """Closes for good: SQLite keeps a closed connection, its open transaction and its lock for as long as some cursor
    is remembered anywhere, and a cancelled task's traceback remembers one.
    """

    def close(self) -> None:
        """Close for good, whatever still remembers a cursor."""
        with suppress(sqlite3.ProgrammingError):
            self.rollback()
        super().close()


class _FileLock(ProcessLock):
    """A lock of the operating system: it ends with the process, whatever happens to that."""

    def __init__(self, file: int) -> None:
        super().__init__()
        self._file: int | None = file

    async def release(self) -> None:
        """Release the lock and close its file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
