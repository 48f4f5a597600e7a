"""Recognise a command that came before: it makes nothing new, and is answered by what it made.

Read `earlier_result` first.
"""

from guardian.errors import Refused
from guardian.ids import CaseId
from guardian.services.context import UnitOfWork


async def earlier_result(uow: UnitOfWork, source: str, delivery: str | None) -> str | None:
    """Return the id of what the first such delivery made; None where this is the first.

    Refused where the first answer is not kept any more.
    """
    earlier = None if delivery is None else await uow.idempotency.claim(source, delivery)
    if earlier is None:
        return None
    if earlier.answer is None:
        raise Refused("repeated", "This has been done already.", "P-2.4")
    return earlier.answer


async def remember_result(uow: UnitOfWork, source: str, delivery: str | None, result: str, case: CaseId) -> None:
    """Store what was made, as the answer to the same delivery when it comes again."""
    if delivery is not None:
        await uow.idempotency.save(source, delivery, result, case)
