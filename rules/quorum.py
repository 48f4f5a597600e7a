"""Whether a proposal is agreed, still open, or gone to the Board, from the ballots as they stand (P-5.1).

The caller refuses ballots by `may_vote` once a proposal has closed, and counts again when a conflict comes to light.
Read `tally` first.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Generic, TypeVar

from rules.ladder import LadderConsequence, approval_grounds, rung_of
from rules.policy import Policy
from rules.policy_sections.procedure import ApprovalGround, Quorum
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class Answer(StrEnum):
    """What a ballot says; silence is not among them, because silence is not agreement."""

    AGREE = "agree"
    OBJECT = "object"
    ABSTAIN = "abstain"


class ProposalState(StrEnum):
    """Where a proposal stands; NOT_AGREED may still become agreed until `decide_by`."""

    OPEN = "open"
    NOT_AGREED = "not_agreed"
    AWAITING_APPROVAL = "awaiting_approval"
    NOT_APPROVED = "not_approved"
    AGREED = "agreed"
    WITH_BOARD = "with_board"


class Majority(StrEnum):
    """Which majority a proposal needs as it stands: an objection outweighs a mark, since it asks for more."""

    ORDINARY = "ordinary"
    SEVERE = "severe"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class CountedProposal(Generic[Who]):
    """A proposed consequence as far as counting needs it; `marked_severe` are the members who marked it so."""

    proposer: Who
    made_at: datetime
    consequence: LadderConsequence
    safety_risk: bool = False
    marked_severe: frozenset[Who] = frozenset()


@dataclass(frozen=True, slots=True)
class CountedBallot(Generic[Who]):
    """One answer of one member; a later one takes the place of an earlier one."""

    by: Who
    answer: Answer
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """The organisers' recorded motion on a proposal."""

    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally(Generic[Who]):
    """How a proposal stands at one instant.

    `agreements_needed` is how many more it takes as things are, by `majority` of the `counted`; `next_change` is when
    time alone changes the state.
    """

    state: ProposalState
    severe: bool
    closes_at: datetime
    decide_by: datetime
    agreeing: frozenset[Who]
    objecting: frozenset[Who]
    silent: frozenset[Who]
    agreements_needed: int
    approval_for: tuple[ApprovalGround, ...]
    next_change: datetime | None
    majority: Majority
    counted: int


@dataclass(frozen=True, slots=True)
class _BallotCount(Generic[Who]):
    agreeing: frozenset[Who]
    objecting: frozenset[Who]
    silent: frozenset[Who]
    ever_objected: bool


def tally(
    proposal: CountedProposal[Who],
    ballots: Iterable[CountedBallot[Who]],
    eligible: frozenset[Who],
    now: datetime,
    policy: Policy,
    approval: Approval | None = None,
) -> Tally[Who]:
    """Return how the proposal stands among `eligible`, the members in term without a conflict. Policy: P-5.1, P-4.3.

    `ballots` are all that were cast, oldest first. Ballots of others than the eligible are left out, so that a late
    disclosure takes a ballot away. After closing, pass those eligible at closing, less whoever has a conflict since.
    """
    quorum = policy.quorum
    count = _count_ballots(proposal, ballots, eligible, now, quorum)
    severe = is_severe(proposal, eligible, policy)
    closes_at = proposal.made_at + (quorum.consensus_window if count.ever_objected else quorum.objection_window)
    majority = _majority(count, severe=severe)
    agreements_needed = _agreements_needed(proposal, count, majority, len(eligible), quorum)
    grounds = approval_grounds(proposal.consequence, policy)
    over = now >= closes_at or not (count.silent or count.objecting)
    agreed = agreements_needed == 0 and over
    state = _state(proposal, len(eligible), agreed=agreed, over=over, now=now, quorum=quorum)
    if state is ProposalState.AGREED and grounds:
        state = _approval_state(approval, now)
    decide_by = proposal.made_at + quorum.decide_by
    next_change = {ProposalState.OPEN: closes_at, ProposalState.NOT_AGREED: decide_by}.get(state)
    return Tally(
        state=state,
        severe=severe,
        closes_at=closes_at,
        decide_by=decide_by,
        agreeing=count.agreeing,
        objecting=count.objecting,
        silent=count.silent,
        agreements_needed=agreements_needed,
        approval_for=grounds,
        next_change=next_change,
        majority=majority,
        counted=len(eligible),
    )


def is_severe(proposal: CountedProposal[Who], eligible: frozenset[Who], policy: Policy) -> bool:
    """Return whether the proposal needs a majority: by rung, case, legal side, or an eligible member's mark."""
    rung = rung_of(proposal.consequence.outcome) or 0
    by_rung = rung >= policy.quorum.severe_from_rung
    return by_rung or proposal.safety_risk or proposal.consequence.legal or bool(proposal.marked_severe & eligible)


def may_propose(by: Who, contact: Who | None, eligible: frozenset[Who], *, open_to_all: bool) -> Verdict:
    """Return whether this member may put a proposal to the group: the contact person may. Policy: P-5.1, P-2.5."""
    if by not in eligible:
        return refused("not_counted", "Only a member who takes part in this case can propose.", "P-4.3")
    if by != contact:
        return refused("not_contact", "The contact person of this case proposes. They can hand it to you.", "P-5.1")
    if not open_to_all:
        sentence = "The reporter chose who hears first. Open the case to all members without a conflict, then propose."
        return refused("not_widened", sentence, "P-2.5")
    return allowed("P-5.1")


def may_mark_risk(
    by: Who, eligible: frozenset[Who], *, marked: bool, at_risk: bool, pending: bool, reason: str
) -> Verdict:
    """Return whether this member may mark a risk to somebody's safety, or take the mark back. Policy: P-3.2, P-5.1.

    `pending`: a proposal is open or waits to be enacted; nobody makes it easier to agree to meanwhile.
    """
    if by not in eligible:
        return refused("not_counted", "Only a member who takes part in this case can mark it.", "P-4.3")
    if at_risk is marked:
        sentence = "This case has that mark already." if marked else "This case has no such mark."
        return refused("no_change", sentence, "P-3.2")
    if at_risk:
        return allowed("P-3.2")
    if pending:
        sentence = "A proposal in this case counts with the mark. It can be taken back once that is done or withdrawn."
        return refused("proposal_pending", sentence, "P-5.1")
    if not reason.strip():
        return refused("no_reason", "Say in a sentence why nobody is at risk. It is kept with the case.", "P-3.2")
    return allowed("P-3.2")


def may_vote(by: Who, tally: Tally[Who], eligible: frozenset[Who]) -> Verdict:
    """Return whether this member's ballot is still taken. Policy: P-5.1, P-4.3."""
    if by not in eligible:
        return refused("not_counted", "Only a member who takes part in this case can vote.", "P-4.3")
    if tally.state not in (ProposalState.OPEN, ProposalState.NOT_AGREED):
        return refused("closed", "This proposal is closed, so ballots stay as they are.", "P-5.1")
    return allowed("P-5.1")


def _count_ballots(
    proposal: CountedProposal[Who],
    ballots: Iterable[CountedBallot[Who]],
    eligible: frozenset[Who],
    now: datetime,
    quorum: Quorum,
) -> _BallotCount[Who]:
    own = CountedBallot(proposal.proposer, Answer.AGREE, proposal.made_at)
    last = proposal.made_at + quorum.decide_by
    valid = [ballot for ballot in (own, *ballots) if ballot.by in eligible and ballot.at <= now and ballot.at < last]
    latest = {ballot.by: ballot.answer for ballot in sorted(valid, key=lambda ballot: ballot.at)}
    return _BallotCount(
        agreeing=frozenset(who for who, answer in latest.items() if answer is Answer.AGREE),
        objecting=frozenset(who for who, answer in latest.items() if answer is Answer.OBJECT),
        silent=eligible - latest.keys(),
        ever_objected=any(ballot.answer is Answer.OBJECT for ballot in valid),
    )


def _majority(count: _BallotCount[Who], *, severe: bool) -> Majority:
    if count.objecting:
        return Majority.CONTESTED
    return Majority.SEVERE if severe else Majority.ORDINARY


def _agreements_needed(
    proposal: CountedProposal[Who], count: _BallotCount[Who], majority: Majority, eligible: int, quorum: Quorum
) -> int:
    """Return how many more must agree; two others always: with three counted, a bare majority would be one."""
    others = quorum.others - len(count.agreeing - {proposal.proposer})
    total = 0
    if majority is Majority.CONTESTED:
        total = _at_least(quorum.consensus_share, eligible)
    elif majority is Majority.SEVERE:
        total = _more_than(quorum.severe_share, eligible)
    return max(0, others, total - len(count.agreeing))


def _state(
    proposal: CountedProposal[Who], eligible: int, *, agreed: bool, over: bool, now: datetime, quorum: Quorum
) -> ProposalState:
    if eligible < quorum.least_counted:
        return ProposalState.WITH_BOARD
    if agreed:
        return ProposalState.AGREED
    if now >= proposal.made_at + quorum.decide_by:
        return ProposalState.WITH_BOARD
    return ProposalState.NOT_AGREED if over else ProposalState.OPEN


def _approval_state(approval: Approval | None, now: datetime) -> ProposalState:
    if approval is None or approval.at > now:
        return ProposalState.AWAITING_APPROVAL
    return ProposalState.AGREED if approval.granted else ProposalState.NOT_APPROVED


def _at_least(share: Fraction, of: int) -> int:
    return ceil(share * of)


def _more_than(share: Fraction, of: int) -> int:
    return floor(share * of) + 1
