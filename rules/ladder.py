"""The enforcement ladder: its rungs, the terms each may carry, what the end of a term brings, and who must approve.

It judges one consequence by itself; how many agree to it is `quorum`'s question. Read `may_propose_consequence` first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.policy import Policy
from rules.policy_sections.procedure import ApprovalGround
from rules.policy_sections.sanctions import OnTermEnd, Sanctions
from rules.precedence import Restriction
from rules.verdict import Verdict, allowed, refused


class Outcome(StrEnum):
    """What a decision may come to: the four rungs (P-5.2), then the other outcomes (P-5.3)."""

    WARNING = "warning"
    SHORT_SUSPENSION = "short_suspension"
    EXTENDED_SUSPENSION = "extended_suspension"
    PERMANENT_BAN = "permanent_ban"
    NO_VIOLATION = "no_violation"
    OUT_OF_SCOPE = "out_of_scope"
    NO_ACTION = "no_action"
    FACILITATED_COMMUNICATION = "facilitated_communication"
    REFERRAL = "referral"
    ACCOUNT_COMPROMISED = "account_compromised"
    OTHER = "other"


class AuthorityKind(StrEnum):
    """On whose word a sanction stands."""

    DECISION = "decision"
    UNILATERAL = "unilateral"
    LOCAL = "local"
    ADOPTED = "adopted"


class ReadmissionRequirement(StrEnum):
    """What a person must do to return when a term is over."""

    NOTHING = "nothing"
    REQUEST = "request"
    REQUEST_AND_CONDITIONS = "request_and_conditions"
    NEVER_OPENS = "never_opens"
    RECOVERY = "recovery"


class TermState(StrEnum):
    """Where a term stands; AWAITING is shown as "term over, may ask", never as suspended."""

    RUNNING = "running"
    AWAITING = "awaiting"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class LadderConsequence:
    """What a proposal would do to one person; no `term` is without end; `everywhere` is all spaces."""

    outcome: Outcome
    restriction: Restriction = Restriction.NONE
    term: timedelta | None = None
    everywhere: bool = True
    has_conditions: bool = False
    consent_of_all: bool = False
    removal: bool = False
    legal: bool = False
    on_term_end: OnTermEnd | None = None


_RUNGS = {
    Outcome.WARNING: 1,
    Outcome.SHORT_SUSPENSION: 2,
    Outcome.EXTENDED_SUSPENSION: 3,
    Outcome.PERMANENT_BAN: 4,
}
_SUSPENSIONS = (Outcome.SHORT_SUSPENSION, Outcome.EXTENDED_SUSPENSION)


def rung_of(outcome: Outcome) -> int | None:
    """Return the rung of the ladder, 1 to 4; None for an outcome beside the ladder."""
    return _RUNGS.get(outcome)


def may_propose_consequence(consequence: LadderConsequence, policy: Policy) -> Verdict:
    """Return whether its rung, or its outcome, allows the consequence. Policy: P-5.2, P-5.3, P-6.1."""
    if consequence.outcome in _SUSPENSIONS:
        return _check_suspension(consequence, policy.sanctions)
    if consequence.outcome is Outcome.PERMANENT_BAN:
        return _check_ban(consequence)
    if consequence.outcome is Outcome.OTHER:
        return _check_other(consequence)
    if consequence.outcome is Outcome.ACCOUNT_COMPROMISED:
        return _check_compromised(consequence)
    return _check_unrestricted(consequence)


def on_term_end(authority: AuthorityKind, consequence: LadderConsequence, policy: Policy) -> OnTermEnd:
    """Return what the end of this sanction's term brings: its own choice, else its rung's custom. Policy: P-6.2.

    What was never decided by the group (an act alone, a local measure) always lifts.
    """
    if authority is not AuthorityKind.DECISION:
        return OnTermEnd.LIFT
    if consequence.on_term_end is not None:
        return consequence.on_term_end
    return policy.sanctions.on_term_end if consequence.outcome in _SUSPENSIONS else OnTermEnd.LIFT


def readmission_requirement(
    authority: AuthorityKind, consequence: LadderConsequence, policy: Policy
) -> ReadmissionRequirement:
    """Return what the person must do before access returns once the term is over. Policy: P-5.2, P-6.2."""
    if consequence.outcome is Outcome.ACCOUNT_COMPROMISED:
        return ReadmissionRequirement.RECOVERY
    if consequence.restriction is not Restriction.NONE and consequence.term is None:
        return ReadmissionRequirement.NEVER_OPENS
    if on_term_end(authority, consequence, policy) is OnTermEnd.LIFT:
        return ReadmissionRequirement.NOTHING
    if consequence.outcome is Outcome.EXTENDED_SUSPENSION:
        return ReadmissionRequirement.REQUEST_AND_CONDITIONS
    return ReadmissionRequirement.REQUEST


def may_readmit(
    authority: AuthorityKind, consequence: LadderConsequence, *, requested: bool, conditions_met: bool, policy: Policy
) -> Verdict:
    """Return whether the group may grant readmission on what it has before it. Policy: P-5.2."""
    requirement = readmission_requirement(authority, consequence, policy)
    if requirement is ReadmissionRequirement.RECOVERY:
        return refused("recovery", "Access returns once two members agree that the owner has it back.", "P-3.3")
    if requirement is ReadmissionRequirement.NEVER_OPENS:
        return refused("no_end", "This sanction has no end, so readmission does not open. The Board may look.", "P-5.2")
    if requirement is not ReadmissionRequirement.NOTHING and not requested:
        return refused("not_requested", "The person has not asked to return yet.", "P-5.2")
    if requirement is ReadmissionRequirement.REQUEST_AND_CONDITIONS and not conditions_met:
        return refused("conditions_open", "The conditions for return have not been shown to be met.", "P-5.2")
    return allowed("P-5.2")


def access_returns_at(ends: datetime | None, at_end: OnTermEnd, readmitted_at: datetime | None) -> datetime | None:
    """Return when the restriction is no longer asked for; None while no such instant is known.

    Approved before the end, access returns at the end; approved later, at the approval. Policy: P-6.2.
    """
    if ends is None or at_end is OnTermEnd.LIFT:
        return ends
    return None if readmitted_at is None else max(ends, readmitted_at)


def term_state(ends: datetime | None, returns_at: datetime | None, now: datetime) -> TermState:
    """Return where a term to `ends` stands now. Policy: P-6.2.

    `returns_at` is when access returns, as far as is known.
    """
    if returns_at is not None and now >= returns_at:
        return TermState.OVER
    return TermState.AWAITING if ends is not None and now >= ends else TermState.RUNNING


def approval_grounds(consequence: LadderConsequence, policy: Policy) -> tuple[ApprovalGround, ...]:
    """Return why the organisers must record a motion before this is enacted; empty if they need not. Policy: P-5.1."""
    present = {
        ApprovalGround.SUSPENSION: consequence.outcome in _SUSPENSIONS,
        ApprovalGround.BAN: consequence.outcome is Outcome.PERMANENT_BAN,
        ApprovalGround.REMOVAL: consequence.removal,
        ApprovalGround.LEGAL: consequence.legal,
    }
    return tuple(ground for ground in policy.quorum.organisers_approve if present[ground])


def _check_suspension(consequence: LadderConsequence, bounds: Sanctions) -> Verdict:
    if consequence.restriction is not Restriction.SUSPENDED:
        return refused("restriction", "A suspension suspends: choose the restriction `suspended`.", "P-5.2")
    if not consequence.everywhere:
        return refused("scope", "A suspension covers all spaces.", "P-6.1")
    if consequence.outcome is Outcome.SHORT_SUSPENSION:
        return _check_short(consequence.term, bounds)
    return _check_extended(consequence, bounds)


def _check_short(term: timedelta | None, bounds: Sanctions) -> Verdict:
    if term is None or not bounds.short_least <= term <= bounds.short_most:
        least, most = bounds.short_least.days, bounds.short_most.days
        return refused("term", f"A short suspension lasts {least} to {most} days.", "P-5.2")
    return allowed("P-5.2")


def _check_extended(consequence: LadderConsequence, bounds: Sanctions) -> Verdict:
    if consequence.term is None or consequence.term < bounds.extended_least:
        return refused("term", f"An extended suspension lasts {bounds.extended_least.days} days or more.", "P-5.2")
    if not consequence.has_conditions:
        return refused("conditions", "An extended suspension names its conditions for return.", "P-5.2")
    return allowed("P-5.2")


def _check_ban(consequence: LadderConsequence) -> Verdict:
    if consequence.restriction is not Restriction.BANNED:
        return refused("restriction", "A permanent ban bans: choose the restriction `banned`.", "P-5.2")
    if consequence.term is not None:
        return refused("term", "A permanent ban has no end. For a term, choose an extended suspension.", "P-5.2")
    if not consequence.everywhere:
        return refused("scope", "A permanent ban covers all spaces.", "P-6.1")
    return allowed("P-5.2")


def _check_other(consequence: LadderConsequence) -> Verdict:
    if consequence.restriction in (Restriction.SUSPENDED, Restriction.BANNED):
        return refused("rung", "Suspending or banning has rungs of its own on the ladder: choose one of them.", "P-5.2")
    has_term = consequence.term is not None and consequence.term > timedelta(0)
    if consequence.restriction is Restriction.MUTED and not has_term:
        return refused("term", "A restriction outside the ladder needs a term, so that it ends.", "P-5.3")
    return allowed("P-5.3")


def _check_compromised(consequence: LadderConsequence) -> Verdict:
    if consequence.restriction not in (Restriction.MUTED, Restriction.SUSPENDED):
        return refused("restriction", "An account that somebody else has used is suspended or muted.", "P-3.3")
    if consequence.term is not None:
        return refused("term", "It is restricted until its owner has it back: leave the days out.", "P-3.3")
    return allowed("P-3.3")


def _check_unrestricted(consequence: LadderConsequence) -> Verdict:
    if consequence.restriction is not Restriction.NONE or consequence.term is not None:
        return refused("restriction", "This outcome restricts nobody: it has no restriction and no term.", "P-5.2")
    if consequence.outcome is Outcome.FACILITATED_COMMUNICATION and not consequence.consent_of_all:
        return refused("consent", "A facilitated talk needs the consent of everybody in it.", "P-5.3")
    return allowed("P-5.2" if consequence.outcome is Outcome.WARNING else "P-5.3")
