"""Where a case stands for the one who asks, in code names and clocks: what is open, and what they could do next.

Shows nothing of a report and nobody's identity, and offers only: each step asks for its own permission when it is taken.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.access import acting, case_to_read, may_know
from guardian.cases.acting import StopState, is_under_review
from guardian.cases.deliberation import not_enacted
from guardian.cases.values import (
    Act,
    ActState,
    Case,
    CaseKind,
    CaseState,
    Consequence,
    Decision,
    DraftState,
    PromiseKind,
    Proposal,
    StepKind,
    StepState,
    WallKind,
)
from guardian.cases.words import FOR_MEMBERS
from guardian.desk.closing import may_be_filed
from guardian.desk.desk import Desk, View
from guardian.desk.hearing import may_contact, was_asked
from guardian.desk.hops import waiting_in
from guardian.desk.knowing import accounts_known_to, coverage_known_to
from guardian.desk.moving import counted, reported
from guardian.desk.reading import promises_shown
from guardian.ids import AccountId, DecisionId, DraftId, MemberId, ProposalId
from guardian.journal import by_member
from guardian.people.permissions import BOARD, UseCase, may, sits
from guardian.people.values import Member
from guardian.sanctions.values import Coverage, Sanction, asks_until, state_at
from rules.escalation import may_accept
from rules.ladder import TermState
from rules.precedence import Restriction

_SHOWN_CLOCKS: Final = 5


class Next(StrEnum):
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
class Deadline:
    """Something that falls due."""

    kind: PromiseKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a member's list of cases. Of a case that they stepped back from they see no clock (P-4.2)."""

    code_name: str
    state: str
    recused: bool
    next: Deadline | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """One case for one member. `skips` wait for a second member, `drafts` and `links` for somebody else's look."""

    code_name: str
    kind: CaseKind
    state: CaseState
    words: str
    people: tuple[str, ...]
    clocks: tuple[Deadline, ...]
    steps: tuple[tuple[StepKind, StepState], ...]
    next: frozenset[Next]
    proposal: ProposalId | None
    decision: DecisionId | None
    skips: tuple[StepKind, ...]
    drafts: tuple[DraftId, ...]
    links: tuple[AccountId, ...]
    act: str | None
    board_answer: Consequence | None


@dataclass(frozen=True, slots=True)
class RunningSanction:
    """One sanction that has not ended, by code names. `until` None: no end is known."""

    person: str
    case: str
    restriction: Restriction
    state: TermState
    until: datetime | None
    coverage: tuple[Coverage, ...]


async def docket(desk: Desk, by: MemberId) -> tuple[Line, ...]:
    """The cases that the member may know of, oldest first; those that concern them are not among them at all."""
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.READ_CASE)
        cases = [case for case in await view.cases.cases() if case.kind is not CaseKind.LOCAL]
        lines = [await _line(view, member, case) for case in cases]
        return tuple(line for line in lines if line is not None)


async def outlook(desk: Desk, by: MemberId, code_name: str) -> Outlook:
    """How the case stands for this member at this instant."""
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.READ_CASE)
        case = await case_to_read(view, by, code_name)
        decision = await _waiting(view, case)
        proposal = await _open_proposal(view, case)
        steps = await view.deliberation.steps_of(case.id)
        acts = await view.deliberation.acts_of(case.id)
        act = acts[-1] if acts else None
        return Outlook(
            case.code_name,
            case.kind,
            case.state,
            FOR_MEMBERS[case.state],
            await _people(view, case),
            (await _clocks(view, case, by))[:_SHOWN_CLOCKS],
            tuple((step.kind, step.state) for step in steps),
            await _open_to(view, member, case, proposal, decision, act),
            proposal.id if proposal else None,
            decision.id if decision else None,
            tuple(s.kind for s in steps if s.state is StepState.SKIP_ASKED and s.by != by_member(by)),
            await _drafts(view, case, by),
            await _links(view, case, by),
            act.id if act else None,
            await _board_answer(view, case),
        )


async def running(desk: Desk, by: MemberId) -> tuple[RunningSanction, ...]:
    """Every sanction that has not ended and whose case the member may know of, with its total in each space."""
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.READ_CASE)
        # Of a raid's many, the one that leads them is enough: the others have a list of their own.
        every = [sanction for sanction in await view.sanctions.unlifted() if not sanction.follows]
        found = [await _running(view, member, sanction) for sanction in every]
        return tuple(line for line in found if line is not None)


async def standing_stop(desk: Desk, by: MemberId, of: MemberId) -> str | None:
    """The stop that holds on that member, for those who may look at it; None where there is none."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.REVIEW_ACT)
        stops = await view.deliberation.stops(of)
        return next((known.id for known in reversed(stops) if known.state is not StopState.ENDED), None)


async def _line(view: View, member: Member, case: Case) -> Line | None:
    walls = [w for w in await view.cases.walls_of(case.id) if w.member == member.id and w.lifted_at is None]
    recused = bool(walls) and all(wall.kind is WallKind.RECUSED for wall in walls)
    if not may_know(member, case, () if recused else walls, view.now):
        return None
    clocks = () if recused else await _clocks(view, case, member.id)
    return Line(case.code_name, FOR_MEMBERS[case.state], recused, clocks[0] if clocks else None)


async def _clocks(view: View, case: Case, by: MemberId) -> tuple[Deadline, ...]:
    """What falls due in the case, soonest first; what is late comes before everything else."""
    shown = await promises_shown(view, case, by)
    return tuple(sorted((Deadline(made.kind, made.due) for made in shown), key=lambda clock: clock.at))


async def _people(view: View, case: Case) -> tuple[str, ...]:
    people = [await view.people.person(person) for person in await reported(view, case)]
    return tuple(person.code_name for person in people if person is not None)


async def _waiting(view: View, case: Case) -> Decision | None:
    """The decision that was agreed and is still to be enacted."""
    if case.state is not CaseState.AGREED:
        return None
    proposals = {each.id: each for each in await view.deliberation.proposals_of(case.id)}
    return not_enacted(await view.deliberation.decisions_of(case.id), proposals)


async def _open_proposal(view: View, case: Case) -> Proposal | None:
    proposals = await view.deliberation.proposals_of(case.id)
    return next((each for each in reversed(proposals) if each.settled_at is None), None)


async def _open_to(
    view: View, member: Member, case: Case, proposal: Proposal | None, decision: Decision | None, act: Act | None
) -> frozenset[Next]:
    calls = await view.promises.open_for(case.id, PromiseKind.DANGER_PAGE)
    counts = member.id in await counted(view, case)
    wanted = {
        Next.TAKE: bool(calls) or case.contact is None,
        Next.HEAR: await _may_hear(view, case),
        Next.VOTE: proposal is not None and counts,
        Next.WITHDRAW: proposal is not None and proposal.by == member.id,
        Next.ENACT: decision is not None,
        Next.SECOND_ACT: act is not None and act.state is ActState.AWAITING_SECOND and act.by != member.id,
        Next.REVIEW: act is not None and act.by != member.id and _takes_answers(act) and counts,
        Next.CONFIRM_BOARD: await _may_confirm(view, member, case),
        Next.CLOSE: case.state is CaseState.IN_FORCE or await _may_be_filed(view, case),
        Next.REOPEN: case.state is CaseState.CLOSED,
        Next.ACCEPT: await _may_accept(view, member, case),
    }
    return frozenset(step for step, is_open in wanted.items() if is_open and may(member, _USE[step], view.now))


def _takes_answers(act: Act) -> bool:
    return is_under_review(act) and act.state is not ActState.WITH_BOARD


async def _may_hear(view: View, case: Case) -> bool:
    if case.kind is CaseKind.READMISSION or not await may_contact(view, case):
        return False
    return not all([await was_asked(view, case, person) for person in await reported(view, case)])


async def _may_accept(view: View, member: Member, case: Case) -> bool:
    hop = await waiting_in(view, case)
    return hop is not None and bool(may_accept(member.id, hop.by))


async def _may_be_filed(view: View, case: Case) -> bool:
    return case.state is CaseState.OPEN and bool(await may_be_filed(view, case))


async def _may_confirm(view: View, member: Member, case: Case) -> bool:
    """Whether an answer that another member recorded waits for the Board's second."""
    answer = await view.deliberation.board_answer_for(case.id)
    waits = answer is not None and answer.confirmed_at is None and answer.by != member.id
    return waits and sits(member, BOARD, view.now)


async def _board_answer(view: View, case: Case) -> Consequence | None:
    """What was recorded as the Board's answer and is not confirmed yet."""
    answer = await view.deliberation.board_answer_for(case.id)
    return answer.consequence if answer is not None and answer.confirmed_at is None else None


async def _drafts(view: View, case: Case, by: MemberId) -> tuple[DraftId, ...]:
    drafts = await view.deliberation.drafts_of(case.id)
    return tuple(d.id for d in drafts if d.state is DraftState.WRITTEN and d.by != by_member(by))


async def _links(view: View, case: Case, by: MemberId) -> tuple[AccountId, ...]:
    links = [link for person in await reported(view, case) for link in await accounts_known_to(view, by, person)]
    return tuple(link.id for link in links if not link.binding and link.linked_by != by_member(by))


async def _running(view: View, member: Member, sanction: Sanction) -> RunningSanction | None:
    case = await view.cases.case(sanction.case)
    person = await view.people.person(sanction.person)
    state = state_at(sanction, view.now)
    if case is None or person is None or state is TermState.OVER:
        return None
    if not may_know(member, case, await view.cases.walls_of(case.id), view.now):
        return None
    until = asks_until(sanction) or sanction.ends
    reached = [row for row in await view.sanctions.coverage_of(person.id) if sanction.covers(row.space)]
    rows = await coverage_known_to(view, member.id, person.id, reached)
    return RunningSanction(person.code_name, case.code_name, sanction.restriction, state, until, rows)


_USE: Final = {
    Next.TAKE: UseCase.TAKE_DANGER,
    Next.HEAR: UseCase.HEAR,
    Next.VOTE: UseCase.VOTE,
    Next.WITHDRAW: UseCase.PROPOSE,
    Next.ENACT: UseCase.ENACT,
    Next.SECOND_ACT: UseCase.SECOND_ACT,
    Next.REVIEW: UseCase.REVIEW_ACT,
    Next.CONFIRM_BOARD: UseCase.CONFIRM_BOARD_ANSWER,
    Next.CLOSE: UseCase.CLOSE,
    Next.REOPEN: UseCase.REOPEN,
    Next.ACCEPT: UseCase.ACCEPT_ESCALATION,
}
