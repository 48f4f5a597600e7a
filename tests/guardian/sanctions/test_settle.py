"""What a look proves about our own doing: nothing is forgotten, nothing is believed that was not seen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import Reference
from guardian.sanctions.ownership import Whose
from guardian.sanctions.settle import Settled, merged, remaining, settle
from guardian.sanctions.values import Application, Intent, IntentKind, Prior
from guardian.spaces.port import Belonging, BelongingKind, Held, Presence, Seen
from rules.precedence import Hold
from tests.builders.sanctions import ACCOUNT, REFERENCE, an_application, an_intent, day

NOW = day(10)
MUTED, BARRED = Hold.MUTED, Hold.BARRED
OURS, FOREIGN, UNPROVED = Whose.OURS, Whose.FOREIGN, Whose.UNPROVED
PLACING, RELEASING = an_intent(), an_intent(kind=IntentKind.RELEASE)
ROLES = tuple(Belonging(BelongingKind.ROLE, f"r{n}", f"role {n}") for n in range(4))
MEMBERSHIP = Belonging(BelongingKind.MEMBERSHIP, "o1", "orchard", power=True)


def settled(
    *seen: tuple[Held, Whose],
    known: Application | None = None,
    intents: tuple[Intent, ...] = (),
    presence: Presence = Presence.OUTSIDE,
    now: datetime = NOW,
) -> Settled:
    holds = Seen(tuple(held for held, _ in seen), presence)
    whose = {held.hold: by for held, by in seen}
    return settle(ACCOUNT, holds, whose, {known.hold: known} if known else {}, intents, now)


BAR = Held(BARRED, reference=REFERENCE)


# -- ours stands


def test_an_intent_is_fulfilled_when_what_it_meant_is_seen_and_ours() -> None:
    known = an_application(placed=False, confirmed_at=None, taken=ROLES[:1], prior=Prior(MUTED, day(20), "77"))
    found = settled((BAR, OURS), known=known, intents=(PLACING,))
    assert found.closed == (PLACING.id,)
    assert found.newly_held == (BARRED,)
    assert found.applications[BARRED] == replace(known, placed=True, confirmed_at=NOW)


def test_a_look_that_brings_nothing_new_changes_nothing() -> None:
    found = settled((BAR, OURS), known=an_application())
    assert (found.changed, found.closed, found.newly_held, found.newly_gone) == ((), (), (), ())


@pytest.mark.parametrize("whose", [FOREIGN, UNPROVED])
def test_anothers_restriction_fulfils_no_intent_of_ours(whose: Whose) -> None:
    found = settled((BAR, whose), known=an_application(placed=False), intents=(PLACING,))
    assert (found.closed, found.changed, found.newly_held) == ((), (), ())


def test_an_intent_that_did_not_show_stays_open() -> None:
    assert settled(known=an_application(placed=False), intents=(PLACING,)).closed == ()


def test_our_reference_alone_proves_what_an_older_database_does_not_know() -> None:
    found = settled((BAR, OURS), intents=(an_intent(hold=BARRED, prior=Prior(MUTED)),))
    assert found.applications[BARRED] == an_application(prior=Prior(MUTED), confirmed_at=NOW)


def test_a_restriction_without_any_sign_of_ours_cannot_be_recorded_as_ours() -> None:
    with pytest.raises(ValueError, match="cannot be ours"):
        settled((Held(MUTED), OURS), intents=(an_intent(hold=MUTED, kind=IntentKind.RELEASE),))


def test_a_renewed_end_is_on_record() -> None:
    known = an_application(hold=MUTED, until=day(12))
    found = settled((Held(MUTED, day(38)), OURS), known=known)
    assert found.applications[MUTED].until == day(38)
    assert found.newly_held == ()


# -- ours is gone


@pytest.mark.parametrize(
    ("intents", "until", "by_others"),
    [
        ((), None, True),
        ((PLACING,), None, True),
        ((RELEASING,), None, False),
        ((), day(11), True),
        ((), NOW, False),
        ((), day(9), False),
    ],
)
def test_ours_went_by_other_hands_unless_we_meant_it_or_its_time_was_over(
    intents: tuple[Intent, ...], until: datetime | None, by_others: bool
) -> None:
    found = settled(known=an_application(until=until), intents=intents)
    assert found.newly_gone == (BARRED,)
    assert bool(found.gone_by_other_hands) is by_others
    assert not found.applications[BARRED].placed


def test_a_release_is_fulfilled_when_ours_is_seen_no_more() -> None:
    assert settled(known=an_application(), intents=(RELEASING,)).closed == (RELEASING.id,)
    assert settled((Held(BARRED), FOREIGN), known=an_application(), intents=(RELEASING,)).closed == (RELEASING.id,)


def test_a_release_that_did_not_show_stays_open() -> None:
    assert settled((BAR, OURS), known=an_application(), intents=(RELEASING,)).closed == ()


def test_what_we_took_is_still_owed_when_ours_is_gone() -> None:
    found = settled(known=an_application(taken=ROLES[:2]), intents=(RELEASING,))
    assert found.applications[BARRED].taken == ROLES[:2]


# -- what comes back


def test_what_stood_before_is_put_back_once_it_is_seen() -> None:
    restoring = an_intent(kind=IntentKind.RESTORE, hold=MUTED)
    known = an_application(placed=False, prior=Prior(MUTED, day(20), "77"))
    assert settled(known=known, intents=(restoring,)).closed == ()
    found = settled((Held(MUTED, day(20)), FOREIGN), known=known, intents=(restoring,))
    assert found.closed == (restoring.id,)
    assert found.applications[BARRED].restored


@pytest.mark.parametrize(
    ("presence", "owed"), [(Presence.MEMBER, ROLES[:1]), (Presence.OUTSIDE, (*ROLES[:1], MEMBERSHIP))]
)
def test_a_member_is_not_owed_the_membership_any_more(presence: Presence, owed: tuple[Belonging, ...]) -> None:
    known = an_application(placed=False, taken=(*ROLES[:1], MEMBERSHIP))
    assert settled(known=known, presence=presence).applications[BARRED].taken == owed


THINGS = st.lists(st.sampled_from(ROLES), max_size=4, unique=True).map(tuple)


@given(THINGS, THINGS)
def test_a_repeated_try_never_forgets_what_the_first_took(first: Any, second: Any) -> None:
    both = merged(first, second)
    assert both[: len(first)] == first
    assert set(both) == {*first, *second}
    assert len(set(both)) == len(both)


@given(THINGS, THINGS)
def test_what_is_given_back_and_only_that_is_owed_no_more(taken: Any, given_back: Any) -> None:
    assert remaining(taken, given_back) == tuple(thing for thing in taken if thing not in given_back)


# -- whatever is seen

WHOSE = st.sampled_from(list(Whose))
ENDS = st.none() | st.sampled_from([day(8), day(20)])
KINDS = st.sampled_from([IntentKind.PLACE, IntentKind.RELEASE, IntentKind.RESTORE])


@st.composite
def looks(draw: st.DrawFn) -> tuple[Seen, Mapping[Hold, Whose], Mapping[Hold, Application], tuple[Intent, ...]]:
    holds, whose = [], {}
    for hold in (MUTED, BARRED):
        if draw(st.booleans()):
            holds.append(Held(hold, draw(ENDS), REFERENCE))
            whose[hold] = draw(WHOSE)
    known = {
        hold: an_application(hold=hold, placed=draw(st.booleans()), until=draw(ENDS), taken=draw(THINGS))
        for hold in (MUTED, BARRED)
        if draw(st.booleans())
    }
    intents = tuple(
        an_intent(kind=draw(KINDS), hold=draw(st.sampled_from([MUTED, BARRED])), reference=Reference(f"GRD-{n}"))
        for n in range(draw(st.integers(0, 3)))
    )
    return Seen(tuple(holds), draw(st.sampled_from(list(Presence)))), whose, known, intents


@given(looks())
def test_the_same_look_again_changes_nothing(look: Any) -> None:
    seen, whose, known, intents = look
    first = settle(ACCOUNT, seen, whose, known, intents, NOW)
    left = tuple(i for i in intents if i.id not in first.closed)
    again = settle(ACCOUNT, seen, whose, first.applications, left, NOW + timedelta(minutes=1))
    assert (again.changed, again.closed) == ((), ())
    assert (again.newly_held, again.newly_gone, again.gone_by_other_hands) == ((), (), ())


@given(looks())
def test_a_record_says_placed_exactly_where_ours_was_seen(look: Any) -> None:
    seen, whose, known, intents = look
    found = settle(ACCOUNT, seen, whose, known, intents, NOW)
    ours = {hold for hold, by in whose.items() if by is OURS}
    for hold, application in found.applications.items():
        assert application.placed is (hold in ours)


@given(looks())
def test_only_what_the_look_shows_closes_an_intent(look: Any) -> None:
    seen, whose, known, intents = look
    found = settle(ACCOUNT, seen, whose, known, intents, NOW)
    for intent in (i for i in intents if i.id in found.closed):
        match intent.kind:
            case IntentKind.PLACE:
                assert whose.get(intent.hold) is OURS
            case IntentKind.RELEASE:
                assert whose.get(intent.hold) is not OURS
            case _:
                assert seen.held(intent.hold) is not None
