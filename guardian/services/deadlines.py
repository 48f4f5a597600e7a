"""Start, reschedule and complete deadlines inside an open unit of work. What happens when one is due is each feature's own `on_…_due`."""

from dataclasses import replace
from datetime import datetime

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.ids import CaseId, new_id
from guardian.services.context import UnitOfWork
from guardian.unit_of_work import WakeupTopic


async def start_deadline(
    uow: UnitOfWork,
    kind: DeadlineKind,
    case: CaseId | None,
    until: datetime,
    *,
    next_at: datetime | None = None,
    about: str = "",
) -> Deadline:
    """The promise runs from now; it asks for something at `next_at`, else when it is due."""
    deadline = Deadline(new_id(), kind, case, uow.now, until, next_at or until, about)
    await uow.deadlines.add(deadline)
    uow.wake(WakeupTopic.DEADLINES)
    return deadline


async def reschedule(uow: UnitOfWork, deadline: Deadline, next_at: datetime, *, due_at: datetime | None = None) -> None:
    """The promise asks again at that instant; one more reminder has gone out."""
    await uow.deadlines.save(replace(deadline, next_at=next_at, due=due_at or deadline.due, stage=deadline.stage + 1))
    uow.wake(WakeupTopic.DEADLINES)


async def complete(uow: UnitOfWork, deadline: Deadline) -> None:
    """The promise is kept and asks for nothing more."""
    await uow.deadlines.save(replace(deadline, completed_at=uow.now, next_at=None))


async def complete_for_case(uow: UnitOfWork, case: CaseId, *kinds: DeadlineKind) -> None:
    """The case's promises of these kinds are kept."""
    for kind in kinds:
        for deadline in await uow.deadlines.open_for(case, kind):
            await complete(uow, deadline)


async def complete_about(uow: UnitOfWork, about: str, *kinds: DeadlineKind) -> None:
    """The promises of these kinds about one thing are kept."""
    for kind in kinds:
        for deadline in await uow.deadlines.open_about(about, kind):
            await complete(uow, deadline)
