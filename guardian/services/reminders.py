"""Reminders of deadlines: what most handlers do when one is due. Read first: `on_plain_deadline_due`."""

from guardian.cases.deadlines import Deadline
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.notify import notify_members
from rules.deadlines import TimeLimit, length


async def on_plain_deadline_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind once a day of a deadline without a rule of its own, so that it is never forgotten."""
    if deadline.case is None:
        await complete(uow, deadline)
        return
    case = await get_case(uow, deadline.case)
    facts = {"promise": deadline.kind, "due": deadline.due.isoformat()}
    await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, facts)
    await reschedule(uow, deadline, uow.now + length(TimeLimit.FIRST_ANSWER, app.policy))
    uow.journal.note(Entry("promise.was_recalled", SERVICE, "P-2.4", {"promise": deadline.kind}, case.id))
