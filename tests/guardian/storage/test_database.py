"""The one database: what both kinds promise alike, and what each must do in its own way to promise it."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.errors import Misconfigured, Stale
from guardian.storage.backend import Dialect
from guardian.storage.database import Database
from guardian.storage.store import SqlStore
from guardian.storage.wakeups import Subscription

counters = Table(
    "counters",
    MetaData(),
    Column("id", String(20), primary_key=True),
    Column("count", Integer),
    Column("version", Integer),
)


A_LONG_READING = text(
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000)"
    " SELECT max(x) FROM n UNION ALL SELECT 1 UNION ALL SELECT 2"
)


@pytest.fixture
async def counted(bare: Database) -> Database:
    """A database with one counter at 0."""
    async with bare.write() as connection:
        await connection.run_sync(counters.create)
        await connection.execute(insert(counters).values(id="one", count=0, version=1))
    return bare


async def read_count(connection: AsyncConnection) -> int:
    count: int = (await connection.execute(select(counters.c.count))).scalar_one()
    return count


async def spoilt(database: Database) -> None:
    """A write that changes something and then meets a fault."""
    async with database.write() as connection:
        await connection.execute(update(counters).values(count=7))
        raise LookupError


async def count_up(database: Database) -> None:
    async with database.write() as connection:
        seen = await read_count(connection)
        await asyncio.sleep(0)
        await connection.execute(update(counters).values(count=seen + 1))


async def counted_in(database: Database) -> int:
    async with database.read() as connection:
        return await read_count(connection)


async def test_eight_tasks_that_read_and_then_write_lose_no_update(counted: Database) -> None:
    async def several() -> None:
        for _ in range(10):
            await count_up(counted)

    await asyncio.gather(*(several() for _ in range(8)))
    assert await counted_in(counted) == 80


async def test_two_databases_on_one_address_lose_no_update(counted: Database, database_url: str) -> None:
    async with await Database.open(database_url) as other:
        await asyncio.gather(*(count_up(each) for each in (counted, other) * 10))
    assert await counted_in(counted) == 20


async def test_a_block_that_raises_leaves_nothing_behind(counted: Database) -> None:
    with pytest.raises(LookupError):
        await spoilt(counted)
    assert await counted_in(counted) == 0


async def test_a_cancelled_write_leaves_nothing_behind_and_the_next_one_goes_on(counted: Database) -> None:
    reached = asyncio.Event()

    async def never_ending() -> None:
        async with counted.write() as connection:
            await connection.execute(update(counters).values(count=7))
            reached.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(never_ending())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await count_up(counted)
    assert await counted_in(counted) == 1


async def test_a_write_cut_within_a_query_holds_no_lock_though_its_end_is_remembered(counted: Database) -> None:
    """The harm it would do: one page given up by its reader, and nobody is barred or let in until a restart."""
    reached = asyncio.Event()

    async def reading() -> None:
        async with counted.write() as connection:
            await connection.execute(update(counters).values(count=7))
            reached.set()
            await connection.execute(A_LONG_READING)

    task = asyncio.ensure_future(reading())
    await reached.wait()
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    (remembered,) = await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        await count_up(counted)
    assert isinstance(remembered, asyncio.CancelledError)
    assert await counted_in(counted) == 1


async def test_writes_cut_at_any_moment_leave_the_database_usable(counted: Database) -> None:
    for turns in range(0, 300, 6):
        task = asyncio.ensure_future(count_up(counted))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    before = await counted_in(counted)
    await count_up(counted)
    assert await counted_in(counted) == before + 1


async def test_nothing_can_be_written_through_a_read(counted: Database) -> None:
    with pytest.raises(DBAPIError):
        async with counted.read() as connection:
            await connection.execute(update(counters).values(count=7))
    assert await counted_in(counted) == 0


async def test_a_read_sees_one_instant(counted: Database) -> None:
    async with counted.read() as connection:
        first = await read_count(connection)
        await count_up(counted)
        assert await read_count(connection) == first


async def test_a_write_inside_a_write_of_the_same_task_is_let_out_as_a_bug(counted: Database) -> None:
    with pytest.raises(RuntimeError, match="inside another"):
        async with counted.write(), counted.write():
            pass
    await count_up(counted)


async def test_a_write_that_compares_its_version_comes_second_as_stale(counted: Database) -> None:
    class Counters(SqlStore):
        async def set(self, version: int, count: int) -> int:
            return await self._change(counters, "one", version, count=count)

    async with counted.write() as connection:
        assert await Counters(connection).set(1, 5) == 2
    with pytest.raises(Stale):
        async with counted.write() as connection:
            await Counters(connection).set(1, 6)
    assert await counted_in(counted) == 5


async def test_a_conflict_on_sqlite_is_stale(sqlite_url: str) -> None:
    async with await Database.open(sqlite_url) as database:
        async with database.write() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=0")
        other = sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Stale):
            async with database.write() as connection:
                await connection.exec_driver_sql("SELECT 1")
        other.close()


@pytest.mark.postgresql
async def test_a_conflict_on_postgresql_is_stale(postgresql_url: str) -> None:
    async with await Database.open(postgresql_url) as database:
        with pytest.raises(Stale):
            async with database.write() as connection:
                await connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))


class RecordedCommits:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_commit_start(self) -> None:
        self.heard.append("begins")

    def on_commit_end(self) -> None:
        self.heard.append("ended")


async def test_an_observer_hears_of_commits_and_of_nothing_else(counted: Database, database_url: str) -> None:
    observer = RecordedCommits()
    async with await Database.open(database_url, observer=observer) as watched:
        with pytest.raises(LookupError):
            await spoilt(watched)
        async with watched.write() as connection:
            await read_count(connection)
            assert observer.heard == []
        assert observer.heard == ["begins", "ended"]


async def test_a_statement_compiled_for_one_file_asks_the_other_file_that_runs_it(tmp_path: Path) -> None:
    """The engines of a process share what they have compiled, and nothing that it was compiled with or answered."""
    addresses = [f"sqlite:///{tmp_path / name}" for name in ("one.db", "two.db")]
    async with await Database.open(addresses[0]) as one, await Database.open(addresses[1]) as two:
        for count, database in enumerate((one, two)):
            async with database.write() as connection:
                await connection.run_sync(counters.create)
                await connection.execute(insert(counters).values(id="one", count=count, version=1))
        async with one.read() as reading, two.read() as beside, two.write() as writing:
            assert [await read_count(each) for each in (reading, beside, writing)] == [0, 1, 1]
            assert reading.dialect is beside.dialect is writing.dialect


async def test_a_listener_hears_its_topics_and_keeps_what_rings_between_two_waits(bare: Database) -> None:
    with bare.subscribe("work", "notices") as subscription:
        await bare.wake("work")
        await bare.wake("notices", "nothing of mine")
        assert await until_named(subscription) == {"work", "notices"}


async def test_a_listener_is_not_woken_by_the_topics_of_others(sqlite_url: str) -> None:
    async with await Database.open(sqlite_url) as database:
        with database.subscribe("work") as subscription:
            await database.wake("notices")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(subscription.wait_for_wakeup(), 0)


async def test_a_listener_hears_what_another_database_of_the_address_wakes(bare: Database, database_url: str) -> None:
    async with await Database.open(database_url) as other:
        with bare.subscribe() as subscription:
            if bare.dialect is Dialect.POSTGRESQL:
                assert await asyncio.wait_for(subscription.wait_for_wakeup(), 5) == frozenset()
            await other.wake("work")
            assert await until_named(subscription) == {"work"}


@pytest.mark.postgresql
async def test_listening_goes_on_after_its_connection_was_cut(postgresql_url: str) -> None:
    async with await Database.open(postgresql_url) as database:
        with database.subscribe("work") as subscription:
            await asyncio.wait_for(subscription.wait_for_wakeup(), 5)
            await cut_connections(postgresql_url, "LISTEN%")
            assert await asyncio.wait_for(subscription.wait_for_wakeup(), 10) == {"work"}, (
                "it may have missed a ring meanwhile"
            )
            async with await Database.open(postgresql_url) as other:
                await other.wake("work")
            assert await asyncio.wait_for(subscription.wait_for_wakeup(), 5) == {"work"}


async def test_what_one_holds_no_second_can_hold(bare: Database, database_url: str) -> None:
    process_lock = await bare.lock("serve")
    async with await Database.open(database_url) as other:
        with pytest.raises(Misconfigured, match="Another 'serve' already works on"):
            await other.lock("serve")
        assert await other.try_lock("serve") is None
        await process_lock.release()
        await (await other.lock("serve")).release()


async def test_a_link_to_the_file_is_the_same_database(sqlite_url: str, tmp_path: Path) -> None:
    link = tmp_path / "link.sqlite"
    link.symlink_to(sqlite_url.partition("///")[2])
    async with await Database.open(sqlite_url) as database, await Database.open(f"sqlite:///{link}") as other:
        process_lock = await database.lock("serve")
        assert await other.try_lock("serve") is None
        await process_lock.release()


async def test_holds_of_two_names_do_not_meet(bare: Database) -> None:
    first, second = await bare.lock("serve"), await bare.lock("gateway")
    assert not first.lost.is_set()
    await first.release()
    await second.release()


@pytest.mark.postgresql
async def test_a_hold_whose_session_is_gone_says_that_it_is_lost(postgresql_url: str) -> None:
    async with await Database.open(postgresql_url) as database:
        process_lock = await database.lock("gateway")
        await cut_connections(postgresql_url, "SELECT pg_try_advisory_lock%")
        await asyncio.wait_for(process_lock.lost.wait(), 5)
        await process_lock.release()


async def test_what_was_deleted_is_in_no_file_after_a_scrub(sqlite_url: str) -> None:
    path = Path(sqlite_url.partition("///")[2])
    async with await Database.open(sqlite_url) as database:
        async with database.write() as connection:
            await connection.run_sync(counters.create)
            await connection.execute(insert(counters).values(id="walnut-heron", count=0, version=1))
        async with database.write() as connection:
            await connection.execute(delete(counters))
        assert b"walnut-heron" in everything_beside(path)
        await database.scrub()
        assert b"walnut-heron" not in everything_beside(path)


async def test_a_scrub_leaves_what_is_kept(counted: Database) -> None:
    await count_up(counted)
    await counted.scrub()
    assert await counted_in(counted) == 1


async def test_the_files_of_a_database_are_for_its_owner_alone(sqlite_url: str) -> None:
    path = Path(sqlite_url.partition("///")[2])
    async with await Database.open(sqlite_url) as database:
        await (await database.lock("serve")).release()
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.glob(f"{path.name}*")}
    assert len(modes) >= 3
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1), ("busy_timeout", 15000)],
)
async def test_the_writing_connection_is_set_up_for_safety(sqlite_url: str, pragma: str, value: object) -> None:
    async with await Database.open(sqlite_url) as database, database.write() as connection:
        assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://someone:quiet@host/guardian", "is not understood"),
        ("guardian.db", "is not understood"),
        ("sqlite://", "needs a file"),
        ("sqlite:////nowhere/at/all/guardian.db", "The folder /nowhere/at/all"),
        ("postgresql://someone:quiet@127.0.0.1:1/guardian", "cannot be opened"),
    ],
)
async def test_an_address_that_cannot_serve_is_named_without_its_password(address: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said) as raised:
        await Database.open(address)
    assert "quiet" not in str(raised.value)


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all, this is not a database. " * 50)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        await Database.open(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear all")


def everything_beside(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


async def until_named(subscription: Subscription) -> set[str]:
    """What the listener hears, once a topic is named; a ring for all may come before."""
    heard: set[str] = set()
    async with asyncio.timeout(5):
        while not heard:
            heard |= await subscription.wait_for_wakeup()
    return heard


async def cut_connections(url: str, query: str) -> None:
    """The server ends the sessions whose last query looks like this."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()"
    )
    assert await connection.fetchval(cut, query) == 1
    await connection.close()
