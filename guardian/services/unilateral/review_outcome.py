"""What follows from a review of a unilateral act: its decision, its sanction, or access again. Read `conclude` first. Policy: P-7.3."""

from dataclasses import replace

from guardian.cases.case import Case, CaseEvent, CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.proposals import Consequence, Decision, newest_decision_on
from guardian.cases.unilateral_acts import (
    ACT_MACHINE,
    EVENT_FOR_ANSWER,
    ActReview,
    UnilateralAct,
    consequence_of_review,
)
from guardian.ids import DecisionId, new_id
from guardian.journal import Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.sanctions import lifting
from guardian.sanctions.imposition import record_notification
from guardian.sanctions.models import LiftingCause
from guardian.services.case_flow import get_case, issue_personal_receipt, transition
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete_about
from guardian.services.deliberation.results import send_result
from guardian.services.notify import notify_members, notify_person
from guardian.services.sanctions.imposition import (
    build_decision_facts,
    impose_decision,
    report_to_board,
    sanction_for_authority,
)
from guardian.services.unilateral.act_words import words_for_ratified
from rules.notification import NotificationState
from rules.unilateral import ReviewAnswer


async def conclude(
    app: AppContext,
    uow: UnitOfWork,
    case: Case,
    act: UnilateralAct,
    given: ActReview,
    by: str,
    *,
    by_board: Consequence | None = None,
) -> Decision:
    """Conclude the review as the answer says: a term of its own, another restriction, or lifted at once everywhere.

    A decision of the group, or of the Board (`by_board` is its answer), takes the place of the one member's word,
    without a gap, and reporters are told what it came to. Policy: P-5.5, P-7.3, P-7.4.
    """
    state = ACT_MACHINE.advance(act.state, EVENT_FOR_ANSWER[given.answer])
    await uow.deliberation.save_act(replace(act, state=state))
    await complete_about(uow, act.id, DeadlineKind.REVIEW, DeadlineKind.UNREVIEWED_END)
    decision = await _record_decision(uow, case, act, given, by_board)
    if given.answer is ReviewAnswer.REVERSE:
        await release_reviewed(uow, case, act, LiftingCause.REVERSAL, by, decision.id)
    else:
        await _impose_reviewed(app, uow, case, act, decision, by)
    case = await _bring_into_force(uow, case)
    await send_result(uow, case, decision)
    await notify_members(uow, case, NoticeKind.REVIEW_SETTLED, {"result": state})
    await report_to_board(uow, case)
    about = {"act": act.id, "decision": str(decision.id), "result": state}
    uow.journal.note(Entry(act="review.was_settled", by=by, authority="P-7.3", about=about, case=case.id))
    return decision


async def release_after_stop(uow: UnitOfWork, act: UnilateralAct, by: str) -> None:
    """Release what the act restricts, because its actor was stopped; its review goes on. Policy: P-7.5."""
    await release_reviewed(uow, await get_case(uow, act.case), act, LiftingCause.STOPPED, by, "P-7.5")


async def _record_decision(
    uow: UnitOfWork, case: Case, act: UnilateralAct, given: ActReview, by_board: Consequence | None
) -> Decision:
    decision = Decision(
        id=DecisionId(new_id()),
        case=case.id,
        at=uow.now,
        consequence=by_board or consequence_of_review(act, given),
        person=act.person,
        by_board=by_board is not None,
        supersedes=newest_decision_on(await uow.deliberation.decisions_of(case.id), act.person),
        enacted_at=uow.now,
    )
    await uow.deliberation.add_decision(decision)
    return decision


async def _impose_reviewed(
    app: AppContext, uow: UnitOfWork, case: Case, act: UnilateralAct, decision: Decision, by: str
) -> None:
    if act.outside is not None:
        # Nothing holds that could go on, and the person is not to learn from us to whom somebody has spoken.
        return
    imposed = await sanction_for_authority(uow, act.id, case)
    if imposed is not None and imposed.lifting is not None and imposed.lifting.cause is LiftingCause.SUPERSEDED:
        # A decision of the whole group on this case has taken its place already, and outweighs its review.
        return
    accounts = imposed.accounts if imposed is not None and not decision.by_board else None
    sanction = await impose_decision(app, uow, case, decision, uow.now, by, accounts)
    if await uow.raids.of_act(act.id) is not None:
        # Behind a raid stands nobody who could be written to.
        if sanction is not None:
            await record_notification(uow, sanction, NotificationState.COULD_NOT_NOTIFY)
        return
    facts: PartyFacts = {
        **build_decision_facts(decision, sanction, app.policy),
        **await issue_personal_receipt(app, uow, case, act.person),
        **await words_for_ratified(uow, case, act),
    }
    await notify_person(uow, case, act.person, NoticeKind.DECISION, facts, sanction.id if sanction else None)
    # It holds already, so it is told at once; the letter that says what they did follows when one is written and read.
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, {"ask": "write"})


async def release_reviewed(
    uow: UnitOfWork, case: Case, act: UnilateralAct, cause: LiftingCause, by: str, authority: str
) -> None:
    """Lift what the act restricts at once, everywhere; the person is notified once the spaces have let them in again."""
    sanction = await sanction_for_authority(uow, act.id, case)
    if sanction is None or sanction.lifting is not None:
        return
    if act.term is not None and act.at + act.term <= uow.now:
        # It has ended by its own term already, and the person was notified then.
        return
    await lifting.lift(uow, sanction, uow.now, cause, by, authority)
    await complete_about(uow, sanction.id, DeadlineKind.TERM_END)


async def _bring_into_force(uow: UnitOfWork, case: Case) -> Case:
    """Let the case wait to be closed, unless a proposal of its own is under way: that goes on."""
    first = CaseEvent.BOARD_ANSWERS if case.state is CaseState.WITH_BOARD else CaseEvent.AGREE
    if case.state not in (CaseState.OPEN, CaseState.WITH_BOARD):
        return case
    return await transition(uow, await transition(uow, case, first), CaseEvent.ENACT)
