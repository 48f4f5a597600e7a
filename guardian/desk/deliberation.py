"""Weighing: a proposal before the group, its ballots and marks, and how it stands.

What the ballots come to is said in `counting`. Policy: P-5.1.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.deliberation import (
    Mark,
    MarkKind,
    Result,
    for_ladder,
    judge_consequence,
    judge_spaces,
)
from guardian.cases.steps import AFTER_A_DECISION
from guardian.cases.values import (
    Answer,
    Ballot,
    Case,
    CaseEvent,
    CaseKind,
    Consequence,
    PromiseKind,
    Proposal,
)
from guardian.cases.walls import circle_of, held_by
from guardian.desk.counting import proposal_of, settled, standing_of, weigh
from guardian.desk.delivered import first_made, remember_made
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import (
    case_of,
    counted,
    insist,
    move,
    promise,
    renew,
    reported_person,
)
from guardian.desk.telling import tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import DecisionId, MemberId, PersonId, ProposalId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import UseCase
from rules import quorum
from rules.ladder import Authority, may_readmit
from rules.policy import Policy
from rules.quorum import State
from rules.routing import contact_for

_PROPOSED: Final = "proposal"


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
    desk: Desk,
    by: MemberId,
    code_name: str,
    consequence: Consequence,
    person_code: str | None = None,
    delivery: str | None = None,
) -> ProposalView:
    """The group has a proposal before it, and its windows run from now. Policy: P-5.1, P-5.2.

    With no person named it is about the only reported person there is, or about the matter as a whole. The same
    delivery again is no second proposal: it gets the first one's answer.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.PROPOSE)
        case = await case_for(work, by, code_name)
        first = await first_made(work, _PROPOSED, delivery)
        if first is not None:
            return await _view(work, desk.policy, await _first_proposed(work, case, first))
        person = await reported_person(work, case, person_code)
        await _may_propose(desk, work, case, by)
        await _may_come_to(desk, work, case, consequence, person)
        await renew(work, case.id, AFTER_A_DECISION, by_member(by))
        case = await work.cases.save_case(replace(case, contact=case.contact or by))
        case = await move(work, case, CaseEvent.PROPOSE)
        proposal = Proposal(ProposalId(new_id()), case.id, by, work.now, consequence, person)
        await work.deliberation.add_proposal(proposal)
        await remember_made(work, _PROPOSED, delivery, proposal.id, case.id)
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
        await settled(work, proposal, Result.WITHDRAWN)
        await move(work, case, CaseEvent.WITHDRAW)
        await tell_members(work, case, NoticeKind.PROPOSAL_SETTLED, {"result": Result.WITHDRAWN}, besides=[by])
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        work.journal.note(Entry("proposal.was_withdrawn", by_member(by), "P-5.1", about, case.id))
        return await _view(work, desk.policy, proposal.id)


async def settle(desk: Desk, proposal_id: ProposalId) -> ProposalView:
    """The proposal stands as the rules count it at this instant; the clock asks this, and may ask it twice."""
    async with desk.works.begin() as work:
        proposal = await proposal_of(work, proposal_id)
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


async def _first_proposed(work: Work, case: Case, proposal_id: str) -> ProposalId:
    proposal = await proposal_of(work, ProposalId(proposal_id))
    if proposal.case != case.id:
        raise NotFound
    return proposal.id


async def _may_propose(desk: Desk, work: Work, case: Case, by: MemberId) -> None:
    """The contact person proposes; where every chair has stepped back, any member on the case does. Policy: P-5.1."""
    members = await work.people.members()
    held = held_by(await work.cases.walls_of(case.id))
    contact = contact_for(circle_of(members, work.now), held, case.contact, by, desk.policy) or by
    eligible = await counted(work, case)
    insist(quorum.may_propose(by, contact, eligible, widened=case.hearers is None))


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
    proposal = await proposal_of(work, proposal_id)
    case = await case_for(work, by, (await case_of(work, proposal.case)).code_name)
    if proposal.settled_at is not None:
        raise Refused("closed", "This proposal is closed, so ballots stay as they are.", "P-5.1")
    return case, proposal


async def _view(view: View, policy: Policy, proposal_id: ProposalId) -> ProposalView:
    proposal = await proposal_of(view, proposal_id)
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
