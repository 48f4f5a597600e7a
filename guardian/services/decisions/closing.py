"""Close a case when what was decided is in force, with a review date, and reopen it on new information.

Read `close` first. Policy: P-5.8.
"""

from dataclasses import replace
from datetime import datetime

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.advice import AdviceEnd
from guardian.cases.case import Case, CaseEvent, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.raids import count_pending
from guardian.cases.submissions import report_kind
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.permissions import UseCase
from guardian.sanctions.coverage import unconfirmed_spaces
from guardian.sanctions.models import term_state_at
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, transition
from guardian.services.case_steps import reset_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, reschedule, start_deadline
from guardian.services.decisions.drafts import send_resolution
from guardian.services.decisions.person_letters import awaiting_word
from guardian.services.deliberation.procedure import build_result_facts
from guardian.services.deliberation.results import standing_decisions, undecided_people
from guardian.services.escalation.handoffs import notify_of_closing
from guardian.services.notify import notify_members, notify_reporters
from guardian.services.reminders import deadline_facts
from guardian.services.sanctions.imposition import report_to_board
from rules.deadlines import TimeLimit, due_at, length
from rules.ladder import TermState
from rules.notification import NotificationState
from rules.procedure import Step, may_close, may_close_at_once
from rules.verdict import Verdict

_COMPLETED_BY_CLOSING = (
    DeadlineKind.FIRST_ANSWER,
    DeadlineKind.SUBSTANTIVE_ANSWER,
    DeadlineKind.RESOLUTION,
    DeadlineKind.DANGER_PAGE,
)


async def close(
    app: AppContext, by: MemberId, code_name: str, outcome_text: str, review_on: datetime | None = None
) -> str:
    """Close the case: send the reporters the final word, notify the group, and make the review date a deadline.

    Refused while a space that was observed does not hold what was decided, or while the person is still to be notified.
    What was dealt with before it was reported closes without a decision. Policy: P-2.3, P-5.8.
    """
    require(check_text(outcome_text, app.longest_text))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CLOSE)
        case = await case_for_member(uow, by, code_name)
        review = review_on or due_at(TimeLimit.CASE_REVIEW, uow.now, app.policy)
        require(await _may_close(uow, case, review))
        at_once = case.state is CaseState.OPEN
        if at_once:
            require(await may_file(uow, case))
        case = await transition(uow, case, CaseEvent.FILE if at_once else CaseEvent.CLOSE)
        closed = replace(case, closed_at=uow.now, outcome=outcome_text.strip(), review_on=review)
        case = await uow.cases.save_case(closed)
        await complete_for_case(uow, case.id, *_COMPLETED_BY_CLOSING)
        await _end_advice(uow, case)
        await start_deadline(uow, DeadlineKind.CASE_REVIEW, case.id, review)
        if not await send_resolution(uow, case):
            await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, await _closing_facts(uow, case, at_once))
        facts = {"review_on": review.isoformat()}
        await notify_members(uow, case, NoticeKind.CASE_CLOSED, facts, besides=[by])
        await report_to_board(uow, case, enacted=not at_once)
        await notify_of_closing(uow, case)
        uow.journal.note(
            Entry(
                act="case.was_closed", by=by_member(by), authority="P-5.8", about={"case": str(case.id)}, case=case.id
            )
        )
    return f"{case.code_name} is closed. The group looks at it again on {review:%d %B %Y}."


async def may_file(view: ReadView, case: Case) -> Verdict:
    """Return whether the case closes without a decision: all that was sent in is for the file. Policy: P-2.3."""
    kinds = [report_kind(report) for report in await view.cases.reports_of(case.id) if report.withdrawn_at is None]
    return may_close_at_once(kinds, safety_risk=case.safety_risk)


async def reopen(app: AppContext, by: MemberId, code_name: str, reason: str) -> str:
    """Reopen the case with its whole history; its steps begin anew."""
    if not reason.strip():
        raise Refused("no_reason", "Say in a sentence what is new. It is kept with the case.", "P-5.8")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.REOPEN)
        case = await transition(uow, await case_for_member(uow, by, code_name), CaseEvent.REOPEN)
        case = await uow.cases.save_case(replace(case, closed_at=None, review_on=None))
        await complete_for_case(uow, case.id, DeadlineKind.CASE_REVIEW)
        await reset_steps(uow, case.id, Step, by_member(by))
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.REOPENED}, besides=[by])
        about = {"case": str(case.id)}
        uow.journal.note(
            Entry(
                act="case.was_reopened",
                by=by_member(by),
                authority="P-5.8",
                about=about,
                case=case.id,
                text=reason.strip(),
            )
        )
    return f"{case.code_name} is open again."


async def on_case_review_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Notify the group that the review date of a closed case has come, until somebody opens the case or sets a new day."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.closed_at is None:
        await complete(uow, deadline)
        return
    await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline))
    next_review = uow.now + length(TimeLimit.CASE_REVIEW, app.policy)
    await reschedule(uow, deadline, next_review, due_at=next_review)
    uow.journal.note(
        Entry(act="case.came_up_for_review", by=SERVICE, authority="P-5.8", about={"case": str(case.id)}, case=case.id)
    )


async def _end_advice(uow: UnitOfWork, case: Case) -> None:
    """End the part of every adviser for good: a case that is opened again asks them anew. Policy: P-1.1."""
    for request in await uow.advice.requests_of(case.id):
        if request.ended_at is None:
            await uow.advice.save_request(replace(request, ended_at=uow.now, end=AdviceEnd.CASE_CLOSED))


async def _closing_facts(view: ReadView, case: Case, at_once: bool) -> PartyFacts:
    """What the reporters are told at the end: that it is filed, or what was decided where that is one thing for all.

    Of several people on whom different things were decided, the reporters have heard of each when it was.
    """
    if at_once:
        return {"news": News.FILED}
    results = [build_result_facts(each.consequence) for each in await standing_decisions(view, case)]
    return {"news": News.CLOSED, **(results[0] if results and results.count(results[0]) == len(results) else {})}


async def _may_close(view: ReadView, case: Case, review_on: datetime) -> Verdict:
    without = () if case.state is CaseState.OPEN else await undecided_people(view, case)
    people = [await view.people.person(person) for person in without]
    undecided = [person.code_name for person in people if person is not None]
    is_notified, open_in = not await awaiting_word(view, case), set[str]()
    for sanction in await view.sanctions.of_case(case.id):
        if sanction.lifting is not None or term_state_at(sanction, view.now) is TermState.OVER:
            continue
        is_notified = is_notified and sanction.notification is not NotificationState.TO_NOTIFY
        rows = await view.sanctions.coverage_of(sanction.person)
        open_in.update(unconfirmed_spaces(row for row in rows if sanction.covers(row.space)))
    raid = await view.raids.of_case(case.id)
    if raid is not None and count_pending(await view.raids.line_counts(raid.id)):
        open_in.add("the list of the raid")
    return may_close(
        undecided=undecided,
        is_notified=is_notified,
        unconfirmed_in=sorted(open_in),
        review_on=review_on,
        now=view.now,
    )
