"""Copies the database to one file, and brings one back: SQLite by its online backup, PostgreSQL by pg_dump and pg_restore.

A copy holds one instant, whatever is written meanwhile; what is sealed stays sealed, and the tables of keys are empty in
it (`key_export` has them). Nothing that stands already is replaced. Read `copy_database` and `restore_database` first.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import Table, delete, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from guardian.errors import Misconfigured
from guardian.storage.backend import LOCK_TIMEOUT_SECONDS, Dialect
from guardian.storage.database import parse_address
from guardian.storage.key_export import KEY_TABLES

Check = Callable[[str], Awaitable[None]]
"""Looks through the database at that address, and raises where it does not serve."""

_PRIVATE: Final = 0o600
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_DUMP: Final = ("--format=custom", "--no-owner", "--no-privileges")
_RESTORE: Final = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
_TLS: Final = {"ssl": "sslmode"}
"""What asyncpg calls otherwise than PostgreSQL's own programs."""


async def copy_database(url: str, target: Path, check: Check, *, programs: str | None = None) -> None:
    """Copy the database to a new file, for its owner alone; whole, or not at all.

    `check` looks through the copy before it is put in place; that of a server only the server can read. `programs` are
    the folders in which PostgreSQL's programs are looked for; None: those of the environment.
    """
    address = parse_address(url)
    with _draft_of(target) as draft:
        if address.get_backend_name() == Dialect.SQLITE:
            await asyncio.to_thread(_copy_sqlite, _file_of(address), draft, KEY_TABLES)
            await check(f"sqlite:///{draft}")
            await asyncio.to_thread(_make_one_file, draft)
        else:
            without = [f"--exclude-table-data={table.name}" for table in KEY_TABLES]
            await _run(address, "pg_dump", *_DUMP, *without, f"--file={draft}", programs=programs)
            await _run(address, "pg_restore", "--list", str(draft), programs=programs)
        _put_in_place(draft, target)


@asynccontextmanager
async def scratch_database(url: str, folder: Path) -> AsyncIterator[str]:
    """Make an empty database of the same kind, to look through a copy in it; afterwards it is gone.

    On PostgreSQL the account needs the right to make a database; Misconfigured says so where it has not.
    """
    address, name = parse_address(url), f"guardian_look_{uuid4().hex}"
    if address.get_backend_name() == Dialect.SQLITE:
        file = folder / f".{name}"
        try:
            yield f"sqlite:///{file}"
        finally:
            _remove(file)
        return
    try:
        await _execute(url, f'CREATE DATABASE "{name}"')
    except SQLAlchemyError as error:
        remedy = f'ALTER ROLE "{address.username or "guardian"}" CREATEDB'
        fault = "The copy could not be looked through: the account may not make a database to bring it back in"
        raise Misconfigured([f"{fault} ({remedy})."]) from error
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        await _execute(url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _execute(url: str, statement: str) -> None:
    """Run a statement that no transaction may hold."""
    address = parse_address(url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def restore_database(url: str, source: Path, check: Check, *, programs: str | None = None) -> None:
    """Bring the copy back to where the configured database stands, which has to be empty; whole, or not at all.

    `check` looks through it: a file before it is put in place, a server's database afterwards.
    """
    address = parse_address(url)
    if address.get_backend_name() != Dialect.SQLITE:
        await _run(address, "pg_restore", *_RESTORE, "--dbname={}", str(source), programs=programs)
        await check(url)
        return
    target = _file_of(address)
    refuse_existing(target)
    with _draft_of(target) as draft:
        await _copy_file(source, draft, check)
        _put_in_place(draft, target)


def refuse_existing(target: Path) -> None:
    """Raise Misconfigured where the database's file, or a part of one that SQLite keeps beside it, is there already."""
    found = [path for path in _parts_of(target) if path.exists()]
    if found:
        names = ", ".join(str(path) for path in found)
        raise Misconfigured([f"{names} is there already: nothing was changed. Move it away first, and keep it."])


def _parts_of(file: Path) -> Iterable[Path]:
    return [file.with_name(file.name + end) for end in _BESIDE]


def _file_of(address: URL) -> Path:
    return Path(address.database or "").resolve()


@contextmanager
def _draft_of(target: Path) -> Iterator[Path]:
    """Create the file in which the copy is written, beside where it belongs; afterwards it is gone."""
    if target.exists():
        raise Misconfigured([f"{target} is there already: nothing was changed. Name a new file."])
    draft = target.with_name(f".{target.name}.new")
    try:
        _remove(draft)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))
    except OSError as error:
        raise Misconfigured([f"{target} cannot be written: {error.strerror}."]) from error
    try:
        yield draft
    finally:
        _remove(draft)


def _remove(draft: Path) -> None:
    for path in _parts_of(draft):
        path.unlink(missing_ok=True)


async def _copy_file(source: Path, draft: Path, check: Check) -> None:
    await asyncio.to_thread(_copy_sqlite, source, draft)
    await check(f"sqlite:///{draft}")
    # Whoever opened it to look has made it one of several files: it is one again.
    await asyncio.to_thread(_make_one_file, draft)


def _make_one_file(draft: Path) -> None:
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_sqlite(source: Path, target: Path, without: Iterable[Table] = ()) -> None:
    """Copy one instant of a database that may be in use, as one file that needs no other beside it.

    The tables `without` are empty in it, and nothing of what stood in them is left in the file.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=LOCK_TIMEOUT_SECONDS)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            _empty(new, without)
            found = new.execute("PRAGMA integrity_check").fetchone()[0]
            broken = new.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        raise Misconfigured([f"{source} cannot be copied: {error}."]) from error
    if found != "ok" or broken is not None:
        raise Misconfigured([f"{source} is damaged ({found}): bring an older copy back."])


def _empty(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(str(delete(table)))
        connection.commit()
        connection.execute("VACUUM")


def _put_in_place(draft: Path, target: Path) -> None:
    file = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
    os.link(draft, target)


async def _run(address: URL, program: str, *arguments: str, programs: str | None) -> None:
    """Run one of PostgreSQL's programs; a password goes by the environment, where no list of processes shows it."""
    found = shutil.which(program, path=programs)
    if found is None:
        raise Misconfigured([f"The program {program} is not there: install PostgreSQL's client programs on this host."])
    plain, secrets = _libpq_address(address)
    words = [word.replace("{}", plain) for word in arguments]
    if program == "pg_dump":
        words.append(f"--dbname={plain}")
    process = await asyncio.create_subprocess_exec(
        found, *words, env={**os.environ, **secrets}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise Misconfigured([f"{program} has failed: {lines[0]}"])


def _libpq_address(address: URL) -> tuple[str, Mapping[str, str]]:
    query = {_TLS.get(name, name): value for name, value in address.query.items()}
    secrets = {"PGPASSWORD": str(address.password)} if address.password else {}
    plain = URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, query
    ).render_as_string(hide_password=False)
    return plain, secrets
