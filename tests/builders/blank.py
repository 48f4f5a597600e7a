"""Databases with every table and no row: made once, then copied, since making them is the slow part of a test."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg

from guardian.storage.database import Database
from guardian.storage.migrations.steps import create_all
from guardian.storage.tables.everything import metadata
from tests import postgresql

_MADE: Final[list[Path]] = []
_FULL: Final[set[str]] = set()


async def blank_file(path: Path) -> str:
    """The address of a new database in that file, with every table."""
    if not _MADE:
        _MADE.append(await _template())
    shutil.copyfile(_MADE[0], path)
    return f"sqlite+aiosqlite:///{path}"


async def _template() -> Path:
    # In the run's own folder, where it is one, so that it goes away with the run.
    made = Path(tempfile.mkdtemp(prefix="guardian-blank-", dir=os.environ.get(postgresql.HOME))) / "blank.sqlite"
    async with await Database.open(f"sqlite+aiosqlite:///{made}") as database:
        await create_all(database)
        await database.scrub()
    return made


async def emptied(address: Callable[[str], str]) -> str:
    """The address of this process's own PostgreSQL database with every table, emptied of what a test left in it."""
    name = f"full_{os.getpid()}"
    plain = address(name).replace("+asyncpg", "", 1)
    if name not in _FULL:
        await command(address("postgres").replace("+asyncpg", "", 1), f'CREATE DATABASE "{name}"')
        async with await Database.open(address(name)) as database:
            await create_all(database)
        _FULL.add(name)
    await command(plain, "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)))
    return address(name)


async def forget(address: Callable[[str], str]) -> None:
    """What `emptied` made on the server is gone."""
    for name in _FULL:
        await command(address("postgres").replace("+asyncpg", "", 1), f'DROP DATABASE "{name}" WITH (FORCE)')
    _FULL.clear()


async def command(server: str, statement: str) -> None:
    """The server has carried out the statement."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
