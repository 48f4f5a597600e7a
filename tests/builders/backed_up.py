"""Copies of a community's database as the command makes them, opened again by nothing but age and the database's own program."""

import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pyrage import decrypt
from pyrage.x25519 import Identity

from guardian.cli.backup import back_up, recipient_file
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from guardian.storage.recovery_key import create_recovery_key, identity_from_envelopes
from tests import postgresql
from tests.builders.community import Community
from tests.builders.stolen_copy import Copy


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Copies as `guardian backup` writes them, and the recovery key."""

    settings: Settings
    folder: Path
    recovery_key: str

    @classmethod
    def of(cls, community: Community, folder: Path) -> Self:
        """Where they will lie, with an identity that opens them."""
        (folder / "copies").mkdir()
        config = folder / "guardian.toml"
        keys = f'[keys]\nring = "{community.folder / "ring"}"\nmaster = "{community.folder / "master"}"\n'
        database = community.database_url.replace("+aiosqlite", "").replace("+asyncpg", "")
        service = f'[service]\ncommunity = "Example"\ndatabase = "{database}"\ndata = "{community.folder}"\n'
        mail = '[mail]\nhost = "127.0.0.1"\ntls = "none"\nsender = "conduct@example.org"\n'
        config.write_text(service + keys + mail, encoding="utf-8")
        settings = read_settings(config, {})
        words = create_recovery_key(recipient_file(settings), 2, 3)
        return cls(settings, folder / "copies", identity_from_envelopes(words[1:]))

    async def make(self, name: str) -> None:
        """A copy of that name is made; the file of keys beside it is the newest."""
        await back_up(self.settings, self.folder / name, programs=postgresql.programs())

    def open(self, name: str) -> Copy:
        """The copy, opened with the newest file of keys, by nothing but age and SQLite, or PostgreSQL's own program."""
        plain = self.folder / f"{name}.plain"
        plain.write_bytes(self._decrypt(name))
        is_file = self.settings.database.startswith("sqlite")
        copied = Copy.of_file(plain) if is_file else Copy.of_dump(postgresql.text_of_archive(plain))
        tables = json.loads(self._decrypt("guardian-keys.age"))["tables"]
        rows = [{key: _plain(value) for key, value in row.items()} for row in tables["data_keys"]]
        return Copy({**copied.rows, "data_keys": rows})

    def _decrypt(self, name: str) -> bytes:
        content = (self.folder / name).read_bytes()
        return bytes(decrypt(content, [Identity.from_str(self.recovery_key)]))


def _plain(value: object) -> object:
    return b64decode(value["bytes"]) if isinstance(value, dict) and "bytes" in value else value
