"""Makes an installation, one thing after the other; what stands already is left as it is, and said so."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from guardian.assembly.composing import assemble
from guardian.cli.mode import write_whole
from guardian.clock import MachineClock
from guardian.desk.setup import Newcomer, begin, chair_stands, chair_waits
from guardian.errors import Misconfigured, Refused
from guardian.journal import OPERATOR, Entry
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import current, upgrade


@dataclass(slots=True)
class Founded:
    """What setup did, and what stood already, in the order of the steps."""

    lines: list[str] = field(default_factory=list)

    def made(self, what: str) -> None:
        """It is new."""
        self.lines.append(f"made   {what}")

    def stands(self, what: str) -> None:
        """It was there, and stays as it was."""
        self.lines.append(f"stands {what}")


def place_config(path: Path, text: Callable[[], str], founded: Founded) -> Settings:
    """The settings of the configuration file, which is written where there is none; a faulty one is never left behind."""
    if path.exists():
        founded.stands(f"the configuration {path}")
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
    write_whole(path, written)
    founded.made(f"the configuration {path}, with every space in observe mode")
    return read_settings(path, os.environ)


def place_secret(path: Path, secret: str, founded: Founded) -> None:
    """The secret stands in a file of its own that only its owner may read; one that is there is never replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secret + "\n")
    except FileExistsError:
        founded.stands(f"the secret file {path}")
    else:
        founded.made(f"the secret file {path}")


async def place_storage(settings: Settings, founded: Founded) -> None:
    """The key ring and a database of this release are there. A database never gets a second ring of keys."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (settings.ring, settings.master):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with await Database.open(settings.database, application="setup") as database:
        before = await current(database)
        if settings.ring.exists():
            KeyRing.load(settings.ring, settings.master)
            founded.stands(f"the key ring {settings.ring}")
        elif before is not None:
            sentence = f"The database {database.where} is there, but its key ring {settings.ring} is not."
            raise Misconfigured([f"{sentence} Bring the ring back from your safe copy: nothing else opens it."])
        else:
            KeyRing.create(settings.ring, settings.master)
            founded.made(f"the key ring {settings.ring} and the master key {settings.master}")
        if await upgrade(database):
            founded.made(f"the tables in {database.where}")
        else:
            founded.stands(f"the database {database.where}")


async def place_people(settings: Settings, newcomers: Sequence[Newcomer], founded: Founded) -> bool:
    """The newcomers have their places; the answer is whether the first chair waits to be confirmed."""
    service = await assemble(settings, clock=MachineClock(), application="setup")
    try:
        if not newcomers and not await chair_stands(service.desk):
            raise Refused("no_chair", "Nobody is the first chair yet: name them with --chair, or in --members FILE.")
        seated = await begin(service.desk, newcomers)
        for name in seated.new:
            founded.made(f"the place of {name}")
        if not newcomers:
            founded.stands("the group, with its chair")
        for name in seated.known:
            founded.stands(f"the place of {name}")
        async with service.works.begin() as work:
            work.journal.note(Entry("installation.was_set_up", OPERATOR, "P-1.5"))
        return await chair_waits(service.desk)
    finally:
        await service.stop()
