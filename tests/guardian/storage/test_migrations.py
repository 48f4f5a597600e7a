"""The way from an empty database to today's tables ends where the code says, and a newer database is left alone."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, inspect, select, text

from guardian.errors import Misconfigured
from guardian.storage.database import Database
from guardian.storage.migrations.draft import main, write_first
from guardian.storage.migrations.steps import (
    VERSION_TABLE,
    check_current,
    create_tables,
    current_revision,
    latest_revision,
    upgrade,
)
from guardian.storage.tables import all_tables
from guardian.storage.tables.all_tables import metadata
from guardian.storage.tables.system import meta


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
    return list(compare_metadata(context, metadata))


async def pretend(database: Database, revision: str) -> None:
    async with database.write() as connection:
        await connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :revision"), {"revision": revision})


async def test_the_migrated_tables_are_those_of_the_code(bare: Database) -> None:
    assert await upgrade(bare)
    async with bare.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_comparison_sees_a_table_that_is_missing(bare: Database) -> None:
    await upgrade(bare)
    async with bare.write() as connection:
        await connection.execute(text("DROP TABLE meta"))
    async with bare.read() as connection:
        assert len(await connection.run_sync(differences)) == 1


async def test_an_upgrade_says_where_it_ends_and_does_nothing_twice(bare: Database) -> None:
    assert await current_revision(bare) is None
    assert await upgrade(bare)
    assert await current_revision(bare) == latest_revision()
    assert not await upgrade(bare)
    await check_current(bare)


async def test_tables_made_for_tests_count_as_current(bare: Database) -> None:
    await create_tables(bare)
    await check_current(bare)
    assert not await upgrade(bare)


async def test_an_empty_database_is_refused_with_its_remedy(bare: Database) -> None:
    with pytest.raises(Misconfigured, match="guardian setup"):
        await check_current(bare)


async def test_a_newer_database_is_refused_and_left_as_it_is(bare: Database) -> None:
    await upgrade(bare)
    await pretend(bare, "9999")
    for step in (check_current, upgrade):
        with pytest.raises(
            Misconfigured, match=f"newer release \\(9999, this one ends at {latest_revision()}\\). Install"
        ):
            await step(bare)
    assert await current_revision(bare) == "9999"


async def test_an_upgrade_that_fails_leaves_the_database_as_it_was(bare: Database) -> None:
    async with bare.write() as connection:
        await connection.execute(text("CREATE TABLE meta (something INTEGER)"))
    with pytest.raises(Exception, match="meta"):
        await upgrade(bare)
    assert await current_revision(bare) is None
    async with bare.read() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == ["meta"]


async def test_what_is_kept_outlives_a_second_upgrade(bare: Database) -> None:
    await upgrade(bare)
    async with bare.write() as connection:
        await connection.execute(insert(meta).values(name="group", value="one"))
    await upgrade(bare)
    async with bare.read() as connection:
        assert (await connection.execute(select(meta.c.value))).scalars().all() == ["one"]


async def test_the_first_step_can_be_drafted_anew(tmp_path: Path) -> None:
    """Until the first release; afterwards the last step's tables and the code's are compared above."""
    await write_first(tmp_path / "first.py")
    drafted = (tmp_path / "first.py").read_text()
    assert all(f'"{table}"' in drafted or f"'{table}'" in drafted for table in metadata.tables)
    compile(drafted, "first.py", "exec")


def test_a_draft_without_a_title_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "migrations.draft" in capsys.readouterr().err


def test_every_module_of_tables_is_among_everything() -> None:
    folder = Path(all_tables.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "all_tables"}
    assert {module.__name__.rpartition(".")[2] for module in all_tables.MODULES} == modules
