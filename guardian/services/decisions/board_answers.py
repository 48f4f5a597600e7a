"""Record the Board's answer to what lies with it: recorded by one, confirmed by a second.

Read `record_answer` first. Policy: P-8.4.
"""

from dataclasses import replace

from guardian.cases.access import case_for_board, require_permission
from guardian.cases.case import Case, CaseEvent, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.proposals import (
    BoardAnswer,
    Consequence,
    Decision,
    check_consequence,
    check_spaces,
)
from guardian.cases.unilateral_acts import ActReview, ActState, UnilateralAct
from guardian.errors import Refused, Stale
from guardian.ids import DecisionId, MemberId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Group
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, notify_board, resolve_reported_person, transition
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, reschedule
from guardian.services.deliberation.letter_drafts import draft_letter
from guardian.services.deliberation.procedure import ask_reporters
from guardian.services.deliberation.proposals import require_followers_on_case
from guardian.services.deliberation.talks import with_consent
from guardian.services.notify import notify_board_liaison, notify_members, notify_office
from guardian.services.reminders import deadline_facts
from guardian.services.sanctions.board_requests import decision_on, may_answer
from guardian.services.unilateral.review_outcome import conclude
from rules.deadlines import TimeLimit, length
from rules.precedence import Restriction
from rules.procedure import Confirmable, may_confirm
from rules.unilateral import ReviewAnswer


async def record_answer(
    app: AppContext, by: MemberId, code_name: str, consequence: Consequence, person_code: str | None = None
) -> str:
    """Record the Board's answer, until a second of the Board confirms it, in place of an earlier unconfirmed one."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.RECORD_BOARD_ANSWER)
        case = await case_for_board(uow, by, code_name)
        person = await resolve_reported_person(uow, case, person_code)
        if case.state not in (CaseState.OPEN, CaseState.WITH_BOARD):
            raise Refused("not_now", "This case does not wait for an answer of the Board.", "P-8.4")
        require(await may_answer(uow, case, by))
        consequence = await with_consent(uow, case, consequence)
        require(check_consequence(case, consequence, about_person=person is not None, policy=app.policy))
        require(check_spaces(consequence, {space.name: space.capabilities for space in app.spaces}))
        await require_followers_on_case(uow, case, consequence)
        answer = BoardAnswer(id=new_id(), case=case.id, consequence=consequence, by=by, at=uow.now, person=person)
        await uow.deliberation.add_board_answer(answer)
        await notify_office(uow, Group.BOARD, None, NoticeKind.BOARD_ANSWER_TO_CONFIRM, {"ask": "answer"}, case)
        about = {"case": str(case.id), "answer": answer.id}
        uow.journal.note(
            Entry(act="board.has_answered", by=by_member(by), authority="P-8.4", about=about, case=case.id)
        )
    return "Recorded. A second member of the Board has to confirm it."


async def confirm_answer(app: AppContext, by: MemberId, code_name: str, *, read: str | None = None) -> str:
    """Make the Board's answer the decision of the case, on the word of a second of the Board. Policy: P-8.4.

    `read` is the answer that they had before them, by its id: Stale where another has been recorded since.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_BOARD_ANSWER)
        case = await case_for_board(uow, by, code_name)
        answer = await uow.deliberation.board_answer_on(case.id)
        if answer is None or answer.confirmed_at is not None:
            raise Refused("nothing_recorded", "There is no answer of the Board that waits to be confirmed.", "P-8.4")
        require(await may_answer(uow, case, by))
        require(may_confirm(Confirmable.BOARD_ANSWER, by, answer.by))
        if read not in (None, answer.id):
            raise Stale
        await uow.deliberation.save_board_answer(replace(answer, confirmed_by=by, confirmed_at=uow.now))
        await complete_for_case(uow, case.id, DeadlineKind.BOARD_ANSWER)
        about = {"case": str(case.id), "answer": answer.id}
        uow.journal.note(
            Entry(act="board.has_confirmed", by=by_member(by), authority="P-8.4", about=about, case=case.id)
        )
        act = await _act_with_board(uow, case)
        if act is not None:
            review = _as_review(act, answer)
            await conclude(app, uow, case, act, review, by_member(by), by_board=answer.consequence)
            return "Confirmed. The act stands as the Board has said, from now on."
        await _record_decision(app, uow, case, answer)
    return "Confirmed. The group can carry it out now."


async def on_board_answer_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the Board of what lies with it, for as long as it has not answered. Policy: P-8.4."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state is not CaseState.WITH_BOARD:
        await complete(uow, deadline)
        return
    await notify_board_liaison(uow, case, NoticeKind.WITH_BOARD, {"cause": "reminder", "ask": "answer"})
    await notify_board(uow, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline))
    await reschedule(uow, deadline, uow.now + length(TimeLimit.BOARD_ANSWER, app.policy))
    uow.journal.note(
        Entry(act="board.was_reminded", by=SERVICE, authority="P-8.4", about={"case": str(case.id)}, case=case.id)
    )


async def _record_decision(app: AppContext, uow: UnitOfWork, case: Case, answer: BoardAnswer) -> None:
    decision = Decision(
        id=DecisionId(new_id()),
        case=case.id,
        at=uow.now,
        consequence=answer.consequence,
        person=answer.person,
        by_board=True,
        supersedes=await decision_on(uow, case, answer.person),
    )
    await uow.deliberation.add_decision(decision)
    if case.state is CaseState.OPEN:
        case = await transition(uow, case, CaseEvent.TO_BOARD)
    case = await transition(uow, case, CaseEvent.BOARD_ANSWERS)
    await notify_members(uow, case, NoticeKind.PROPOSAL_SETTLED, {"result": "board"})
    await draft_letter(uow, case, decision, answer.by)
    await ask_reporters(uow, app.policy, case, decision.consequence)
    about = {"case": str(case.id), "decision": str(decision.id)}
    uow.journal.note(Entry(act="decision.was_made", by=SERVICE, authority="P-8.4", about=about, case=case.id))


def _as_review(act: UnilateralAct, answer: BoardAnswer) -> ActReview:
    """The Board's answer on an act, as the review of it."""
    consequence = answer.consequence
    if consequence.restriction is Restriction.NONE:
        return ActReview(act=act.id, member=answer.by, answer=ReviewAnswer.REVERSE, at=answer.at)
    kind = ReviewAnswer.RATIFY if consequence.restriction is act.restriction else ReviewAnswer.CHANGE
    return ActReview(
        act=act.id,
        member=answer.by,
        answer=kind,
        at=answer.at,
        term=consequence.term,
        restriction=consequence.restriction,
    )


async def _act_with_board(view: ReadView, case: Case) -> UnilateralAct | None:
    acts = await view.deliberation.acts_of(case.id)
    return next((act for act in reversed(acts) if act.state is ActState.WITH_BOARD), None)
