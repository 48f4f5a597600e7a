"""What has been delivered to us already: a repeated command or webhook gets the first answer again.

A delivery is known by its id and by the digest of its body, since the id of a webhook stands in an unsigned header.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from guardian.ids import new_id
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import Expunged
from guardian.storage.store import SealedStore
from guardian.storage.tables.ground import deliveries

_PLACE = ("deliveries", "answer")


@dataclass(frozen=True, slots=True)
class Repeat:
    """A delivery that came before. `answer` is None where the first had none to keep, or none that may be read."""

    id: str
    received_at: datetime
    answer: str | None


class DeliveryStore(SealedStore):
    """Remembers deliveries by source (a space, a door) for as long as a repeat is to be recognised."""

    async def claim(self, source: str, delivery_id: str, digest: str, now: datetime) -> Repeat | None:
        """None if this is the first of its kind: it is ours to carry out in this transaction. Else the earlier one."""
        row = {"source": source, "delivery_id": delivery_id, "digest": digest, "received_at": now}
        new = self._insert(deliveries).values(id=new_id(), **row).on_conflict_do_nothing()
        if (await self._connection.execute(new.returning(deliveries.c.id))).first() is not None:
            return None
        return await self._earlier(source, delivery_id, digest)

    async def answered(self, source: str, delivery_id: str, answer: str, scope: Scope) -> None:
        """The answer is kept, sealed under the scope, for whoever delivers the same again."""
        mine = (deliveries.c.source == source) & (deliveries.c.delivery_id == delivery_id)
        row_id = (await self._connection.execute(select(deliveries.c.id).where(mine))).scalar_one()
        table, column = _PLACE
        sealed = await self._sealer.seal(scope, table, row_id, column, answer)
        await self._connection.execute(update(deliveries).where(mine).values(answer=sealed))

    async def forget_before(self, instant: datetime) -> int:
        """Deliveries received before the instant are forgotten; how many there were."""
        return (await self._connection.execute(delete(deliveries).where(deliveries.c.received_at < instant))).rowcount

    async def _earlier(self, source: str, delivery_id: str, digest: str) -> Repeat:
        same = or_(deliveries.c.delivery_id == delivery_id, deliveries.c.digest == digest)
        found = select(deliveries).where(deliveries.c.source == source, same).order_by(deliveries.c.id)
        row = (await self._connection.execute(found)).first()
        if row is None:
            raise LookupError("a delivery was refused as a repeat of one that is not there")
        return Repeat(row.id, row.received_at, await self._answer(row.id, row.answer))

    async def _answer(self, row_id: str, sealed: bytes | None) -> str | None:
        if sealed is None:
            return None
        table, column = _PLACE
        answer = await self._sealer.unseal_text(table, row_id, column, sealed)
        return None if isinstance(answer, Expunged) else answer
