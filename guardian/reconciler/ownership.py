"""Whose restriction it is that a space was seen to hold. Guardian releases only what is proved to be its own.

Pure (architecture 5.5). Read `owner_of` first.
"""

from dataclasses import dataclass
from enum import StrEnum

from guardian.ids import Reference
from guardian.sanctions.models import Adoption, Enforcement, Intent, IntentKind, ReleaseState
from guardian.spaces.port import ActedBy, Attribution, ObservedRestriction
from rules.precedence import AccessLevel


class Ownership(StrEnum):
    """Ours, foreign, or not proved: what cannot be proved is left and put to people."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class OwnershipEvidence:
    """What is known of one access level at one account: our records, our references, the space's records.

    `adoptions`: a foreign restriction of that level was adopted, which is ours to release while it is the same.
    """

    enforcement: Enforcement | None
    intent: Intent | None
    references: frozenset[Reference]
    carries_reference: bool
    attribution: Attribution | None = None
    adoptions: Adoption | None = None


def needs_attribution(observed_restriction: ObservedRestriction, evidence: OwnershipEvidence) -> bool:
    """Return whether the space's own records must be asked before anybody can say whose it is."""
    if observed_restriction.reference is not None:
        return False
    if evidence.adoptions is not None:
        return True
    if evidence.carries_reference:
        return False
    proved = evidence.enforcement is not None and evidence.enforcement.active
    return not proved and (evidence.enforcement is not None or _is_restricting(evidence.intent))


def owner_of(observed_restriction: ObservedRestriction, evidence: OwnershipEvidence) -> Ownership:
    """Return whose it is, by the proofs in their order.

    Our reference read back; what was adopted and is still the same; else an open intent whose prior was none, or a
    release that is still owed, and no other author.
    """
    if observed_restriction.reference is not None:
        return Ownership.OURS if observed_restriction.reference in evidence.references else Ownership.FOREIGN
    if evidence.adoptions is not None and not _is_replaced(evidence):
        return (
            Ownership.OURS
            if is_unchanged(observed_restriction, evidence.adoptions, evidence.attribution)
            else Ownership.FOREIGN
        )
    if evidence.carries_reference:
        return Ownership.FOREIGN
    if evidence.attribution is not None and evidence.attribution.places_anothers:
        return Ownership.FOREIGN
    if evidence.enforcement is not None and evidence.enforcement.active:
        return Ownership.OURS
    return _owner_by_record(evidence, observed_restriction.level)


def _owner_by_record(evidence: OwnershipEvidence, level: AccessLevel) -> Ownership:
    """Return whose it is where the latest observation did not show it and no record names another.

    What we asked for and nobody has released since is ours still: that it did not show for a while proves nothing.
    """
    known = evidence.enforcement
    if not _is_restricting(evidence.intent) and known is None:
        return Ownership.FOREIGN
    if evidence.attribution is not None and evidence.attribution.places_ours:
        return Ownership.OURS
    if _is_restricting(evidence.intent):
        return Ownership.OURS if _had_no_prior(evidence.intent, level) else Ownership.UNPROVED
    if known is None or known.release is ReleaseState.DONE:
        return Ownership.FOREIGN
    is_owed = known.release is ReleaseState.OWED and known.prior.level is not level
    return Ownership.OURS if is_owed else Ownership.UNPROVED


def is_unchanged(
    observed_restriction: ObservedRestriction, adoption: Adoption, attribution: Attribution | None
) -> bool:
    """Return whether what stands is provably what was adopted.

    Its end and author are the same, and nobody else changed it later. A space's records reach back only so far: where
    they say nothing any more, what else is known has to agree.
    """
    if observed_restriction.until != adoption.until or (
        observed_restriction.author is not None and observed_restriction.author != adoption.author
    ):
        return False
    if attribution is None or attribution.acted_by is ActedBy.UNKNOWN or attribution.is_lifting:
        return True
    if attribution.at is None:
        return attribution.by == adoption.author
    return attribution.at == adoption.restricted_at or attribution.at <= adoption.at


def _is_replaced(evidence: OwnershipEvidence) -> bool:
    """Return whether ours has been placed over what was adopted, or is about to be."""
    return _is_restricting(evidence.intent) or (evidence.attribution is not None and evidence.attribution.places_ours)


def _is_restricting(intent: Intent | None) -> bool:
    return intent is not None and intent.kind is IntentKind.RESTRICT


def _had_no_prior(intent: Intent | None, level: AccessLevel) -> bool:
    return intent is not None and intent.prior.level is not level
