"""A connection whose statements are carried out in one trip to its thread."""

from pathlib import Path

import pytest
from sqlalchemy import column, literal, select, table, text
from sqlalchemy.exc import IntegrityError

from guardian.storage.database import Database

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
