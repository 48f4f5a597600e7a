"""`guardian backup`: copies the database to a new file, at one instant, while the service runs. The keys are not in it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from guardian.cli.context import ConfigOption, load_settings, print_line, refuse_missing_database, show_progress
from guardian.cli.journal import open_journal
from guardian.clock import MachineClock
from guardian.errors import Misconfigured
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.storage.copies import copy_database
from guardian.storage.database import Database
from guardian.storage.journal_store import ChainReport
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import check_current
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory


def command(
    file: Annotated[Path, typer.Argument(help="The new file; one that is there is never replaced.")],
    config: ConfigOption = None,
) -> None:
    """Copy the database to a new file, as it stands at one instant. The service may run meanwhile."""
    settings = load_settings(config)
    report = asyncio.run(back_up(settings, file.resolve()))
    print_line(f"{file} holds the database as it stands now.")
    if report is not None:
        print_line(f"It was opened again: its journal has {report.entries} entries and is {_describe(report)}.")
    print_line(f"No key is in it. Keep {settings.key_ring} and {settings.master_key} in two other places.")
    raise typer.Exit(0 if report is None or report.is_intact else 1)


async def back_up(settings: Settings, target: Path, *, programs: str | None = None) -> ChainReport | None:
    """Copy the database, and walk the journal of the copy; None for a server's, which only a server can read."""
    refuse_missing_database(settings)
    _refuse_beside_keys(settings, target)
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    reports: list[ChainReport] = []

    async def check(url: str) -> None:
        async with open_journal(url, ring) as journal:
            reports.append(await journal.verify())

    async with await Database.open(settings.database, application="command") as database:
        await check_current(database)
        async with SqlUnitOfWorkFactory(database, ring, MachineClock()).begin() as uow:
            uow.journal.note(Entry(act="database.was_copied", by=OPERATOR, authority="P-1.5"))
    with show_progress("Copying the database"):
        await copy_database(settings.database, target, check, programs=programs)
    return reports[0] if reports else None


def _refuse_beside_keys(settings: Settings, target: Path) -> None:
    """Raise Misconfigured for a folder in which keys lie: whoever takes it away would have both."""
    for key in (settings.key_ring, settings.master_key):
        if target.parent == key.resolve().parent:
            remedy = "name another folder, so that nobody finds both at once."
            raise Misconfigured([f"{target.parent} is where {key.name} lies: {remedy}"])


def _describe(report: ChainReport) -> str:
    return "whole" if report.is_intact else "NOT WHOLE (see guardian journal verify)"
