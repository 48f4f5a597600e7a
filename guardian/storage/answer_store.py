"""The first answers to commands of people, under the key of the case that they are about."""

import hashlib
from datetime import datetime

from guardian.desk.desk import Earlier
from guardian.ids import CaseId
from guardian.storage.delivery_store import DeliveryStore
from guardian.storage.keys_store import Scope


class AnswerStore:
    """Recognises a repeated command by its source and the id that the source gave it."""

    def __init__(self, deliveries: DeliveryStore, now: datetime) -> None:
        self._deliveries = deliveries
        self._now = now

    async def claim(self, source: str, delivery: str) -> Earlier | None:
        """None where it is the first of its kind, and then it is ours to carry out in this transaction."""
        digest = _digest(source, delivery)
        repeat = await self._deliveries.claim(source, digest, digest, self._now)
        return Earlier(repeat.answer) if repeat else None

    async def keep(self, source: str, delivery: str, answer: str, case: CaseId) -> None:
        """The answer is kept under the case's key, for whoever sends the same again."""
        await self._deliveries.answered(source, _digest(source, delivery), answer, Scope.of_case(case))


def _digest(source: str, delivery: str) -> str:
    """What is kept of a door's own id: with the id itself the door's operator could say who sent which report."""
    return hashlib.sha256(f"{source}\n{delivery}".encode()).hexdigest()
