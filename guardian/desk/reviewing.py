"""The group's look at an act taken alone: ratified, changed, reversed, or ended because nobody looked. Policy: P-7.3."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.acting import ACTS, EVENT_OF, ActEvent, consequence_of, is_under_review, judge_answer, tally
from guardian.cases.deliberation import newest_of
from guardian.cases.machine import CASES
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
    Review,
)
from guardian.cases.walls import circle_of, held_by
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import (
    again,
    case_of,
    counted,
    hand_receipt,
    hand_to_board,
    insist,
    keep,
    keep_about,
    move,
    promise,
)
from guardian.desk.sanctioning import decide_sanction, decision_facts, report_to_board, sanction_of
from guardian.desk.telling import tell_deciders, tell_liaison, tell_members, tell_person
from guardian.errors import NotFound, Refused
from guardian.ids import DecisionId, MemberId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import UseCase
from guardian.sanctions import lifting
from guardian.sanctions.enactment import told
from guardian.sanctions.values import LiftingCause
from rules.conflicts import who_may_know
from rules.policy import Policy
from rules.precedence import Restriction
from rules.telling import Telling
from rules.unilateral import ReviewAnswer, ReviewState, StepKind, clocks, may_review, timeline
from rules.unilateral import Step as Due

_ACCOUNT: Final = frozenset({StepKind.REMIND_ACTOR, StepKind.ACCOUNT_TO_CHAIR})
_REVIEW: Final = frozenset({StepKind.REMIND_REVIEWERS, StepKind.REVIEW_TO_CHAIR, StepKind.REVIEW_TO_LIAISON})
_MOVES_ON: Final = {ReviewState.WITH_CHAIR: ActEvent.TO_CHAIR, ReviewState.WITH_BOARD: ActEvent.TO_BOARD}
_ANSWERED: Final = {
    ReviewState.RATIFIED: ReviewAnswer.RATIFY,
    ReviewState.CHANGED: ReviewAnswer.CHANGE,
    ReviewState.REVERSED: ReviewAnswer.REVERSE,
}


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Where the review of an act stands, for its members."""

    code_name: str
    state: ActState
    answers: int


async def review(
    desk: Desk,
    by: MemberId,
    code_name: str,
    answer: ReviewAnswer,
    term: timedelta | None = None,
    restriction: Restriction | None = None,
    reason: str = "",
) -> ReviewView:
    """The reviewer's answer counts; where enough say the same, or the chair rules, the act stands as they say.

    Policy: P-7.3.
    """
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.REVIEW_ACT)
        case = await case_for(work, by, code_name)
        act = await act_of(work, case)
        insist(may_review(by, act.by, await counted(work, case)))
        _refuse_unless_open(act)
        given = Review(act.id, by, answer, work.now, term, restriction, reason.strip())
        insist(judge_answer(act, given, desk.policy))
        await work.deliberation.add_review(given, case.id)
        about = {"case": str(case.id), "act": act.id}
        work.journal.note(Entry("act.was_reviewed", by_member(by), "P-7.3", about, case.id, given.reason or None))
        rules_alone = act.state is ActState.WITH_CHAIR and member.id in await _free_chairs(work, case, act)
        if rules_alone:
            await conclude(desk, work, case, act, given, by_member(by))
        else:
            await weigh_reviews(desk, work, case, act)
        return await _view(work, case, act.id)


async def weigh_reviews(desk: Desk, work: Work, case: Case, act: Act) -> None:
    """The act stands where its reviewers have brought it: settled, or with the chair or the Board."""
    reviews = await work.deliberation.reviews_of(act.id)
    result = tally(act, reviews, await counted(work, case), await _free_chairs(work, case, act), desk.policy)
    if result in _ANSWERED:
        latest = [r for r in reviews if r.answer is _ANSWERED[result]][-1]
        await conclude(desk, work, case, act, latest, SERVICE)
    elif result in _MOVES_ON and ACTS.allows(act.state, _MOVES_ON[result]):
        await pass_up(desk, work, case, act, _MOVES_ON[result])


async def pass_up(desk: Desk, work: Work, case: Case, act: Act, event: ActEvent) -> Act:
    """The review lies with the chair, or with the Board where every chair is concerned."""
    moved = await work.deliberation.save_act(replace(act, state=ACTS.advance(act.state, event)))
    if event is ActEvent.TO_CHAIR:
        await tell_deciders(work, case, NoticeKind.REVIEW_LATE, {"ask": "ruling"}, besides=act.by)
    elif CASES.allows(case.state, CaseEvent.TO_BOARD):
        await hand_to_board(work, desk.policy, case, "review")
    else:
        await tell_liaison(work, case, NoticeKind.WITH_BOARD, {"cause": "review", "ask": "answer"})
    work.journal.note(Entry("review.was_passed_up", SERVICE, "P-7.3", {"act": act.id, "to": moved.state}, case.id))
    return moved


async def to_chairs(desk: Desk, work: Work, case: Case, act: Act) -> None:
    """The act is the chairs' to rule on, or the Board's where no chair is free; one that is there already stays."""
    event = ActEvent.TO_CHAIR if await _free_chairs(work, case, act) else ActEvent.TO_BOARD
    if ACTS.allows(act.state, event):
        await pass_up(desk, work, case, act, event)


async def conclude(
    desk: Desk, work: Work, case: Case, act: Act, given: Review, by: str, *, by_board: Consequence | None = None
) -> Decision:
    """The act stands as the answer says: a term of its own, another restriction, or lifted at once everywhere.

    A decision of the group, or of the Board (`by_board` is its answer), takes the place of the one member's word,
    without a gap. Policy: P-7.3, P-7.4.
    """
    state = ACTS.advance(act.state, EVENT_OF[given.answer])
    await work.deliberation.save_act(replace(act, state=state))
    await keep_about(work, act.id, PromiseKind.REVIEW, PromiseKind.UNREVIEWED_END)
    decision = await _decided(work, case, act, given, by_board)
    if given.answer is ReviewAnswer.REVERSE:
        await _release(work, case, act, LiftingCause.REVERSAL, by, decision.id)
    else:
        await _ratified(desk, work, case, act, decision, by)
    case = await _in_force(work, case)
    await tell_members(work, case, NoticeKind.REVIEW_SETTLED, {"result": state})
    await report_to_board(work, case)
    about = {"act": act.id, "decision": str(decision.id), "result": state}
    work.journal.note(Entry("review.was_settled", by, "P-7.3", about, case.id))
    return decision


async def account_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """The actor is reminded of their account; late, it goes to the chair, again and again. Policy: P-7.2."""
    act = await work.deliberation.act(made.about)
    if act is None or act.account_at is not None:
        await keep(work, made)
        return
    case = await case_of(work, act.case)
    if work.now < made.due:
        await tell_members(work, case, NoticeKind.ACCOUNT_DUE, {"due": made.due.isoformat()}, only=[act.by])
    else:
        await tell_deciders(work, case, NoticeKind.ACCOUNT_LATE, {"due": made.due.isoformat()}, besides=act.by)
    ahead = [step.at for step in _steps(act, policy, _ACCOUNT) if step.at > work.now]
    await again(work, made, min(ahead, default=work.now + policy.unilateral.account_due))
    work.journal.note(Entry("account.was_asked_for", SERVICE, "P-7.2", {"act": act.id}, case.id))


async def review_by_the_clock(desk: Desk, work: Work, made: Promise) -> None:
    """Reviewers are reminded; late, the review goes to the chair, then to the liaison, until the act ends. Policy: P-7.3."""
    act = await work.deliberation.act(made.about)
    if act is None or not is_under_review(act):
        await keep(work, made)
        return
    case = await case_of(work, act.case)
    steps = _steps(act, desk.policy, _REVIEW)
    passed = [step for step in steps if step.at <= work.now]
    if passed:
        await _remind_of_review(desk, work, case, act, passed[-1])
    ahead = [step.at for step in steps if step.at > work.now]
    await again(work, made, min(ahead, default=work.now + desk.policy.unilateral.liaison_after))


async def unreviewed_end(work: Work, made: Promise) -> None:
    """An act that nobody reviewed has ended, and with it what it restricted. Policy: P-7.3."""
    await keep(work, made)
    act = await work.deliberation.act(made.about)
    if act is None or not ACTS.allows(act.state, ActEvent.LAPSE):
        return
    case = await case_of(work, act.case)
    was_taken = act.state is not ActState.AWAITING_SECOND
    await work.deliberation.save_act(replace(act, state=ACTS.advance(act.state, ActEvent.LAPSE)))
    await keep_about(work, act.id, PromiseKind.REVIEW, PromiseKind.ACCOUNT)
    if was_taken:
        await _release(work, case, act, LiftingCause.LAPSED, SERVICE, f"P-7.3 {act.id}")
    await tell_members(work, case, NoticeKind.REVIEW_SETTLED, {"result": ActState.LAPSED})
    work.journal.note(Entry("act.has_lapsed", SERVICE, "P-7.3", {"act": act.id}, case.id))


async def release_stopped(work: Work, act: Act, by: str) -> None:
    """What the act restricts is released, because its actor was stopped; its review goes on. Policy: P-7.5."""
    await _release(work, await case_of(work, act.case), act, LiftingCause.STOPPED, by, "P-7.5")


async def start_clocks(work: Work, policy: Policy, act: Act) -> datetime:
    """The act's two clocks run, and its end if nobody ever reviews it; the answer is when its account is due."""
    due = clocks(act.at, doubtful=act.doubtful, policy=policy)
    first_account = min(step.at for step in _steps(act, policy, _ACCOUNT))
    first_review = min(step.at for step in _steps(act, policy, _REVIEW))
    await promise(work, PromiseKind.ACCOUNT, act.case, due.account_due, next_at=first_account, about=act.id)
    await promise(work, PromiseKind.REVIEW, act.case, due.review_due, next_at=first_review, about=act.id)
    await promise(work, PromiseKind.UNREVIEWED_END, act.case, due.ends_unreviewed, about=act.id)
    return due.account_due


async def act_of(view: View, case: Case) -> Act:
    """The newest act whose review the case is; NotFound where it is about none."""
    acts = await view.deliberation.acts_of(case.id)
    if not acts:
        raise NotFound("This case is not the review of an act.")
    return acts[-1]


async def _remind_of_review(desk: Desk, work: Work, case: Case, act: Act, step: Due) -> None:
    facts = {"due": clocks(act.at, doubtful=act.doubtful, policy=desk.policy).review_due.isoformat()}
    match step.kind:
        case StepKind.REMIND_REVIEWERS:
            await tell_members(work, case, NoticeKind.REVIEW_REMINDER, facts, besides=[act.by])
        case StepKind.REVIEW_TO_CHAIR:
            await to_chairs(desk, work, case, act)
        case _:
            await tell_liaison(work, case, NoticeKind.REVIEW_LATE, facts, besides=act.by)
    work.journal.note(Entry("review.was_asked_for", SERVICE, "P-7.3", {"act": act.id, "step": step.kind}, case.id))


async def _decided(work: Work, case: Case, act: Act, given: Review, by_board: Consequence | None) -> Decision:
    decision = Decision(
        DecisionId(new_id()),
        case.id,
        work.now,
        by_board or consequence_of(act, given),
        act.person,
        by_board=by_board is not None,
        supersedes=newest_of(await work.deliberation.decisions_of(case.id), act.person),
        enacted_at=work.now,
    )
    await work.deliberation.add_decision(decision)
    return decision


async def _ratified(desk: Desk, work: Work, case: Case, act: Act, decision: Decision, by: str) -> None:
    placed = await sanction_of(work, act.id, case)
    if placed is not None and placed.lifting is not None and placed.lifting.cause is LiftingCause.SUPERSEDED:
        # A decision of the whole group on this case has taken its place already, and outweighs its review.
        return
    sanction = await decide_sanction(desk, work, case, decision, work.now, by)
    if await work.raids.of_act(act.id) is not None:
        # Behind a raid stands nobody who could be written to.
        if sanction is not None:
            await told(work, sanction, Telling.COULD_NOT)
        return
    facts = {**decision_facts(decision, sanction, desk.policy), **await hand_receipt(desk, work, case, act.person)}
    await tell_person(work, case, act.person, NoticeKind.DECISION, facts, sanction.id if sanction else None)


async def _release(work: Work, case: Case, act: Act, cause: LiftingCause, by: str, authority: str) -> None:
    """What the act restricts is lifted at once, everywhere; the person is told once the spaces have let them in again."""
    sanction = await sanction_of(work, act.id, case)
    if sanction is None or sanction.lifting is not None:
        return
    if act.term is not None and act.at + act.term <= work.now:
        # It has ended by its own term already, and the person was told then.
        return
    await lifting.lift(work, sanction, work.now, cause, by, authority)
    await keep_about(work, sanction.id, PromiseKind.TERM_END)


async def _in_force(work: Work, case: Case) -> Case:
    """The case waits to be closed, unless a proposal of its own is under way: that goes on."""
    first = CaseEvent.BOARD_ANSWERS if case.state is CaseState.WITH_BOARD else CaseEvent.AGREE
    if case.state not in (CaseState.OPEN, CaseState.WITH_BOARD):
        return case
    return await move(work, await move(work, case, first), CaseEvent.ENACT)


async def _free_chairs(view: View, case: Case, act: Act) -> frozenset[MemberId]:
    circle = circle_of(await view.people.members(), view.now)
    return who_may_know(circle.chairs, held_by(await view.cases.walls_of(case.id))) - {act.by}


def _steps(act: Act, policy: Policy, kinds: frozenset[StepKind]) -> tuple[Due, ...]:
    every = timeline(act.at, account_given_at=None, reviewed_at=None, doubtful=act.doubtful, policy=policy)
    return tuple(step for step in every if step.kind in kinds)


def _refuse_unless_open(act: Act) -> None:
    if act.state is ActState.WITH_BOARD:
        raise Refused("with_board", "This review is with the Board. Its answer is recorded by the liaison.", "P-7.3")
    if not is_under_review(act):
        raise Refused("not_now", f"This act {ACTS.words[act.state]}, so it takes no more answers.", "P-7.3")


async def _view(view: View, case: Case, act_id: str) -> ReviewView:
    act = await view.deliberation.act(act_id)
    if act is None:
        raise NotFound
    return ReviewView(case.code_name, act.state, len(await view.deliberation.reviews_of(act_id)))
