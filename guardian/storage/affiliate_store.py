"""Affiliated programs, their names and addresses encrypted. Read `SqlAffiliateStore` first."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, select

from guardian.cases.affiliates import AffiliatedProgram
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.affiliates import affiliates

_AFFILIATES: Final = KeyScope.of_service("affiliates")


class SqlAffiliateStore(EncryptedSqlStore):
    """The store of affiliated programs."""

    async def add_affiliate(self, program: AffiliatedProgram) -> None:
        """Store a new program, its words encrypted."""
        row = {"id": program.id, "by": self._hide(program.id, program.by), "version": program.version}
        await self._connection.execute(insert(affiliates), {**row, **await self._columns(program)})

    async def save_affiliate(self, program: AffiliatedProgram) -> AffiliatedProgram:
        """Store the program as given, one version later; Stale where somebody was quicker."""
        version = await self._change(affiliates, program.id, program.version, **await self._columns(program))
        return replace(program, version=version)

    async def affiliate(self, program: str) -> AffiliatedProgram | None:
        """Return the program of that id."""
        row = (await self._connection.execute(select(affiliates).where(affiliates.c.id == program))).first()
        return await self._read(row) if row else None

    async def affiliates(self) -> tuple[AffiliatedProgram, ...]:
        """Return every program, those that have left too, the one due first before all others."""
        statement = select(affiliates).order_by(affiliates.c.due_at, affiliates.c.id)
        return tuple([await self._read(row) for row in await self._connection.execute(statement)])

    async def _columns(self, program: AffiliatedProgram) -> dict[str, Any]:
        words = {"name": program.name, "contact": program.contact, "address": program.address}
        return {
            "joined_at": program.joined_at,
            "reported_at": program.reported_at,
            "due_at": program.due_at,
            "ended_at": program.ended_at,
            "sealed": await self._encryption.encrypt_json(_AFFILIATES, affiliates.name, program.id, "sealed", words),
        }

    async def _read(self, row: Row[Any]) -> AffiliatedProgram:
        content = await self._encryption.decrypt_json(affiliates.name, row.id, "sealed", row.sealed)
        words: dict[str, str] = {} if isinstance(content, Expunged) else content
        return AffiliatedProgram(
            id=row.id,
            name=words.get("name", ""),
            contact=words.get("contact", ""),
            address=words.get("address", ""),
            joined_at=row.joined_at,
            due_at=row.due_at,
            by=self._reveal(row.id, row.by),
            reported_at=row.reported_at,
            ended_at=row.ended_at,
            version=row.version,
        )
