"""Whose restriction it is that a space was seen to hold. Guardian releases only what it placed. Pure (architecture 5.5)."""

from dataclasses import dataclass
from enum import StrEnum

from guardian.ids import Reference
from guardian.sanctions.values import Application, Intent, IntentKind, TakenOver
from guardian.spaces.port import Hand, Held, Trace
from rules.precedence import Hold


class Whose(StrEnum):
    """Ours, another's, or not to be told apart: what cannot be proved is kept and put to people."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one kind of hold on one account: our records, our references, the space's own trace.

    `taken_over`: another placed one of that kind, which is ours to let go while it is the same.
    """

    application: Application | None
    intent: Intent | None
    references: frozenset[Reference]
    signed: bool
    trace: Trace | None = None
    taken_over: TakenOver | None = None


def needs_trace(held: Held, evidence: Evidence) -> bool:
    """Whether the space's own records must be asked before anybody can say whose it is."""
    if held.reference is not None:
        return False
    if evidence.taken_over is not None:
        return True
    if evidence.signed:
        return False
    proved = evidence.application is not None and evidence.application.placed
    return not proved and _placing(evidence.intent)


def whose(held: Held, evidence: Evidence) -> Whose:
    """The proofs in their order: our reference read back; what was taken over and is still the same; else an open intent
    whose prior was none, and no other author."""
    if held.reference is not None:
        return Whose.OURS if held.reference in evidence.references else Whose.FOREIGN
    if evidence.taken_over is not None and not _replaces(evidence):
        return Whose.OURS if is_the_same(held, evidence.taken_over, evidence.trace) else Whose.FOREIGN
    if evidence.signed:
        return Whose.FOREIGN
    if evidence.trace is not None and evidence.trace.hand is Hand.ANOTHER:
        return Whose.FOREIGN
    if evidence.application is not None and evidence.application.placed:
        return Whose.OURS
    if not _placing(evidence.intent):
        return Whose.FOREIGN
    if evidence.trace is not None and evidence.trace.hand is Hand.OURS:
        return Whose.OURS
    return Whose.OURS if _prior_was_none(evidence.intent, held.hold) else Whose.UNPROVED


def is_the_same(held: Held, taken: TakenOver, trace: Trace | None) -> bool:
    """Whether what stands is provably what was taken over: its end, its author, and no later change by anybody else.

    A space's records reach back only so far: where they say nothing any more, what else is known has to agree.
    """
    if held.until != taken.until or (held.author is not None and held.author != taken.author):
        return False
    if trace is None or trace.hand is Hand.UNSAID:
        return True
    if trace.at is None:
        return trace.by == taken.author
    return trace.at == taken.placed_at or trace.at <= taken.at


def _replaces(evidence: Evidence) -> bool:
    """Whether ours has been placed over what was taken over, or is about to be."""
    return _placing(evidence.intent) or (evidence.trace is not None and evidence.trace.hand is Hand.OURS)


def _placing(intent: Intent | None) -> bool:
    return intent is not None and intent.kind is IntentKind.PLACE


def _prior_was_none(intent: Intent | None, hold: Hold) -> bool:
    return intent is not None and intent.prior.hold is not hold
