"""A case closes when what was decided is in force, with a review date; new information opens it again. Policy: P-5.8."""

from dataclasses import replace
from datetime import datetime

from guardian.cases.access import acting, case_for
from guardian.cases.drafts import text_fits
from guardian.cases.intake import kind_of
from guardian.cases.values import Case, CaseEvent, CaseState, Promise, PromiseKind, StepKind
from guardian.desk.desk import Desk, View, Work
from guardian.desk.drafts import send_resolution
from guardian.desk.hops import tell_of_closing
from guardian.desk.moving import again, case_of, insist, keep, keep_for, move, promise, renew
from guardian.desk.sanctioning import report_to_board
from guardian.desk.telling import tell_members, tell_reporters
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.sanctions.totals import still_open
from guardian.sanctions.values import state_at
from rules.deadlines import Deadline, due, length
from rules.ladder import TermState
from rules.policy import Policy
from rules.steps import may_close, may_close_at_once
from rules.telling import Telling
from rules.verdict import Verdict

_ANSWERS = (PromiseKind.FIRST_ANSWER, PromiseKind.SUBSTANTIVE_ANSWER, PromiseKind.RESOLUTION, PromiseKind.DANGER_PAGE)


async def close(desk: Desk, by: MemberId, code_name: str, outcome_text: str, review_on: datetime | None = None) -> str:
    """The case is closed: the reporters have the final word, the group is told, and the review date is a deadline.

    Refused while a space that was seen does not hold what was decided, or while the person is still to be told. What
    was dealt with before it was reported closes without a decision. Policy: P-2.3, P-5.8.
    """
    insist(text_fits(outcome_text, desk.longest_text))
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CLOSE)
        case = await case_for(work, by, code_name)
        review = review_on or due(Deadline.CASE_REVIEW, work.now, desk.policy)
        insist(await _may_close(work, case, review))
        at_once = case.state is CaseState.OPEN
        if at_once:
            insist(await may_be_filed(work, case))
        case = await move(work, case, CaseEvent.FILE if at_once else CaseEvent.CLOSE)
        closed = replace(case, closed_at=work.now, outcome=outcome_text.strip(), review_on=review)
        case = await work.cases.save_case(closed)
        await keep_for(work, case.id, *_ANSWERS)
        await promise(work, PromiseKind.CASE_REVIEW, case.id, review)
        if not await send_resolution(work, case):
            await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, {"news": News.FILED if at_once else News.CLOSED})
        facts = {"review_on": review.isoformat()}
        await tell_members(work, case, NoticeKind.CASE_CLOSED, facts, besides=[by])
        await report_to_board(work, case, enacted=not at_once)
        await tell_of_closing(work, case)
        work.journal.note(Entry("case.was_closed", by_member(by), "P-5.8", {"case": str(case.id)}, case.id))
    return f"{case.code_name} is closed. The group looks at it again on {review:%d %B %Y}."


async def may_be_filed(view: View, case: Case) -> Verdict:
    """Whether the case closes without a decision: all that was sent in is for the file. Policy: P-2.3."""
    kinds = [kind_of(report) for report in await view.cases.reports_of(case.id) if report.withdrawn_at is None]
    return may_close_at_once(kinds, safety_risk=case.safety_risk)


async def reopen(desk: Desk, by: MemberId, code_name: str, reason: str) -> str:
    """The case is open again with its whole history; its steps begin anew."""
    if not reason.strip():
        raise Refused("no_reason", "Say in a sentence what is new. It is kept with the case.", "P-5.8")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.REOPEN)
        case = await move(work, await case_for(work, by, code_name), CaseEvent.REOPEN)
        case = await work.cases.save_case(replace(case, closed_at=None, review_on=None))
        await keep_for(work, case.id, PromiseKind.CASE_REVIEW)
        await renew(work, case.id, StepKind, by_member(by))
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.REOPENED}, besides=[by])
        about = {"case": str(case.id)}
        work.journal.note(Entry("case.was_reopened", by_member(by), "P-5.8", about, case.id, reason.strip()))
    return f"{case.code_name} is open again."


async def case_review(work: Work, policy: Policy, made: Promise) -> None:
    """The review date of a closed case has come: the group is told, and reminded until somebody opens it or sets a day."""
    case = await case_of(work, made.case) if made.case else None
    if case is None or case.closed_at is None:
        await keep(work, made)
        return
    await tell_members(work, case, NoticeKind.DEADLINE_PASSED, {"promise": made.kind, "due": made.due.isoformat()})
    again_on = work.now + length(Deadline.CASE_REVIEW, policy)
    await again(work, made, again_on, due_at=again_on)
    work.journal.note(Entry("case.came_up_for_review", SERVICE, "P-5.8", {"case": str(case.id)}, case.id))


async def _may_close(view: View, case: Case, review_on: datetime) -> Verdict:
    is_told, open_in = True, set[str]()
    for sanction in await view.sanctions.of_case(case.id):
        if sanction.lifting is not None or state_at(sanction, view.now) is TermState.OVER:
            continue
        is_told = is_told and sanction.telling is not Telling.TO_TELL
        rows = await view.sanctions.coverage_of(sanction.person)
        open_in.update(still_open(row for row in rows if sanction.covers(row.space)))
    raid = await view.raids.of_case(case.id)
    if raid is not None and await view.raids.still_open(raid.id):
        open_in.add("the list of the raid")
    return may_close(is_told=is_told, open_in=sorted(open_in), review_on=review_on, now=view.now)
