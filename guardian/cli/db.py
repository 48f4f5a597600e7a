"""`guardian db upgrade`: brings the database to the tables of this release. Nothing else touches the tables."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from guardian.assembly.service import SERVE
from guardian.cli.opening import ConfigOption, refuse_missing_database, say, settings_of, waiting
from guardian.clock import MachineClock
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import head, upgrade
from guardian.storage.work import Works


class Action(StrEnum):
    """What can be done with the database."""

    UPGRADE = "upgrade"


def command(
    action: Annotated[Action, typer.Argument(help="upgrade: bring the tables to this release.")],
    config: ConfigOption = None,
) -> None:
    """Bring the database to this release, in one transaction. Stop the service and make a copy of the file first."""
    match action:
        case Action.UPGRADE:
            say(asyncio.run(upgraded(settings_of(config))))


async def upgraded(settings: Settings) -> str:
    """What was done, in a sentence. Refused while a service works on the database, and for a newer one."""
    refuse_missing_database(settings)
    ring = KeyRing.load(settings.ring, settings.master)
    async with await Database.open(settings.database, application="upgrade") as database:
        hold = await database.hold(SERVE)
        try:
            with waiting("Bringing the database to this release"):
                changed = await upgrade(database)
            async with Works(database, ring, MachineClock()).begin() as work:
                work.journal.note(Entry("database.was_upgraded", OPERATOR, "P-1.5", {"step": head()}))
        finally:
            await hold.release()
    return f"The database is at step {head()} now." if changed else f"The database was at step {head()} already."
