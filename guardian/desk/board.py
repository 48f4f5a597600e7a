"""What lies with the Board: its answer and the organisers' motion, each recorded by one and confirmed by a second.

Policy: P-5.1, P-8.4.
"""

from dataclasses import replace

from guardian.cases.access import acting, case_for_board, plain_name, walled
from guardian.cases.deliberation import BoardAnswer, Motion, judge_consequence, judge_spaces, newest_of
from guardian.cases.values import (
    Act,
    ActState,
    Case,
    CaseEvent,
    CaseState,
    Consequence,
    Decision,
    Promise,
    PromiseKind,
    Proposal,
    Review,
)
from guardian.desk.counting import awaiting_motion, weigh
from guardian.desk.desk import Desk, View, Work
from guardian.desk.hearing import ask_for_views
from guardian.desk.moving import (
    again,
    case_of,
    insist,
    keep,
    keep_for,
    move,
    reported_person,
    tell_board,
)
from guardian.desk.reviewing import conclude
from guardian.desk.telling import tell_group_office, tell_liaison, tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import DecisionId, MemberId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import BOARD, BOARD_LIAISON, UseCase, sits
from guardian.people.values import Group
from rules.deadlines import Deadline, length
from rules.policy import Policy
from rules.precedence import Restriction
from rules.steps import Second, may_confirm
from rules.unilateral import ReviewAnswer


async def record_answer(
    desk: Desk, by: MemberId, code_name: str, consequence: Consequence, person_code: str | None = None
) -> str:
    """The Board's answer waits for a second of the Board to confirm it; a later record takes the place of an earlier one."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.RECORD_BOARD_ANSWER)
        case = await case_for_board(work, by, code_name)
        person = await reported_person(work, case, person_code)
        if case.state not in (CaseState.OPEN, CaseState.WITH_BOARD):
            raise Refused("not_now", "This case does not wait for an answer of the Board.", "P-8.4")
        insist(judge_consequence(case, consequence, about_person=person is not None, policy=desk.policy))
        insist(judge_spaces(consequence, {space.name: space.abilities for space in desk.spaces}))
        answer = BoardAnswer(new_id(), case.id, consequence, by, work.now, person)
        await work.deliberation.add_board_answer(answer)
        await tell_group_office(work, Group.BOARD, None, NoticeKind.BOARD_ANSWER_TO_CONFIRM, {"ask": "answer"}, case)
        about = {"case": str(case.id), "answer": answer.id}
        work.journal.note(Entry("board.has_answered", by_member(by), "P-8.4", about, case.id))
    return "Recorded. A second member of the Board has to confirm it."


async def confirm_answer(desk: Desk, by: MemberId, code_name: str) -> str:
    """The Board's answer is the decision of the case, on the word of a second of the Board. Policy: P-8.4."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CONFIRM_BOARD_ANSWER)
        case = await case_for_board(work, by, code_name)
        answer = await work.deliberation.board_answer_for(case.id)
        if answer is None or answer.confirmed_at is not None:
            raise Refused("nothing_recorded", "There is no answer of the Board that waits to be confirmed.", "P-8.4")
        insist(may_confirm(Second.BOARD_ANSWER, by, answer.by))
        await work.deliberation.save_board_answer(replace(answer, confirmed_by=by, confirmed_at=work.now))
        await keep_for(work, case.id, PromiseKind.BOARD_ANSWER)
        about = {"case": str(case.id), "answer": answer.id}
        work.journal.note(Entry("board.has_confirmed", by_member(by), "P-8.4", about, case.id))
        act = await _act_with_board(work, case)
        if act is not None:
            given = _as_review(act, answer)
            await conclude(desk, work, case, act, given, by_member(by), by_board=answer.consequence)
            return "Confirmed. The act stands as the Board has said, from now on."
        await _decide(desk, work, case, answer)
    return "Confirmed. The group can carry it out now."


async def record_motion(desk: Desk, by: MemberId, code_name: str, *, granted: bool) -> str:
    """The organisers' motion on the open proposal waits for a second of them to confirm it. Policy: P-5.1."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.RECORD_BOARD_ANSWER)
        case, proposal = await _awaiting_motion(work, desk.policy, by, code_name)
        motion = Motion(new_id(), case.id, proposal.id, granted, by, work.now)
        await work.deliberation.add_motion(motion)
        await tell_group_office(work, Group.BOARD, None, NoticeKind.BOARD_ANSWER_TO_CONFIRM, {"ask": "motion"}, case)
        about = {"case": str(case.id), "motion": motion.id}
        work.journal.note(Entry("motion.was_recorded", by_member(by), "P-5.1", about, case.id))
    return "Recorded. A second of the organisers has to confirm it."


async def confirm_motion(desk: Desk, by: MemberId, code_name: str) -> str:
    """The motion counts, and the proposal is settled by it. Policy: P-5.1."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CONFIRM_BOARD_ANSWER)
        case, proposal = await _awaiting_motion(work, desk.policy, by, code_name)
        motion = await work.deliberation.motion_on(proposal.id)
        if motion is None or motion.confirmed_at is not None:
            raise Refused("nothing_recorded", "There is no motion that waits to be confirmed.", "P-5.1")
        insist(may_confirm(Second.MOTION, by, motion.by))
        await work.deliberation.save_motion(replace(motion, confirmed_by=by, confirmed_at=work.now))
        about = {"case": str(case.id), "motion": motion.id}
        work.journal.note(Entry("motion.was_confirmed", by_member(by), "P-5.1", about, case.id))
        await weigh(work, desk.policy, case, proposal)
    return "Confirmed. The group has been told."


async def board_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """The Board is reminded of what lies with it, for as long as it has not answered. Policy: P-8.4."""
    case = await case_of(work, made.case) if made.case else None
    if case is None or case.state is not CaseState.WITH_BOARD:
        await keep(work, made)
        return
    await tell_liaison(work, case, NoticeKind.WITH_BOARD, {"cause": "reminder", "ask": "answer"})
    await tell_board(work, case, NoticeKind.DEADLINE_PASSED, {"promise": made.kind, "due": made.due.isoformat()})
    await again(work, made, work.now + length(Deadline.BOARD_ANSWER, policy))
    work.journal.note(Entry("board.was_reminded", SERVICE, "P-8.4", {"case": str(case.id)}, case.id))


async def _decide(desk: Desk, work: Work, case: Case, answer: BoardAnswer) -> None:
    decisions = await work.deliberation.decisions_of(case.id)
    decision = Decision(
        DecisionId(new_id()),
        case.id,
        work.now,
        answer.consequence,
        answer.person,
        by_board=True,
        supersedes=newest_of(decisions, answer.person),
    )
    await work.deliberation.add_decision(decision)
    if case.state is CaseState.OPEN:
        case = await move(work, case, CaseEvent.TO_BOARD)
    case = await move(work, case, CaseEvent.BOARD_ANSWERS)
    await tell_members(work, case, NoticeKind.PROPOSAL_SETTLED, {"result": "board"})
    await ask_for_views(work, desk.policy, case)
    about = {"case": str(case.id), "decision": str(decision.id)}
    work.journal.note(Entry("decision.was_made", SERVICE, "P-8.4", about, case.id))


def _as_review(act: Act, answer: BoardAnswer) -> Review:
    """The Board's answer on an act, as the review of it."""
    consequence = answer.consequence
    if consequence.restriction is Restriction.NONE:
        return Review(act.id, answer.by, ReviewAnswer.REVERSE, answer.at)
    kind = ReviewAnswer.RATIFY if consequence.restriction is act.restriction else ReviewAnswer.CHANGE
    return Review(act.id, answer.by, kind, answer.at, consequence.term, consequence.restriction)


async def _act_with_board(view: View, case: Case) -> Act | None:
    acts = await view.deliberation.acts_of(case.id)
    return next((act for act in reversed(acts) if act.state is ActState.WITH_BOARD), None)


async def _awaiting_motion(view: View, policy: Policy, by: MemberId, code_name: str) -> tuple[Case, Proposal]:
    """The open proposal of a case that waits for the organisers, for those of them whom the case does not concern."""
    member = await view.people.member(by)
    case = await view.cases.case_named(plain_name(code_name))
    if member is None or case is None:
        raise NotFound
    is_theirs = any(sits(member, seat, view.now) for seat in (BOARD, BOARD_LIAISON))
    if not is_theirs or walled(by, await view.cases.walls_of(case.id)):
        raise NotFound
    proposal = await awaiting_motion(view, policy, case)
    if proposal is None:
        raise NotFound
    return case, proposal
