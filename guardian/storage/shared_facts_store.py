"""What was passed on to others; whose facts, to whom and by whom is encrypted under the case's key.

Read `SqlSharedFactsStore` first.
"""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, select

from guardian.cases.shared_facts import SharedFacts
from guardian.ids import CaseId, MemberId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.shared_facts import shared_facts
from rules.shared_facts import SharedFactsInput, SharedOf, SharingGround


class SqlSharedFactsStore(EncryptedSqlStore):
    """The store of what was passed on."""

    async def add_shared_facts(self, sharing: SharedFacts) -> None:
        """Store a new entry, encrypted with the case's key."""
        row = {"id": sharing.id, "case_id": sharing.case, "at": sharing.at, "version": sharing.version}
        await self._connection.execute(insert(shared_facts), {**row, **await self._columns(sharing)})

    async def save_shared_facts(self, sharing: SharedFacts) -> SharedFacts:
        """Store the entry as given, one version later; Stale where somebody was quicker."""
        version = await self._change(shared_facts, sharing.id, sharing.version, **await self._columns(sharing))
        return replace(sharing, version=version)

    async def shared_facts_of(self, case: CaseId) -> tuple[SharedFacts, ...]:
        """Return the entries of the case, withdrawn ones too, oldest first."""
        statement = (
            select(shared_facts).where(shared_facts.c.case_id == case).order_by(shared_facts.c.at, shared_facts.c.id)
        )
        found = [await self._read(row) for row in await self._connection.execute(statement)]
        return tuple(each for each in found if each is not None)

    async def _columns(self, sharing: SharedFacts) -> dict[str, Any]:
        content = {"by": sharing.by, "read_by": sharing.read_by, "words": asdict(sharing.words)}
        scope = KeyScope.of_case(sharing.case)
        return {
            "read_at": sharing.read_at,
            "withdrawn_at": sharing.withdrawn_at,
            "sealed": await self._encryption.encrypt_json(scope, shared_facts.name, sharing.id, "sealed", content),
        }

    async def _read(self, row: Row[Any]) -> SharedFacts | None:
        content = await self._encryption.decrypt_json(shared_facts.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        words = dict(content["words"])
        of, ground = SharedOf(words.pop("of")), SharingGround(words.pop("ground"))
        return SharedFacts(
            id=row.id,
            case=CaseId(row.case_id),
            by=MemberId(content["by"]),
            at=row.at,
            words=SharedFactsInput(of=of, ground=ground, **words),
            read_by=content["read_by"],
            read_at=row.read_at,
            withdrawn_at=row.withdrawn_at,
            version=row.version,
        )
