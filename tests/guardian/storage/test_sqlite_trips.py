"""A connection whose statements are carried out in one trip to its thread."""

import asyncio
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import column, literal, select, table, text
from sqlalchemy.exc import IntegrityError

from guardian.storage.database import Database
from guardian.storage.sqlite_trips import open_connection

THINGS = table("things", column("number"))


async def a_database(path: Path, number: int) -> Database:
    database = await Database.open(f"sqlite:///{path}")
    async with database.write() as work:
        await work.execute(text("CREATE TABLE things (number INTEGER PRIMARY KEY)"))
        await work.execute(THINGS.insert().values(number=number))
    return database


async def larger_than(database: Database, number: int) -> list[int]:
    async with database.read() as view:
        return list((await view.execute(select(THINGS.c.number).where(THINGS.c.number > literal(number)))).scalars())


async def test_what_a_statement_is_refused_for_leaves_the_connection_as_good_as_before(tmp_path: Path) -> None:
    async with await a_database(tmp_path / "first", 3) as database:
        with pytest.raises(IntegrityError):
            async with database.write() as work:
                await work.execute(THINGS.insert().values(number=3))
        async with database.write() as work:
            assert (await work.execute(THINGS.update().values(number=4))).rowcount == 1
        assert await larger_than(database, 0) == [4]


async def test_what_was_not_committed_is_undone_on_a_connection_that_has_committed_before(tmp_path: Path) -> None:
    async with await a_database(tmp_path / "first", 3) as database:
        with suppress(ValueError):
            async with database.write() as work:
                await work.execute(THINGS.update().values(number=9))
                raise ValueError("a bug")
        assert await larger_than(database, 0) == [3]
        async with database.write() as work:
            await work.execute(THINGS.insert().values(number=4))
        assert await larger_than(database, 0) == [3, 4]


async def test_a_commit_that_is_refused_is_rolled_back(tmp_path: Path) -> None:
    connection = await open_connection(str(tmp_path / "first"), isolation_level=None)
    for statement in (
        "PRAGMA foreign_keys=ON",
        "CREATE TABLE cases (id INTEGER PRIMARY KEY)",
        "CREATE TABLE texts (of_case INTEGER REFERENCES cases (id) DEFERRABLE INITIALLY DEFERRED)",
        "BEGIN",
        "INSERT INTO texts VALUES (7)",
    ):
        await connection.cursor().execute(statement)
    with pytest.raises(sqlite3.IntegrityError):
        await connection.commit()
    await connection.rollback()
    await connection.cursor().execute("PRAGMA foreign_keys=ON")
    assert not connection.in_transaction
    await connection.close()


async def test_what_a_cancelled_task_still_asks_takes_no_beginning_of_the_next_one(tmp_path: Path) -> None:
    connection = await open_connection(str(tmp_path / "first"), isolation_level=None)
    free = threading.Event()
    await connection.cursor().execute("CREATE TABLE things (number INTEGER)")
    held = asyncio.create_task(connection.run(free.wait))
    late = asyncio.create_task(connection.cursor().execute("INSERT INTO things VALUES (1)"))
    await asyncio.sleep(0)
    await connection.rollback()
    connection.begin_with_next("BEGIN IMMEDIATE")
    free.set()
    await connection.cursor().execute("INSERT INTO things VALUES (2)")
    await asyncio.gather(held, late)
    await connection.rollback()
    rows = await (await connection.cursor().execute("SELECT number FROM things")).fetchall()
    assert rows == [(1,)]
    await connection.close()


async def test_a_transaction_that_asked_nothing_ends_without_its_thread(tmp_path: Path) -> None:
    connection = await open_connection(str(tmp_path / "first"), isolation_level=None)
    connection.begin_with_next("BEGIN IMMEDIATE")
    await connection.commit()
    await connection.cursor().execute("SELECT 1")
    assert not connection.in_transaction
    await connection.close()
