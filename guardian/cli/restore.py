"""`guardian restore`: brings a copy back where there is no database. It replaces nothing, and begins by only looking.

What happened after the copy was made is not in it: sanctions that were reversed since stand in it as running, notices that
went out wait to go out again. So every space is set to observe, until somebody has looked through it.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from guardian.assembly.service import SERVE
from guardian.cli.context import ConfigOption, load_settings, print_line, show_progress
from guardian.cli.journal import open_journal
from guardian.cli.mode import write_atomically
from guardian.clock import MachineClock
from guardian.errors import Misconfigured
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.settings.toml_table import mode_switched
from guardian.spaces.registry import Mode
from guardian.storage.copies import restore_database
from guardian.storage.database import Database, try_lock
from guardian.storage.encryption import DecryptionFailed
from guardian.storage.journal_store import ChainReport
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory


def command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that guardian backup has written.")],
    config: ConfigOption = None,
) -> None:
    """Bring a copy back, where the configuration names a database that is not there. Every space begins in observe."""
    settings = load_settings(config)
    report, last = asyncio.run(restore(settings, file.resolve()))
    print_line(f"The database is back as it stood on {last}. Of what came later, nothing is known here.")
    print_line(f"Its journal has {report.entries} entries and is {'whole' if report.is_intact else 'NOT WHOLE'}.")
    print_line(
        "Every space is set to observe: nothing is placed, lifted or sent there. Start the service, look through"
    )
    print_line("what it would do, settle what has changed since, and then: guardian mode SPACE enforce")
    raise typer.Exit(0 if report.is_intact else 1)


async def restore(settings: Settings, source: Path, *, programs: str | None = None) -> tuple[ChainReport, str]:
    """Restore the copy, and return what its journal is found to be and when its last act was.

    Misconfigured where a database is there, where the keys do not open the copy, and while a service works.
    """
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    reports: list[ChainReport] = []
    lasts: list[str] = []

    async def check(url: str) -> None:
        try:
            async with open_journal(url, ring) as journal:
                reports.append(await journal.verify())
                lines = await journal.after(reports[0].entries - 1)
                lasts.append(f"{lines[-1].at:%Y-%m-%d at %H:%M} UTC" if lines else "no day at all")
        except DecryptionFailed as error:
            remedy = f"bring back the key ring that was in use then ({settings.key_ring})."
            raise Misconfigured([f"{source} does not open with the key ring that is here: {remedy}"]) from error
        _set_all_to_observe(settings)

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    process_lock = await try_lock(settings.database, SERVE)
    if process_lock is None:
        raise Misconfigured(["A service works on this database: stop it first. Nothing was changed."])
    try:
        with show_progress("Bringing the database back"):
            await restore_database(settings.database, source, check, programs=programs)
        async with (
            await Database.open(settings.database, application="command") as database,
            SqlUnitOfWorkFactory(database, ring, MachineClock()).begin() as uow,
        ):
            uow.journal.note(Entry(act="database.was_restored", by=OPERATOR, authority="P-1.5"))
    finally:
        await process_lock.release()
    return reports[0], lasts[0]


def _set_all_to_observe(settings: Settings) -> None:
    """Write the mode of every space into the file, before there is a database on which a service could act."""
    text = settings.path.read_text(encoding="utf-8")
    for space in settings.spaces:
        text = mode_switched(text, str(space.name), Mode.OBSERVE) or text
    write_atomically(settings.path, text)
