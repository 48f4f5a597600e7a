"""Makes an installation, one thing after the other; what stands already is left as it is, and said so."""

import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardian.assembly.bootstrap import assemble
from guardian.cli.mode import write_atomically
from guardian.clock import MachineClock
from guardian.errors import Misconfigured, Refused
from guardian.journal import OPERATOR, Entry
from guardian.services.operations.setup import NewMember, has_chair, is_chair_unconfirmed, seat_first_members
from guardian.services.operations.shortfalls import list_shortfalls
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import current_revision, upgrade
from rules.shortfalls import Shortfall


@dataclass(slots=True)
class InstallReport:
    """What setup did, and what stood already, in the order of the steps."""

    lines: list[str] = field(default_factory=list)

    def add_created(self, what: str) -> None:
        """Note that it is new."""
        self.lines.append(f"made   {what}")

    def add_existing(self, what: str) -> None:
        """Note that it was there, and stays as it was."""
        self.lines.append(f"stands {what}")


def create_config(path: Path, text: Callable[[], str], report: InstallReport) -> Settings:
    """Read the configuration file, and write it first where there is none; a faulty one is never left behind."""
    if path.exists():
        report.add_existing(f"the configuration {path}")
        return read_settings(path, os.environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    written = text()
    try:
        draft.write_text(written, encoding="utf-8")
        read_settings(draft, os.environ)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    write_atomically(path, written)
    report.add_created(f"the configuration {path}, with every space in observe mode")
    return read_settings(path, os.environ)


def find_unused_options(path: Path, sections: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return a line for each option that says otherwise than the configuration which stands: it is not put into it."""
    try:
        stands = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [
        f"unused {key} {str(value)!r}: {path} says {_quote(body, key)} in [{section}]; change it there"
        for section, options in sections.items()
        for body in [_section_of(stands, section)]
        for key, value in options.items()
        if value is not None and not _is_same(path.parent, body.get(key), value)
    ]


def _section_of(stands: Any, section: str) -> Mapping[str, object]:
    for part in section.split("."):
        stands = stands.get(part) if isinstance(stands, dict) else None
    return stands if isinstance(stands, dict) else {}


def _quote(body: Mapping[str, object], key: str) -> str:
    return f"{key} = {body[key]!r}" if key in body else f"nothing of {key}"


def _is_same(folder: Path, stands: object, given: object) -> bool:
    """Whether both say the same, or name the same file."""
    return str(stands) == str(given) or (folder / str(stands)).resolve() == (folder / str(given)).resolve()


def create_secret(path: Path, secret: str, report: InstallReport) -> None:
    """Write the secret to a file of its own that only its owner may read; one that holds anything is never replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_file() and not path.read_bytes().strip():
        path.unlink()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secret + "\n")
    except FileExistsError:
        report.add_existing(f"the secret file {path}, and what you typed was not put into it: empty it first")
    else:
        report.add_created(f"the secret file {path}")


async def create_storage(settings: Settings, report: InstallReport) -> None:
    """Make the key ring and a database of this release. A database never gets a second ring of keys."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (settings.key_ring, settings.master_key):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with await Database.open(settings.database, application="setup") as database:
        before = await current_revision(database)
        if settings.key_ring.exists():
            KeyRing.load(settings.key_ring, settings.master_key)
            report.add_existing(f"the key ring {settings.key_ring}")
        elif before is not None:
            sentence = f"The database {database.where} is there, but its key ring {settings.key_ring} is not."
            raise Misconfigured([f"{sentence} Bring the ring back from your safe copy: nothing else opens it."])
        else:
            KeyRing.create(settings.key_ring, settings.master_key)
            report.add_created(f"the key ring {settings.key_ring} and the master key {settings.master_key}")
        if await upgrade(database):
            report.add_created(f"the tables in {database.where}")
        else:
            report.add_existing(f"the database {database.where}")


def create_policy(folder: Path, text: str, what: str, report: InstallReport) -> str:
    """Write a policy file beside the configuration, and return its name there; one that stands is left as it is."""
    path = folder / "policy.toml"
    if path.exists():
        report.add_existing(f"the policy file {path}")
    else:
        path.write_text(text, encoding="utf-8")
        report.add_created(f"the policy file {path}, {what}")
    return path.name


async def create_members(
    settings: Settings, new_members: Sequence[NewMember], report: InstallReport
) -> tuple[bool, tuple[Shortfall, ...]]:
    """Give the newcomers their places, and return whether the first chair waits, and what the policy cannot do."""
    service = await assemble(settings, clock=MachineClock(), application="setup")
    try:
        if not new_members and not await has_chair(service.app):
            raise Refused("no_chair", "Nobody is the first chair yet: name them with --chair, or in --members FILE.")
        result = await seat_first_members(service.app, new_members)
        for name in result.new:
            report.add_created(f"the place of {name}")
        if not new_members:
            report.add_existing("the group, with its chair")
        for name in result.known:
            report.add_existing(f"the place of {name}")
        async with service.units_of_work.begin() as uow:
            uow.journal.note(Entry(act="installation.was_set_up", by=OPERATOR, authority="P-1.5"))
        shortfalls = await list_shortfalls(service.app, has_mail=service.mailer is not None)
        return await is_chair_unconfirmed(service.app), shortfalls
    finally:
        await service.stop()
