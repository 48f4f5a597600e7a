"""Answers that a reporter is owed: members are reminded of them, and the reporter is notified where one is late.

Read first: `on_reporter_answer_due`.
"""

from guardian.cases.case import CaseState
from guardian.cases.deadlines import Deadline
from guardian.cases.submissions import ANSWER_TIME_LIMITS
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.notify import notify_members, notify_reporters
from guardian.services.reminders import deadline_facts, remind
from rules.deadlines import next_due_at, reminder_times


async def on_reporter_answer_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind members of what a reporter is owed; once it is late, notify the reporter, with a new date.

    Policy: P-2.4.
    """
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state is CaseState.CLOSED:
        await complete(uow, deadline)
        return
    time_limit = ANSWER_TIME_LIMITS[deadline.kind]
    facts = deadline_facts(deadline)
    if uow.now < deadline.due:
        ahead = [at for at in reminder_times(time_limit, deadline.since, app.policy) if uow.now < at < deadline.due]
        await remind(uow, deadline, case, NoticeKind.DEADLINE_NEAR, facts, min([*ahead, deadline.due]))
    else:
        fresh = next_due_at(time_limit, deadline.due, uow.now, app.policy)
        told: PartyFacts = {"due": deadline.due, "new_date": fresh}
        await notify_reporters(uow, case, NoticeKind.REPORTER_LATE, told)
        await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, {**facts, "new_date": fresh.isoformat()})
        await reschedule(uow, deadline, fresh, due_at=fresh)
    about = {"case": str(case.id), "promise": deadline.kind}
    uow.journal.note(Entry(act="promise.was_recalled", by=SERVICE, authority="P-2.4", about=about, case=case.id))
