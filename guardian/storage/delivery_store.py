"""What has been delivered to us already: a repeated command or webhook gets the first answer again.

A delivery is known by its id and by the digest of its body, since the id of a webhook stands in an unsigned header.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from guardian.ids import new_id
from guardian.storage.keys_store import KeyScope
from guardian.storage.sealed import Expunged
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.ground import deliveries

_ANSWER_COLUMN = ("deliveries", "answer")


@dataclass(frozen=True, slots=True)
class RepeatedDelivery:
    """A delivery that came before. `answer` is None where the first had none to keep, or none that may be read."""

    id: str
    received_at: datetime
    answer: str | None


class SqlDeliveryStore(EncryptedSqlStore):
    """Remembers deliveries by source (a space, a door) for as long as a repeat is to be recognised."""

    async def claim(self, source: str, delivery_id: str, digest: str, now: datetime) -> RepeatedDelivery | None:
        """None if this is the first of its kind: it is ours to carry out in this transaction. Else the earlier one."""
        row = {"source": source, "delivery_id": delivery_id, "digest": digest, "received_at": now}
        statement = self._insert(deliveries).values(id=new_id(), **row).on_conflict_do_nothing()
        if (await self._connection.execute(statement.returning(deliveries.c.id))).first() is not None:
            return None
        return await self._earlier_delivery(source, delivery_id, digest)

    async def save_answer(self, source: str, delivery_id: str, answer: str, scope: KeyScope) -> None:
        """The answer is kept, sealed under the scope, for whoever delivers the same again."""
        same = (deliveries.c.source == source) & (deliveries.c.delivery_id == delivery_id)
        row_id = (await self._connection.execute(select(deliveries.c.id).where(same))).scalar_one()
        table, column = _ANSWER_COLUMN
        encrypted = await self._encryption.encrypt(scope, table, row_id, column, answer)
        await self._connection.execute(update(deliveries).where(same).values(answer=encrypted))

    async def forget_before(self, instant: datetime) -> int:
        """Deliveries received before the instant are forgotten; how many there were."""
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
