"""Put a proposal before the group, take its ballots and marks, and show how it stands.

What the ballots come to is said in `tally`. Read `propose` first. Policy: P-5.1.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseEvent, CaseKind
from guardian.cases.conditions import STILL_ASKED
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import conflict_status_by_member, handling_groups
from guardian.cases.procedure import DECISION_STEPS
from guardian.cases.proposals import (
    Ballot,
    Consequence,
    Mark,
    MarkKind,
    Proposal,
    ProposalResult,
    check_consequence,
    check_spaces,
    ladder_input,
)
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, PersonId, ProposalId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import decision_behind, eligible_members, get_case, resolve_reported_person, transition
from guardian.services.case_steps import reset_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import start_deadline
from guardian.services.deliberation.bias import require_bias_stated
from guardian.services.deliberation.talks import with_consent
from guardian.services.deliberation.tally import apply_tally, get_proposal, settle, tally_of
from guardian.services.idempotency import earlier_result, remember_result
from guardian.services.notify import notify_members
from rules import quorum
from rules.ladder import AuthorityKind, may_readmit
from rules.policy import Policy
from rules.quorum import Answer, ProposalState
from rules.routing import contact_for

_PROPOSED: Final = "proposal"


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as its members see it outside the reading room: code names, clocks and counts."""

    id: ProposalId
    code_name: str
    state: ProposalState
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
    app: AppContext,
    by: MemberId,
    code_name: str,
    consequence: Consequence,
    person_code: str | None = None,
    delivery: str | None = None,
) -> ProposalView:
    """Put a proposal before the group; its windows run from now. Policy: P-5.1, P-5.2.

    With no person named it is about the only reported person there is, or about the matter as a whole. The same
    delivery again is no second proposal: it gets the first one's answer.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PROPOSE)
        case = await case_for_member(uow, by, code_name)
        earlier = await earlier_result(uow, _PROPOSED, delivery)
        if earlier is not None:
            return await _view(uow, app.policy, await _earlier_proposal(uow, case, earlier))
        person = await resolve_reported_person(uow, case, person_code)
        await _require_may_propose(app, uow, case, by)
        await require_bias_stated(uow, app.policy, case, by)
        consequence = await with_consent(uow, case, consequence)
        await _require_consequence_allowed(app, uow, case, consequence, person)
        await reset_steps(uow, case.id, DECISION_STEPS, by_member(by))
        case = await uow.cases.save_case(replace(case, contact=case.contact or by))
        case = await transition(uow, case, CaseEvent.PROPOSE)
        proposal = Proposal(
            id=ProposalId(new_id()), case=case.id, by=by, at=uow.now, consequence=consequence, person=person
        )
        await uow.deliberation.add_proposal(proposal)
        await remember_result(uow, _PROPOSED, delivery, proposal.id, case.id)
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        uow.journal.note(Entry(act="proposal.was_made", by=by_member(by), authority="P-5.1", about=about, case=case.id))
        result = await tally_of(uow, app.policy, case, proposal)
        await start_deadline(
            uow, DeadlineKind.PROPOSAL_CLOSES, case.id, result.decide_by, next_at=uow.now, about=proposal.id
        )
        facts = {"proposal": str(proposal.id), "closes": result.closes_at.isoformat()}
        await notify_members(uow, case, NoticeKind.PROPOSAL_OPEN, facts, besides=[by])
        await apply_tally(uow, app.policy, case, proposal)
        return await _view(uow, app.policy, proposal.id)


async def vote(
    app: AppContext,
    by: MemberId,
    proposal_id: ProposalId,
    answer: Answer,
    *,
    severe: bool = False,
    reason: str = "",
) -> ProposalView:
    """Count the member's answer, in place of any earlier one of theirs, until the proposal closes. Policy: P-5.1."""
    async with app.units_of_work.begin() as uow:
        case, proposal = await _get_open_proposal(uow, by, proposal_id)
        eligible = await eligible_members(uow, case)
        require(quorum.may_vote(by, await tally_of(uow, app.policy, case, proposal), eligible))
        await uow.deliberation.add_ballot(
            Ballot(proposal=proposal.id, member=by, answer=answer, at=uow.now, severe=severe, reason=reason.strip())
        )
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        uow.journal.note(Entry(act="ballot.was_cast", by=by_member(by), authority="P-5.1", about=about, case=case.id))
        await apply_tally(uow, app.policy, case, proposal)
        return await _view(uow, app.policy, proposal.id)


async def mark_proposal(
    app: AppContext, by: MemberId, proposal_id: ProposalId, kind: MarkKind = MarkKind.SEVERE
) -> ProposalView:
    """Mark the proposal as severe, or as a legal matter, for as long as the member counts. Policy: P-5.1."""
    async with app.units_of_work.begin() as uow:
        case, proposal = await _get_open_proposal(uow, by, proposal_id)
        require(quorum.may_vote(by, await tally_of(uow, app.policy, case, proposal), await eligible_members(uow, case)))
        await uow.deliberation.add_mark(Mark(proposal.id, by, kind, uow.now))
        about = {"case": str(case.id), "proposal": str(proposal.id), "kind": kind}
        uow.journal.note(
            Entry(act="proposal.was_marked", by=by_member(by), authority="P-5.1", about=about, case=case.id)
        )
        await apply_tally(uow, app.policy, case, proposal)
        return await _view(uow, app.policy, proposal.id)


async def withdraw(app: AppContext, by: MemberId, proposal_id: ProposalId) -> ProposalView:
    """Withdraw the proposal for whoever made it, and open the case again."""
    async with app.units_of_work.begin() as uow:
        case, proposal = await _get_open_proposal(uow, by, proposal_id)
        if proposal.by != by:
            raise Refused("not_yours", "Only the member who made a proposal takes it back.", "P-5.1")
        await settle(uow, proposal, ProposalResult.WITHDRAWN)
        await transition(uow, case, CaseEvent.WITHDRAW)
        await notify_members(uow, case, NoticeKind.PROPOSAL_SETTLED, {"result": ProposalResult.WITHDRAWN}, besides=[by])
        about = {"case": str(case.id), "proposal": str(proposal.id)}
        uow.journal.note(
            Entry(act="proposal.was_withdrawn", by=by_member(by), authority="P-5.1", about=about, case=case.id)
        )
        return await _view(uow, app.policy, proposal.id)


async def require_followers_on_case(view: ReadView, case: Case, consequence: Consequence) -> None:
    """Refuse what somebody would follow up who takes no part in the case. Policy: P-5.2."""
    eligible = await eligible_members(view, case)
    if any(each.followed_by not in (None, *eligible) for each in consequence.asked):
        raise Refused("condition", "What is asked is followed up by a member on this case.", "P-5.2")


async def _earlier_proposal(uow: UnitOfWork, case: Case, proposal_id: str) -> ProposalId:
    proposal = await get_proposal(uow, ProposalId(proposal_id))
    if proposal.case != case.id:
        raise NotFound
    return proposal.id


async def _require_may_propose(app: AppContext, uow: UnitOfWork, case: Case, by: MemberId) -> None:
    """The contact person proposes; where every chair has stepped back, any member on the case does. Policy: P-5.1."""
    members = await uow.people.members()
    statuses = conflict_status_by_member(await uow.cases.exclusions_of(case.id))
    contact = contact_for(handling_groups(members, uow.now), statuses, case.contact, by, app.policy) or by
    eligible = await eligible_members(uow, case)
    require(quorum.may_propose(by, contact, eligible, open_to_all=case.audience is None))


async def _require_consequence_allowed(
    app: AppContext, uow: UnitOfWork, case: Case, consequence: Consequence, person: PersonId | None
) -> None:
    about_person = person is not None
    require(check_consequence(case, consequence, about_person=about_person, policy=app.policy))
    require(check_spaces(consequence, {space.name: space.capabilities for space in app.spaces}))
    await require_followers_on_case(uow, case, consequence)
    if case.kind is CaseKind.READMISSION and consequence.readmit:
        await _require_may_readmit(app, uow, case, consequence)


async def _require_may_readmit(app: AppContext, uow: UnitOfWork, case: Case, consequence: Consequence) -> None:
    """What the person was asked to show is before the group: `conditions` says how it is met. Policy: P-5.2.

    What is followed up one by one has been found met by a member, each by itself.
    """
    sanction = await uow.sanctions.sanction(case.about_sanction) if case.about_sanction else None
    if sanction is None or sanction.authority.kind is not AuthorityKind.DECISION:
        raise Refused("no_sanction", "There is no sanction that this request is about any more.", "P-6.2")
    decision = await decision_behind(uow, sanction)
    if decision is not None:
        asked = [each for each in await uow.conditions.conditions_of(sanction.case) if each.decision == decision.id]
        met = bool(consequence.conditions.strip()) and all(each.state not in STILL_ASKED for each in asked)
        judged = ladder_input(decision.consequence)
        verdict = may_readmit(AuthorityKind.DECISION, judged, requested=True, conditions_met=met, policy=app.policy)
        require(verdict)


async def _get_open_proposal(uow: UnitOfWork, by: MemberId, proposal_id: ProposalId) -> tuple[Case, Proposal]:
    """The open proposal with its case, for a member who may know it; the same answer as for none to everybody else."""
    await require_permission(uow, by, UseCase.VOTE)
    proposal = await get_proposal(uow, proposal_id)
    case = await case_for_member(uow, by, (await get_case(uow, proposal.case)).code_name)
    if proposal.settled_at is not None:
        raise Refused("closed", "This proposal is closed, so ballots stay as they are.", "P-5.1")
    return case, proposal


async def _view(view: ReadView, policy: Policy, proposal_id: ProposalId) -> ProposalView:
    proposal = await get_proposal(view, proposal_id)
    case = await get_case(view, proposal.case)
    result = await tally_of(view, policy, case, proposal)
    person = await view.people.person(proposal.person) if proposal.person else None
    return ProposalView(
        id=proposal.id,
        code_name=case.code_name,
        state=_SETTLED.get(proposal.result, result.state),
        result=proposal.result,
        severe=result.severe,
        made_at=proposal.at,
        closes_at=result.closes_at,
        decide_by=result.decide_by,
        agreeing=len(result.agreeing),
        objecting=len(result.objecting),
        silent=len(result.silent),
        needs=result.agreements_needed,
        person=person.code_name if person else "",
    )


_SETTLED: Final = {
    str(ProposalResult.AGREED): ProposalState.AGREED,
    str(ProposalResult.WITH_BOARD): ProposalState.WITH_BOARD,
    str(ProposalResult.NOT_APPROVED): ProposalState.NOT_APPROVED,
}
