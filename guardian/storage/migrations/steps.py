"""Brings a database to the tables that this release knows, and says whether it is there. Alembic without its command.

The whole way is one transaction: an upgrade that fails leaves the database as it was. Read `upgrade` first.
"""

from pathlib import Path
from typing import Any, Final

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from guardian.errors import Misconfigured
from guardian.storage.database import Database
from guardian.storage.tables.all_tables import metadata

FOLDER: Final = Path(__file__).parent
VERSION_TABLE: Final = "schema_version"


def latest_revision() -> str:
    """Return the step that this release ends with."""
    revision = _script().get_current_head()
    if revision is None:
        raise RuntimeError("there is no migration step at all")
    return revision


async def current_revision(database: Database) -> str | None:
    """Return the step at which the database stands, or None where it is empty."""
    async with database.read() as connection:
        return await connection.run_sync(_current_revision)


async def upgrade(database: Database) -> bool:
    """Bring the database to this release's last step; return False if it stood there before.

    A newer one is refused untouched.
    """
    async with database.migration() as connection:
        return await connection.run_sync(_upgrade, database.where)


async def check_current(database: Database) -> None:
    """Check that the database stands where this release needs it; Misconfigured names the remedy."""
    revision = await current_revision(database)
    _refuse_newer(revision, database.where)
    if revision is None:
        remedy = "Run guardian setup, or guardian db upgrade if the service was set up before."
        raise Misconfigured([f"The database {database.where} is empty. {remedy}"])
    if revision != latest_revision():
        remedy = "Run guardian backup FILE with that release, then guardian db upgrade."
        raise Misconfigured([f"The database {database.where} is of an older release ({revision}). {remedy}"])


async def create_tables(database: Database) -> None:
    """Create every table as the code describes it, without the way there: for tests."""
    async with database.migration() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.run_sync(lambda sync: _context(sync).stamp(_script(), latest_revision()))


def _current_revision(connection: Connection) -> str | None:
    return _context(connection).get_current_revision()


def _upgrade(connection: Connection, where: str) -> bool:
    before = _current_revision(connection)
    _refuse_newer(before, where)
    if before == latest_revision():
        return False
    context = _context(connection, migrate=True)
    with Operations.context(context):
        context.run_migrations()
    return True


def _refuse_newer(revision: str | None, where: str) -> None:
    if revision is not None and revision not in _known_revisions():
        remedy = "Install that release again, or bring back the copy made before its upgrade."
        raise Misconfigured(
            [f"The database {where} is of a newer release ({revision}, this one ends at {latest_revision()}). {remedy}"]
        )


def _known_revisions() -> frozenset[str]:
    return frozenset(step.revision for step in _script().walk_revisions())


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _context(connection: Connection, *, migrate: bool = False) -> MigrationContext:
    options: dict[str, Any] = {"version_table": VERSION_TABLE, "target_metadata": metadata, "transactional_ddl": True}
    if migrate:
        script = _script()
        options["fn"] = lambda revision, _context: script._upgrade_revs("head", revision)
    return MigrationContext.configure(connection, opts=options)
