"""The first answers to commands of people, under the key of the case that they are about."""

import hashlib
from datetime import datetime

from guardian.desk.desk import EarlierAnswer
from guardian.ids import CaseId
from guardian.storage.delivery_store import SqlDeliveryStore
from guardian.storage.keys_store import KeyScope


class SqlIdempotencyStore:
    """Recognises a repeated command by its source and the id that the source gave it."""

    def __init__(self, deliveries: SqlDeliveryStore, now: datetime) -> None:
        self._deliveries = deliveries
        self._now = now

    async def claim(self, source: str, delivery: str) -> EarlierAnswer | None:
        """None where it is the first of its kind, and then it is ours to carry out in this transaction."""
        digest = _digest(source, delivery)
        repeat = await self._deliveries.claim(source, digest, digest, self._now)
        return EarlierAnswer(repeat.answer) if repeat else None

    async def save(self, source: str, delivery: str, answer: str, case: CaseId) -> None:
        """The answer is kept under the case's key, for whoever sends the same again."""
        await self._deliveries.save_answer(source, _digest(source, delivery), answer, KeyScope.of_case(case))


def _digest(source: str, delivery: str) -> str:
    """What is kept of a door's own id: with the id itself the door's operator could say who sent which report."""
    return hashlib.sha256(f"{source}\n{delivery}".encode()).hexdigest()
