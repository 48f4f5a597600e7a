"""PostgreSQL's own way: several hosts, one advisory lock that lets one write at a time, LISTEN/NOTIFY to wake others.

Listening and locking have direct connections of their own: both break behind a pooler that shares sessions. Read
`PostgresqlBackend` first.
"""

import asyncio
import zlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Literal

import asyncpg
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from guardian.ids import new_id
from guardian.logs import logger
from guardian.storage.backend import LOCK_TIMEOUT_SECONDS, STATEMENTS_KEPT, Dialect, ProcessLock
from guardian.storage.wakeups import WakeupHub

_CONNECTIONS: Final = 4
_CONFLICTS: Final = frozenset({"40001", "40P01", "55P03"})
_WRITERS_LOCK: Final = 4_715_262_701
_PROCESS_LOCKS: Final = 471_526
_CHANNEL: Final = "guardian"
_HEARTBEAT_SECONDS: Final = 5.0
_LONGEST_PAUSE_SECONDS: Final = 30.0

log = logger("storage")


class PostgresqlBackend:
    """A server. Writes read what is committed, one after the other; reads see one instant and change nothing."""

    def __init__(self, url: URL, application: str) -> None:
        self._url = url
        self._instance = new_id()
        self._listener_task: asyncio.Task[None] | None = None
        self._settings = {
            "application_name": f"guardian-{application}",
            # A host that died or hangs must not keep the lock of the one writer.
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
            "idle_in_transaction_session_timeout": "60s",
            "lock_timeout": f"{LOCK_TIMEOUT_SECONDS}s",
        }
        self.dialect = Dialect.POSTGRESQL
        self.wakeups = WakeupHub()
        self.writer = self._writing_engine()
        self.reader = self._engine("REPEATABLE READ", postgresql_readonly=True)

    async def prepare(self) -> None:
        """Ask the server whether it answers."""
        async with self.reader.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def migrator(self) -> AsyncEngine:
        """Return the engine that writes: it may rebuild tables."""
        return self._writing_engine()

    async def check_references(self, connection: AsyncConnection) -> None:
        """Do nothing: each statement was checked as it ran."""

    def start_listening(self) -> None:
        """Listen for what other processes publish."""
        if self._listener_task is None:
            self._listener_task = asyncio.get_running_loop().create_task(self._listen_forever())

    async def publish(self, topics: Sequence[str]) -> None:
        """Notify other processes of the topics."""
        async with self.reader.connect() as connection:
            for topic in topics:
                parameters = {"channel": _CHANNEL, "payload": f"{self._instance} {topic}"}
                await connection.execute(text("SELECT pg_notify(:channel, :payload)"), parameters)
            await connection.commit()

    async def try_lock(self, name: str) -> ProcessLock | None:
        """Take the advisory lock of that name, in a session of its own; None while another has it."""
        connection = await self._connect()
        key = zlib.crc32(name.encode()) - 2**31
        if await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _PROCESS_LOCKS, key):
            return _SessionLock(connection)
        await connection.close()
        return None

    def is_conflict(self, error: BaseException) -> bool:
        """Return whether the error says that somebody else came first."""
        return getattr(error, "sqlstate", None) in _CONFLICTS

    async def scrub(self) -> None:
        """Vacuum the tables, so that what was deleted can be overwritten."""
        connection = await self._connect()
        try:
            await connection.execute("VACUUM")
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close every connection."""
        if self._listener_task is not None:
            await _cancel(self._listener_task)
            self._listener_task = None
        await self.reader.dispose()
        await self.writer.dispose()

    async def _listen_forever(self) -> None:
        """Wake subscribers to what others publish. Without a connection the subscribers' own caps serve."""
        pause = 1.0
        while True:
            try:
                await self._listen_until_disconnected()
                pause = 1.0
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("listening.was_refused", kind=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _listen_until_disconnected(self) -> None:
        disconnected = asyncio.Event()
        connection = await self._connect()
        try:
            connection.add_termination_listener(lambda _: disconnected.set())
            await connection.add_listener(_CHANNEL, self._on_notification)
            self.wakeups.wake(None)
            await disconnected.wait()
        finally:
            connection.terminate()

    def _on_notification(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        instance, _space, topic = str(payload).partition(" ")
        if instance != self._instance:
            self.wakeups.wake((topic,))

    async def _connect(self) -> Any:
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return await asyncpg.connect(address, server_settings=self._settings, timeout=LOCK_TIMEOUT_SECONDS)

    def _writing_engine(self) -> AsyncEngine:
        # READ COMMITTED, since each statement must see what the writer before us committed while we waited.
        engine = self._engine("READ COMMITTED")
        event.listen(engine.sync_engine, "begin", _lock_writer)
        return engine

    def _engine(self, isolation: Literal["READ COMMITTED", "REPEATABLE READ"], **options: object) -> AsyncEngine:
        return create_async_engine(
            self._url,
            isolation_level=isolation,
            query_cache_size=STATEMENTS_KEPT,
            execution_options=options,
            hide_parameters=True,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=LOCK_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            connect_args={"server_settings": self._settings},
        )


class _SessionLock(ProcessLock):
    """An advisory lock of a session of its own; a heartbeat shows when the session, and with it the lock, is gone."""

    def __init__(self, connection: Any) -> None:
        super().__init__()
        self._connection = connection
        connection.add_termination_listener(lambda _: self.lost.set())
        self._watch_task = asyncio.get_running_loop().create_task(self._watch_session())

    async def release(self) -> None:
        """Release the lock and close its session."""
        await _cancel(self._watch_task)
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self._connection.close(timeout=_HEARTBEAT_SECONDS)

    async def _watch_session(self) -> None:
        while not self.lost.is_set():
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            try:
                await self._connection.execute("SELECT 1", timeout=_HEARTBEAT_SECONDS)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                # Closing makes sure that the lock is gone on the server's side as well before anybody else takes it.
                self._connection.terminate()
                self.lost.set()


def _lock_writer(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
