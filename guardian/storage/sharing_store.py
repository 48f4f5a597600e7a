"""What was passed on to others; whose facts, to whom and by whom is encrypted under the case's key.

Read `SqlSharingStore` first.
"""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, select

from guardian.cases.sharing import Sharing
from guardian.ids import CaseId, MemberId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.sharing import sharings
from rules.sharing import SharedOf, SharingGround, SharingInput


class SqlSharingStore(EncryptedSqlStore):
    """The store of what was passed on."""

    async def add_sharing(self, sharing: Sharing) -> None:
        """Store a new entry, encrypted with the case's key."""
        row = {"id": sharing.id, "case_id": sharing.case, "at": sharing.at, "version": sharing.version}
        await self._connection.execute(insert(sharings), {**row, **await self._columns(sharing)})

    async def save_sharing(self, sharing: Sharing) -> Sharing:
        """Store the entry as given, one version later; Stale where somebody was quicker."""
        version = await self._change(sharings, sharing.id, sharing.version, **await self._columns(sharing))
        return replace(sharing, version=version)

    async def sharings_of(self, case: CaseId) -> tuple[Sharing, ...]:
        """Return the entries of the case, withdrawn ones too, oldest first."""
        statement = select(sharings).where(sharings.c.case_id == case).order_by(sharings.c.at, sharings.c.id)
        found = [await self._read(row) for row in await self._connection.execute(statement)]
        return tuple(each for each in found if each is not None)

    async def _columns(self, sharing: Sharing) -> dict[str, Any]:
        content = {"by": sharing.by, "read_by": sharing.read_by, "words": asdict(sharing.words)}
        scope = KeyScope.of_case(sharing.case)
        return {
            "read_at": sharing.read_at,
            "withdrawn_at": sharing.withdrawn_at,
            "sealed": await self._encryption.encrypt_json(scope, sharings.name, sharing.id, "sealed", content),
        }

    async def _read(self, row: Row[Any]) -> Sharing | None:
        content = await self._encryption.decrypt_json(sharings.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        words = dict(content["words"])
        of, ground = SharedOf(words.pop("of")), SharingGround(words.pop("ground"))
        return Sharing(
            id=row.id,
            case=CaseId(row.case_id),
            by=MemberId(content["by"]),
            at=row.at,
            words=SharingInput(of=of, ground=ground, **words),
            read_by=content["read_by"],
            read_at=row.read_at,
            withdrawn_at=row.withdrawn_at,
            version=row.version,
        )
