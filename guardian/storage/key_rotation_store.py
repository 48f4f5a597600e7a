"""Stores which keys of the ring are to be replaced, and when the old ones are destroyed. Read `SqlKeyRotationStore` first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import new_id
from guardian.storage.encryption import FieldEncryption
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.system import key_rotations

_BATCH = 200


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """The wrapping and index keys up to these numbers are replaced, and destroyed at `destroy_at` or soon after it."""

    id: str
    at: datetime
    wrapping: int
    indexing: int
    destroy_at: datetime
    completed_at: datetime | None = None

    @classmethod
    def of(cls, ring: KeyRing, at: datetime, destroy_at: datetime) -> Self:
        """Return the rotation of the keys that the ring uses now."""
        return cls(
            id=new_id(),
            at=at,
            wrapping=ring.newest(),
            indexing=ring.newest(KeyKind.INDEX),
            destroy_at=destroy_at,
        )


class SqlKeyRotationStore(EncryptedSqlStore):
    """The store of rotations, and of what still stands under older keys."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        super().__init__(connection, encryption)
        self._ring = encryption.ring

    async def begin(self, at: datetime, destroy_at: datetime) -> None:
        """Store that the keys of now are to be replaced, and destroyed at `destroy_at`."""
        rotation = KeyRotation.of(self._ring, at, destroy_at)
        row = {"id": rotation.id, "at": at, "wrapping": rotation.wrapping, "indexing": rotation.indexing}
        await self._connection.execute(insert(key_rotations), {**row, "destroy_at": destroy_at})

    async def open(self) -> tuple[KeyRotation, ...]:
        """Return the rotations that are not at their end, the one that destroys first before the others."""
        statement = select(key_rotations).where(key_rotations.c.completed_at.is_(None))
        rows = await self._connection.execute(statement.order_by(key_rotations.c.destroy_at, key_rotations.c.id))
        return tuple(_read(row) for row in rows)

    async def complete(self, rotation: KeyRotation, at: datetime) -> None:
        """Store that the old keys are destroyed."""
        same = key_rotations.c.id == rotation.id
        await self._connection.execute(update(key_rotations).where(same).values(completed_at=at))

    async def renew_some(self) -> int:
        """Bring the next of what stands under older keys under the newest, and return how much that was."""
        return await self._encryption.rewrap(_BATCH) + await self._index.renew(_BATCH)


def _read(row: Row[KeyRotation]) -> KeyRotation:
    return KeyRotation(
        id=row.id,
        at=row.at,
        wrapping=row.wrapping,
        indexing=row.indexing,
        destroy_at=row.destroy_at,
        completed_at=row.completed_at,
    )
