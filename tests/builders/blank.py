"""Databases with every table and no row: made once, then copied, since making them is the slow part of a test."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg

from guardian.storage.database import Database
from guardian.storage.migrations.steps import create_all

TEMPLATE: Final = "blank_template"
_ONE_MAKER: Final = 4_711
_MADE: Final[list[Path]] = []


async def blank_file(path: Path) -> str:
    """The address of a new database in that file, with every table."""
    if not _MADE:
        _MADE.append(await _template())
    shutil.copyfile(_MADE[0], path)
    return f"sqlite+aiosqlite:///{path}"


async def _template() -> Path:
    made = Path(tempfile.mkdtemp(prefix="guardian-blank-")) / "blank.sqlite"
    async with await Database.open(f"sqlite+aiosqlite:///{made}") as database:
        await create_all(database)
        await database.scrub()
    return made


async def blank_template(server: str, address: Callable[[str], str]) -> str:
    """The name of the server's template with every table; whoever comes first makes it, the others wait."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({_ONE_MAKER})")
        known = await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", TEMPLATE)
        if not known:
            await connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
            async with await Database.open(address(TEMPLATE)) as database:
                await create_all(database)
    finally:
        await connection.close()
    return TEMPLATE


async def command(server: str, statement: str) -> None:
    """The server has carried out the statement."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
