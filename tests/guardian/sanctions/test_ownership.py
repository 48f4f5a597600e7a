"""Whose a restriction is: what cannot be proved to be ours is never taken for ours."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import AccountId, Reference
from guardian.sanctions.ownership import Evidence, Whose, needs_trace, whose
from guardian.sanctions.values import Application, Intent, IntentKind, Prior, TakenOver
from guardian.spaces.port import Hand, Held, Trace
from rules.precedence import Hold
from tests.builders.sanctions import REFERENCE, an_application, an_intent
from tests.fakes.clock import START

ANOTHERS = Reference("GRD-NOT2OURS3333")
BARE = Held(Hold.BARRED)
OURS, FOREIGN, UNPROVED = Whose.OURS, Whose.FOREIGN, Whose.UNPROVED
NOBODY_SAYS, BY_US, BY_ANOTHER = Trace(Hand.UNSAID), Trace(Hand.OURS), Trace(Hand.ANOTHER, "77")
PLACING = an_intent()
AFTER_ANOTHERS = an_intent(prior=Prior(Hold.BARRED, None, "77"))
OVER_A_MUTE = an_intent(prior=Prior(Hold.MUTED, None, "77"))


def evidence(
    application: Application | None = None,
    intent: Intent | None = None,
    *,
    references: frozenset[Reference] = frozenset(),
    signed: bool = False,
    trace: Trace | None = None,
) -> Evidence:
    return Evidence(application, intent, references, signed, trace)


@pytest.mark.parametrize(
    ("held", "known", "expected"),
    [
        # A reference that is read back proves it, and nothing else is asked.
        (Held(Hold.BARRED, reference=REFERENCE), evidence(references=frozenset({REFERENCE})), OURS),
        (Held(Hold.BARRED, reference=ANOTHERS), evidence(references=frozenset({REFERENCE})), FOREIGN),
        (Held(Hold.BARRED, reference=ANOTHERS), evidence(an_application(), PLACING, trace=BY_US), FOREIGN),
        # A reason field that could carry it and does not: not ours.
        (BARE, evidence(an_application(), PLACING, signed=True), FOREIGN),
        # No reason field: proved before, or an open intent whose prior was none and no other author.
        (BARE, evidence(an_application()), OURS),
        (BARE, evidence(an_application(placed=False)), FOREIGN),
        (BARE, evidence(), FOREIGN),
        (BARE, evidence(intent=PLACING), OURS),
        (BARE, evidence(intent=PLACING, trace=NOBODY_SAYS), OURS),
        (BARE, evidence(intent=PLACING, trace=BY_US), OURS),
        (BARE, evidence(intent=PLACING, trace=BY_ANOTHER), FOREIGN),
        (BARE, evidence(an_application(), trace=BY_ANOTHER), FOREIGN),
        (BARE, evidence(intent=OVER_A_MUTE), OURS),
        (BARE, evidence(intent=AFTER_ANOTHERS), UNPROVED),
        (BARE, evidence(intent=AFTER_ANOTHERS, trace=NOBODY_SAYS), UNPROVED),
        (BARE, evidence(intent=AFTER_ANOTHERS, trace=BY_US), OURS),
        # An intent to do something else proves nothing.
        (BARE, evidence(intent=an_intent(kind=IntentKind.RELEASE)), FOREIGN),
        (BARE, evidence(intent=an_intent(kind=IntentKind.RESTORE)), FOREIGN),
    ],
)
def test_a_restriction_is_ours_by_proof_alone(held: Held, known: Evidence, expected: Whose) -> None:
    assert whose(held, known) is expected


@pytest.mark.parametrize(
    ("held", "known", "asked"),
    [
        (BARE, evidence(intent=PLACING), True),
        (BARE, evidence(an_application(placed=False), PLACING), True),
        (BARE, evidence(an_application(), PLACING), False),
        (BARE, evidence(), False),
        (BARE, evidence(intent=PLACING, signed=True), False),
        (Held(Hold.BARRED, reference=REFERENCE), evidence(intent=PLACING), False),
    ],
)
def test_the_spaces_records_are_asked_only_where_they_could_prove_something(
    held: Held, known: Evidence, asked: bool
) -> None:
    assert needs_trace(held, known) is asked


HELDS = st.builds(
    Held,
    st.just(Hold.BARRED),
    st.none() | st.just(datetime(2030, 1, 1, tzinfo=START.tzinfo)),
    st.none() | st.sampled_from([REFERENCE, ANOTHERS]),
)
PRIORS = st.sampled_from([Prior(), Prior(Hold.BARRED), Prior(Hold.MUTED)])
INTENTS = st.none() | st.builds(
    lambda kind, prior: an_intent(kind=kind, prior=prior), st.sampled_from(list(IntentKind)), PRIORS
)
APPLICATIONS = st.none() | st.builds(lambda placed: an_application(placed=placed), st.booleans())
TRACES = st.none() | st.sampled_from([NOBODY_SAYS, BY_US, BY_ANOTHER])
EVIDENCE = st.builds(
    Evidence, APPLICATIONS, INTENTS, st.sampled_from([frozenset(), frozenset({REFERENCE})]), st.booleans(), TRACES
)


@given(HELDS, EVIDENCE)
def test_what_another_is_known_to_have_placed_is_never_taken_for_ours(held: Held, known: Evidence) -> None:
    by_another = known.trace is not None and known.trace.hand is Hand.ANOTHER
    silent_about_us = held.reference is None and (by_another or known.signed)
    if silent_about_us or held.reference not in {None, *known.references}:
        assert whose(held, known) is FOREIGN


@given(HELDS, EVIDENCE)
def test_without_an_act_or_a_record_of_ours_nothing_is_ours(held: Held, known: Evidence) -> None:
    placed = known.application is not None and known.application.placed
    placing = known.intent is not None and known.intent.kind is IntentKind.PLACE
    if not placed and not placing and held.reference not in known.references:
        assert whose(held, known) is FOREIGN


TAKEN = TakenOver(AccountId("a1"), Hold.BARRED, START, "a member", author="9", placed_at=START - timedelta(days=1))
BEFORE, AFTER = START - timedelta(days=1), START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("held", "trace", "answer"),
    [
        (Held(Hold.BARRED), Trace(Hand.ANOTHER, "9", BEFORE), Whose.OURS),
        (Held(Hold.BARRED), Trace(Hand.UNSAID), Whose.OURS),
        (Held(Hold.BARRED), Trace(Hand.ANOTHER, "8", AFTER), Whose.FOREIGN),
        (Held(Hold.BARRED), Trace(Hand.ANOTHER, "9", AFTER), Whose.FOREIGN),
        (Held(Hold.BARRED, until=AFTER), Trace(Hand.UNSAID), Whose.FOREIGN),
        (Held(Hold.BARRED, author="8"), Trace(Hand.UNSAID), Whose.FOREIGN),
        (Held(Hold.BARRED, reference=Reference("GRD-X")), None, Whose.FOREIGN),
    ],
)
def test_what_was_taken_over_is_ours_only_while_it_is_provably_the_same(
    held: Held, trace: Trace | None, answer: Whose
) -> None:
    """Architecture 5.5: a hold that somebody lifted and placed anew is theirs, and outlives our end."""
    known = Evidence(None, None, frozenset(), signed=True, trace=trace, taken_over=TAKEN)
    assert whose(held, known) is answer
