"""Weighing: a proposal, its ballots and marks, its closing by the clock, and counting again when a conflict shows.

The rules count; here their answer becomes a Decision, or the Board's matter, or more time. Policy: P-5.1.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from guardian.cases.access import acting, case_for, walled
from guardian.cases.deliberation import (
    Mark,
    MarkKind,
    Result,
    Votes,
    for_ladder,
    judge_consequence,
    judge_spaces,
    newest_of,
    reopened,
    standing,
)
from guardian.cases.values import (
    Answer,
    Ballot,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    Decision,
    Promise,
    PromiseKind,
    Proposal,
    StepKind,
)
from guardian.cases.walls import circle_of, held_by
from guardian.desk.desk import Desk, View, Work
from guardian.desk.hearing import ask_for_views
from guardian.desk.moving import (
    again,
    case_of,
    counted,
    hand_to_board,
    insist,
    keep,
    keep_about,
    keep_for,
    move,
    promise,
    renew,
    reported_person,
    tell_board,
)
from guardian.desk.telling import tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import DecisionId, MemberId, PersonId, ProposalId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules import quorum
from rules.deadlines import Deadline, length
from rules.ladder import Authority, may_readmit
from rules.policy import Policy
from rules.quorum import Standing, State
from rules.routing import contact_for

_AFTER_A_DECISION: Final = (
    StepKind.FEEDBACK,
    StepKind.SECOND_READING,
    StepKind.TELL_REPORTER,
    StepKind.TELL_REPORTED,
    StepKind.ENACT,
    StepKind.BOARD_REPORT,
)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as its members see it outside the reading room: code names, clocks and counts."""

    id: ProposalId
    code_name: str
    state: State
    result: str
    severe: bool
    made_at: datetime
    closes_at: datetime
    decide_by: datetime
    agreeing: int
    objecting: int
    silent: int
    needs: int
    person: str = ""


async def propose(
    desk: Desk, by: MemberId, code_name: str, consequence: Consequence, person_code: str | None = None
) -> ProposalView:
    """The group has a proposal before it, and its windows run from now. Policy: P-5.1, P-5.2.

    With no person named it is about the only reported person there is, or about the matter as a whole.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.PROPOSE)
        case = await case_for(work, by, code_name)
        person = await reported_person(work, case, person_code)
        await _may_propose(desk, work, case, by)
        await _may_come_to(desk, work, case, consequence, person)
        await renew(work, case.id, _AFTER_A_DECISION, by_member(by))
        case = await work.cases.save_case(replace(case, contact=case.contact or by))
        case = await move(work, case, CaseEvent.PROPOSE)
        proposal = Proposal(ProposalId(new_id()), case.id, by, work.now, consequence, person)
        await work.deliberation.add_proposal(proposal)
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        work.journal.note(Entry("proposal.was_made", by_member(by), "P-5.1", about, case.id))
        now = await standing_of(work, desk.policy, case, proposal)
        await promise(work, PromiseKind.PROPOSAL_CLOSES, case.id, now.decide_by, next_at=work.now, about=proposal.id)
        facts = {"proposal": str(proposal.id), "closes": now.closes_at.isoformat()}
        await tell_members(work, case, NoticeKind.PROPOSAL_OPEN, facts, besides=[by])
        await weigh(work, desk.policy, case, proposal)
        return await _view(work, desk.policy, proposal.id)


async def vote(
    desk: Desk, by: MemberId, proposal_id: ProposalId, answer: Answer, *, severe: bool = False, reason: str = ""
) -> ProposalView:
    """The member's answer counts, in place of any earlier one of theirs, until the proposal closes. Policy: P-5.1."""
    async with desk.works.begin() as work:
        case, proposal = await _open_to(work, by, proposal_id)
        eligible = await counted(work, case)
        insist(quorum.may_answer(by, await standing_of(work, desk.policy, case, proposal), eligible))
        await work.deliberation.add_ballot(Ballot(proposal.id, by, answer, work.now, severe, reason.strip()))
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        work.journal.note(Entry("ballot.was_cast", by_member(by), "P-5.1", about, case.id))
        await weigh(work, desk.policy, case, proposal)
        return await _view(work, desk.policy, proposal.id)


async def mark(desk: Desk, by: MemberId, proposal_id: ProposalId, kind: MarkKind = MarkKind.SEVERE) -> ProposalView:
    """The proposal counts as severe, or as a legal matter, for as long as the member counts. Policy: P-5.1."""
    async with desk.works.begin() as work:
        case, proposal = await _open_to(work, by, proposal_id)
        insist(quorum.may_answer(by, await standing_of(work, desk.policy, case, proposal), await counted(work, case)))
        await work.deliberation.add_mark(Mark(proposal.id, by, kind, work.now))
        about = {"case": str(case.id), "proposal": str(proposal.id), "kind": kind}
        work.journal.note(Entry("proposal.was_marked", by_member(by), "P-5.1", about, case.id))
        await weigh(work, desk.policy, case, proposal)
        return await _view(work, desk.policy, proposal.id)


async def withdraw(desk: Desk, by: MemberId, proposal_id: ProposalId) -> ProposalView:
    """The proposal is taken back by whoever made it, and the case is open again."""
    async with desk.works.begin() as work:
        case, proposal = await _open_to(work, by, proposal_id)
        if proposal.by != by:
            raise Refused("not_yours", "Only the member who made a proposal takes it back.", "P-5.1")
        await _settled(work, proposal, Result.WITHDRAWN)
        await move(work, case, CaseEvent.WITHDRAW)
        await tell_members(work, case, NoticeKind.PROPOSAL_SETTLED, {"result": Result.WITHDRAWN}, besides=[by])
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        work.journal.note(Entry("proposal.was_withdrawn", by_member(by), "P-5.1", about, case.id))
        return await _view(work, desk.policy, proposal.id)


async def settle(desk: Desk, proposal_id: ProposalId) -> ProposalView:
    """The proposal stands as the rules count it at this instant; the clock asks this, and may ask it twice."""
    async with desk.works.begin() as work:
        proposal = await _proposal(work, proposal_id)
        await weigh(work, desk.policy, await case_of(work, proposal.case), proposal)
        work.journal.note(
            Entry("proposal.was_counted", SERVICE, "P-5.1", {"proposal": str(proposal_id)}, proposal.case)
        )
        return await _view(work, desk.policy, proposal_id)


async def proposal_in(desk: Desk, by: MemberId, code_name: str) -> ProposalView:
    """The newest proposal of the case, as it stands now; NotFound where there is none."""
    async with desk.works.look() as view:
        case = await case_for(view, by, code_name)
        proposals = await view.deliberation.proposals_of(case.id)
        if not proposals:
            raise NotFound("There is no proposal in this case yet.")
        return await _view(view, desk.policy, proposals[-1].id)


async def recount(work: Work, case: Case, policy: Policy) -> Case:
    """Every ballot of the case that is not enacted yet is counted again without those who have a conflict by now.

    To be called in the transaction that puts up a wall. An agreement that no longer holds is open again. Policy: P-5.1.
    """
    case = await case_of(work, case.id)
    for proposal in await work.deliberation.proposals_of(case.id):
        if proposal.settled_at is None:
            case = await weigh(work, policy, case, proposal)
        elif proposal.result == Result.AGREED and await _waits(work, case, proposal):
            case = await _count_agreed_again(work, policy, case, proposal)
    return case


async def by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """The proposal's clock has struck: the silent are reminded, or the proposal is settled as it stands."""
    proposal = await _proposal(work, ProposalId(made.about))
    case = await case_of(work, proposal.case)
    if proposal.settled_at is not None:
        await keep(work, made)
        return
    now = await standing_of(work, policy, case, proposal)
    if now.state is State.OPEN and now.silent:
        facts = {"proposal": str(proposal.id), "closes": now.closes_at.isoformat()}
        await tell_members(work, case, NoticeKind.DEADLINE_NEAR, facts, only=now.silent)
    await weigh(work, policy, case, proposal)
    about = {"case": str(case.id), "proposal": str(proposal.id), "state": now.state}
    work.journal.note(Entry("proposal.was_counted", SERVICE, "P-5.1", about, case.id))


# -- counting


async def awaiting_motion(view: View, policy: Policy, case: Case) -> Proposal | None:
    """The case's proposal that is agreed but for the organisers' motion. Policy: P-5.1."""
    for proposal in await view.deliberation.proposals_of(case.id):
        if case.state is CaseState.PROPOSED and proposal.settled_at is None:
            now = await standing_of(view, policy, case, proposal)
            return proposal if now.state is State.AWAITING_APPROVAL else None
    return None


async def weigh(work: Work, policy: Policy, case: Case, proposal: Proposal) -> Case:
    """The case stands where the ballots, and the organisers' motion where one is asked for, have brought it."""
    if proposal.settled_at is not None:
        return case
    if case.state is not CaseState.PROPOSED:
        # The case went elsewhere meanwhile (to the Board, because of a new wall): there is nothing to count any more.
        await _settled(work, proposal, Result.WITH_BOARD)
        return case
    now = await standing_of(work, policy, case, proposal)
    match now.state:
        case State.AGREED:
            return await _agree(work, policy, case, proposal)
        case State.WITH_BOARD:
            await _settled(work, proposal, Result.WITH_BOARD)
            return await hand_to_board(work, policy, case, "not_agreed")
        case State.NOT_APPROVED:
            return await _not_approved(work, case, proposal)
        case State.AWAITING_APPROVAL:
            return await _ask_organisers(work, policy, case, proposal)
        case State.OPEN | State.NOT_AGREED:
            return await _wait(work, policy, case, proposal, now)
        case _:
            assert_never(now.state)


async def _agree(work: Work, policy: Policy, case: Case, proposal: Proposal) -> Case:
    await _settled(work, proposal, Result.AGREED, await counted(work, case))
    decisions = await work.deliberation.decisions_of(case.id)
    decision = Decision(
        DecisionId(new_id()),
        case.id,
        work.now,
        proposal.consequence,
        proposal.person,
        proposal.id,
        supersedes=newest_of(decisions, proposal.person),
    )
    await work.deliberation.add_decision(decision)
    moved = await move(work, case, CaseEvent.AGREE)
    await keep_for(work, case.id, PromiseKind.SUBSTANTIVE_ANSWER)
    await tell_members(work, moved, NoticeKind.PROPOSAL_SETTLED, {"result": Result.AGREED})
    await ask_for_views(work, policy, moved)
    about = {"case": str(case.id), "proposal": str(proposal.id), "decision": str(decision.id)}
    work.journal.note(Entry("decision.was_made", SERVICE, "P-5.1", about, case.id))
    return moved


async def _not_approved(work: Work, case: Case, proposal: Proposal) -> Case:
    await _settled(work, proposal, Result.NOT_APPROVED)
    moved = await move(work, case, CaseEvent.WITHDRAW)
    await tell_members(work, moved, NoticeKind.PROPOSAL_SETTLED, {"result": Result.NOT_APPROVED})
    return moved


async def _ask_organisers(work: Work, policy: Policy, case: Case, proposal: Proposal) -> Case:
    """The organisers are asked for their motion, and again for as long as they have not answered. Policy: P-5.1."""
    await tell_board(work, case, NoticeKind.WITH_BOARD, {"cause": "approval", "ask": "motion"})
    for made in await work.promises.open_about(proposal.id, PromiseKind.PROPOSAL_CLOSES):
        await again(work, made, work.now + length(Deadline.BOARD_ANSWER, policy))
    return case


async def _wait(work: Work, policy: Policy, case: Case, proposal: Proposal, now: Standing[MemberId]) -> Case:
    """The clock strikes next at a reminder, or when time alone would change how the proposal stands."""
    whole = now.closes_at - proposal.at
    shares = policy.reminders.shares
    looks = [proposal.at + whole * share.numerator / share.denominator for share in shares]
    instants = [at for at in (*looks, now.next_change) if at is not None and at > work.now]
    for made in await work.promises.open_about(proposal.id, PromiseKind.PROPOSAL_CLOSES):
        if instants and made.next_at != min(instants):
            await again(work, made, min(instants))
    return case


async def _count_agreed_again(work: Work, policy: Policy, case: Case, proposal: Proposal) -> Case:
    now = await standing_of(work, policy, case, proposal)
    if now.state is State.AGREED:
        return case
    about = {"case": str(case.id), "proposal": str(proposal.id)}
    work.journal.note(Entry("decision.was_unsettled", SERVICE, "P-5.1", about, case.id))
    open_again = await work.deliberation.save_proposal(reopened(proposal))
    await keep_for(work, case.id, PromiseKind.FEEDBACK)
    await renew(work, case.id, (StepKind.FEEDBACK,), SERVICE)
    moved = await move(work, case, CaseEvent.UNSETTLE)
    facts = {"news": News.UNSETTLED, "proposal": str(proposal.id)}
    await tell_members(work, moved, NoticeKind.CASE_NEWS, facts)
    await promise(work, PromiseKind.PROPOSAL_CLOSES, case.id, now.decide_by, next_at=work.now, about=proposal.id)
    return await weigh(work, policy, moved, open_again)


async def _waits(view: View, case: Case, proposal: Proposal) -> bool:
    """Whether the proposal's decision is still to be enacted."""
    decisions = await view.deliberation.decisions_of(case.id)
    newest = decisions[-1] if decisions else None
    return case.state is CaseState.AGREED and newest is not None and newest.proposal == proposal.id


async def _settled(
    work: Work, proposal: Proposal, result: Result, eligible: frozenset[MemberId] = frozenset()
) -> Proposal:
    await keep_about(work, proposal.id, PromiseKind.PROPOSAL_CLOSES)
    settled = replace(proposal, settled_at=work.now, result=result, counted=tuple(sorted(eligible)))
    return await work.deliberation.save_proposal(settled)


async def standing_of(view: View, policy: Policy, case: Case, proposal: Proposal) -> Standing[MemberId]:
    """How the proposal stands; once closed, among those who counted then and have no conflict since."""
    eligible = await counted(view, case)
    if proposal.counted:
        walls = await view.cases.walls_of(case.id)
        eligible = frozenset(member for member in proposal.counted if not walled(member, walls))
    votes = Votes(
        await view.deliberation.ballots_on(proposal.id),
        await view.deliberation.marks_on(proposal.id),
        await view.deliberation.motion_on(proposal.id),
    )
    return standing(case, proposal, votes, eligible, view.now, policy)


# -- who and what


async def _may_propose(desk: Desk, work: Work, case: Case, by: MemberId) -> None:
    """The contact person proposes; where every chair has stepped back, any member on the case does. Policy: P-5.1."""
    members = await work.people.members()
    held = held_by(await work.cases.walls_of(case.id))
    contact = contact_for(circle_of(members, work.now), held, case.contact, by, desk.policy) or by
    eligible = await counted(work, case)
    insist(quorum.may_propose(by, contact, eligible, widened=True))


async def _may_come_to(desk: Desk, work: Work, case: Case, consequence: Consequence, person: PersonId | None) -> None:
    about_person = person is not None
    insist(judge_consequence(case, consequence, about_person=about_person, policy=desk.policy))
    insist(judge_spaces(consequence, {space.name: space.abilities for space in desk.spaces}))
    if case.kind is CaseKind.READMISSION and consequence.readmit:
        await _may_return(desk, work, case, consequence)


async def _may_return(desk: Desk, work: Work, case: Case, consequence: Consequence) -> None:
    """What the person was asked to show is before the group: `conditions` says how it is met. Policy: P-5.2."""
    sanction = await work.sanctions.sanction(case.about_sanction) if case.about_sanction else None
    if sanction is None or sanction.authority.kind is not Authority.DECISION:
        raise Refused("no_sanction", "There is no sanction that this request is about any more.", "P-6.2")
    decision = await work.deliberation.decision(DecisionId(sanction.authority.id))
    if decision is not None:
        met = bool(consequence.conditions.strip())
        asked = for_ladder(decision.consequence)
        verdict = may_readmit(Authority.DECISION, asked, requested=True, conditions_met=met, policy=desk.policy)
        insist(verdict)


async def _open_to(work: Work, by: MemberId, proposal_id: ProposalId) -> tuple[Case, Proposal]:
    """The open proposal with its case, for a member who may know it; the same answer as for none to everybody else."""
    await acting(work, by, UseCase.VOTE)
    proposal = await _proposal(work, proposal_id)
    case = await case_for(work, by, (await case_of(work, proposal.case)).code_name)
    if proposal.settled_at is not None:
        raise Refused("closed", "This proposal is closed, so ballots stay as they are.", "P-5.1")
    return case, proposal


async def _proposal(view: View, proposal_id: ProposalId) -> Proposal:
    proposal = await view.deliberation.proposal(proposal_id)
    if proposal is None:
        raise NotFound
    return proposal


async def _view(view: View, policy: Policy, proposal_id: ProposalId) -> ProposalView:
    proposal = await _proposal(view, proposal_id)
    case = await case_of(view, proposal.case)
    now = await standing_of(view, policy, case, proposal)
    person = await view.people.person(proposal.person) if proposal.person else None
    return ProposalView(
        proposal.id,
        case.code_name,
        _SETTLED.get(proposal.result, now.state),
        proposal.result,
        now.severe,
        proposal.at,
        now.closes_at,
        now.decide_by,
        len(now.agreeing),
        len(now.objecting),
        len(now.silent),
        now.needs,
        person.code_name if person else "",
    )


_SETTLED: Final = {
    str(Result.AGREED): State.AGREED,
    str(Result.WITH_BOARD): State.WITH_BOARD,
    str(Result.NOT_APPROVED): State.NOT_APPROVED,
}
