"""Keeps every promise that is due: reminders, escalations, closings. Each in a transaction of its own.

One promise that cannot be kept never stops the others; it stays due, and is tried again.
"""

from datetime import datetime, timedelta
from typing import Final

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.errors import Stale
from guardian.logs import logger
from guardian.services.conflicts import audience, conflict_claims
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.decisions import board_answers, closing, enactment
from guardian.services.deliberation import contact_safety, procedure, tally
from guardian.services.escalation import handoffs
from guardian.services.identity import disputes
from guardian.services.measures import measure_records, native_explanations, reconsideration
from guardian.services.reminders import on_plain_deadline_due
from guardian.services.reports import danger_calls, reporter_answers
from guardian.services.sanctions import readmission
from guardian.services.unilateral import review, stop

log = logger("desk")

_AT_ONCE: Final = 100
_PAUSE_AFTER_FAULT: Final = timedelta(minutes=5)


async def run_due(app: AppContext) -> datetime | None:
    """Every promise that is due has been seen to once; the answer is when the next one asks for something.

    Doing it twice, or again after a crash, does nothing twice: each promise moves on in the commit of what it did.
    """
    failed: set[str] = set()
    while True:
        async with app.units_of_work.read() as view:
            due = [p for p in await view.deadlines.due(view.now, _AT_ONCE + len(failed)) if p.id not in failed]
            if not due:
                return await _next_due(app, view, failed=bool(failed))
        for deadline in due:
            if not await _run_one(app, deadline.id):
                failed.add(deadline.id)


async def _next_due(app: AppContext, view: ReadView, *, failed: bool) -> datetime | None:
    coming = await view.deadlines.next_due()
    if failed:
        # What failed stays due; it is not asked for in the same breath again.
        return view.now + _PAUSE_AFTER_FAULT if coming is None or coming <= view.now else coming
    return coming


async def _run_one(app: AppContext, deadline_id: str) -> bool:
    """Whether the promise has been seen to, and so asks for something later, or for nothing more."""
    kind = "unknown"
    try:
        async with app.units_of_work.begin() as uow:
            deadline = await uow.deadlines.deadline(deadline_id)
            if deadline is None or deadline.next_at is None or deadline.next_at > uow.now:
                return True
            kind = deadline.kind
            await _handle(app, uow, deadline)
    except Stale:
        log.info("promise.was_stale", promise=deadline_id, kind=kind)
        return False
    except Exception:
        # The edge of a sweep: one bad row never stops the others (architecture 5.7).
        log.exception("promise.has_failed", promise=deadline_id, kind=kind)
        return False
    return True


async def _handle(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    match deadline.kind:
        case DeadlineKind.PROPOSAL_CLOSES:
            await tally.on_proposal_due(app, uow, deadline)
        case DeadlineKind.HEARING:
            await procedure.on_hearing_due(app, uow, deadline)
        case DeadlineKind.FEEDBACK:
            await procedure.on_feedback_due(app, uow, deadline)
        case DeadlineKind.SECOND_READING:
            await enactment.on_second_reading_due(app, uow, deadline)
        case DeadlineKind.STATEMENT:
            await review.on_statement_due(app, uow, deadline)
        case DeadlineKind.REVIEW:
            await stop.on_review_due(app, uow, deadline)
        case DeadlineKind.UNREVIEWED_END:
            await review.on_unreviewed_end_due(app, uow, deadline)
        case _:
            await _handle_long_terms(app, uow, deadline)


async def _handle_long_terms(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    match deadline.kind:
        case DeadlineKind.TERM_END:
            await readmission.on_term_end_due(app, uow, deadline)
        case DeadlineKind.READMISSION_REMINDER:
            await readmission.on_reminder_due(app, uow, deadline)
        case DeadlineKind.READMISSION_ANSWER:
            await readmission.on_answer_due(app, uow, deadline)
        case DeadlineKind.CASE_REVIEW:
            await closing.on_case_review_due(app, uow, deadline)
        case DeadlineKind.BOARD_ANSWER:
            await board_answers.on_board_answer_due(app, uow, deadline)
        case DeadlineKind.DANGER_PAGE:
            await danger_calls.on_danger_call_due(app, uow, deadline)
        case DeadlineKind.FIRST_ANSWER | DeadlineKind.SUBSTANTIVE_ANSWER | DeadlineKind.RESOLUTION:
            await reporter_answers.on_reporter_answer_due(app, uow, deadline)
        case _:
            await _handle_people(app, uow, deadline)


async def _handle_people(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    match deadline.kind:
        case DeadlineKind.ACCEPTANCE:
            await handoffs.on_acceptance_due(app, uow, deadline)
        case DeadlineKind.AUDIENCE:
            await audience.on_audience_due(app, uow, deadline)
        case DeadlineKind.CONTACT_QUESTION:
            await contact_safety.on_due(app, uow, deadline)
        case DeadlineKind.MEASURE_END:
            await measure_records.on_measure_end_due(app, uow, deadline)
        case DeadlineKind.MEASURE_RECONSIDERATION:
            await reconsideration.on_due(app, uow, deadline)
        case DeadlineKind.NATIVE_REASON:
            await native_explanations.on_explanation_due(app, uow, deadline)
        case DeadlineKind.LINK_DISPUTE:
            await disputes.on_dispute_due(app, uow, deadline)
        case DeadlineKind.CONFLICT_CLAIM:
            await conflict_claims.on_claim_due(app, uow, deadline)
        case _:
            await on_plain_deadline_due(app, uow, deadline)
