"""The data keys, wrapped: one for each case, person and identity, and for the service. Read `DataKeyStore` first.

A destroyed key leaves its row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Self

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import CaseId, PersonId
from guardian.storage.statements import AT, insert, select_among, select_at
from guardian.storage.tables.blind_indexes import blind_indexes
from guardian.storage.tables.system import data_keys


class KeyScopeKind(StrEnum):
    """What a key belongs to."""

    CASE = "case"
    PERSON = "person"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class KeyScope:
    """Whose key encrypts a text: with that key, everything encrypted under it ends."""

    kind: KeyScopeKind
    id: str

    @classmethod
    def of_case(cls, case: CaseId) -> Self:
        """Report and evidence texts, messages, proposals: what dies when the case is expunged."""
        return cls(KeyScopeKind.CASE, case)

    @classmethod
    def of_person(cls, person: PersonId) -> Self:
        """Return the scope of names, accounts and links of one person."""
        return cls(KeyScopeKind.PERSON, person)

    @classmethod
    def of_service(cls, purpose: str) -> Self:
        """Return the scope of what belongs to no case and no person.

        Answers to deliveries, pending receipts, tokens.
        """
        return cls(KeyScopeKind.SERVICE, purpose)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A row of keys. `wrapped` is None once the key is destroyed."""

    id: str
    scope: KeyScope
    wrapped: bytes | None
    ring_key_id: int


class DataKeyStore:
    """Keeps wrapped keys only: what opens them stands outside the database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_scope(self, scope: KeyScope) -> DataKey | None:
        """Return the scope's key, destroyed or not; None if it never had one."""
        found = await self._read(_select_of_scope(), kind=scope.kind, **{AT: scope.id})
        return found[0] if found else None

    async def of_scopes(self, scopes: Sequence[KeyScope]) -> tuple[DataKey, ...]:
        """Return the keys of those scopes that ever had one, destroyed or not."""
        kinds: dict[KeyScopeKind, list[str]] = {}
        for scope in scopes:
            kinds.setdefault(scope.kind, []).append(scope.id)
        found: list[DataKey] = []
        for kind, ids in kinds.items():
            found += await self._read(_select_of_scopes(), kind=kind, **{AT: ids})
        return tuple(found)

    async def by_id(self, key: str) -> DataKey | None:
        """Return the key of that id, destroyed or not."""
        found = await self._read(select_at(data_keys.c.id), **{AT: key})
        return found[0] if found else None

    async def by_ids(self, ids: Iterable[str]) -> tuple[DataKey, ...]:
        """Return those of the keys that exist, destroyed or not."""
        return await self._read(select_among(data_keys.c.id), **{AT: list(ids)})

    async def add(self, key: DataKey, now: datetime) -> None:
        """Add the key; a scope has one key, for ever."""
        await self.add_many([key], now)

    async def add_many(self, keys: Sequence[DataKey], now: datetime) -> None:
        """Add the keys; a scope has one key, for ever."""
        rows = [
            {
                "id": key.id,
                "scope_kind": key.scope.kind,
                "scope_id": key.scope.id,
                "wrapped": key.wrapped,
                "ring_key_id": key.ring_key_id,
                "created_at": now,
            }
            for key in keys
        ]
        if rows:
            await self._connection.execute(insert(data_keys), rows)

    async def destroy(self, scope: KeyScope, now: datetime) -> bool:
        """Destroy the key, so that nothing opens or finds the scope's texts again; False if it had none left."""
        await self._connection.execute(delete(blind_indexes).where(blind_indexes.c.scope_id == scope.id))
        statement = (
            update(data_keys)
            .where(data_keys.c.scope_kind == scope.kind, data_keys.c.scope_id == scope.id)
            .where(data_keys.c.destroyed_at.is_(None))
            .values(wrapped=None, destroyed_at=now)
        )
        return (await self._connection.execute(statement)).rowcount == 1

    async def wrapped_by_others(self, ring_key: int, limit: int) -> tuple[DataKey, ...]:
        """Return up to so many keys that another key of the ring than this one wraps."""
        older = (data_keys.c.ring_key_id != ring_key) & data_keys.c.wrapped.is_not(None)
        return await self._read(select(data_keys).where(older).limit(limit))

    async def save_wrapped(self, key: DataKey) -> None:
        """Save by which key of the ring the key is wrapped now; one that was destroyed stays so."""
        same = (data_keys.c.id == key.id) & data_keys.c.wrapped.is_not(None)
        values = {"wrapped": key.wrapped, "ring_key_id": key.ring_key_id}
        await self._connection.execute(update(data_keys).where(same).values(values))

    async def _read(self, statement: Select[Any], **values: object) -> tuple[DataKey, ...]:
        rows = await self._connection.execute(statement, values)
        return tuple(
            DataKey(row.id, KeyScope(KeyScopeKind(row.scope_kind), row.scope_id), row.wrapped, row.ring_key_id)
            for row in rows
        )


@cache
def _select_of_scope() -> Select[Any]:
    return select_at(data_keys.c.scope_id).where(data_keys.c.scope_kind == bindparam("kind"))


@cache
def _select_of_scopes() -> Select[Any]:
    return select_among(data_keys.c.scope_id).where(data_keys.c.scope_kind == bindparam("kind"))
