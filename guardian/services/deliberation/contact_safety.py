"""Ask the reporter, before the first contact with a reported person, whether that is safe. Policy: P-3.5.

Whoever has said so with their report, or on their page, is not asked again; silence ends with the time for it. Read
`ask` first.
"""

from guardian.cases.case import Case
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.report_questions import DO_NOT_CONTACT
from guardian.cases.reports import Report
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, start_deadline
from guardian.services.notify import notify_members, notify_reporters
from rules.deadlines import TimeLimit, due_at
from rules.policy import Policy


async def is_unanswered(view: ReadView, case: Case) -> bool:
    """Return whether a reporter never said if it is safe, and has not been asked yet."""
    unanswered = [report for report in await view.cases.reports_of(case.id) if _never_answered(report)]
    asked = {n.to.report for n in await view.notices.of_case(case.id) if _is_question(dict(n.facts))}
    return any(report.id not in asked for report in unanswered)


async def is_asked(view: ReadView, case: Case) -> bool:
    """Return whether a reporter was asked and still has time to answer."""
    return bool(await view.deadlines.open_for(case.id, DeadlineKind.CONTACT_QUESTION))


async def ask(uow: UnitOfWork, policy: Policy, case: Case, by: MemberId) -> str:
    """Ask the reporters, start the deadline for their answer, notify the members, and return a text to read."""
    until = due_at(TimeLimit.CONTACT_QUESTION, uow.now, policy)
    facts = {"news": News.ASK_BEFORE_CONTACT, "until": until.isoformat()}
    await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.ASK_BEFORE_CONTACT, "until": until})
    await complete_for_case(uow, case.id, DeadlineKind.FIRST_ANSWER)
    await start_deadline(uow, DeadlineKind.CONTACT_QUESTION, case.id, until)
    await notify_members(uow, case, NoticeKind.CASE_NEWS, facts, besides=[by])
    uow.journal.note(
        Entry(
            act="reporter.was_asked_first",
            by=by_member(by),
            authority="P-3.5",
            about={"case": str(case.id)},
            case=case.id,
        )
    )
    return (
        f"The reporter of {case.code_name} never said whether it is safe to write to this person, so they are asked "
        f"first. You are told when they answer, at the latest on {until:%d %B %Y, %H:%M} UTC; then begin again."
    )


async def record_answer(uow: UnitOfWork, case: Case) -> None:
    """Record that a reporter has said whether it is safe; notify the members once nobody's answer is missing any more."""
    if not await is_asked(uow, case):
        return
    if not any(_never_answered(report) for report in await uow.cases.reports_of(case.id)):
        await complete_for_case(uow, case.id, DeadlineKind.CONTACT_QUESTION)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.MAY_CONTACT_NOW})


async def on_due(_app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """End the time to answer: the group goes on with care."""
    await complete(uow, deadline)
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is not None:
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.MAY_CONTACT_NOW})
        uow.journal.note(
            Entry(
                act="contact_question.was_closed",
                by=SERVICE,
                authority="P-3.5",
                about={"case": str(case.id)},
                case=case.id,
            )
        )


def _never_answered(report: Report) -> bool:
    return report.withdrawn_at is None and DO_NOT_CONTACT not in report.answers


def _is_question(facts: dict[str, str]) -> bool:
    return facts.get("news") == News.ASK_BEFORE_CONTACT
