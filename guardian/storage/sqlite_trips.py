"""SQLite's thread, asked once for a statement and its rows. The driver goes there four times for the same: to make a
cursor, to execute, to fetch and to close, and each trip costs more than most of our statements. A transaction begins in
the trip of its first statement, and nobody waits for one to be undone: what is asked next comes after it.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, Self

import aiosqlite

_CHUNK: Final = 64
"""What the driver wants to know for reading in pieces; we never do."""


class OneTripCursor:
    """A cursor as SQLAlchemy uses one. Between two trips it has rows and nothing of the database's."""

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Execute the statement and fetch all its rows."""
        await self._connection.run(self._run_statement, sqlite3.Cursor.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Execute the statement for each of the parameters."""
        await self._connection.run(self._run_statement, sqlite3.Cursor.executemany, sql, parameters)
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows of the last statement."""
        return self._rows

    async def close(self) -> None:
        """Do nothing: the trip itself has closed it."""

    def _run_statement(self, execute: Any, sql: str, parameters: Any) -> None:
        cursor = self._connection.sqlite.cursor()
        try:
            execute(cursor, sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else ()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class OneTripConnection(aiosqlite.Connection):
    """The driver's connection, with cursors of ours. Where nothing was run since the last end, there is nothing to end."""

    _has_run = True
    _beginning: str | None = None

    def cursor(self) -> OneTripCursor:  # type: ignore[override]
        """Return a cursor, made without asking the thread."""
        return OneTripCursor(self)

    @property
    def sqlite(self) -> sqlite3.Connection:
        """Return SQLite's own connection, which only its thread may touch."""
        return self._conn

    def begin_with_next(self, statement: str) -> None:
        """Begin a transaction by this statement, in the trip of the next one: until then it could have seen nothing."""
        self._beginning = statement

    async def run(self, act: Any, *arguments: Any) -> None:
        """Run the act in the connection's thread."""
        # Taken here, since an act of a cancelled task may still wait in the thread: it must not begin what is another's.
        beginning, self._beginning = self._beginning, None
        self._has_run = True
        await self._execute(self._begin_and_run, beginning, act, *arguments)  # type: ignore[no-untyped-call]

    def _begin_and_run(self, beginning: str | None, act: Any, *arguments: Any) -> None:
        if beginning is not None:
            self._conn.execute(beginning).close()
        act(*arguments)

    async def commit(self) -> None:
        """Commit; only what has ended well leaves nothing to roll back."""
        self._beginning = None
        if self._has_run:
            await super().commit()
            self._has_run = False

    async def rollback(self) -> None:
        """Have all undone that was begun since the last commit, before whatever the thread is asked next."""
        self._beginning = None
        if self._has_run:
            self._has_run = False
            self._tx.put_nowait((None, self._conn.rollback))


async def open_connection(path: str, **settings: Any) -> OneTripConnection:
    """Open a connection whose thread never keeps the process from ending."""
    connection = OneTripConnection(lambda: sqlite3.connect(path, **settings), _CHUNK)
    connection._thread.daemon = True
    await connection
    return connection
