"""Whose restriction it is that a space was seen to hold. Guardian releases only what it placed. Pure (house 5.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from guardian.ids import Reference
from guardian.sanctions.values import Application, Intent, IntentKind
from guardian.spaces.port import Hand, Held, Trace
from rules.precedence import Hold


class Whose(StrEnum):
    """Ours, another's, or not to be told apart: what cannot be proved is kept and put to people."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one kind of hold on one account: our records, our references, the space's own trace."""

    application: Application | None
    intent: Intent | None
    references: frozenset[Reference]
    signed: bool
    trace: Trace | None = None


def needs_trace(held: Held, evidence: Evidence) -> bool:
    """Whether the space's own records must be asked before anybody can say whose it is."""
    if evidence.signed or held.reference is not None:
        return False
    proved = evidence.application is not None and evidence.application.placed
    return not proved and _placing(evidence.intent)


def whose(held: Held, evidence: Evidence) -> Whose:
    """The proofs in their order: our reference read back; else an open intent whose prior was none, and no other author."""
    if held.reference is not None:
        return Whose.OURS if held.reference in evidence.references else Whose.FOREIGN
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


def references_of(applications: Iterable[Application], intents: Iterable[Intent]) -> frozenset[Reference]:
    """Every reference that our own acts on the account have carried and that may still stand in a reason field."""
    return frozenset([a.reference for a in applications] + [i.reference for i in intents])


def _placing(intent: Intent | None) -> bool:
    return intent is not None and intent.kind is IntentKind.PLACE


def _prior_was_none(intent: Intent | None, hold: Hold) -> bool:
    return intent is not None and intent.prior.hold is not hold
