"""`guardian journal verify`: walks the journal's chain, and names the first entry that is not as it was written.

It writes nothing, so that it can be given while the service runs, and over a copy that was brought back. It shows no
content, and nobody's name. At a terminal it says how far it is, and it can be interrupted at any time.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Final

import typer

from guardian.cli.context import (
    ConfigOption,
    JsonOption,
    load_settings,
    print_json,
    print_line,
    refuse_missing_database,
    show_progress,
)
from guardian.clock import MachineClock
from guardian.errors import Misconfigured
from guardian.journal import Anchor
from guardian.settings.models import Settings
from guardian.storage.database import Database
from guardian.storage.journal_chain import ChainReport
from guardian.storage.journal_store import JournalReader
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import check_current
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory

_MOST_SHOWN: Final = 20


class JournalAction(StrEnum):
    """What can be done with the journal."""

    VERIFY = "verify"


def command(
    action: Annotated[JournalAction, typer.Argument(help="verify: look whether every entry is as it was written.")],
    anchor: Annotated[
        list[str] | None, typer.Option(help="A line of a mail about the journal, such as 4711:0a1b…; may be repeated.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look whether every entry of the journal is as it was written. Exits with 1 and names the first that is not."""
    match action:
        case JournalAction.VERIFY:
            report = asyncio.run(verify_journal(load_settings(config), parse_anchors(anchor or ())))
            show = _show_json if as_json else _show
            show(report)
            raise typer.Exit(0 if report.is_intact else 1)


def parse_anchors(texts: Iterable[str]) -> tuple[Anchor, ...]:
    """Return the anchors; Misconfigured names each text that is none."""
    found = {text: Anchor.parse(text) for text in texts}
    faults = [f"'{text}' is no anchor: copy the whole line with the colon." for text, each in found.items() if not each]
    if faults:
        raise Misconfigured(faults)
    return tuple(each for each in found.values() if each)


async def verify_journal(settings: Settings, anchors: Iterable[Anchor]) -> ChainReport:
    """Walk the journal of the configured database."""
    refuse_missing_database(settings)
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    async with open_journal(settings.database, ring) as journal:
        with show_progress("Walking along the journal") as on_progress:
            return await journal.verify(anchors, on_progress)


@asynccontextmanager
async def open_journal(url: str, ring: KeyRing) -> AsyncIterator[JournalReader]:
    """Open the journal of the database at the address, which has to be of this release."""
    async with await Database.open(url, application="command") as database:
        await check_current(database)
        async with SqlUnitOfWorkFactory(database, ring, MachineClock()).read() as view:
            yield view.journal


def _show_json(report: ChainReport) -> None:
    faults = [{"entry": fault.position, "what": fault.what} for fault in report.faults]
    print_json({"whole": report.is_intact, "entries": report.entries, "head": str(report.anchor), "faults": faults})


def _show(report: ChainReport) -> None:
    if report.is_intact:
        print_line(f"The journal is whole: {report.entries} entries.")
        print_line(f"Its last entry: {report.anchor}")
        return
    print_line("The journal is NOT whole.")
    for fault in report.faults[:_MOST_SHOWN]:
        print_line(f"Entry {fault.position} {fault.what}.")
    if len(report.faults) > _MOST_SHOWN:
        print_line(f"... and {len(report.faults) - _MOST_SHOWN} more.")
