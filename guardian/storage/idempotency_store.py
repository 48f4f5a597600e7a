"""What has been delivered to us already: a repeated command or webhook gets the first answer again.

A delivery is known by its id and by the digest of its body, since the id of a webhook stands in an unsigned header.
Read `SqlDeliveryStore` first.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_, select, update

from guardian.ids import CaseId, new_id
from guardian.services.context import EarlierAnswer
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.key_ring import KeyKind
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.system import deliveries

_DELIVERIES: Final = "deliveries 1"
_ANSWER_COLUMN = ("deliveries", "answer")


@dataclass(frozen=True, slots=True)
class RepeatedDelivery:
    """A delivery that came before. `answer` is None where the first had none to keep, or none that may be read."""

    id: str
    received_at: datetime
    answer: str | None


class SqlDeliveryStore(EncryptedSqlStore):
    """Stores deliveries by source (a space, a report channel) for as long as a repeat is to be recognised."""

    async def claim(self, source: str, delivery_id: str, digest: str, now: datetime) -> RepeatedDelivery | None:
        """Claim the delivery to carry it out in this transaction: None if it is the first, else the earlier one."""
        delivery_id, digest = self._key(delivery_id), self._key(digest)
        row = {"source": source, "delivery_id": delivery_id, "digest": digest, "received_at": now}
        first = self._insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.id)
        if (await self._connection.execute(first, {"id": new_id(), **row})).first() is not None:
            return None
        return await self._earlier_delivery(source, delivery_id, digest)

    async def save_answer(self, source: str, delivery_id: str, answer: str, scope: KeyScope) -> None:
        """Save the answer, encrypted under the scope, for whoever delivers the same again."""
        same = (deliveries.c.source == source) & (deliveries.c.delivery_id == self._key(delivery_id))
        row_id = (await self._connection.execute(select(deliveries.c.id).where(same))).scalar_one()
        table, column = _ANSWER_COLUMN
        encrypted = await self._encryption.encrypt(scope, table, row_id, column, answer)
        await self._connection.execute(update(deliveries).where(same), {"answer": encrypted})

    def _key(self, text: str) -> str:
        """Return what is kept of an id or digest of others: without the ring nobody can try out what it stands for."""
        ring = self._encryption.ring
        key = ring.derive(KeyKind.LASTING, _DELIVERIES, ring.newest(KeyKind.LASTING))
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    async def forget_before(self, instant: datetime) -> int:
        """Forget deliveries received before the instant; return how many there were."""
        return (await self._connection.execute(delete(deliveries).where(deliveries.c.received_at < instant))).rowcount

    async def _earlier_delivery(self, source: str, delivery_id: str, digest: str) -> RepeatedDelivery:
        same = or_(deliveries.c.delivery_id == delivery_id, deliveries.c.digest == digest)
        found = select(deliveries).where(deliveries.c.source == source, same).order_by(deliveries.c.id)
        row = (await self._connection.execute(found)).first()
        if row is None:
            raise LookupError("a delivery was refused as a repeat of one that is not there")
        return RepeatedDelivery(row.id, row.received_at, await self._answer(row.id, row.answer))

    async def _answer(self, row_id: str, encrypted: bytes | None) -> str | None:
        if encrypted is None:
            return None
        table, column = _ANSWER_COLUMN
        answer = await self._encryption.decrypt_text(table, row_id, column, encrypted)
        return None if isinstance(answer, Expunged) else answer


class SqlIdempotencyStore:
    """Recognises a repeated command by its source and the id that the source gave it."""

    def __init__(self, deliveries: SqlDeliveryStore, now: datetime) -> None:
        self._deliveries = deliveries
        self._now = now

    async def claim(self, source: str, delivery: str) -> EarlierAnswer | None:
        """Claim the delivery, to carry it out in this transaction; return the earlier answer to a repetition."""
        digest = _digest(source, delivery)
        repeat = await self._deliveries.claim(source, digest, digest, self._now)
        return EarlierAnswer(repeat.answer) if repeat else None

    async def save(self, source: str, delivery: str, answer: str, case: CaseId) -> None:
        """Store the answer for whoever sends the same again, encrypted with the case's key."""
        await self._deliveries.save_answer(source, _digest(source, delivery), answer, KeyScope.of_case(case))


def _digest(source: str, delivery: str) -> str:
    """Return what is kept of a source's own id: with the id itself its operator could say who sent which report."""
    return hashlib.sha256(f"{source}\n{delivery}".encode()).hexdigest()
