"""Reminders of deadlines: what most handlers do when one is due. Read first: `remind`."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from guardian.cases.case import Case
from guardian.cases.deadlines import Deadline
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.notify import notify_members
from rules.deadlines import TimeLimit, length


async def remind(
    uow: UnitOfWork,
    deadline: Deadline,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str],
    next_at: datetime,
    *,
    only: Iterable[MemberId] | None = None,
) -> None:
    """Notify the members who may know of the case, or those chosen among them, and ask again at `next_at`."""
    await notify_members(uow, case, kind, facts, only=only)
    await reschedule(uow, deadline, next_at)


def deadline_facts(deadline: Deadline) -> dict[str, str]:
    """Return what a notice says of the deadline: its kind, and when it is due."""
    return {"promise": deadline.kind, "due": deadline.due.isoformat()}


async def on_plain_deadline_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind once a day of a deadline without a rule of its own, so that it is never forgotten."""
    if deadline.case is None:
        await complete(uow, deadline)
        return
    case = await get_case(uow, deadline.case)
    later = uow.now + length(TimeLimit.FIRST_ANSWER, app.policy)
    await remind(uow, deadline, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline), later)
    uow.journal.note(
        Entry(act="promise.was_recalled", by=SERVICE, authority="P-2.4", about={"promise": deadline.kind}, case=case.id)
    )
