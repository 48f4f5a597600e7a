"""Before the first contact with a reported person the reporter is asked whether that is safe. Policy: P-3.5.

Whoever has said so with their report, or on their page, is not asked again; silence ends with the time for it.
"""

from guardian.cases.questions import HOLD_CONTACT
from guardian.cases.values import Case, Promise, PromiseKind, Report
from guardian.desk.desk import View, Work
from guardian.desk.moving import case_of, keep, keep_for, promise
from guardian.desk.telling import tell_members, tell_reporters
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from rules.deadlines import Deadline, due
from rules.policy import Policy


async def question_is_owed(view: View, case: Case) -> bool:
    """Whether a reporter never said if it is safe, and has not been asked yet."""
    unsaid = [report for report in await view.cases.reports_of(case.id) if _is_unsaid(report)]
    asked = {n.to.report for n in await view.notices.of_case(case.id) if _is_the_question(dict(n.facts))}
    return any(report.id not in asked for report in unsaid)


async def question_is_open(view: View, case: Case) -> bool:
    """Whether a reporter was asked and still has time to answer."""
    return bool(await view.promises.open_for(case.id, PromiseKind.CONTACT_QUESTION))


async def ask_before_contact(work: Work, policy: Policy, case: Case, by: MemberId) -> str:
    """The reporters are asked, the clock for their answer runs, and the members know; an answer to read."""
    until = due(Deadline.CONTACT_QUESTION, work.now, policy)
    facts = {"news": News.ASK_BEFORE_CONTACT, "until": until.isoformat()}
    await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, facts)
    await promise(work, PromiseKind.CONTACT_QUESTION, case.id, until)
    await tell_members(work, case, NoticeKind.CASE_NEWS, facts, besides=[by])
    work.journal.note(Entry("reporter.was_asked_first", by_member(by), "P-3.5", {"case": str(case.id)}, case.id))
    return (
        f"The reporter of {case.code_name} never said whether it is safe to write to this person, so they are asked "
        f"first. You are told when they answer, at the latest on {until:%d %B %Y, %H:%M} UTC; then begin again."
    )


async def contact_was_answered(work: Work, case: Case) -> None:
    """A reporter has said whether it is safe: once nobody's answer is missing any more, the members know."""
    if not await question_is_open(work, case):
        return
    if not any(_is_unsaid(report) for report in await work.cases.reports_of(case.id)):
        await keep_for(work, case.id, PromiseKind.CONTACT_QUESTION)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.MAY_CONTACT_NOW})


async def question_by_the_clock(work: Work, made: Promise) -> None:
    """The time to answer is over: the group goes on with care."""
    await keep(work, made)
    case = await case_of(work, made.case) if made.case else None
    if case is not None:
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.MAY_CONTACT_NOW})
        work.journal.note(Entry("contact_question.was_closed", SERVICE, "P-3.5", {"case": str(case.id)}, case.id))


def _is_unsaid(report: Report) -> bool:
    return report.withdrawn_at is None and HOLD_CONTACT not in report.answers


def _is_the_question(facts: dict[str, str]) -> bool:
    return facts.get("news") == News.ASK_BEFORE_CONTACT
