"""The one database of the service. Read `Database` first.

How the two kinds differ stands in their own modules, and in `insert` below. Writing is one transaction at a time on
both: on SQLite by its one writing connection, on PostgreSQL by one advisory lock taken as each write begins. What a
write has read is therefore still so when it commits, across rows and tables.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any, Protocol, Self

import asyncpg
from sqlalchemy import Table, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from guardian.errors import Misconfigured, Stale
from guardian.logs import logger
from guardian.storage.backend import Backend, Dialect, ProcessLock
from guardian.storage.postgresql import PostgresqlBackend
from guardian.storage.sqlite import SqliteBackend
from guardian.storage.wakeups import Subscription

log = logger("storage")


class CommitObserver(Protocol):
    """Takes note of each commit, just before it begins and just after it has ended: for crash trials."""

    def on_commit_start(self) -> None:
        """Take note that a commit begins."""
        ...

    def on_commit_end(self) -> None:
        """Take note that a commit has ended."""
        ...


class Database:
    """The open database. Made by `open`; closed by `close`, or at the end of an `async with`."""

    def __init__(self, backend: Backend, where: str, observer: CommitObserver | None) -> None:
        self._backend = backend
        self._observer = observer
        self._writing: set[asyncio.Task[Any]] = set()
        self.where = where
        self.dialect: Dialect = backend.dialect

    @classmethod
    async def open(cls, url: str, *, application: str = "serve", observer: CommitObserver | None = None) -> Self:
        """Open the database at the address, reachable and fit for use; Misconfigured says what is wrong with it."""
        address = parse_address(url)
        where = address.render_as_string(hide_password=True)
        backend = _backend_for(address, application)
        try:
            await backend.prepare()
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            await backend.close()
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise Misconfigured([f"The database {where} cannot be opened: {reason}."]) from error
        except BaseException:
            await backend.close()
            raise
        return cls(backend, where, observer)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction: committed as the block ends, undone if it raises; Stale if it came second."""
        async with self._transaction(self._backend.writer) as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a view of one instant of the database, through which nothing can be written."""
        with self._conflicts_as_stale():
            async with self._backend.reader.connect() as connection:
                await connection.begin()
                yield connection

    @asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction in which tables may be rebuilt.

        References are checked as a whole before it commits.
        """
        engine = self._backend.migrator()
        try:
            async with self._transaction(engine) as connection:
                yield connection
                await self._backend.check_references(connection)
        finally:
            await engine.dispose()

    @property
    def is_writing(self) -> bool:
        """Return whether a write transaction is under way in this process, or waits for its turn."""
        return bool(self._writing)

    def subscribe(self, *topics: str) -> AbstractContextManager[Subscription]:
        """Subscribe to the topics (none named: all) until the block ends.

        A wake-up can be missed: keep a cap.
        """
        self._backend.start_listening()
        return self._backend.wakeups.subscribe(topics)

    async def wake(self, *topics: str) -> None:
        """Wake the topics' subscribers. Called after the commit that they are to see; never fails."""
        self._backend.wakeups.wake(topics)
        try:
            await self._backend.publish(topics)
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("wake.was_unheard", kind=type(error).__name__)

    async def try_lock(self, name: str) -> ProcessLock | None:
        """Take what only one process may have at a time; None while another has it."""
        return await self._backend.try_lock(name)

    async def lock(self, name: str) -> ProcessLock:
        """Take what only one process may have at a time; Misconfigured while another has it."""
        process_lock = await self._backend.try_lock(name)
        if process_lock is None:
            remedy = "Stop that one first, or give this one a database of its own."
            raise Misconfigured([f"Another '{name}' already works on {self.where}. {remedy}"])
        return process_lock

    async def scrub(self) -> None:
        """Remove what was deleted or overwritten from the files too, as far as the database can do it."""
        await self._backend.scrub()

    async def close(self) -> None:
        """Close every connection."""
        await self._backend.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with self._forbid_nested_write(), self._conflicts_as_stale():
            async with engine.connect() as connection:
                await connection.begin()
                yield connection
                await self._commit(connection)

    async def _commit(self, connection: AsyncConnection) -> None:
        if self._observer is None:
            await connection.commit()
            return
        self._observer.on_commit_start()
        try:
            await connection.commit()
        finally:
            self._observer.on_commit_end()

    @contextmanager
    def _forbid_nested_write(self) -> Iterator[None]:
        """Raise at once on a write inside a write, which would wait for itself: it is a bug."""
        task = asyncio.current_task()
        if task is None or task in self._writing:
            raise RuntimeError("a write transaction was begun inside another one of the same task")
        self._writing.add(task)
        try:
            yield
        finally:
            self._writing.discard(task)

    @contextmanager
    def _conflicts_as_stale(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise Stale from error
        except DBAPIError as error:
            if error.orig is not None and self._backend.is_conflict(error.orig):
                raise Stale from error
            raise


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert in the connection's own dialect.

    It knows `on_conflict_do_nothing` and `on_conflict_do_update`.
    """
    if connection.dialect.name == Dialect.SQLITE:
        return sqlite.insert(table)
    return postgresql.insert(table)


async def try_lock(url: str, name: str) -> ProcessLock | None:
    """Take what only one process may have at a time, where the database itself may not be there yet."""
    backend = _backend_for(parse_address(url), name)
    try:
        return await backend.try_lock(name)
    finally:
        await backend.close()


def parse_address(url: str) -> URL:
    """Return the address with the driver that we use; Misconfigured where it names no database that we know."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise Misconfigured([_UNKNOWN.format(where="that is configured")]) from error
    match address.get_backend_name():
        case "sqlite":
            return address.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return address.set(drivername="postgresql+asyncpg")
    raise Misconfigured([_UNKNOWN.format(where=address.render_as_string(hide_password=True))])


def _backend_for(address: URL, application: str) -> Backend:
    if address.get_backend_name() == Dialect.SQLITE:
        return SqliteBackend(address)
    return PostgresqlBackend(address, application)


_UNKNOWN = "The database address {where} is not understood: write sqlite:////path/to/file or postgresql://host/name."
