"""What of acts taken alone is still open, for one member: to agree to, to review, to say a word of their own on.

Code names and clocks only; the words and the accounts are read with the case. Read `list_open_acts` first. Policy:
P-7.2, P-7.3, P-7.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guardian.cases.access import case_for_member, may_know_by_status, require_permission
from guardian.cases.open_work import CaseSummary
from guardian.cases.unilateral_acts import (
    ActReview,
    ActState,
    Stop,
    StopState,
    UnilateralAct,
    check_review,
    is_under_review,
)
from guardian.errors import NotFound
from guardian.ids import MemberId, SpaceName
from guardian.people.models import Member, Person
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import eligible_members
from guardian.services.context import AppContext, ReadView
from guardian.services.unilateral.review import get_act, require_open
from rules.policy import Policy
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer, act_due_dates, act_ends_at, may_review


@dataclass(frozen=True, slots=True)
class OpenAct:
    """One act that waits for somebody. `own`: the one who asks took it, and is not told when its review is due (P-4.4).

    `case` names its review; `answers` have been given by `answered` and others. `holds_until`: when it ends if nobody
    reviews it; of one that waits for a second member, until when they can agree. `statement_due` is the actor's own.
    """

    case: str
    person: str
    state: ActState
    restriction: Restriction
    spaces: frozenset[SpaceName] | None
    ground: Ground
    at: datetime
    own: bool
    is_raid: bool
    is_outside: bool
    answers: int
    has_answered: bool
    holds_until: datetime
    review_due: datetime | None
    statement_due: datetime | None

    @property
    def takes_answers(self) -> bool:
        """Return whether the one who asks can answer in its review."""
        return not self.own and self.state in (ActState.UNREVIEWED, ActState.WITH_CHAIR)


@dataclass(frozen=True, slots=True)
class StopLine:
    """One stop of a member that binds: whose word it was, whom it stops, and until when the others look at it."""

    id: str
    of: MemberId
    of_name: str
    by_name: str
    at: datetime
    review_due: datetime
    state: StopState
    is_mine_to_review: bool


async def list_open_acts(app: AppContext, by: MemberId) -> tuple[OpenAct, ...]:
    """Return the acts that are not settled and that the member may know of or took, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.REVIEW_ACT)
        acts = [each for each in await view.deliberation.acts() if _is_open(each)]
        cases = {case.id: case for case in await view.open_work.summaries_of([each.case for each in acts])}
        statuses = await view.open_work.statuses_of(cases)
        found = []
        for act in acts:
            case = cases[act.case]
            knows = may_know_by_status(member, case, statuses.get(case.id, {}), view.now)
            if knows or (act.by == member.id and act.statement_at is None):
                found.append((act, case, knows))
        return await _open_acts(view, app.policy, member, found)


async def check_answer(
    app: AppContext,
    by: MemberId,
    code_name: str,
    answer: ReviewAnswer,
    term: timedelta | None = None,
    restriction: Restriction | None = None,
) -> Restriction:
    """Return what would hold if enough reviewers answered so; Refused as the answer itself would be. Policy: P-7.3."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.REVIEW_ACT)
        case = await case_for_member(view, by, code_name)
        act = await get_act(view, case)
        require(may_review(by, act.by, await eligible_members(view, case)))
        require_open(act)
        given = ActReview(act=act.id, member=by, answer=answer, at=view.now, term=term, restriction=restriction)
        require(check_review(act, given, app.policy))
        return Restriction.NONE if answer is ReviewAnswer.REVERSE else restriction or act.restriction


async def list_stops(app: AppContext, by: MemberId) -> tuple[StopLine, ...]:
    """Return the stops that bind now, oldest first: the whole group was told of each. Policy: P-7.5."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.REVIEW_ACT)
        names = {member.id: member.name for member in await view.people.members()}
        within = app.policy.unilateral.review_within
        return tuple(
            StopLine(
                id=each.id,
                of=each.of,
                of_name=names.get(each.of, ""),
                by_name=names.get(each.by, ""),
                at=each.at,
                review_due=each.at + within,
                state=each.state,
                is_mine_to_review=_may_review_stop(by, each),
            )
            for each in await view.deliberation.stops()
            if each.state is not StopState.ENDED
        )


async def stop_to_review(app: AppContext, by: MemberId, stop_id: str) -> StopLine:
    """Return the stop of that id, for whoever may say whether it stands; NotFound for everybody else."""
    found = next((each for each in await list_stops(app, by) if each.id == stop_id and each.is_mine_to_review), None)
    if found is None:
        raise NotFound
    return found


def _may_review_stop(by: MemberId, stop: Stop) -> bool:
    return by not in (stop.by, stop.of)


def _is_open(act: UnilateralAct) -> bool:
    return is_under_review(act) or act.state is ActState.AWAITING_CONFIRMATION


async def _open_acts(
    view: ReadView, policy: Policy, member: Member, found: Sequence[tuple[UnilateralAct, CaseSummary, bool]]
) -> tuple[OpenAct, ...]:
    """These acts as the member sees them, each with its case and whether they may know of it; read all together."""
    ids = [act.id for act, _, _ in found]
    await view.people.read_ahead([act.person for act, _, _ in found])
    raids = await view.raids.acts_of_raids(ids)
    reviews = await view.deliberation.reviews_of_each(ids)
    return tuple(
        [
            _open_act(
                policy,
                member,
                act,
                case,
                person=await view.people.person(act.person),
                reviews=reviews[act.id] if knows else (),
                is_raid=act.id in raids,
            )
            for act, case, knows in found
        ]
    )


def _open_act(
    policy: Policy,
    member: Member,
    act: UnilateralAct,
    case: CaseSummary,
    *,
    person: Person | None,
    reviews: Sequence[ActReview],
    is_raid: bool,
) -> OpenAct:
    own = act.by == member.id
    return OpenAct(
        case=case.code_name,
        person=person.code_name if person else "",
        # To its actor an open review only waits: that it lies with the chairs early would say why (P-4.4).
        state=ActState.UNREVIEWED if own and is_under_review(act) else act.state,
        restriction=act.restriction,
        spaces=act.spaces,
        ground=act.ground,
        at=act.at,
        own=own,
        is_raid=is_raid,
        is_outside=act.outside is not None,
        answers=len({each.member for each in reviews}),
        has_answered=any(each.member == member.id for each in reviews),
        holds_until=_holds_until(policy, act, own=own),
        review_due=None if own or not is_under_review(act) else _review_due(policy, act),
        statement_due=_statement_due(policy, act) if own and act.statement_at is None else None,
    )


def _holds_until(policy: Policy, act: UnilateralAct, *, own: bool) -> datetime:
    if act.state is ActState.AWAITING_CONFIRMATION:
        return act.at + policy.unilateral.review_within
    return act_ends_at(act.at, act.term, conflicted=act.conflicted and not own, policy=policy)


def _review_due(policy: Policy, act: UnilateralAct) -> datetime:
    return act_due_dates(act.at, conflicted=act.conflicted, policy=policy).review_due


def _statement_due(policy: Policy, act: UnilateralAct) -> datetime:
    return act_due_dates(act.at, conflicted=False, policy=policy).statement_due
