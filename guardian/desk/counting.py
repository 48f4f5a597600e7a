"""Counting: what the ballots come to, by the rules, at every ballot, at every strike of the clock, and when a conflict shows.

An agreement becomes a Decision, what is not agreed in time the Board's matter. Policy: P-5.1.
"""

from dataclasses import replace
from typing import assert_never

from guardian.cases.access import walled
from guardian.cases.deliberation import (
    Result,
    Votes,
    newest_of,
    reopened,
    standing,
)
from guardian.cases.values import (
    Case,
    CaseEvent,
    CaseState,
    Decision,
    Promise,
    PromiseKind,
    Proposal,
    StepKind,
)
from guardian.desk.desk import View, Work
from guardian.desk.hearing import ask_for_views
from guardian.desk.moving import (
    again,
    case_of,
    counted,
    hand_to_board,
    keep,
    keep_about,
    keep_for,
    move,
    promise,
    renew,
    tell_board,
)
from guardian.desk.telling import tell_members
from guardian.errors import NotFound
from guardian.ids import DecisionId, MemberId, ProposalId, new_id
from guardian.journal import SERVICE, Entry
from guardian.notices.values import News, NoticeKind
from rules.deadlines import Deadline, length
from rules.policy import Policy
from rules.quorum import Standing, State


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


async def weigh(work: Work, policy: Policy, case: Case, proposal: Proposal) -> Case:
    """The case stands where the ballots, and the organisers' motion where one is asked for, have brought it."""
    if proposal.settled_at is not None:
        return case
    if case.state is not CaseState.PROPOSED:
        # The case went elsewhere meanwhile (to the Board, because of a new wall): there is nothing to count any more.
        await settled(work, proposal, Result.WITH_BOARD)
        return case
    now = await standing_of(work, policy, case, proposal)
    match now.state:
        case State.AGREED:
            return await _agree(work, policy, case, proposal)
        case State.WITH_BOARD:
            await settled(work, proposal, Result.WITH_BOARD)
            return await hand_to_board(work, policy, case, "not_agreed")
        case State.NOT_APPROVED:
            return await _not_approved(work, case, proposal)
        case State.AWAITING_APPROVAL:
            return await _ask_organisers(work, policy, case, proposal)
        case State.OPEN | State.NOT_AGREED:
            return await _wait(work, policy, case, proposal, now)
        case _:
            assert_never(now.state)


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
    proposal = await proposal_of(work, ProposalId(made.about))
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


async def awaiting_motion(view: View, policy: Policy, case: Case) -> Proposal | None:
    """The case's proposal that is agreed but for the organisers' motion. Policy: P-5.1."""
    for proposal in await view.deliberation.proposals_of(case.id):
        if case.state is CaseState.PROPOSED and proposal.settled_at is None:
            now = await standing_of(view, policy, case, proposal)
            return proposal if now.state is State.AWAITING_APPROVAL else None
    return None


async def settled(
    work: Work, proposal: Proposal, result: Result, eligible: frozenset[MemberId] = frozenset()
) -> Proposal:
    """The proposal is closed with this result, among those who counted; its clock is stopped."""
    await keep_about(work, proposal.id, PromiseKind.PROPOSAL_CLOSES)
    closed = replace(proposal, settled_at=work.now, result=result, counted=tuple(sorted(eligible)))
    return await work.deliberation.save_proposal(closed)


async def proposal_of(view: View, proposal_id: ProposalId) -> Proposal:
    """The proposal of that id; NotFound where there is none."""
    proposal = await view.deliberation.proposal(proposal_id)
    if proposal is None:
        raise NotFound
    return proposal


async def _agree(work: Work, policy: Policy, case: Case, proposal: Proposal) -> Case:
    await settled(work, proposal, Result.AGREED, await counted(work, case))
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
    await settled(work, proposal, Result.NOT_APPROVED)
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
