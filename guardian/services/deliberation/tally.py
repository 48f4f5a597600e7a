"""Count the ballots by the rules: at every ballot, at every deadline of a proposal, and when a conflict shows.

An agreement becomes a Decision, what is not agreed in time the Board's matter. Read `apply_tally` first. Policy: P-5.1.
"""

from dataclasses import replace
from typing import assert_never

from guardian.cases.case import Case, CaseEvent, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import conflict_status_by_member
from guardian.cases.notes import motion_report_on
from guardian.cases.proposals import (
    Decision,
    Proposal,
    ProposalResult,
    ProposalVotes,
    as_reopened,
    newest_decision_on,
    tally,
)
from guardian.errors import NotFound
from guardian.ids import DecisionId, MemberId, ProposalId, new_id
from guardian.journal import SERVICE, Entry
from guardian.notices.models import News, NoticeKind
from guardian.services.case_flow import get_case, notify_board, refer_to_board, transition, voting_members
from guardian.services.case_steps import reset_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, complete_for_case, reschedule, start_deadline
from guardian.services.deliberation.letter_drafts import draft_letter
from guardian.services.deliberation.procedure import ask_reporters
from guardian.services.notify import notify_members
from rules.conflicts import voters
from rules.deadlines import TimeLimit, due_at, length
from rules.policy import Policy
from rules.procedure import Step
from rules.quorum import ProposalState, Tally


async def tally_of(view: ReadView, policy: Policy, case: Case, proposal: Proposal) -> Tally[MemberId]:
    """Return how the proposal stands; once closed, among those who counted then and have no conflict since."""
    eligible = await voting_members(view, case)
    if proposal.eligible_at_closing:
        statuses = conflict_status_by_member(await view.cases.exclusions_of(case.id))
        eligible = voters(proposal.eligible_at_closing, statuses)
    votes = ProposalVotes(
        await view.deliberation.ballots_on(proposal.id),
        await view.deliberation.marks_on(proposal.id),
        await view.deliberation.motion_on(proposal.id),
    )
    return tally(case, proposal, votes, eligible, view.now, policy)


async def apply_tally(uow: UnitOfWork, policy: Policy, case: Case, proposal: Proposal) -> Case:
    """Move the case where the ballots, and the organisers' motion where one is asked for, have brought it."""
    if proposal.settled_at is not None:
        return case
    if case.state is not CaseState.PROPOSED:
        # The case went elsewhere meanwhile (to the Board, because of a new exclusion): there is nothing to count any more.
        await settle(uow, proposal, ProposalResult.WITH_BOARD)
        return case
    result = await tally_of(uow, policy, case, proposal)
    match result.state:
        case ProposalState.AGREED:
            return await _agree(uow, policy, case, proposal)
        case ProposalState.WITH_BOARD:
            await settle(uow, proposal, ProposalResult.WITH_BOARD)
            return await refer_to_board(uow, policy, case, "not_agreed")
        case ProposalState.NOT_APPROVED:
            return await _reject(uow, case, proposal)
        case ProposalState.AWAITING_APPROVAL:
            return await _ask_organisers(uow, policy, case, proposal)
        case ProposalState.OPEN | ProposalState.NOT_AGREED:
            return await _reschedule_proposal(uow, policy, case, proposal, result)
        case _:
            assert_never(result.state)


async def recount(uow: UnitOfWork, case: Case, policy: Policy) -> Case:
    """Count every ballot of the case that is not enacted yet again, without those who have a conflict by now.

    To be called in the transaction that excludes them. An agreement that no longer stands is open again. Policy: P-5.1.
    """
    case = await get_case(uow, case.id)
    for proposal in await uow.deliberation.proposals_of(case.id):
        if proposal.settled_at is None:
            case = await apply_tally(uow, policy, case, proposal)
        elif proposal.result == ProposalResult.AGREED and await _awaits_enactment(uow, case, proposal):
            case = await _recount_agreed(uow, policy, case, proposal)
    return case


async def on_proposal_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind those who have not voted, or settle the proposal as it stands, by which of its windows is over."""
    proposal = await get_proposal(uow, ProposalId(deadline.about))
    case = await get_case(uow, proposal.case)
    if proposal.settled_at is not None:
        await complete(uow, deadline)
        return
    result = await tally_of(uow, app.policy, case, proposal)
    if result.state is ProposalState.OPEN and result.silent:
        facts = {"proposal": str(proposal.id), "closes": result.closes_at.isoformat()}
        await notify_members(uow, case, NoticeKind.DEADLINE_NEAR, facts, only=result.silent)
    await apply_tally(uow, app.policy, case, proposal)
    about = {"case": str(case.id), "proposal": str(proposal.id), "state": result.state}
    uow.journal.note(Entry(act="proposal.was_counted", by=SERVICE, authority="P-5.1", about=about, case=case.id))


async def find_proposal_awaiting_motion(view: ReadView, policy: Policy, case: Case) -> Proposal | None:
    """Return the case's proposal that is agreed but for the organisers' motion. Policy: P-5.1."""
    for proposal in await view.deliberation.proposals_of(case.id):
        if case.state is CaseState.PROPOSED and proposal.settled_at is None:
            result = await tally_of(view, policy, case, proposal)
            return proposal if result.state is ProposalState.AWAITING_APPROVAL else None
    return None


async def settle(
    uow: UnitOfWork, proposal: Proposal, result: ProposalResult, eligible: frozenset[MemberId] = frozenset()
) -> Proposal:
    """Close the proposal with this result among those who counted, and complete its deadlines."""
    await complete_about(uow, proposal.id, DeadlineKind.PROPOSAL_CLOSES, DeadlineKind.MOTION_REPORT)
    closed = replace(proposal, settled_at=uow.now, result=result, eligible_at_closing=tuple(sorted(eligible)))
    return await uow.deliberation.save_proposal(closed)


async def get_proposal(view: ReadView, proposal_id: ProposalId) -> Proposal:
    """Return the proposal of that id; NotFound where there is none."""
    proposal = await view.deliberation.proposal(proposal_id)
    if proposal is None:
        raise NotFound
    return proposal


async def _agree(uow: UnitOfWork, policy: Policy, case: Case, proposal: Proposal) -> Case:
    await settle(uow, proposal, ProposalResult.AGREED, await voting_members(uow, case))
    decisions = await uow.deliberation.decisions_of(case.id)
    decision = Decision(
        id=DecisionId(new_id()),
        case=case.id,
        at=uow.now,
        consequence=proposal.consequence,
        person=proposal.person,
        proposal=proposal.id,
        supersedes=newest_decision_on(decisions, proposal.person),
    )
    await uow.deliberation.add_decision(decision)
    moved = await transition(uow, case, CaseEvent.AGREE)
    await complete_for_case(uow, case.id, DeadlineKind.FIRST_ANSWER, DeadlineKind.SUBSTANTIVE_ANSWER)
    await notify_members(uow, moved, NoticeKind.PROPOSAL_SETTLED, {"result": ProposalResult.AGREED})
    await draft_letter(uow, moved, decision, proposal.by)
    await ask_reporters(uow, policy, moved, decision.consequence)
    about = {"case": str(case.id), "proposal": str(proposal.id), "decision": str(decision.id)}
    uow.journal.note(Entry(act="decision.was_made", by=SERVICE, authority="P-5.1", about=about, case=case.id))
    return moved


async def _reject(uow: UnitOfWork, case: Case, proposal: Proposal) -> Case:
    await settle(uow, proposal, ProposalResult.NOT_APPROVED)
    moved = await transition(uow, case, CaseEvent.WITHDRAW)
    await notify_members(uow, moved, NoticeKind.PROPOSAL_SETTLED, {"result": ProposalResult.NOT_APPROVED})
    return moved


async def _ask_organisers(uow: UnitOfWork, policy: Policy, case: Case, proposal: Proposal) -> Case:
    """Ask the organisers for their motion, and again for as long as they have not answered. Policy: P-5.1."""
    await _ask_for_report(uow, policy, case, proposal)
    await notify_board(uow, case, NoticeKind.WITH_BOARD, {"cause": "approval", "ask": "motion"})
    for deadline in await uow.deadlines.open_about(proposal.id, DeadlineKind.PROPOSAL_CLOSES):
        await reschedule(uow, deadline, uow.now + length(TimeLimit.BOARD_ANSWER, policy))
    return case


async def _ask_for_report(uow: UnitOfWork, policy: Policy, case: Case, proposal: Proposal) -> None:
    """Ask the group, once, for the report that the organisers read before their motion. Policy: P-8.5."""
    known = motion_report_on(await uow.notes.notes_of(case.id), proposal.id)
    if known or await uow.deadlines.open_about(proposal.id, DeadlineKind.MOTION_REPORT):
        return
    until = due_at(TimeLimit.BOARD_REPORT, uow.now, policy)
    await start_deadline(uow, DeadlineKind.MOTION_REPORT, case.id, until, about=proposal.id)
    await notify_members(uow, case, NoticeKind.YOUR_STEP, {"news": News.REPORT_BEFORE_MOTION})


async def _reschedule_proposal(
    uow: UnitOfWork, policy: Policy, case: Case, proposal: Proposal, result: Tally[MemberId]
) -> Case:
    """Reschedule the proposal to its next reminder, or to when time alone would change how it stands."""
    window = result.closes_at - proposal.at
    shares = policy.reminders.shares
    reminders = [proposal.at + window * share.numerator / share.denominator for share in shares]
    instants = [at for at in (*reminders, result.next_change) if at is not None and at > uow.now]
    for deadline in await uow.deadlines.open_about(proposal.id, DeadlineKind.PROPOSAL_CLOSES):
        if instants and deadline.next_at != min(instants):
            await reschedule(uow, deadline, min(instants))
    return case


async def _recount_agreed(uow: UnitOfWork, policy: Policy, case: Case, proposal: Proposal) -> Case:
    result = await tally_of(uow, policy, case, proposal)
    if result.state is ProposalState.AGREED:
        return case
    about = {"case": str(case.id), "proposal": str(proposal.id)}
    uow.journal.note(Entry(act="decision.was_unsettled", by=SERVICE, authority="P-5.1", about=about, case=case.id))
    reopened_proposal = await uow.deliberation.save_proposal(as_reopened(proposal))
    await complete_for_case(uow, case.id, DeadlineKind.FEEDBACK)
    await reset_steps(uow, case.id, (Step.FEEDBACK,), SERVICE)
    moved = await transition(uow, case, CaseEvent.REOPEN_VOTE)
    facts = {"news": News.UNSETTLED, "proposal": str(proposal.id)}
    await notify_members(uow, moved, NoticeKind.CASE_NEWS, facts)
    await start_deadline(
        uow, DeadlineKind.PROPOSAL_CLOSES, case.id, result.decide_by, next_at=uow.now, about=proposal.id
    )
    return await apply_tally(uow, policy, moved, reopened_proposal)


async def _awaits_enactment(view: ReadView, case: Case, proposal: Proposal) -> bool:
    """Whether the proposal's decision is still to be enacted."""
    decisions = await view.deliberation.decisions_of(case.id)
    newest = decisions[-1] if decisions else None
    return case.state is CaseState.AGREED and newest is not None and newest.proposal == proposal.id
