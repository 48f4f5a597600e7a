"""`guardian backup`: copies the database to a new file at one instant, and the keys to another, both encrypted.

The data alone opens nothing; the file of keys beside it is small, and only its newest is kept, so that what was forgotten
since cannot be brought back. Both were brought back in a scratch database before they are called a backup.
"""

import asyncio
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from guardian.cli.context import ConfigOption, load_settings, print_line, refuse_missing_database, show_progress
from guardian.cli.journal import open_journal
from guardian.clock import MachineClock
from guardian.errors import Misconfigured
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.storage.copies import copy_database, restore_database, scratch_database
from guardian.storage.database import Database
from guardian.storage.encryption import DecryptionFailed
from guardian.storage.journal_chain import ChainReport
from guardian.storage.key_export import export_keys, import_keys
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import check_current
from guardian.storage.recovery_key import encrypt_for_recovery
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory

KEYS_FILE: Final = "guardian-keys.age"
RING, MASTER = "ring", "master"
_PRIVATE: Final = 0o600
_NOT_OURS: Final = (
    "The database does not open with the key ring that is here: bring back the ring that was in use then."
)


def command(
    file: Annotated[Path, typer.Argument(help="The new file; one that is there is never replaced.")],
    config: ConfigOption = None,
) -> None:
    """Copy the database to a new file, as it stands at one instant. The service may run meanwhile."""
    settings = load_settings(config)
    report = asyncio.run(back_up(settings, file.resolve()))
    print_line(f"{file} holds the database as it stands now, encrypted for the recovery key.")
    print_line(f"It was brought back to look: its journal has {report.entries} entries and is {_describe(report)}.")
    print_line(f"{file.with_name(KEYS_FILE)} holds the keys for it. Keep only the newest one of it, in another place.")
    raise typer.Exit(0 if report.is_intact else 1)


def recipient_file(settings: Settings) -> Path:
    """Return where the public half of the recovery key stands."""
    return settings.data / "recovery.recipient"


async def back_up(settings: Settings, target: Path, *, programs: str | None = None) -> ChainReport:
    """Copy the data and the keys, bring both back in a scratch database, and return what its journal is found to be.

    Misconfigured where any step fails: then there is no new file.
    """
    refuse_missing_database(settings)
    _refuse_beside_keys(settings, target)
    _refuse_existing(target)
    ring = KeyRing.load(settings.key_ring, settings.master_key)
    with _scratch_folder(target) as folder, show_progress("Copying the database"):
        encrypt_for_recovery(recipient_file(settings), b"")
        plain = Path(folder) / "data"
        keys = await _copy(settings, ring, plain, programs)
        report = await _look_through(settings, ring, plain, keys, programs)
        content = await asyncio.to_thread(plain.read_bytes)
        recipient = recipient_file(settings)
        _write(target, await asyncio.to_thread(encrypt_for_recovery, recipient, content))
        _write(target.with_name(KEYS_FILE), await asyncio.to_thread(encrypt_for_recovery, recipient, keys))
    return report


async def _copy(settings: Settings, ring: KeyRing, plain: Path, programs: str | None) -> bytes:
    """Copy the data, and then the keys, which are those of the data or newer."""
    async with await Database.open(settings.database, application="command") as database:
        await check_current(database)
        units_of_work = SqlUnitOfWorkFactory(database, ring, MachineClock())
        try:
            async with units_of_work.begin() as uow:
                uow.journal.note(Entry(act="database.was_copied", by=OPERATOR, authority="P-1.5"))
        except DecryptionFailed as error:
            raise Misconfigured([_NOT_OURS]) from error
        await copy_database(settings.database, plain, _nothing, programs=programs)
        files = {RING: settings.key_ring.read_bytes(), MASTER: settings.master_key.read_bytes()}
        async with database.read() as connection:
            return await export_keys(connection, files)


async def _look_through(
    settings: Settings, ring: KeyRing, plain: Path, keys: bytes, programs: str | None
) -> ChainReport:
    """Bring the copy back where nobody works with it, and walk its journal there."""
    reports: list[ChainReport] = []

    async def check(url: str) -> None:
        reports.append((await check_restored(url, ring, keys))[0])

    async with scratch_database(settings.database, plain.parent) as scratch:
        await restore_database(scratch, plain, check, programs=programs)
    return reports[0]


async def check_restored(url: str, ring: KeyRing, keys: bytes) -> tuple[ChainReport, str]:
    """Put the keys into the database that was brought back, walk its journal, and return when its last act was.

    Misconfigured if it does not open.
    """
    async with await Database.open(url, application="command") as database, database.write() as connection:
        await import_keys(connection, keys)
    try:
        async with open_journal(url, ring) as journal:
            report = await journal.verify()
            lines = await journal.after(report.entries - 1)
    except DecryptionFailed as error:
        raise Misconfigured([_NOT_OURS]) from error
    return report, f"{lines[-1].at:%Y-%m-%d at %H:%M} UTC" if lines else "no day at all"


def _scratch_folder(target: Path) -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(prefix=".guardian-", dir=target.parent)
    except OSError as error:
        raise Misconfigured([f"{target} cannot be written: {error.strerror}."]) from error


async def _nothing(_: str) -> None:
    """The copy is looked through with its keys, in a database of its own."""


def _write(target: Path, content: bytes) -> None:
    """Write the file whole, for its owner alone."""
    draft = target.with_name(f".{target.name}.new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise Misconfigured([f"{target} cannot be written: {error.strerror}."]) from error


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise Misconfigured([f"{target} is there already: nothing was changed. Name a new file."])


def _refuse_beside_keys(settings: Settings, target: Path) -> None:
    """Raise Misconfigured for a folder in which keys lie: whoever takes it away would have both."""
    for key in (settings.key_ring, settings.master_key):
        if target.parent == key.resolve().parent:
            remedy = "name another folder, so that nobody finds both at once."
            raise Misconfigured([f"{target.parent} is where {key.name} lies: {remedy}"])


def _describe(report: ChainReport) -> str:
    return "whole" if report.is_intact else "NOT WHOLE (see guardian journal verify)"
