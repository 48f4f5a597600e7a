"""Writes the next migration step from the difference between the code's tables and the last step, to be read and mended.

python -m guardian.storage.migrations.draft "sheets of the records"   the next step
python -m guardian.storage.migrations.draft --first                   the first step anew (before the first release)
"""

import asyncio
import sys
import tempfile
from functools import partial
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, Final, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from guardian.storage.database import Database
from guardian.storage.migrations.steps import FOLDER, VERSION_TABLE, latest_revision, upgrade
from guardian.storage.tables.all_tables import metadata
from guardian.storage.utc_datetime import UtcDateTime

VERSIONS: Final = FOLDER / "versions"
FIRST: Final = "0001"
_STEP: Final = '''"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
{body}
'''


async def write_first(path: Path) -> None:
    """Write the file of the one step that makes every table of the code in an empty database."""
    path.write_text(await _draft_step("The first tables.", FIRST, None))


async def write_next(title: str) -> Path:
    """Write a new file of the step from the last one to the tables of the code; return where."""
    last = latest_revision()
    revision = f"{int(last) + 1:04}"
    path = VERSIONS / f"v{revision}_{'_'.join(title.lower().split())}.py"
    path.write_text(await _draft_step(f"{title.capitalize()}.", revision, last))
    return path


async def _draft_step(title: str, revision: str, before: str | None) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with await Database.open(f"sqlite:///{folder}/draft.db") as database:
            if before is not None:
                await upgrade(database)
            async with database.read() as connection:
                # SQLite changes little in place: a table that exists is rebuilt, a new one is just made.
                body = await connection.run_sync(partial(_render_difference, rebuild=before is not None))
    return _STEP.format(
        title=title, revision=revision, before=before, body=indent(dedent(f"    {body.strip()}"), "    ")
    )


def _render_difference(connection: Connection, *, rebuild: bool) -> str:
    options: dict[str, Any] = {
        "version_table": VERSION_TABLE,
        "target_metadata": metadata,
        "render_as_batch": rebuild,
        "render_item": _plain_type,
    }
    context = MigrationContext.configure(connection, opts=options)
    operations = produce_migrations(context, metadata).upgrade_ops
    if operations is None:
        raise RuntimeError("the tables could not be compared")
    code = render_python_code(operations, render_as_batch=rebuild, render_item=_plain_type, migration_context=context)
    return "\n".join(line for line in code.splitlines() if not line.strip().startswith("#"))


def _plain_type(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Our own types are written as the columns they make, so that old steps do not depend on the code of today."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, UtcDateTime) else False


def main(arguments: list[str]) -> int:
    """Write the step that was asked for, and say where it stands."""
    if arguments == ["--first"]:
        path = VERSIONS / f"v{FIRST}_first.py"
        asyncio.run(write_first(path))
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        path = asyncio.run(write_next(arguments[0]))
    else:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    sys.stdout.write(f"{path}: read it, mend it, then run ruff format on it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
