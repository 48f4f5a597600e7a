"""Keeps every promise that is due: reminders, escalations, closings. Each in a transaction of its own.

One promise that cannot be kept never stops the others; it stays due, and is tried again.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.values import Case, CaseState, Promise, PromiseKind
from guardian.cases.walls import circle_of, held_by
from guardian.desk import (
    board,
    closing,
    contact_question,
    counting,
    disputes,
    doubts,
    enactment,
    hearers,
    hearing,
    hops,
    measuring,
    native,
    readmission,
    reviewing,
    second_looks,
    stopping,
)
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import again, case_of, keep
from guardian.desk.telling import tell_group_office, tell_members, tell_reporters
from guardian.errors import Stale
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.notices.values import NoticeKind
from guardian.people.values import Group, Office
from rules.conflicts import who_may_know
from rules.deadlines import Deadline, length, next_date, reminders
from rules.routing import danger_call

log = logger("desk")

_AT_ONCE: Final = 100
_AFTER_A_FAULT: Final = timedelta(minutes=5)
_TO_REPORTERS: Final = {
    PromiseKind.FIRST_ANSWER: Deadline.FIRST_ANSWER,
    PromiseKind.SUBSTANTIVE_ANSWER: Deadline.SUBSTANTIVE_ANSWER,
    PromiseKind.RESOLUTION: Deadline.RESOLUTION,
}


async def keep_due(desk: Desk) -> datetime | None:
    """Every promise that is due has been seen to once; the answer is when the next one asks for something.

    Doing it twice, or again after a crash, does nothing twice: each promise moves on in the commit of what it did.
    """
    failed: set[str] = set()
    while True:
        async with desk.works.look() as view:
            due = [p for p in await view.promises.due(view.now, _AT_ONCE + len(failed)) if p.id not in failed]
            if not due:
                return await _next(desk, view, failed=bool(failed))
        for made in due:
            if not await _kept(desk, made.id):
                failed.add(made.id)


async def _next(desk: Desk, view: View, *, failed: bool) -> datetime | None:
    coming = await view.promises.next_due()
    if failed:
        # What failed stays due; it is not asked for in the same breath again.
        return view.now + _AFTER_A_FAULT if coming is None or coming <= view.now else coming
    return coming


async def _kept(desk: Desk, promise_id: str) -> bool:
    """Whether the promise has been seen to, and so asks for something later, or for nothing more."""
    kind = "unknown"
    try:
        async with desk.works.begin() as work:
            made = await work.promises.promise(promise_id)
            if made is None or made.next_at is None or made.next_at > work.now:
                return True
            kind = made.kind
            await _see_to(desk, work, made)
    except Stale:
        log.info("promise.was_stale", promise=promise_id, kind=kind)
        return False
    except Exception:
        # The edge of a sweep: one bad row never stops the others (architecture 5.7).
        log.exception("promise.has_failed", promise=promise_id, kind=kind)
        return False
    return True


async def _see_to(desk: Desk, work: Work, made: Promise) -> None:
    match made.kind:
        case PromiseKind.PROPOSAL_CLOSES:
            await counting.by_the_clock(work, desk.policy, made)
        case PromiseKind.HEARING:
            await hearing.hearing_over(work, made)
        case PromiseKind.FEEDBACK:
            await hearing.feedback_over(work, made)
        case PromiseKind.SECOND_READING:
            await enactment.reading_by_the_clock(desk, work, made)
        case PromiseKind.ACCOUNT:
            await reviewing.account_by_the_clock(work, desk.policy, made)
        case PromiseKind.REVIEW:
            await _review(desk, work, made)
        case PromiseKind.UNREVIEWED_END:
            await reviewing.unreviewed_end(work, made)
        case _:
            await _see_to_the_long_ones(desk, work, made)


async def _see_to_the_long_ones(desk: Desk, work: Work, made: Promise) -> None:
    match made.kind:
        case PromiseKind.TERM_END:
            await readmission.term_over(work, desk.policy, made)
        case PromiseKind.ASK_REMINDER:
            await readmission.ask_reminder(desk, work, made)
        case PromiseKind.READMISSION_ANSWER:
            await readmission.answer_by_the_clock(work, desk.policy, made)
        case PromiseKind.CASE_REVIEW:
            await closing.case_review(work, desk.policy, made)
        case PromiseKind.BOARD_ANSWER:
            await board.board_by_the_clock(work, desk.policy, made)
        case PromiseKind.DANGER_PAGE:
            await _danger(desk, work, made)
        case PromiseKind.FIRST_ANSWER | PromiseKind.SUBSTANTIVE_ANSWER | PromiseKind.RESOLUTION:
            await _answer_owed(desk, work, made, _TO_REPORTERS[made.kind])
        case _:
            await _see_to_what_waits_for_people(desk, work, made)


async def _see_to_what_waits_for_people(desk: Desk, work: Work, made: Promise) -> None:
    match made.kind:
        case PromiseKind.ACCEPTANCE:
            await hops.acceptance_by_the_clock(work, desk.policy, made)
        case PromiseKind.WIDEN:
            await hearers.widen_by_the_clock(work, made)
        case PromiseKind.CONTACT_QUESTION:
            await contact_question.question_by_the_clock(work, made)
        case PromiseKind.MEASURE_END:
            await keep(work, made)
            await measuring.ends_by_the_clock(work, made.about)
        case PromiseKind.MEASURE_LOOK:
            await second_looks.look_by_the_clock(work, desk.policy, made)
        case PromiseKind.NATIVE_REASON:
            await native.unexplained_by_the_clock(desk, work, made)
        case PromiseKind.LINK_DISPUTE:
            await disputes.dispute_by_the_clock(work, desk.policy, made)
        case PromiseKind.CONFLICT:
            await doubts.conflict_by_the_clock(work, desk.policy, made)
        case _:
            await _remind(desk, work, made)


async def _review(desk: Desk, work: Work, made: Promise) -> None:
    stop = await work.deliberation.stop(made.about)
    if stop is None:
        await reviewing.review_by_the_clock(desk, work, made)
    else:
        await stopping.stop_by_the_clock(work, desk.policy, stop, made)


async def _answer_owed(desk: Desk, work: Work, made: Promise, deadline: Deadline) -> None:
    """Members are reminded of what a reporter was promised; once it is late the reporter is told so, with a new date.

    Policy: P-2.4.
    """
    case = await case_of(work, made.case) if made.case else None
    if case is None or case.state is CaseState.CLOSED:
        await keep(work, made)
        return
    facts = {"promise": made.kind, "due": made.due.isoformat()}
    if work.now < made.due:
        await tell_members(work, case, NoticeKind.DEADLINE_NEAR, facts)
        ahead = [at for at in reminders(deadline, made.since, desk.policy) if work.now < at < made.due]
        await again(work, made, min([*ahead, made.due]))
    else:
        fresh = next_date(deadline, made.due, work.now, desk.policy) or work.now + length(deadline, desk.policy)
        await tell_reporters(work, case, NoticeKind.REPORTER_LATE, {**facts, "new_date": fresh.isoformat()})
        await tell_members(work, case, NoticeKind.DEADLINE_PASSED, {**facts, "new_date": fresh.isoformat()})
        await again(work, made, fresh, due_at=fresh)
    about = {"case": str(case.id), "promise": made.kind}
    work.journal.note(Entry("promise.was_recalled", SERVICE, "P-2.4", about, case.id))


async def _danger(desk: Desk, work: Work, made: Promise) -> None:
    """Everybody who may know is called again until somebody has it; after a while the liaison and the Board as well.

    Policy: P-3.6.
    """
    case = await case_of(work, made.case) if made.case else None
    if case is None or case.state is CaseState.CLOSED:
        await keep(work, made)
        return
    held = held_by(await work.cases.walls_of(case.id))
    circle = circle_of(await work.people.members(), work.now)
    group = circle.board if case.board_only else circle.members
    may_know: frozenset[MemberId] = who_may_know(group, held)
    call = danger_call(may_know, circle, held, made.since, made.kept_at is not None, work.now, desk.policy)
    await tell_members(work, case, NoticeKind.DANGER, only=call.told)
    if call.told - may_know:
        await _call_board(work, case)
    await again(work, made, call.again_at or work.now + desk.policy.reports.danger_repeat)
    work.journal.note(Entry("danger.was_called_again", SERVICE, "P-3.6", {"case": str(case.id)}, case.id))


async def _call_board(work: Work, case: Case) -> None:
    await tell_group_office(work, Group.BOARD, None, NoticeKind.DANGER, {}, case)
    if not case.board_only:
        return
    await tell_group_office(work, Group.WORKING_GROUP, Office.BOARD_LIAISON, NoticeKind.DANGER, {}, case)


async def _remind(desk: Desk, work: Work, made: Promise) -> None:
    """A promise without a rule of its own is called to mind once a day, and never forgotten."""
    if made.case is None:
        await keep(work, made)
        return
    case = await case_of(work, made.case)
    facts = {"promise": made.kind, "due": made.due.isoformat()}
    await tell_members(work, case, NoticeKind.DEADLINE_PASSED, facts)
    later = work.now + length(Deadline.FIRST_ANSWER, desk.policy)
    await work.promises.save(replace(made, next_at=later, stage=made.stage + 1))
    work.journal.note(Entry("promise.was_recalled", SERVICE, "P-2.4", {"promise": made.kind}, case.id))
