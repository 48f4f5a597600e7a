"""What a look proves about our own doing: nothing is forgotten, nothing is believed that was not seen."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import Reference
from guardian.reconciler.confirmation import Confirmation, confirm, merge_entitlements, remaining_entitlements
from guardian.reconciler.ownership import Ownership
from guardian.sanctions.models import Enforcement, Intent, IntentKind, Prior, ReleaseState
from guardian.spaces.port import Entitlement, EntitlementKind, Observed, ObservedRestriction, Presence
from rules.precedence import AccessLevel
from tests.builders.properties import Condition, given_often
from tests.builders.sanctions import ACCOUNT, REFERENCE, an_enforcement, an_intent, day

NOW = day(10)
MUTED, BARRED = AccessLevel.MUTED, AccessLevel.BARRED
OURS, FOREIGN, UNPROVED = Ownership.OURS, Ownership.FOREIGN, Ownership.UNPROVED
PLACING, RELEASING = an_intent(), an_intent(kind=IntentKind.RELEASE)
ROLES = tuple(Entitlement(EntitlementKind.ROLE, f"r{n}", f"role {n}") for n in range(4))
MEMBERSHIP = Entitlement(EntitlementKind.MEMBERSHIP, "o1", "orchard", privileged=True)


def confirmed(
    *seen: tuple[ObservedRestriction, Ownership],
    known: Enforcement | None = None,
    intents: tuple[Intent, ...] = (),
    presence: Presence = Presence.OUTSIDE,
    now: datetime = NOW,
) -> Confirmation:
    holds = Observed(tuple(observed_restriction for observed_restriction, _ in seen), presence)
    ownership = {observed_restriction.level: by for observed_restriction, by in seen}
    return confirm(ACCOUNT, holds, ownership, {known.level: known} if known else {}, intents, now)


BAR = ObservedRestriction(BARRED, reference=REFERENCE)


# -- ours stands


def test_an_intent_is_fulfilled_when_what_it_meant_is_seen_and_ours() -> None:
    known = an_enforcement(
        active=False, confirmed_at=None, removed_entitlements=ROLES[:1], prior=Prior(MUTED, day(20), "77")
    )
    found = confirmed((BAR, OURS), known=known, intents=(PLACING,))
    assert found.closed == (PLACING.id,)
    assert found.newly_confirmed == (BARRED,)
    assert found.enforcements[BARRED] == replace(known, active=True, confirmed_at=NOW)


def test_a_look_that_brings_nothing_new_changes_nothing() -> None:
    found = confirmed((BAR, OURS), known=an_enforcement())
    assert (found.changed, found.closed, found.newly_confirmed, found.newly_gone) == ((), (), (), ())


@pytest.mark.parametrize("ownership", [FOREIGN, UNPROVED])
def test_anothers_restriction_fulfils_no_intent_of_ours(ownership: Ownership) -> None:
    found = confirmed((BAR, ownership), known=an_enforcement(active=False), intents=(PLACING,))
    assert (found.closed, found.changed, found.newly_confirmed) == ((), (), ())


def test_an_intent_that_did_not_show_stays_open() -> None:
    assert confirmed(known=an_enforcement(active=False), intents=(PLACING,)).closed == ()


def test_our_reference_alone_proves_what_an_older_database_does_not_know() -> None:
    found = confirmed((BAR, OURS), intents=(an_intent(level=BARRED, prior=Prior(MUTED)),))
    assert found.enforcements[BARRED] == an_enforcement(prior=Prior(MUTED), confirmed_at=NOW)


def test_a_restriction_without_any_sign_of_ours_cannot_be_recorded_as_ours() -> None:
    with pytest.raises(ValueError, match="cannot be ours"):
        confirmed((ObservedRestriction(MUTED), OURS), intents=(an_intent(level=MUTED, kind=IntentKind.RELEASE),))


def test_a_renewed_end_is_on_record() -> None:
    known = an_enforcement(level=MUTED, until=day(12))
    found = confirmed((ObservedRestriction(MUTED, day(38)), OURS), known=known)
    assert found.enforcements[MUTED].until == day(38)
    assert found.newly_confirmed == ()


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
    found = confirmed(known=an_enforcement(until=until), intents=intents)
    assert found.newly_gone == (BARRED,)
    assert bool(found.removed_by_others) is by_others
    assert not found.enforcements[BARRED].active


def test_a_release_is_fulfilled_when_ours_is_seen_no_more() -> None:
    assert confirmed(known=an_enforcement(), intents=(RELEASING,)).closed == (RELEASING.id,)
    assert confirmed((ObservedRestriction(BARRED), FOREIGN), known=an_enforcement(), intents=(RELEASING,)).closed == (
        RELEASING.id,
    )


def test_a_release_that_did_not_show_stays_open() -> None:
    assert confirmed((BAR, OURS), known=an_enforcement(), intents=(RELEASING,)).closed == ()


def test_what_we_took_is_still_owed_when_ours_is_gone() -> None:
    found = confirmed(known=an_enforcement(removed_entitlements=ROLES[:2]), intents=(RELEASING,))
    assert found.enforcements[BARRED].removed_entitlements == ROLES[:2]


# -- what comes back


def test_what_stood_before_is_put_back_once_it_is_seen() -> None:
    restoring = an_intent(kind=IntentKind.RESTORE, level=MUTED)
    known = an_enforcement(active=False, prior=Prior(MUTED, day(20), "77"))
    assert confirmed(known=known, intents=(restoring,)).closed == ()
    found = confirmed((ObservedRestriction(MUTED, day(20)), FOREIGN), known=known, intents=(restoring,))
    assert found.closed == (restoring.id,)
    assert found.enforcements[BARRED].restored


@pytest.mark.parametrize(
    ("presence", "owed"), [(Presence.MEMBER, ROLES[:1]), (Presence.OUTSIDE, (*ROLES[:1], MEMBERSHIP))]
)
def test_a_member_is_not_owed_the_membership_any_more(presence: Presence, owed: tuple[Entitlement, ...]) -> None:
    known = an_enforcement(active=False, removed_entitlements=(*ROLES[:1], MEMBERSHIP))
    assert confirmed(known=known, presence=presence).enforcements[BARRED].removed_entitlements == owed


THINGS = st.lists(st.sampled_from(ROLES), max_size=4, unique=True).map(tuple)


@given(THINGS, THINGS)
def test_a_repeated_try_never_forgets_what_the_first_took(first: Any, second: Any) -> None:
    both = merge_entitlements(first, second)
    assert both[: len(first)] == first
    assert set(both) == {*first, *second}
    assert len(set(both)) == len(both)


@given(THINGS, THINGS)
def test_what_is_given_back_and_only_that_is_owed_no_more(taken: Any, given_back: Any) -> None:
    assert remaining_entitlements(taken, given_back) == tuple(thing for thing in taken if thing not in given_back)


# -- whatever is seen

WHOSE = st.sampled_from(list(Ownership))
ENDS = st.none() | st.sampled_from([day(8), day(20)])
KINDS = st.sampled_from([IntentKind.RESTRICT, IntentKind.RELEASE, IntentKind.RESTORE])


@st.composite
def observations(
    draw: st.DrawFn,
) -> tuple[Observed, Mapping[AccessLevel, Ownership], Mapping[AccessLevel, Enforcement], tuple[Intent, ...]]:
    restrictions, ownership = [], {}
    for level in (MUTED, BARRED):
        if draw(st.booleans()):
            restrictions.append(ObservedRestriction(level, draw(ENDS), REFERENCE))
            ownership[level] = draw(WHOSE)
    known = {
        level: an_enforcement(
            level=level, active=draw(st.booleans()), until=draw(ENDS), removed_entitlements=draw(THINGS)
        )
        for level in (MUTED, BARRED)
        if draw(st.booleans())
    }
    intents = tuple(
        an_intent(kind=draw(KINDS), level=draw(st.sampled_from([MUTED, BARRED])), reference=Reference(f"GRD-{n}"))
        for n in range(draw(st.integers(0, 3)))
    )
    return Observed(tuple(restrictions), draw(st.sampled_from(list(Presence)))), ownership, known, intents


@given(observations())
def test_the_same_look_again_changes_nothing(look: Any) -> None:
    seen, whose, known, intents = look
    first = confirm(ACCOUNT, seen, whose, known, intents, NOW)
    left = tuple(i for i in intents if i.id not in first.closed)
    again = confirm(ACCOUNT, seen, whose, first.enforcements, left, NOW + timedelta(minutes=1))
    assert (again.changed, again.closed) == ((), ())
    assert (again.newly_confirmed, again.newly_gone, again.removed_by_others) == ((), (), ())


@given(observations())
def test_a_record_says_placed_exactly_where_ours_was_seen(look: Any) -> None:
    seen, whose, known, intents = look
    found = confirm(ACCOUNT, seen, whose, known, intents, NOW)
    ours = {level for level, by in whose.items() if by is OURS}
    for level, enforcement in found.enforcements.items():
        assert enforcement.active is (level in ours)


@given_often(20, observations())
def test_only_what_the_look_shows_closes_an_intent(condition: Condition, look: Any) -> None:
    seen, whose, known, intents = look
    found = confirm(ACCOUNT, seen, whose, known, intents, NOW)
    condition.is_met(bool(found.closed))
    for intent in (i for i in intents if i.id in found.closed):
        match intent.kind:
            case IntentKind.RESTRICT:
                assert whose.get(intent.level) is OURS
            case IntentKind.RELEASE:
                assert whose.get(intent.level) is not OURS
            case _:
                assert seen.find_restriction(intent.level) is not None


# -- what is owed a release


@pytest.mark.harm("released-for-ever")
@pytest.mark.parametrize(
    ("until", "intents", "release"),
    [
        (day(9), (), ReleaseState.DONE),
        (NOW, (), ReleaseState.DONE),
        (day(11), (), ReleaseState.OWED),
        (None, (), ReleaseState.OWED),
        (day(9), (PLACING,), ReleaseState.OWED),
    ],
)
def test_what_has_run_out_by_itself_is_owed_no_release_and_all_else_is(
    until: datetime | None, intents: tuple[Intent, ...], release: ReleaseState
) -> None:
    """An open intent may still land, whatever has run out before it."""
    found = confirmed(known=an_enforcement(until=until, release=ReleaseState.OWED), intents=intents)
    assert found.enforcements[BARRED].release is release


@pytest.mark.harm("released-for-ever")
@pytest.mark.parametrize(("ownership", "release"), [(FOREIGN, ReleaseState.DONE), (UNPROVED, ReleaseState.OWED)])
def test_where_anothers_stands_for_certain_ours_is_owed_no_release(ownership: Ownership, release: ReleaseState) -> None:
    found = confirmed((BAR, ownership), known=an_enforcement(release=ReleaseState.OWED))
    assert found.enforcements[BARRED].release is release
