"""Run every deadline that is due: reminders, escalations, closings. Each in a transaction of its own.

One that cannot be run never stops the others; it stays due, and is tried again. What each kind brings stands in
`HANDLERS`; read `run_due` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.services.conflicts import audience, conflict_claims
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.decisions import board_answers, closing, conditions, enactment, person_letters
from guardian.services.deliberation import contact_safety, procedure, talks, tally
from guardian.services.escalation import handoffs
from guardian.services.failed_items import isolate
from guardian.services.identity import disputes
from guardian.services.manual_spaces import tasks as manual_tasks
from guardian.services.measures import measure_records, native_explanations, reconsideration
from guardian.services.motions import motion_reports
from guardian.services.pauses import notices as pause_notices
from guardian.services.records import affiliates, event_checks
from guardian.services.reminders import on_plain_deadline_due
from guardian.services.reports import danger_calls, data_requests, reporter_answers
from guardian.services.retention import expunction, holds
from guardian.services.rota import calls
from guardian.services.sanctions import board_requests, readmission
from guardian.services.unilateral import act_words, review, stop

Handler = Callable[[AppContext, UnitOfWork, Deadline], Awaitable[None]]
"""What is done when a deadline is due, inside the transaction that moves the deadline on."""

HANDLERS: Final[Mapping[DeadlineKind, Handler]] = {
    DeadlineKind.FIRST_ANSWER: reporter_answers.on_reporter_answer_due,
    DeadlineKind.SUBSTANTIVE_ANSWER: reporter_answers.on_reporter_answer_due,
    DeadlineKind.RESOLUTION: reporter_answers.on_reporter_answer_due,
    DeadlineKind.DANGER_PAGE: danger_calls.on_danger_call_due,
    DeadlineKind.PROPOSAL_CLOSES: tally.on_proposal_due,
    DeadlineKind.FEEDBACK: procedure.on_feedback_due,
    DeadlineKind.SECOND_READING: person_letters.on_second_reading_due,
    DeadlineKind.STATEMENT: review.on_statement_due,
    DeadlineKind.REVIEW: stop.on_review_due,
    DeadlineKind.LINK_DISPUTE: disputes.on_dispute_due,
    DeadlineKind.UNREVIEWED_END: review.on_unreviewed_end_due,
    DeadlineKind.TERM_END: readmission.on_term_end_due,
    DeadlineKind.READMISSION_REMINDER: readmission.on_reminder_due,
    DeadlineKind.READMISSION_ANSWER: readmission.on_answer_due,
    DeadlineKind.CASE_REVIEW: closing.on_case_review_due,
    DeadlineKind.HEARING: procedure.on_hearing_due,
    DeadlineKind.BLOCKED_TOTAL: on_plain_deadline_due,
    DeadlineKind.BOARD_ANSWER: board_answers.on_board_answer_due,
    DeadlineKind.CONFLICT_CLAIM: conflict_claims.on_claim_due,
    DeadlineKind.MEASURE_END: measure_records.on_measure_end_due,
    DeadlineKind.ACT_WORDS: act_words.on_words_due,
    DeadlineKind.BOARD_REQUEST: board_requests.on_request_due,
    DeadlineKind.MEASURE_RECONSIDERATION: reconsideration.on_due,
    DeadlineKind.NATIVE_REASON: native_explanations.on_explanation_due,
    DeadlineKind.ACCEPTANCE: handoffs.on_acceptance_due,
    DeadlineKind.AUDIENCE: audience.on_audience_due,
    DeadlineKind.CONTACT_QUESTION: contact_safety.on_due,
    DeadlineKind.ROTA_CALL: calls.on_call_due,
    DeadlineKind.MANUAL_TASK: manual_tasks.on_task_due,
    DeadlineKind.MANUAL_RELEASE: manual_tasks.on_release_due,
    DeadlineKind.EXPUNGE: expunction.on_expunge_due,
    DeadlineKind.RETENTION_REVIEW: holds.on_retention_review_due,
    DeadlineKind.EVENT_OVER: event_checks.on_event_over_due,
    DeadlineKind.DATA_REQUEST: data_requests.on_data_request_due,
    DeadlineKind.BOARD_REPORT: enactment.on_board_report_due,
    DeadlineKind.MOTION_REPORT: motion_reports.on_motion_report_due,
    DeadlineKind.PAUSE_REVIEW: pause_notices.on_pause_review_due,
    DeadlineKind.AFFILIATE_REPORT: affiliates.on_report_due,
    DeadlineKind.CONDITION: conditions.on_condition_due,
    DeadlineKind.UNMET_CONDITION: conditions.on_unmet_condition_due,
    DeadlineKind.TALK: talks.on_talk_due,
}
_AT_ONCE: Final = 100
_SOURCE: Final = "a deadline that is due"
_PAUSE_AFTER_FAULT: Final = timedelta(minutes=5)


async def run_due(app: AppContext) -> datetime | None:
    """Run every deadline that is due once, and return when the next one asks for something.

    Doing it twice, or again after a crash, does nothing twice: each deadline moves on in the commit of what it did.
    """
    failed: set[str] = set()
    while True:
        async with app.units_of_work.read() as view:
            due = [d for d in await view.deadlines.due(view.now, _AT_ONCE + len(failed)) if d.id not in failed]
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
    """Whether the deadline has been run, and so asks for something later, or for nothing more."""
    done = False

    async def run() -> None:
        nonlocal done
        async with app.units_of_work.begin() as uow:
            deadline = await uow.deadlines.deadline(deadline_id)
            if deadline is not None and deadline.next_at is not None and deadline.next_at <= uow.now:
                await HANDLERS[deadline.kind](app, uow, deadline)
        done = True

    # One bad row never stops the others (architecture 5.7). It stays due, whoever has been told of it.
    await isolate(app, _SOURCE, deadline_id, run())
    return done
