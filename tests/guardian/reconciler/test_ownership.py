"""Whose a restriction is: what cannot be proved to be ours is never taken for ours."""

from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st

from guardian.ids import AccountId, Reference
from guardian.reconciler.ownership import Ownership, OwnershipEvidence, needs_attribution, owner_of
from guardian.sanctions.models import Adoption, Enforcement, Intent, IntentKind, Prior, ReleaseState
from guardian.spaces.port import ActedBy, Attribution, ObservedRestriction
from rules.precedence import AccessLevel
from tests.builders.properties import Condition, given_often
from tests.builders.sanctions import REFERENCE, a_released_enforcement, an_enforcement, an_intent
from tests.fakes.clock import START

ANOTHERS = Reference("GRD-NOT2OURS3333")
BARE = ObservedRestriction(AccessLevel.BARRED)
OURS, FOREIGN, UNPROVED = Ownership.OURS, Ownership.FOREIGN, Ownership.UNPROVED
NOBODY_SAYS, BY_US, BY_ANOTHER = (
    Attribution(ActedBy.UNKNOWN),
    Attribution(ActedBy.GUARDIAN),
    Attribution(ActedBy.OTHER, "77"),
)
LIFTED_BY_US = Attribution(ActedBy.GUARDIAN, is_lifting=True)
LIFTED_BY_ANOTHER = Attribution(ActedBy.OTHER, "77", is_lifting=True)
PLACING = an_intent()
AFTER_ANOTHERS = an_intent(prior=Prior(AccessLevel.BARRED, None, "77"))
OVER_A_MUTE = an_intent(prior=Prior(AccessLevel.MUTED, None, "77"))


def evidence(
    enforcement: Enforcement | None = None,
    intent: Intent | None = None,
    *,
    references: frozenset[Reference] = frozenset(),
    signed: bool = False,
    attribution: Attribution | None = None,
) -> OwnershipEvidence:
    return OwnershipEvidence(
        enforcement=enforcement, intent=intent, references=references, carries_reference=signed, attribution=attribution
    )


@pytest.mark.parametrize(
    ("observed_restriction", "known", "expected"),
    [
        # A reference that is read back proves it, and nothing else is asked.
        (
            ObservedRestriction(AccessLevel.BARRED, reference=REFERENCE),
            evidence(references=frozenset({REFERENCE})),
            OURS,
        ),
        (
            ObservedRestriction(AccessLevel.BARRED, reference=ANOTHERS),
            evidence(references=frozenset({REFERENCE})),
            FOREIGN,
        ),
        (
            ObservedRestriction(AccessLevel.BARRED, reference=ANOTHERS),
            evidence(an_enforcement(), PLACING, attribution=BY_US),
            FOREIGN,
        ),
        # A reason field that could carry it and does not: not ours.
        (BARE, evidence(an_enforcement(), PLACING, signed=True), FOREIGN),
        # No reason field: proved before, or an open intent whose prior was none and no other author.
        (BARE, evidence(an_enforcement()), OURS),
        (BARE, evidence(a_released_enforcement()), FOREIGN),
        # What was asked for and never released is ours, though it did not show for a while.
        (BARE, evidence(an_enforcement(active=False)), OURS),
        (BARE, evidence(an_enforcement(active=False), attribution=BY_ANOTHER), FOREIGN),
        (BARE, evidence(an_enforcement(active=False), attribution=LIFTED_BY_ANOTHER), OURS),
        (BARE, evidence(an_enforcement(active=False, prior=Prior(AccessLevel.BARRED))), UNPROVED),
        (BARE, evidence(an_enforcement(active=False, release=ReleaseState.UNSEEN)), UNPROVED),
        (BARE, evidence(a_released_enforcement(), attribution=BY_US), OURS),
        (BARE, evidence(a_released_enforcement(), attribution=LIFTED_BY_US), FOREIGN),
        (BARE, evidence(), FOREIGN),
        (BARE, evidence(intent=PLACING), OURS),
        (BARE, evidence(intent=PLACING, attribution=NOBODY_SAYS), OURS),
        (BARE, evidence(intent=PLACING, attribution=BY_US), OURS),
        (BARE, evidence(intent=PLACING, attribution=BY_ANOTHER), FOREIGN),
        (BARE, evidence(an_enforcement(), attribution=BY_ANOTHER), FOREIGN),
        (BARE, evidence(intent=OVER_A_MUTE), OURS),
        (BARE, evidence(intent=AFTER_ANOTHERS), UNPROVED),
        (BARE, evidence(intent=AFTER_ANOTHERS, attribution=NOBODY_SAYS), UNPROVED),
        (BARE, evidence(intent=AFTER_ANOTHERS, attribution=BY_US), OURS),
        # An intent to do something else proves nothing.
        (BARE, evidence(intent=an_intent(kind=IntentKind.RELEASE)), FOREIGN),
        (BARE, evidence(intent=an_intent(kind=IntentKind.RESTORE)), FOREIGN),
    ],
)
def test_a_restriction_is_ours_by_proof_alone(
    observed_restriction: ObservedRestriction, known: OwnershipEvidence, expected: Ownership
) -> None:
    assert owner_of(observed_restriction, known) is expected


@pytest.mark.parametrize(
    ("observed_restriction", "known", "asked"),
    [
        (BARE, evidence(intent=PLACING), True),
        (BARE, evidence(an_enforcement(active=False), PLACING), True),
        (BARE, evidence(an_enforcement(), PLACING), False),
        (BARE, evidence(an_enforcement(active=False)), True),
        (BARE, evidence(), False),
        (BARE, evidence(intent=PLACING, signed=True), False),
        (ObservedRestriction(AccessLevel.BARRED, reference=REFERENCE), evidence(intent=PLACING), False),
    ],
)
def test_the_spaces_records_are_asked_only_where_they_could_prove_something(
    observed_restriction: ObservedRestriction, known: OwnershipEvidence, asked: bool
) -> None:
    assert needs_attribution(observed_restriction, known) is asked


HELDS = st.builds(
    ObservedRestriction,
    st.just(AccessLevel.BARRED),
    st.none() | st.just(datetime(2030, 1, 1, tzinfo=START.tzinfo)),
    st.none() | st.sampled_from([REFERENCE, ANOTHERS]),
)
PRIORS = st.sampled_from([Prior(), Prior(AccessLevel.BARRED), Prior(AccessLevel.MUTED)])
INTENTS = st.none() | st.builds(
    lambda kind, prior: an_intent(kind=kind, prior=prior), st.sampled_from(list(IntentKind)), PRIORS
)
APPLICATIONS = st.none() | st.builds(
    lambda placed, release: an_enforcement(active=placed, release=release),
    st.booleans(),
    st.sampled_from(ReleaseState),
)
TRACES = st.none() | st.sampled_from([NOBODY_SAYS, BY_US, BY_ANOTHER, LIFTED_BY_US, LIFTED_BY_ANOTHER])
EVIDENCE = st.builds(
    OwnershipEvidence,
    APPLICATIONS,
    INTENTS,
    st.sampled_from([frozenset(), frozenset({REFERENCE})]),
    st.booleans(),
    TRACES,
)


@given_often(20, HELDS, EVIDENCE)
def test_what_another_is_known_to_have_placed_is_never_taken_for_ours(
    condition: Condition, observed_restriction: ObservedRestriction, known: OwnershipEvidence
) -> None:
    by_another = known.attribution is not None and known.attribution.places_anothers
    silent_about_us = observed_restriction.reference is None and (by_another or known.carries_reference)
    if condition.is_met(silent_about_us or observed_restriction.reference not in {None, *known.references}):
        assert owner_of(observed_restriction, known) is FOREIGN


@given_often(20, HELDS, EVIDENCE)
def test_without_an_act_or_a_record_of_ours_nothing_is_ours(
    condition: Condition, observed_restriction: ObservedRestriction, known: OwnershipEvidence
) -> None:
    placed = known.enforcement is not None and known.enforcement.active
    placing = known.intent is not None and known.intent.kind is IntentKind.RESTRICT
    released = known.enforcement is None or known.enforcement.release is ReleaseState.DONE
    recorded = known.enforcement is not None and known.attribution is not None and known.attribution.places_ours
    nothing_of_ours = released and not placed and not placing and not recorded
    if condition.is_met(nothing_of_ours and observed_restriction.reference not in known.references):
        assert owner_of(observed_restriction, known) is FOREIGN


TAKEN = Adoption(
    account=AccountId("a1"),
    level=AccessLevel.BARRED,
    at=START,
    by="a member",
    author="9",
    restricted_at=START - timedelta(days=1),
)
BEFORE, AFTER = START - timedelta(days=1), START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("observed_restriction", "attribution", "answer"),
    [
        (ObservedRestriction(AccessLevel.BARRED), Attribution(ActedBy.OTHER, "9", BEFORE), Ownership.OURS),
        (ObservedRestriction(AccessLevel.BARRED), Attribution(ActedBy.UNKNOWN), Ownership.OURS),
        (ObservedRestriction(AccessLevel.BARRED), Attribution(ActedBy.OTHER, "8", AFTER), Ownership.FOREIGN),
        (ObservedRestriction(AccessLevel.BARRED), Attribution(ActedBy.OTHER, "9", AFTER), Ownership.FOREIGN),
        (ObservedRestriction(AccessLevel.BARRED, until=AFTER), Attribution(ActedBy.UNKNOWN), Ownership.FOREIGN),
        (ObservedRestriction(AccessLevel.BARRED, author="8"), Attribution(ActedBy.UNKNOWN), Ownership.FOREIGN),
        (ObservedRestriction(AccessLevel.BARRED, reference=Reference("GRD-X")), None, Ownership.FOREIGN),
    ],
)
def test_what_was_taken_over_is_ours_only_while_it_is_provably_the_same(
    observed_restriction: ObservedRestriction, attribution: Attribution | None, answer: Ownership
) -> None:
    """Architecture 5.5: a hold that somebody lifted and placed anew is theirs, and outlives our end."""
    known = OwnershipEvidence(
        enforcement=None,
        intent=None,
        references=frozenset(),
        carries_reference=True,
        attribution=attribution,
        adoptions=TAKEN,
    )
    assert owner_of(observed_restriction, known) is answer
