"""Answers that a reporter is owed: members are reminded of them, and the reporter is apologised to once where one is late.

Read first: `on_reporter_answer_due`.
"""

from datetime import datetime

from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import Deadline
from guardian.cases.submissions import ANSWER_TIME_LIMITS
from guardian.ids import ReportId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.notify import notify_board_liaison, notify_deciders, notify_members, notify_reporters
from guardian.services.reminders import deadline_facts, remind
from rules.deadlines import Lateness, lateness_at, next_due_at, reminder_times


async def on_reporter_answer_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind members of what a reporter is owed; once it is late, notify the reporter, with a new date.

    The reporter hears of one lateness once; from then on it is the group's matter: the chairs', everybody's, the
    Board's. Policy: P-2.4.
    """
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state is CaseState.CLOSED:
        await complete(uow, deadline)
        return
    if uow.now < deadline.due:
        time_limit = ANSWER_TIME_LIMITS[deadline.kind]
        ahead = [at for at in reminder_times(time_limit, deadline.since, app.policy) if uow.now < at < deadline.due]
        next_at = min([*ahead, deadline.due])
        await remind(uow, deadline, case, NoticeKind.DEADLINE_NEAR, deadline_facts(deadline), next_at)
    else:
        await _admit(app, uow, case, deadline)
    about = {"case": str(case.id), "promise": deadline.kind}
    uow.journal.note(Entry(act="promise.was_recalled", by=SERVICE, authority="P-2.4", about=about, case=case.id))


async def _admit(app: AppContext, uow: UnitOfWork, case: Case, deadline: Deadline) -> None:
    time_limit = ANSWER_TIME_LIMITS[deadline.kind]
    fresh = next_due_at(time_limit, deadline.due, uow.now, app.policy)
    facts = deadline_facts(deadline)
    admitted = await _admitted_due(uow, deadline)
    if admitted is None:
        told: PartyFacts = {
            "promise": deadline.kind,
            "due": deadline.due,
            "new_date": fresh,
            **({"turn_to": app.turn_to} if app.turn_to and not case.board_only else {}),
        }
        await notify_reporters(uow, case, NoticeKind.REPORTER_LATE, told, only=ReportId(deadline.about))
        facts["new_date"] = fresh.isoformat()
    match lateness_at(time_limit, admitted or deadline.due, uow.now, app.policy):
        case Lateness.CHAIRS:
            await notify_deciders(uow, case, NoticeKind.DEADLINE_PASSED, facts)
        case Lateness.EVERYBODY:
            await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, facts)
        case _:
            await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, facts)
            await notify_board_liaison(uow, case, NoticeKind.DEADLINE_PASSED, facts)
    await reschedule(uow, deadline, fresh, due_at=fresh)


async def _admitted_due(view: ReadView, deadline: Deadline) -> datetime | None:
    """When this promise was due of which the reporter has been told that it is late; None: they have not been told."""
    notices = await view.notices.of_report(ReportId(deadline.about))
    late = [n for n in notices if n.kind is NoticeKind.REPORTER_LATE and n.facts.get("promise") == deadline.kind]
    told = [n for n in late if n.created_at and n.created_at >= deadline.since]
    return datetime.fromisoformat(told[0].facts["due"]) if told else None
