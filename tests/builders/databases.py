"""Databases with every table and no row: made once, then copied, since making them is the slow part of a test."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg

from guardian.storage.database import Database
from guardian.storage.migrations.steps import create_tables
from guardian.storage.tables.all_tables import metadata
from tests import postgresql

_TEMPLATES: Final[list[Path]] = []
_FILLED: Final[set[str]] = set()


async def copy_blank_file(path: Path) -> str:
    """The address of a new database in that file, with every table."""
    if not _TEMPLATES:
        _TEMPLATES.append(await _make_template())
    shutil.copyfile(_TEMPLATES[0], path)
    return f"sqlite+aiosqlite:///{path}"


async def _make_template() -> Path:
    made = make_template_folder() / "blank.sqlite"
    async with await Database.open(f"sqlite+aiosqlite:///{made}") as database:
        await create_tables(database)
        await database.scrub()
    return made


def make_template_folder() -> Path:
    """A new folder for files that tests copy: in the run's own, where it is one, so that it goes away with the run."""
    return Path(tempfile.mkdtemp(prefix="guardian-template-", dir=os.environ.get(postgresql.HOME)))


async def empty_database(address: Callable[[str], str]) -> str:
    """The address of this process's own PostgreSQL database with every table, emptied of what a test left in it."""
    name = f"full_{os.getpid()}"
    plain = address(name).replace("+asyncpg", "", 1)
    if name not in _FILLED:
        await run_statement(address("postgres").replace("+asyncpg", "", 1), f'CREATE DATABASE "{name}"')
        async with await Database.open(address(name)) as database:
            await create_tables(database)
        _FILLED.add(name)
    await run_statement(plain, "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)))
    return address(name)


async def drop_database(address: Callable[[str], str]) -> None:
    """What `empty_database` made on the server is gone."""
    for name in _FILLED:
        await run_statement(address("postgres").replace("+asyncpg", "", 1), f'DROP DATABASE "{name}" WITH (FORCE)')
    _FILLED.clear()


async def run_statement(server: str, statement: str) -> None:
    """The server has carried out the statement."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
