"""`guardian restore`: brings a copy back where there is no database. It replaces nothing, and begins by only looking.

What happened after the copy was made is not in it: sanctions that were reversed since stand in it as running, notices that
went out wait to go out again. So every space is set to observe, until somebody has looked through it.
"""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from guardian.assembly.service import SERVE
from guardian.cli.backup import KEYS_FILE, MASTER, RING, check_restored
from guardian.cli.context import ConfigOption, load_settings, print_line, show_progress
from guardian.cli.mode import write_atomically
from guardian.clock import MachineClock
from guardian.errors import Misconfigured
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.settings.toml_table import mode_switched
from guardian.spaces.registry import Mode
from guardian.storage.copies import restore_database
from guardian.storage.database import Database, try_lock
from guardian.storage.journal_chain import ChainReport
from guardian.storage.key_export import read_files
from guardian.storage.key_ring import KeyRing
from guardian.storage.recovery_key import decrypt_with, identity_from_envelopes
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory


def command(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that guardian backup has written.")],
    keys: Annotated[
        Path | None, typer.Option(help=f"The newest file of keys; otherwise {KEYS_FILE} beside the copy.")
    ] = None,
    identity: Annotated[
        Path | None, typer.Option(help="A file with the recovery key; otherwise you type the words of the envelopes.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Bring a copy back, where the configuration names a database that is not there. Every space begins in observe."""
    settings = load_settings(config)
    recovery_key = identity.read_text(encoding="ascii") if identity else read_envelopes()
    source, key_file = file.resolve(), (keys or file.with_name(KEYS_FILE)).resolve()
    report, last = asyncio.run(restore(settings, source, key_file, recovery_key))
    print_line(f"The database is back as it stood on {last}. Of what came later, nothing is known here.")
    print_line(f"Its journal has {report.entries} entries and is {'whole' if report.is_intact else 'NOT WHOLE'}.")
    print_line(
        "Every space is set to observe: nothing is placed, lifted or sent there. Start the service, look through"
    )
    print_line("what it would do, settle what has changed since, and then: guardian mode SPACE enforce")
    raise typer.Exit(0 if report.is_intact else 1)


def read_envelopes() -> str:
    """Read the words of the envelopes, one envelope a line, and return the recovery key that they make."""
    print_line("Type the words of each envelope on one line, and an empty line after the last.")
    lines = list(iter(lambda: sys.stdin.readline().strip(), ""))
    return identity_from_envelopes(lines)


async def restore(
    settings: Settings, source: Path, key_file: Path, recovery_key: str, *, programs: str | None = None
) -> tuple[ChainReport, str]:
    """Restore the copy, and return what its journal is found to be and when its last act was.

    The key ring and the master key come back with it where they are not there. Misconfigured where a database is there,
    where the keys do not open the copy, and while a service works.
    """
    if not key_file.is_file():
        raise Misconfigured([f"The file of keys {key_file} is not there: without it the copy opens for nobody."])
    content, keys = decrypt_with(recovery_key, source.read_bytes()), decrypt_with(recovery_key, key_file.read_bytes())
    _bring_back_secrets(settings, keys)
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    reports: list[ChainReport] = []
    lasts: list[str] = []

    async def check(url: str) -> None:
        report, last = await check_restored(url, ring, keys)
        reports.append(report)
        lasts.append(last)
        _set_all_to_observe(settings)

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    process_lock = await try_lock(settings.database, SERVE)
    if process_lock is None:
        raise Misconfigured(["A service works on this database: stop it first. Nothing was changed."])
    try:
        with TemporaryDirectory(prefix=".guardian-", dir=settings.data) as folder:
            plain = Path(folder) / "data"
            plain.write_bytes(content)
            with show_progress("Bringing the database back"):
                await restore_database(settings.database, plain, check, programs=programs)
        async with (
            await Database.open(settings.database, application="command") as database,
            SqlUnitOfWorkFactory(database, ring, MachineClock()).begin() as uow,
        ):
            uow.journal.note(Entry(act="database.was_restored", by=OPERATOR, authority="P-1.5"))
    finally:
        await process_lock.release()
    return reports[0], lasts[0]


def _bring_back_secrets(settings: Settings, keys: bytes) -> None:
    """Write the key ring and the master key where one of them is gone; one that is there is never replaced."""
    files = read_files(keys)
    known = {settings.master_key: files[MASTER], settings.key_ring: files[RING]}
    missing = [path for path in known if not path.exists()]
    if not missing:
        return
    # The two belong together: of another pair, the one that is left opens nothing of this copy.
    strangers = [path for path in known if path not in missing and path.read_bytes() != known[path]]
    if strangers:
        sentence = f"{strangers[0]} is another one than in the copy, and {missing[0]} is gone: "
        raise Misconfigured([sentence + "move the first away, so that both come back together. Nothing was changed."])
    for path in missing:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(known[path])


def _set_all_to_observe(settings: Settings) -> None:
    """Write the mode of every space into the file, before there is a database on which a service could act."""
    text = settings.path.read_text(encoding="utf-8")
    for space in settings.spaces:
        text = mode_switched(text, str(space.name), Mode.OBSERVE) or text
    write_atomically(settings.path, text)
