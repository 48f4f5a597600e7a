"""Founds an installation for the sandbox: keys, database, and the members of the seeded community. Starts nothing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from guardian.clock import Clock
from guardian.journal import OPERATOR, Entry
from guardian.people.models import Member
from guardian.settings.models import Settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import upgrade
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory

_BLANK_DATABASE: Final[list[bytes]] = []
"""The file of a database with every table and nobody in it: a process makes one, and copies it from then on."""


async def create_installation(settings: Settings, members: Iterable[Member], clock: Clock) -> None:
    """Make the data folder with keys and a database of this release in which the members are known."""
    settings.data.mkdir(parents=True, exist_ok=True)
    ring = KeyRing.create(settings.key_ring, settings.master_key)
    file = Path(settings.database.removeprefix("sqlite:///"))
    if _BLANK_DATABASE:
        file.touch(mode=0o600)
        file.write_bytes(_BLANK_DATABASE[0])
    async with await Database.open(settings.database, application="sandbox") as database:
        if await upgrade(database):
            await database.scrub()
            _BLANK_DATABASE.append(file.read_bytes())
        async with SqlUnitOfWorkFactory(database, ring, clock).begin() as uow:
            for member in members:
                await uow.people.add_member(member)
            uow.journal.note(Entry(act="sandbox.was_founded", by=OPERATOR, authority="P-1.5"))
