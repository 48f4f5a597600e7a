"""Review a unilateral act: ratified, changed, reversed, or ended because nobody reviewed it. Read `review` first.

Policy: P-7.3.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import CASE_MACHINE, Case, CaseEvent
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import conflict_status_by_member, handling_groups
from guardian.cases.unilateral_acts import (
    ACT_MACHINE,
    ActEvent,
    ActReview,
    ActState,
    UnilateralAct,
    check_review,
    is_under_review,
    tally_reviews,
)
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.sanctions.models import LiftingCause
from guardian.services.authorization import require
from guardian.services.case_flow import eligible_members, get_case, refer_to_board, voting_members
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule, start_deadline
from guardian.services.notify import notify_board_liaison, notify_deciders, notify_members, notify_reporters
from guardian.services.unilateral.review_outcome import conclude, release_reviewed
from rules.conflicts import who_may_know
from rules.policy import Policy
from rules.precedence import Restriction
from rules.unilateral import (
    ActDeadline,
    ActDeadlineKind,
    ReviewAnswer,
    ReviewState,
    act_due_dates,
    may_review,
    timeline,
)

_STATEMENT: Final = frozenset({ActDeadlineKind.REMIND_ACTOR, ActDeadlineKind.STATEMENT_TO_CHAIR})
_REVIEW: Final = frozenset(
    {ActDeadlineKind.REMIND_REVIEWERS, ActDeadlineKind.REVIEW_TO_CHAIR, ActDeadlineKind.REVIEW_TO_LIAISON}
)
_ESCALATIONS: Final = {ReviewState.WITH_CHAIR: ActEvent.TO_CHAIR, ReviewState.WITH_BOARD: ActEvent.TO_BOARD}
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
    app: AppContext,
    by: MemberId,
    code_name: str,
    answer: ReviewAnswer,
    term: timedelta | None = None,
    restriction: Restriction | None = None,
    reason: str = "",
) -> ReviewView:
    """Count the reviewer's answer; where enough say the same, or the chair rules, the act stands as they say.

    Policy: P-7.3.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.REVIEW_ACT)
        case = await case_for_member(uow, by, code_name)
        act = await get_act(uow, case)
        require(may_review(by, act.by, await eligible_members(uow, case)))
        require_open(act)
        given = ActReview(
            act=act.id, member=by, answer=answer, at=uow.now, term=term, restriction=restriction, reason=reason.strip()
        )
        require(check_review(act, given, app.policy))
        await uow.deliberation.add_review(given, case.id)
        about = {"case": str(case.id), "act": act.id}
        uow.journal.note(
            Entry(
                act="act.was_reviewed",
                by=by_member(by),
                authority="P-7.3",
                about=about,
                case=case.id,
                text=given.reason or None,
            )
        )
        rules_alone = act.state is ActState.WITH_CHAIR and member.id in await _free_chairs(uow, case, act)
        if rules_alone:
            await conclude(app, uow, case, act, given, by_member(by))
        else:
            await apply_reviews(app, uow, case, act)
        return await _view(uow, case)


async def apply_reviews(app: AppContext, uow: UnitOfWork, case: Case, act: UnilateralAct) -> None:
    """Move the act where its reviewers have brought it: settled, or to the chair or the Board."""
    reviews = await uow.deliberation.reviews_of(act.id)
    result = tally_reviews(
        act, reviews, await voting_members(uow, case), await _free_chairs(uow, case, act), app.policy
    )
    if result in _ANSWERED:
        latest = [r for r in reviews if r.answer is _ANSWERED[result]][-1]
        await conclude(app, uow, case, act, latest, SERVICE)
    elif result in _ESCALATIONS and ACT_MACHINE.allows(act.state, _ESCALATIONS[result]):
        await escalate_review(app, uow, case, act, _ESCALATIONS[result])


async def escalate_review(
    app: AppContext, uow: UnitOfWork, case: Case, act: UnilateralAct, event: ActEvent
) -> UnilateralAct:
    """Escalate the review to the chair, or to the Board where every chair is concerned."""
    moved = await uow.deliberation.save_act(replace(act, state=ACT_MACHINE.advance(act.state, event)))
    if event is ActEvent.TO_CHAIR:
        await notify_deciders(uow, case, NoticeKind.REVIEW_LATE, {"ask": "ruling"}, besides=act.by)
    elif CASE_MACHINE.allows(case.state, CaseEvent.TO_BOARD):
        await refer_to_board(uow, app.policy, case, "review")
    else:
        await notify_board_liaison(uow, case, NoticeKind.WITH_BOARD, {"cause": "review", "ask": "answer"})
    uow.journal.note(
        Entry(
            act="review.was_passed_up",
            by=SERVICE,
            authority="P-7.3",
            about={"act": act.id, "to": moved.state},
            case=case.id,
        )
    )
    return moved


async def send_to_chairs(app: AppContext, uow: UnitOfWork, case: Case, act: UnilateralAct) -> None:
    """Send the act to the chairs to rule on, or to the Board where no chair is free; one that is there already stays."""
    event = ActEvent.TO_CHAIR if await _free_chairs(uow, case, act) else ActEvent.TO_BOARD
    if ACT_MACHINE.allows(act.state, event):
        await escalate_review(app, uow, case, act, event)


async def on_statement_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the actor of their statement; late, ask the chair, again and again. Policy: P-7.2."""
    act = await uow.deliberation.act(deadline.about)
    if act is None or act.statement_at is not None:
        await complete(uow, deadline)
        return
    case = await get_case(uow, act.case)
    if uow.now < deadline.due:
        await notify_members(uow, case, NoticeKind.STATEMENT_DUE, {"due": deadline.due.isoformat()}, only=[act.by])
    else:
        await notify_deciders(uow, case, NoticeKind.STATEMENT_LATE, {"due": deadline.due.isoformat()}, besides=act.by)
    ahead = [step.at for step in _act_deadlines(act, app.policy, _STATEMENT) if step.at > uow.now]
    await reschedule(uow, deadline, min(ahead, default=uow.now + app.policy.unilateral.account_due))
    uow.journal.note(
        Entry(act="account.was_asked_for", by=SERVICE, authority="P-7.2", about={"act": act.id}, case=case.id)
    )


async def on_act_review_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the reviewers; late, escalate the review to the chair, then to the liaison, until the act ends.

    Policy: P-7.3.
    """
    act = await uow.deliberation.act(deadline.about)
    if act is None or not is_under_review(act):
        await complete(uow, deadline)
        return
    case = await get_case(uow, act.case)
    steps = _act_deadlines(act, app.policy, _REVIEW)
    passed = [step for step in steps if step.at <= uow.now]
    if passed:
        await _remind_or_escalate(app, uow, case, act, passed[-1])
    ahead = [step.at for step in steps if step.at > uow.now]
    await reschedule(uow, deadline, min(ahead, default=uow.now + app.policy.unilateral.liaison_after))


async def on_unreviewed_end_due(_app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """End an act that nobody reviewed, and with it what it restricted. Policy: P-7.3."""
    await complete(uow, deadline)
    act = await uow.deliberation.act(deadline.about)
    if act is None or not ACT_MACHINE.allows(act.state, ActEvent.LAPSE):
        return
    case = await get_case(uow, act.case)
    was_taken = act.state is not ActState.AWAITING_CONFIRMATION
    await uow.deliberation.save_act(replace(act, state=ACT_MACHINE.advance(act.state, ActEvent.LAPSE)))
    await complete_about(uow, act.id, DeadlineKind.REVIEW, DeadlineKind.STATEMENT)
    if was_taken:
        await release_reviewed(uow, case, act, LiftingCause.LAPSED, SERVICE, f"P-7.3 {act.id}")
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.UNREVIEWED})
    await notify_members(uow, case, NoticeKind.REVIEW_SETTLED, {"result": ActState.LAPSED})
    uow.journal.note(Entry(act="act.has_lapsed", by=SERVICE, authority="P-7.3", about={"act": act.id}, case=case.id))


async def start_review_deadlines(uow: UnitOfWork, policy: Policy, act: UnilateralAct) -> datetime:
    """Start the act's two deadlines, and that of its end if nobody reviews it; return when its statement is due."""
    due = act_due_dates(act.at, conflicted=act.conflicted, policy=policy)
    first_statement = min(step.at for step in _act_deadlines(act, policy, _STATEMENT))
    first_review = min(step.at for step in _act_deadlines(act, policy, _REVIEW))
    await start_deadline(
        uow, DeadlineKind.STATEMENT, act.case, due.statement_due, next_at=first_statement, about=act.id
    )
    await start_deadline(uow, DeadlineKind.REVIEW, act.case, due.review_due, next_at=first_review, about=act.id)
    await start_deadline(uow, DeadlineKind.UNREVIEWED_END, act.case, due.ends_unreviewed, about=act.id)
    return due.statement_due


async def get_act(view: ReadView, case: Case) -> UnilateralAct:
    """Return the newest act whose review the case is; NotFound where it is about none."""
    acts = await view.deliberation.acts_of(case.id)
    if not acts:
        raise NotFound("This case is not the review of an act.")
    return acts[-1]


async def _remind_or_escalate(
    app: AppContext, uow: UnitOfWork, case: Case, act: UnilateralAct, step: ActDeadline
) -> None:
    facts = {"due": act_due_dates(act.at, conflicted=act.conflicted, policy=app.policy).review_due.isoformat()}
    match step.kind:
        case ActDeadlineKind.REMIND_REVIEWERS:
            await notify_members(uow, case, NoticeKind.REVIEW_REMINDER, facts, besides=[act.by])
        case ActDeadlineKind.REVIEW_TO_CHAIR:
            await send_to_chairs(app, uow, case, act)
        case _:
            await notify_board_liaison(uow, case, NoticeKind.REVIEW_LATE, facts, besides=act.by)
    uow.journal.note(
        Entry(
            act="review.was_asked_for",
            by=SERVICE,
            authority="P-7.3",
            about={"act": act.id, "step": step.kind},
            case=case.id,
        )
    )


async def _free_chairs(view: ReadView, case: Case, act: UnilateralAct) -> frozenset[MemberId]:
    groups = handling_groups(await view.people.members(), view.now)
    return who_may_know(groups.chairs, conflict_status_by_member(await view.cases.exclusions_of(case.id))) - {act.by}


def _act_deadlines(act: UnilateralAct, policy: Policy, kinds: frozenset[ActDeadlineKind]) -> tuple[ActDeadline, ...]:
    every = timeline(act.at, statement_at=None, reviewed_at=None, conflicted=act.conflicted, policy=policy)
    return tuple(step for step in every if step.kind in kinds)


def require_open(act: UnilateralAct) -> None:
    """Raise Refused, in words, where the act takes no answers of reviewers, any more or for now."""
    if act.state is ActState.WITH_BOARD:
        raise Refused("with_board", "This review is with the Board. Its answer is recorded by the liaison.", "P-7.3")
    if not is_under_review(act):
        raise Refused("not_now", f"This act {ACT_MACHINE.labels[act.state]}, so it takes no more answers.", "P-7.3")


async def _view(view: ReadView, case: Case) -> ReviewView:
    act = await get_act(view, case)
    return ReviewView(case.code_name, act.state, len(await view.deliberation.reviews_of(act.id)))
