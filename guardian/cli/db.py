"""`guardian db upgrade`: brings the database to the tables of this release. Nothing else touches the tables."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from guardian.assembly.service import SERVE
from guardian.cli.context import ConfigOption, load_settings, print_line, refuse_missing_database, show_progress
from guardian.clock import MachineClock
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import latest_revision, upgrade
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory


class DatabaseAction(StrEnum):
    """What can be done with the database."""

    UPGRADE = "upgrade"


def command(
    action: Annotated[DatabaseAction, typer.Argument(help="upgrade: bring the tables to this release.")],
    config: ConfigOption = None,
) -> None:
    """Bring the database to this release, in one transaction. Stop the service and run guardian backup first."""
    match action:
        case DatabaseAction.UPGRADE:
            print_line(asyncio.run(upgrade_database(load_settings(config))))


async def upgrade_database(settings: Settings) -> str:
    """Upgrade the tables, and say what was done. Refused while a service works on the database, and for a newer one."""
    refuse_missing_database(settings)
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    async with await Database.open(settings.database, application="upgrade") as database:
        process_lock = await database.lock(SERVE)
        try:
            with show_progress("Bringing the database to this release"):
                changed = await upgrade(database)
            async with SqlUnitOfWorkFactory(database, ring, MachineClock()).begin() as uow:
                uow.journal.note(
                    Entry(
                        act="database.was_upgraded", by=OPERATOR, authority="P-1.5", about={"step": latest_revision()}
                    )
                )
        finally:
            await process_lock.release()
    return (
        f"The database is at step {latest_revision()} now."
        if changed
        else f"The database was at step {latest_revision()} already."
    )
