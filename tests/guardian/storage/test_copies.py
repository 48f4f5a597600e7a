"""A copy of the database holds one whole instant, sealed as it was, and comes back on both kinds of database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from guardian.cases.case_records import KnownName
from guardian.errors import Misconfigured
from guardian.ids import CaseId, MemberId, PersonId, new_id
from guardian.journal import SERVICE, Entry
from guardian.people.models import Person
from guardian.storage.copies import copy_database, restore_database
from guardian.storage.database import Database
from guardian.storage.key_export import export_keys, import_keys
from guardian.storage.key_ring import KeyRing
from guardian.storage.key_rotation import rotate_keys
from guardian.storage.migrations.steps import create_tables
from guardian.storage.tables.all_tables import metadata
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from tests import postgresql
from tests.builders.databases import run_statement
from tests.builders.stolen_copy import Copy
from tests.guardian.storage.manual_clock import ManualClock

Rows = Mapping[str, list[dict[str, Any]]]


async def look(url: str) -> None:
    """Look through the copy, which opens as any database does."""
    async with await Database.open(url) as database, database.read() as connection:
        await connection.execute(select(1))


async def rows_of(database: Database) -> Rows:
    """Every row of every table, as it is kept."""
    async with database.read() as connection:
        return {
            table.name: [
                dict(row._mapping) for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


async def keys_of(database: Database) -> bytes:
    async with database.read() as connection:
        return await export_keys(connection, {})


async def put_keys(url: str, keys: bytes) -> None:
    """The keys are put into what was brought back."""
    async with await Database.open(url) as database, database.write() as connection:
        await import_keys(connection, keys)


@pytest.fixture
async def filled(sqlite_url: str, ring: KeyRing, clock: ManualClock) -> AsyncIterator[Database]:
    """A database with something sealed in it that stands in the write-ahead log alone."""
    async with await Database.open(sqlite_url) as database:
        await create_tables(database)
        await database.scrub()
        await fill(database, ring, clock)
        yield database


async def claim(uow: SqlUnitOfWork, form: str) -> None:
    await uow.idempotency.claim("page", form)
    await uow.idempotency.save("page", form, "the answer", CaseId("case-1"))


async def fill(database: Database, ring: KeyRing, clock: ManualClock) -> None:
    async with SqlUnitOfWorkFactory(database, ring, clock).begin() as uow:
        uow.journal.note(Entry(act="case.was_read", by=SERVICE))
        await claim(uow, "a form")


@pytest.mark.harm("report-lost-by-a-copy")
async def test_what_was_written_last_is_in_the_copy_and_comes_back_sealed_as_it_was(
    filled: Database, sqlite_url: str, tmp_path: Path
) -> None:
    """A file that is copied by other means lacks what stands in the write-ahead log alone."""
    copy, back = tmp_path / "copy", tmp_path / "back.sqlite"
    await copy_database(sqlite_url, copy, look)
    keys = await keys_of(filled)
    await restore_database(f"sqlite:///{back}", copy, lambda url: put_keys(url, keys))
    async with await Database.open(f"sqlite:///{back}") as restored:
        assert await rows_of(restored) == await rows_of(filled)


@pytest.mark.harm("keys-in-the-copy")
async def test_no_key_is_left_in_the_file_of_a_copy(filled: Database, sqlite_url: str, tmp_path: Path) -> None:
    """P-9.5: a row that was deleted stays in a file until something else is written over it."""
    await copy_database(sqlite_url, tmp_path / "copy", look)
    content = (tmp_path / "copy").read_bytes()
    rows = await rows_of(filled)
    assert rows["data_keys"]
    assert [row["id"] for row in rows["data_keys"] if row["wrapped"] in content or row["id"].encode() in content] == []


@pytest.mark.postgresql
@pytest.mark.harm("report-lost-by-a-copy")
async def test_a_server_s_database_comes_back_sealed_as_it_was(
    postgresql_url: str, ring: KeyRing, clock: ManualClock, tmp_path: Path
) -> None:
    other = f"back_{new_id().replace('-', '')}"
    server = postgresql.server_url()
    async with await Database.open(postgresql_url) as database:
        await create_tables(database)
        await fill(database, ring, clock)
        before, keys = await rows_of(database), await keys_of(database)
    await run_statement(server, f'CREATE DATABASE "{other}"')
    back = server.replace("/postgres?", f"/{other}?")
    try:
        await copy_database(postgresql_url, tmp_path / "copy", look, programs=postgresql.programs())
        await restore_database(back, tmp_path / "copy", lambda url: put_keys(url, keys), programs=postgresql.programs())
        async with await Database.open(back) as restored:
            assert await rows_of(restored) == before
        with pytest.raises(Misconfigured, match="pg_restore has failed"):
            await restore_database(back, tmp_path / "copy", look, programs=postgresql.programs())
    finally:
        await run_statement(server, f'DROP DATABASE "{other}" WITH (FORCE)')


@pytest.mark.postgresql
@pytest.mark.harm("forgotten-and-in-a-copy")
async def test_after_the_horizon_a_dump_of_a_server_opens_for_all_but_the_expunged(
    postgresql_url: str, ring: KeyRing, clock: ManualClock
) -> None:
    """P-9.5: a dump by PostgreSQL's own program, with every key that is still held."""
    async with await Database.open(postgresql_url) as database:
        await create_tables(database)
        units_of_work = SqlUnitOfWorkFactory(database, ring, clock)
        async with units_of_work.begin() as uow:
            for person, name in (("person-1", "brambleking"), ("person-2", "thistlequeen")):
                await uow.people.add_person(Person(PersonId(person), f"{name[:5]}-lamp", clock.now()))
                await uow.records.add_known_name(a_name(person, name, clock))
        copy = Copy.of_dump(await asyncio.to_thread(postgresql.dump, postgresql_url))
        before = copy.read_with(copy.data_keys_by(ring))
        async with units_of_work.begin() as uow:
            await uow.retention.expunge_person(PersonId("person-1"))
            await uow.retention.begin_key_rotation(clock.now() + timedelta(days=30))
        await rotate_keys(units_of_work)
        clock.instant += timedelta(days=30)
        await rotate_keys(units_of_work)
        now = Copy.of_dump(await asyncio.to_thread(postgresql.dump, postgresql_url))
        after = copy.read_with({**copy.data_keys_by(ring), **now.data_keys_by(ring)})
    assert [name in before for name in ("brambleking", "thistlequeen")] == [True, True]
    assert [name in after for name in ("brambleking", "thistlequeen")] == [False, True]


def a_name(person: str, name: str, clock: ManualClock) -> KnownName:
    """What the person is called, as a case says."""
    return KnownName(
        id=f"name-{person}",
        person=PersonId(person),
        case=CaseId("case-1"),
        name=name,
        by=MemberId("member-1"),
        at=clock.now(),
    )


@pytest.mark.harm("report-lost-by-a-copy")
async def test_a_copy_made_while_others_write_holds_each_act_whole_or_not_at_all(
    filled: Database, sqlite_url: str, ring: KeyRing, clock: ManualClock, tmp_path: Path
) -> None:
    units_of_work, done = SqlUnitOfWorkFactory(filled, ring, clock), asyncio.Event()

    async def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            async with units_of_work.begin() as uow:
                uow.journal.note(Entry(act="case.was_read", by=SERVICE))
                await claim(uow, f"form {number}")

    writing = asyncio.create_task(write())
    for number in range(5):
        await copy_database(sqlite_url, tmp_path / f"copy {number}", look)
    done.set()
    await writing
    keys = await keys_of(filled)
    for number in range(5):
        await put_keys(f"sqlite:///{tmp_path / f'copy {number}'}", keys)
        async with await Database.open(f"sqlite:///{tmp_path / f'copy {number}'}") as copy:
            async with SqlUnitOfWorkFactory(copy, ring, clock).read() as view:
                report = await view.journal.verify()
            assert report.is_intact
            assert report.entries == len((await rows_of(copy))["deliveries"])


async def test_a_copy_is_one_file_for_its_owner_alone(filled: Database, sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    await copy_database(sqlite_url, folder / "copy", look)
    assert [path.name for path in folder.iterdir()] == ["copy"]
    assert (folder / "copy").stat().st_mode & 0o777 == 0o600


async def test_a_copy_replaces_nothing(filled: Database, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine", encoding="utf-8")
    with pytest.raises(Misconfigured, match="Name a new file"):
        await copy_database(sqlite_url, tmp_path / "copy", look)
    assert (tmp_path / "copy").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("end", ["", "-wal"])
async def test_a_database_that_is_there_or_a_part_of_one_is_not_replaced(
    filled: Database, sqlite_url: str, tmp_path: Path, end: str
) -> None:
    await copy_database(sqlite_url, tmp_path / "copy", look)
    (tmp_path / f"back.sqlite{end}").write_text("mine", encoding="utf-8")
    with pytest.raises(Misconfigured, match="is there already: nothing was changed"):
        await restore_database(f"sqlite:///{tmp_path / 'back.sqlite'}", tmp_path / "copy", look)
    assert (tmp_path / f"back.sqlite{end}").read_text(encoding="utf-8") == "mine"


async def test_a_copy_that_is_damaged_is_not_brought_back(filled: Database, sqlite_url: str, tmp_path: Path) -> None:
    await copy_database(sqlite_url, tmp_path / "copy", look)
    content = bytearray((tmp_path / "copy").read_bytes())
    content[4096:8192] = bytes(4096)
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(Misconfigured):
        await restore_database(f"sqlite:///{tmp_path / 'back.sqlite'}", tmp_path / "copy", look)
    assert not (tmp_path / "back.sqlite").exists()


async def test_a_copy_that_the_check_refuses_is_not_put_in_place(
    filled: Database, sqlite_url: str, tmp_path: Path
) -> None:
    async def refuse(_: str) -> None:
        raise Misconfigured(["not this one"])

    with pytest.raises(Misconfigured, match="not this one"):
        await copy_database(sqlite_url, tmp_path / "copy", refuse)
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == []


async def test_without_postgresql_s_programs_the_remedy_is_said(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="install PostgreSQL's client programs"):
        await copy_database("postgresql://guardian@/guardian", tmp_path / "copy", look, programs=str(tmp_path))
