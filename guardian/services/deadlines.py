"""Start, reschedule and complete deadlines inside an open unit of work. Read `start_deadline` first.

What happens when one is due is each feature's own `on_…_due`.
"""

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
    """Start a deadline now; it is acted upon at `next_at`, else when it is due."""
    deadline = Deadline(
        id=new_id(), kind=kind, case=case, since=uow.now, due=until, next_at=next_at or until, about=about
    )
    await uow.deadlines.add(deadline)
    uow.wake(WakeupTopic.DEADLINES)
    return deadline


async def reschedule(uow: UnitOfWork, deadline: Deadline, next_at: datetime, *, due_at: datetime | None = None) -> None:
    """Act upon the deadline again at `next_at`, and count one more reminder."""
    await uow.deadlines.save(replace(deadline, next_at=next_at, due=due_at or deadline.due, stage=deadline.stage + 1))
    uow.wake(WakeupTopic.DEADLINES)


async def complete(uow: UnitOfWork, deadline: Deadline) -> None:
    """Complete the deadline, so that it is not acted upon any more."""
    await uow.deadlines.save(replace(deadline, completed_at=uow.now, next_at=None))


async def complete_for_case(uow: UnitOfWork, case: CaseId, *kinds: DeadlineKind) -> None:
    """Complete the open deadlines of these kinds of the case."""
    for kind in kinds:
        for deadline in await uow.deadlines.open_for(case, kind):
            await complete(uow, deadline)


async def complete_about(uow: UnitOfWork, about: str, *kinds: DeadlineKind) -> None:
    """Complete the open deadlines of these kinds about one thing."""
    for kind in kinds:
        for deadline in await uow.deadlines.open_about(about, kind):
            await complete(uow, deadline)
