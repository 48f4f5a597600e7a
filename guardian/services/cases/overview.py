"""Where a case stands for the one who asks, in code names and clocks: what is open, and what they could do next.

Shows nothing of a report and nobody's identity, and offers only: each step asks for its own permission when it is
taken. Read `case_overview` first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guardian.cases.access import case_for_reader, may_know_by_status, require_permission
from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftState
from guardian.cases.open_work import CaseSummary
from guardian.cases.procedure import StepState
from guardian.cases.proposals import Consequence, Decision, Proposal, unenacted_decision
from guardian.cases.status_words import CASE_STATE_LABELS
from guardian.cases.unilateral_acts import ActState, UnilateralAct, is_under_review
from guardian.ids import AccountId, CaseId, DecisionId, DraftId, MemberId, ProposalId, Reference, SpaceName
from guardian.journal import by_member
from guardian.people.models import Member
from guardian.people.permissions import BOARD, UseCase, holds_seat, may_perform
from guardian.sanctions.models import Coverage, Sanction, binding_until, term_state_at
from guardian.services.case_flow import eligible_members, reported_people
from guardian.services.context import AppContext, ReadView
from guardian.services.decisions.closing import may_file
from guardian.services.deliberation.procedure import may_contact, was_asked
from guardian.services.escalation.handoffs import pending_handoff
from guardian.services.reading_room.case_file import is_shown_deadline, visible_deadlines
from guardian.services.visibility import read_knowledge_ahead, visible_accounts, visible_coverage
from rules.conflicts import ConflictStatus
from rules.escalation import may_accept
from rules.ladder import TermState
from rules.precedence import Restriction
from rules.procedure import Step

_SHOWN_DEADLINES: Final = 5
SANCTIONS_ON_A_PAGE: Final = 50


class NextStep(StrEnum):
    """A step that is open to the one who asks."""

    TAKE = "take"
    HEAR = "hear"
    VOTE = "vote"
    WITHDRAW = "withdraw"
    ENACT = "enact"
    SECOND_ACT = "second_act"
    REVIEW = "review"
    CONFIRM_BOARD = "confirm_board"
    CLOSE = "close"
    REOPEN = "reopen"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """Something that falls due, and when."""

    kind: DeadlineKind
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of a member's list of cases. Of a case that they stepped back from they see no clock (P-4.2)."""

    code_name: str
    state: str
    recused: bool
    next_deadline: DeadlineLine | None


@dataclass(frozen=True, slots=True)
class CaseOverview:
    """One case for one member. `skips` and `links` wait for a second member's yes, `drafts` for a second reader."""

    code_name: str
    kind: CaseKind
    state: CaseState
    words: str
    people: tuple[str, ...]
    deadlines: tuple[DeadlineLine, ...]
    steps: tuple[tuple[Step, StepState], ...]
    next_steps: frozenset[NextStep]
    proposal: ProposalId | None
    decision: DecisionId | None
    skips: tuple[Step, ...]
    drafts: tuple[DraftId, ...]
    links: tuple[AccountId, ...]
    act: str | None
    board_answer: Consequence | None


@dataclass(frozen=True, slots=True)
class RunningSanction:
    """One sanction that has not ended, by code names. `until` None: no end is known; `spaces` None: all of them."""

    reference: Reference
    person: str
    case: str
    restriction: Restriction
    state: TermState
    starts: datetime
    until: datetime | None
    spaces: frozenset[SpaceName] | None
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class SanctionPage:
    """Some of the sanctions that have not ended, from the place `first` on, of `count` of that kind and of `every`."""

    lines: tuple[RunningSanction, ...]
    first: int
    count: int
    every: int


async def list_cases(app: AppContext, by: MemberId) -> tuple[CaseLine, ...]:
    """Return the cases that the member may know of, oldest first; those that concern them are not among them at all.

    However many there are, they are read in the same few statements.
    """
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        statuses, own = await view.open_work.statuses(), await view.open_work.own_acts(by)
        first: dict[CaseId, DeadlineLine] = {}
        for deadline in await view.open_work.case_deadlines():
            if deadline.case is not None and is_shown_deadline(deadline, own):
                first.setdefault(deadline.case, DeadlineLine(deadline.kind, deadline.due))
        cases = [case for case in await view.open_work.summaries() if case.kind is not CaseKind.LOCAL]
        lines = [case_line(member, each, statuses.get(each.id, {}), first.get(each.id), view.now) for each in cases]
        return tuple(line for line in lines if line is not None)


async def list_open_case_names(app: AppContext, by: MemberId) -> tuple[str, ...]:
    """Return the names of those cases of `list_cases` that are not closed, and from which the member has not stepped back."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        cases = [case for case in await view.open_work.open_summaries() if case.kind is not CaseKind.LOCAL]
        statuses = await view.open_work.statuses_of([case.id for case in cases])
        lines = [case_line(member, each, statuses.get(each.id, {}), None, view.now) for each in cases]
        return tuple(line.code_name for line in lines if line is not None and not line.recused)


async def case_overview(app: AppContext, by: MemberId, code_name: str) -> CaseOverview:
    """Return how the case stands for this member at this instant."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        case = await case_for_reader(view, by, code_name)
        decision = await _unenacted_decision(view, case)
        proposal = await _open_proposal(view, case)
        steps = await view.deliberation.steps_of(case.id)
        acts = await view.deliberation.acts_of(case.id)
        act = acts[-1] if acts else None
        return CaseOverview(
            code_name=case.code_name,
            kind=case.kind,
            state=case.state,
            words=CASE_STATE_LABELS[case.state],
            people=await _person_names(view, case),
            deadlines=(await _deadline_lines(view, case, by))[:_SHOWN_DEADLINES],
            steps=tuple((step.kind, step.state) for step in steps),
            next_steps=await _open_steps(view, member, case, proposal, decision, act),
            proposal=proposal.id if proposal else None,
            decision=decision.id if decision else None,
            skips=tuple(s.kind for s in steps if s.state is StepState.SKIP_REQUESTED and s.by != by_member(by)),
            drafts=await _drafts(view, case, by),
            links=await _links(view, case, by),
            act=act.id if act else None,
            board_answer=await _board_answer(view, case),
        )


async def list_sanctions(app: AppContext, by: MemberId) -> tuple[RunningSanction, ...]:
    """Return every sanction that has not ended and whose case the member may know of, with its total in each space."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        return await _running_sanctions(view, member, await _visible_sanctions(view, member))


async def list_blocked_sanctions(app: AppContext, by: MemberId) -> tuple[RunningSanction, ...]:
    """Return what `list_sanctions` does, of those people alone whom a space does not hold though it should."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        blocked = await view.sanctions.people_blocked()
        found = [each for each in await _visible_sanctions(view, member) if each.person in blocked]
        return await _running_sanctions(view, member, found)


async def list_sanction_page(
    app: AppContext, by: MemberId, *, first: int = 0, space: SpaceName | None = None, within: timedelta | None = None
) -> SanctionPage:
    """Return a page of what `list_sanctions` does, the earliest end first, beginning at the place `first`.

    `space`: those that hold there; `within`: those that end in that time; the longest there is: those without an end.
    """
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        every = await _visible_sanctions(view, member)
        chosen = [each for each in every if _is_chosen(each, space, within, view.now)]
        chosen.sort(key=lambda each: (_until(each) is None, _until(each) or view.now))
        first = first if 0 <= first < len(chosen) else 0
        lines = await _running_sanctions(view, member, chosen[first : first + SANCTIONS_ON_A_PAGE])
        return SanctionPage(lines, first, len(chosen), len(every))


async def _visible_sanctions(view: ReadView, member: Member) -> list[Sanction]:
    """What has not ended and whose case the member may know of, oldest first.

    Of a raid's many, the one that leads them is enough: the others have a list of their own.
    """
    every = [each for each in await view.sanctions.unlifted() if each.leader is None]
    running = [each for each in every if term_state_at(each, view.now) is not TermState.OVER]
    those = {each.case for each in running}
    statuses = await view.open_work.statuses_of(those)
    cases = await view.open_work.summaries_of(those)
    known = {case.id for case in cases if may_know_by_status(member, case, statuses.get(case.id, {}), view.now)}
    return [each for each in running if each.case in known]


async def _running_sanctions(
    view: ReadView, member: Member, sanctions: Sequence[Sanction]
) -> tuple[RunningSanction, ...]:
    """These sanctions as lines; all that the lines are made of is read together."""
    await view.cases.read_ahead([each.case for each in sanctions])
    await view.sanctions.read_coverage_ahead([each.person for each in sanctions])
    await read_knowledge_ahead(view, [each.person for each in sanctions])
    found = [await _running_sanction(view, member, sanction) for sanction in sanctions]
    return tuple(line for line in found if line is not None)


def _until(sanction: Sanction) -> datetime | None:
    return binding_until(sanction) or sanction.ends


def _is_chosen(sanction: Sanction, space: SpaceName | None, within: timedelta | None, now: datetime) -> bool:
    if space is not None and sanction.spaces is not None and space not in sanction.spaces:
        return False
    until = _until(sanction)
    if within is None:
        return True
    return until is None if within == timedelta.max else until is not None and until - now <= within


def case_line(
    member: Member,
    case: CaseSummary,
    statuses: Mapping[MemberId, ConflictStatus],
    deadline: DeadlineLine | None,
    now: datetime,
) -> CaseLine | None:
    """Return the case as a line of the member's list; None where it is not theirs to know of."""
    recused = statuses.get(member.id) is ConflictStatus.RECUSED
    # Those of others count, too: once each chosen member is excluded, the case is everybody's.
    others = {each: status for each, status in statuses.items() if each != member.id}
    if not may_know_by_status(member, case, others if recused else statuses, now):
        return None
    return CaseLine(case.code_name, CASE_STATE_LABELS[case.state], recused, None if recused else deadline)


async def _deadline_lines(view: ReadView, case: Case, by: MemberId) -> tuple[DeadlineLine, ...]:
    """What falls due in the case, soonest first; what is late comes before everything else."""
    shown = await visible_deadlines(view, case, by)
    return tuple(sorted((DeadlineLine(deadline.kind, deadline.due) for deadline in shown), key=lambda line: line.at))


async def _person_names(view: ReadView, case: Case) -> tuple[str, ...]:
    people = [await view.people.person(person) for person in await reported_people(view, case)]
    return tuple(person.code_name for person in people if person is not None)


async def _unenacted_decision(view: ReadView, case: Case) -> Decision | None:
    """The decision that was agreed and is still to be enacted."""
    if case.state is not CaseState.AGREED:
        return None
    proposals = {each.id: each for each in await view.deliberation.proposals_of(case.id)}
    return unenacted_decision(await view.deliberation.decisions_of(case.id), proposals)


async def _open_proposal(view: ReadView, case: Case) -> Proposal | None:
    proposals = await view.deliberation.proposals_of(case.id)
    return next((each for each in reversed(proposals) if each.settled_at is None), None)


async def _open_steps(
    view: ReadView,
    member: Member,
    case: Case,
    proposal: Proposal | None,
    decision: Decision | None,
    act: UnilateralAct | None,
) -> frozenset[NextStep]:
    calls = await view.deadlines.open_for(case.id, DeadlineKind.DANGER_PAGE)
    is_eligible = member.id in await eligible_members(view, case)
    conditions = {
        NextStep.TAKE: bool(calls) or case.contact is None,
        NextStep.HEAR: await _may_hear(view, case),
        NextStep.VOTE: proposal is not None and is_eligible,
        NextStep.WITHDRAW: proposal is not None and proposal.by == member.id,
        NextStep.ENACT: decision is not None,
        NextStep.SECOND_ACT: act is not None and act.state is ActState.AWAITING_CONFIRMATION and act.by != member.id,
        NextStep.REVIEW: act is not None and act.by != member.id and _accepts_reviews(act) and is_eligible,
        NextStep.CONFIRM_BOARD: await _may_confirm(view, member, case),
        NextStep.CLOSE: case.state is CaseState.IN_FORCE or await _may_file(view, case),
        NextStep.REOPEN: case.state is CaseState.CLOSED,
        NextStep.ACCEPT: await _may_accept(view, member, case),
    }
    return frozenset(
        step for step, is_open in conditions.items() if is_open and may_perform(member, _USE_CASES[step], view.now)
    )


def _accepts_reviews(act: UnilateralAct) -> bool:
    return is_under_review(act) and act.state is not ActState.WITH_BOARD


async def _may_hear(view: ReadView, case: Case) -> bool:
    if case.kind is CaseKind.READMISSION or not await may_contact(view, case):
        return False
    return not all([await was_asked(view, case, person) for person in await reported_people(view, case)])


async def _may_accept(view: ReadView, member: Member, case: Case) -> bool:
    handoff = await pending_handoff(view, case)
    return handoff is not None and bool(may_accept(member.id, handoff.by))


async def _may_file(view: ReadView, case: Case) -> bool:
    return case.state is CaseState.OPEN and bool(await may_file(view, case))


async def _may_confirm(view: ReadView, member: Member, case: Case) -> bool:
    """Whether an answer that another member recorded waits for the Board's second."""
    answer = await view.deliberation.board_answer_on(case.id)
    waits = answer is not None and answer.confirmed_at is None and answer.by != member.id
    return waits and holds_seat(member, BOARD, view.now)


async def _board_answer(view: ReadView, case: Case) -> Consequence | None:
    """What was recorded as the Board's answer and is not confirmed yet."""
    answer = await view.deliberation.board_answer_on(case.id)
    return answer.consequence if answer is not None and answer.confirmed_at is None else None


async def _drafts(view: ReadView, case: Case, by: MemberId) -> tuple[DraftId, ...]:
    drafts = await view.deliberation.drafts_of(case.id)
    return tuple(d.id for d in drafts if d.state is DraftState.WRITTEN and d.by != by_member(by))


async def _links(view: ReadView, case: Case, by: MemberId) -> tuple[AccountId, ...]:
    links = [link for person in await reported_people(view, case) for link in await visible_accounts(view, by, person)]
    return tuple(link.id for link in links if not link.binding and link.linked_by != by_member(by))


async def _running_sanction(view: ReadView, member: Member, sanction: Sanction) -> RunningSanction | None:
    case = await view.cases.case(sanction.case)
    person = await view.people.person(sanction.person)
    if case is None or person is None:
        return None
    reached = [row for row in await view.sanctions.coverage_of(person.id) if sanction.covers(row.space)]
    rows = await visible_coverage(view, member.id, person.id, reached)
    return RunningSanction(
        reference=sanction.reference,
        person=person.code_name,
        case=case.code_name,
        restriction=sanction.restriction,
        state=term_state_at(sanction, view.now),
        starts=sanction.starts,
        until=_until(sanction),
        spaces=sanction.spaces,
        coverage=rows,
    )


_USE_CASES: Final = {
    NextStep.TAKE: UseCase.TAKE_CASE,
    NextStep.HEAR: UseCase.BEGIN_HEARING,
    NextStep.VOTE: UseCase.VOTE,
    NextStep.WITHDRAW: UseCase.PROPOSE,
    NextStep.ENACT: UseCase.ENACT,
    NextStep.SECOND_ACT: UseCase.CONFIRM_ACT,
    NextStep.REVIEW: UseCase.REVIEW_ACT,
    NextStep.CONFIRM_BOARD: UseCase.CONFIRM_BOARD_ANSWER,
    NextStep.CLOSE: UseCase.CLOSE,
    NextStep.REOPEN: UseCase.REOPEN,
    NextStep.ACCEPT: UseCase.ACCEPT_ESCALATION,
}
