"""From a proposal and its ballots to what the rules count, and the few records of deliberation beside them. Pure.

Read `tally` first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guardian.cases.case import Case, CaseKind
from guardian.ids import CaseId, DecisionId, MemberId, PersonId, ProposalId, ReportId, SpaceName
from guardian.spaces.port import Capabilities
from rules import ladder, quorum
from rules.conditions import AskedCondition, may_ask_conditions
from rules.ladder import Outcome
from rules.policy import Policy
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction, access_level_of
from rules.verdict import Verdict, allowed, refused


@dataclass(frozen=True, slots=True)
class Consequence:
    """The chosen step with its conditions; `readmit` answers a readmission case.

    `term` None where the outcome has none (a warning, a permanent ban).

    `removal`: somebody is to be taken out of an event, a group or a role, by people. `on_term_end` None: as the policy
    says for the rung. `spaces` None: all (P-6.1). `conditions` are for a return, or say of one how they are met; `asked`
    is what somebody follows up, one by one. These, `summary` (the behaviour in neutral words) and `impact` have been read
    by nobody: they reach the person only in a letter that a second member has read (P-5.6).
    """

    outcome: Outcome
    restriction: Restriction = Restriction.NONE
    term: timedelta | None = None
    on_term_end: OnTermEnd | None = None
    spaces: frozenset[SpaceName] | None = None
    conditions: str = ""
    asked: tuple[AskedCondition, ...] = ()
    summary: str = ""
    impact: str = ""
    legal: bool = False
    consent_of_all: bool = False
    readmit: bool | None = None
    removal: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A suggested outcome for one person of a case (None: for the matter as a whole); windows run from `at`.

    `counted` are the members who counted when it closed: a later recount takes members away and adds none (P-5.1).
    """

    id: ProposalId
    case: CaseId
    by: MemberId
    at: datetime
    consequence: Consequence
    person: PersonId | None = None
    severe: bool = False
    settled_at: datetime | None = None
    result: str = ""
    eligible_at_closing: tuple[MemberId, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Ballot:
    """One member's answer; it may change until closing. `severe` is that member's mark (P-5.1)."""

    proposal: ProposalId
    member: MemberId
    answer: quorum.Answer
    at: datetime
    severe: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The agreed outcome. A change of mind is a new Decision that supersedes the old."""

    id: DecisionId
    case: CaseId
    at: datetime
    consequence: Consequence
    person: PersonId | None = None
    proposal: ProposalId | None = None
    by_board: bool = False
    supersedes: DecisionId | None = None
    enacted_at: datetime | None = None
    version: int = 0


class MarkKind(StrEnum):
    """What a counted member may mark a proposal as (P-5.1)."""

    SEVERE = "severe"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Mark:
    """One member's mark on a proposal; it stands as long as that member counts."""

    proposal: ProposalId
    member: MemberId
    kind: MarkKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Motion:
    """The organisers' motion on a proposal, recorded by one and confirmed by a second (P-5.1)."""

    id: str
    case: CaseId
    proposal: ProposalId
    granted: bool
    by: MemberId
    at: datetime
    confirmed_by: MemberId | None = None
    confirmed_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class BoardAnswer:
    """What the Board has answered on a case, recorded by one and confirmed by a second of the Board (P-8.4)."""

    id: str
    case: CaseId
    consequence: Consequence
    by: MemberId
    at: datetime
    person: PersonId | None = None
    confirmed_by: MemberId | None = None
    confirmed_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class BoardRequest:
    """A party's request that the Board reconsiders a decision; `report` or `person` is whose it is (P-5.7)."""

    id: str
    case: CaseId
    decision: DecisionId
    at: datetime
    report: ReportId | None = None
    person: PersonId | None = None
    shows_news: bool = False


class ProposalResult(StrEnum):
    """What a settled proposal has come to."""

    AGREED = "agreed"
    WITH_BOARD = "with_board"
    NOT_APPROVED = "not_approved"
    WITHDRAWN = "withdrawn"


_MAY_ASK: Final = frozenset({Outcome.FACILITATED_COMMUNICATION, Outcome.REFERRAL, Outcome.OTHER})
UNSETTLED: Final = ""
"""The result of a proposal that is not settled."""


@dataclass(frozen=True, slots=True)
class ProposalVotes:
    """All that was cast and marked on one proposal, oldest first."""

    ballots: tuple[Ballot, ...] = ()
    marks: tuple[Mark, ...] = ()
    motion: Motion | None = None


def tally(
    case: Case, proposal: Proposal, votes: ProposalVotes, eligible: frozenset[MemberId], now: datetime, policy: Policy
) -> quorum.Tally[MemberId]:
    """Return how the proposal stands now among the eligible, by the rules. Policy: P-5.1."""
    legal = any(m.kind is MarkKind.LEGAL and m.member in eligible for m in votes.marks)
    counted = quorum.CountedProposal(
        proposal.by,
        proposal.at,
        ladder_input(proposal.consequence, legal=legal),
        safety_risk=case.safety_risk,
        marked_severe=_marked_severe(proposal, votes),
    )
    ballots = [quorum.CountedBallot(b.member, b.answer, b.at) for b in votes.ballots]
    return quorum.tally(counted, ballots, eligible, now, policy, _approval_of(votes.motion))


def ladder_input(consequence: Consequence, *, legal: bool = False) -> ladder.LadderConsequence:
    """Return the consequence as the ladder judges it."""
    return ladder.LadderConsequence(
        outcome=consequence.outcome,
        restriction=consequence.restriction,
        term=consequence.term,
        everywhere=consequence.spaces is None,
        has_conditions=bool(consequence.conditions.strip() or consequence.asked),
        consent_of_all=consequence.consent_of_all,
        removal=consequence.removal,
        legal=consequence.legal or legal,
        on_term_end=consequence.on_term_end,
    )


def check_consequence(case: Case, consequence: Consequence, *, about_person: bool, policy: Policy) -> Verdict:
    """Return whether this kind of case may come to the consequence at all. Policy: P-5.2, P-5.3, P-6.2."""
    if case.kind is CaseKind.LOCAL:
        sentence = "A local matter is not decided here. Passed on, it is the working group's case."
        return refused("local", sentence, "P-8.1")
    if (consequence.readmit is not None) is not (case.kind is CaseKind.READMISSION):
        sentence = "A request to return is answered with yes or no, and nothing else is."
        return refused("readmission", sentence, "P-6.2")
    asked = may_ask_conditions(
        consequence.asked,
        about_person=about_person,
        answers_request=consequence.readmit is not None,
        violation=ladder.rung_of(consequence.outcome) is not None or consequence.outcome in _MAY_ASK,
    )
    if not asked:
        return asked
    if consequence.readmit is not None:
        return _check_answer(consequence)
    restricts = consequence.restriction is not Restriction.NONE or consequence.removal
    if (restricts or ladder.rung_of(consequence.outcome) is not None) and not about_person:
        sentence = "Say whom this is about: nobody who was reported is known in this case yet."
        return refused("no_person", sentence, "P-5.2")
    return ladder.may_propose_consequence(ladder_input(consequence), policy)


def check_spaces(consequence: Consequence, spaces: Mapping[SpaceName, Capabilities]) -> Verdict:
    """Return whether every space in scope is known and can express the restriction, to refuse it before it is enacted."""
    unknown = sorted((consequence.spaces or frozenset()) - spaces.keys())
    if unknown:
        return refused("unknown_space", f"There is no space called {', '.join(unknown)} here.", "P-6.1")
    level = access_level_of(consequence.restriction)
    scope = [name for name in spaces if consequence.spaces is None or name in consequence.spaces]
    unable = [name for name in scope if level is not AccessLevel.OPEN and level not in spaces[name].levels]
    if unable:
        sentence = f"{', '.join(unable)} cannot hold the restriction {consequence.restriction}. Name the other spaces."
        return refused("cannot_hold", sentence, "P-6.1")
    return allowed("P-6.1")


def unenacted_decision(decisions: Iterable[Decision], proposals: Mapping[ProposalId, Proposal]) -> Decision | None:
    """Return the decision that waits to be enacted: the newest, unless a recount has taken its agreement away.

    Policy: P-5.1.
    """
    newest = max(decisions, key=lambda decision: (decision.at, decision.id), default=None)
    if newest is None or newest.enacted_at is not None:
        return None
    proposal = proposals.get(newest.proposal) if newest.proposal else None
    return newest if proposal is None or proposal.result == ProposalResult.AGREED else None


def newest_decision_on(decisions: Iterable[Decision], person: PersonId | None) -> DecisionId | None:
    """Return the decision on the person that a new one supersedes, if there is any."""
    ours = [decision for decision in decisions if decision.person == person]
    return max(ours, key=lambda decision: (decision.at, decision.id)).id if ours else None


def as_reopened(proposal: Proposal) -> Proposal:
    """Return the proposal as it is opened again after a recount."""
    return replace(proposal, settled_at=None, result=UNSETTLED, eligible_at_closing=())


def _check_answer(consequence: Consequence) -> Verdict:
    if consequence.restriction is not Restriction.NONE or consequence.term is not None:
        sentence = "An answer to a request restricts nobody anew. For that, propose it in the case itself."
        return refused("restriction", sentence, "P-6.2")
    return allowed("P-6.2")


def _marked_severe(proposal: Proposal, votes: ProposalVotes) -> frozenset[MemberId]:
    by_proposer = {proposal.by} if proposal.severe else set()
    by_mark = {mark.member for mark in votes.marks if mark.kind is MarkKind.SEVERE}
    return frozenset(by_proposer | by_mark | {ballot.member for ballot in votes.ballots if ballot.severe})


def _approval_of(motion: Motion | None) -> quorum.Approval | None:
    if motion is None or motion.confirmed_at is None:
        return None
    return quorum.Approval(motion.granted, motion.confirmed_at)
