"""What is done next at an account: one step at a time, never through a gap, never to what is another's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import SanctionId
from guardian.sanctions.desired import Desired
from guardian.sanctions.ownership import Whose
from guardian.sanctions.plan import GiveBack, Place, Plan, Release, Restore, Situation, Step, plan
from guardian.sanctions.values import Application, CoverageState, Prior
from guardian.spaces.port import Abilities, Belonging, BelongingKind, Held, Presence, Seen
from rules.precedence import Hold
from tests.builders.sanctions import REFERENCE, an_application, day

NOW = day(10)
OPEN, MUTED, BARRED = Hold.OPEN, Hold.MUTED, Hold.BARRED
OURS, FOREIGN, UNPROVED = Whose.OURS, Whose.FOREIGN, Whose.UNPROVED
FORUM = Abilities(holds=frozenset({MUTED, BARRED}), signed=frozenset({MUTED, BARRED}))
GITHUB = Abilities(holds=frozenset({BARRED}), signed=frozenset())
DISCORD = Abilities(
    holds=frozenset({MUTED, BARRED}),
    signed=frozenset({BARRED}),
    longest={MUTED: timedelta(days=28)},
    needs_presence=frozenset({MUTED}),
)
ROLE, POWER_ROLE = (Belonging(BelongingKind.ROLE, f"r{power}", "gardener", power=power) for power in (False, True))
TEAM = Belonging(BelongingKind.TEAM, "t1", "docs")
MEMBERSHIP = Belonging(BelongingKind.MEMBERSHIP, "o1", "orchard", power=True)


def wish(hold: Hold, **facts: Any) -> Desired:
    """A hold that is wanted for another twenty days."""
    if hold is OPEN:
        return replace(Desired(OPEN, None, None), **facts)
    return replace(Desired(hold, day(30), day(30), (SanctionId("s1"),), REFERENCE, binding=True), **facts)


def at(wanted: Desired | Hold, *seen: tuple[Held | Hold, Whose], **facts: Any) -> Situation:
    """A member of a forum on whom these holds were seen."""
    holds = [(Held(held) if isinstance(held, Hold) else held, whose) for held, whose in seen]
    presence = facts.pop("presence", Presence.MEMBER)
    situation = Situation(
        wish(wanted) if isinstance(wanted, Hold) else wanted,
        Seen(tuple(held for held, _ in holds), presence),
        {held.hold: whose for held, whose in holds},
        {},
        FORUM,
        NOW,
    )
    return replace(situation, **facts)


def place(hold: Hold, prior: Prior | None = None) -> Place:
    return Place(hold, REFERENCE, None, prior or Prior())


LONGER, SHORTER = Held(BARRED, day(31), author="77"), Held(BARRED, day(12), author="77")
OPENED = CoverageState.OPEN
BY_OTHERS = CoverageState.HELD_BY_OTHERS


@pytest.mark.parametrize(
    ("situation", "step", "state"),
    [
        # Something is wanted.
        (at(BARRED), place(BARRED), OPENED),
        (at(MUTED), place(MUTED), OPENED),
        (at(MUTED, abilities=GITHUB), None, CoverageState.BLOCKED),
        (at(MUTED, (BARRED, OURS), abilities=GITHUB), Release(BARRED, Prior()), CoverageState.BLOCKED),
        (at(MUTED, (BARRED, FOREIGN), abilities=GITHUB), None, CoverageState.BLOCKED),
        (at(BARRED, (BARRED, OURS)), None, CoverageState.HELD),
        (at(BARRED, (BARRED, FOREIGN)), None, BY_OTHERS),
        (at(BARRED, (BARRED, UNPROVED)), None, BY_OTHERS),
        (at(BARRED, (SHORTER, FOREIGN)), None, BY_OTHERS),
        (at(MUTED, (BARRED, FOREIGN)), None, BY_OTHERS),
        # A weaker one of another's stands below ours, and is on record.
        (at(BARRED, (Held(MUTED, author="77"), FOREIGN)), place(BARRED, Prior(MUTED, None, "77")), OPENED),
        # One of ours is replaced by another of ours: the new one first.
        (at(BARRED, (MUTED, OURS)), place(BARRED), OPENED),
        (at(BARRED, (MUTED, OURS), (BARRED, OURS)), Release(MUTED, Prior()), CoverageState.HELD),
        (at(MUTED, (BARRED, OURS)), place(MUTED), OPENED),
        (at(MUTED, (BARRED, OURS), (MUTED, OURS)), Release(BARRED, Prior()), CoverageState.HELD),
        (at(BARRED, (MUTED, FOREIGN), (BARRED, OURS)), None, CoverageState.HELD),
        # A mute that only a member can be under, for somebody who is not there.
        (at(MUTED, abilities=DISCORD, presence=Presence.OUTSIDE), None, OPENED),
        (at(MUTED, (BARRED, OURS), abilities=DISCORD, presence=Presence.OUTSIDE), Release(BARRED, Prior()), OPENED),
        (at(MUTED, (BARRED, FOREIGN), abilities=DISCORD, presence=Presence.OUTSIDE), None, BY_OTHERS),
        # Nothing is wanted.
        (at(OPEN), None, CoverageState.RETURNED),
        (at(OPEN, (BARRED, OURS)), Release(BARRED, Prior()), OPENED),
        (at(OPEN, (BARRED, OURS), (MUTED, OURS)), Release(BARRED, Prior()), OPENED),
        (at(OPEN, (BARRED, FOREIGN)), None, CoverageState.RETURNED),
        (at(OPEN, (BARRED, UNPROVED)), None, CoverageState.RETURNED),
        (at(OPEN, (BARRED, FOREIGN), (MUTED, OURS)), Release(MUTED, Prior()), OPENED),
    ],
)
def test_the_next_step_and_the_total(situation: Situation, step: Step | None, state: CoverageState) -> None:
    planned = plan(situation)
    assert (planned.step, planned.state) == (step, state)


def test_what_cannot_be_proved_goes_to_people_and_is_kept() -> None:
    assert plan(at(OPEN, (BARRED, UNPROVED))).unproved
    assert plan(at(BARRED, (BARRED, UNPROVED))).unproved
    assert not plan(at(BARRED, (BARRED, FOREIGN))).unproved


@pytest.mark.parametrize(
    ("situation", "next_look"),
    [
        (at(BARRED, (BARRED, OURS)), day(30)),
        (at(wish(BARRED, until=None, changes_at=None), (BARRED, OURS)), None),
        (at(BARRED, (SHORTER, FOREIGN)), day(12)),
        (at(BARRED, (LONGER, FOREIGN)), day(30)),
        (at(wish(OPEN, changes_at=day(11))), day(11)),
    ],
)
def test_a_key_at_rest_is_looked_at_when_something_will_change(situation: Situation, next_look: object) -> None:
    assert plan(situation).next_look == next_look


@pytest.mark.parametrize(
    ("until", "renewed"),
    [(day(12), True), (day(12) + timedelta(minutes=1), False), (day(30), False), (day(31), False)],
)
def test_a_timeout_is_renewed_two_days_before_it_runs_out_and_only_if_it_is_too_short(
    until: Any, renewed: bool
) -> None:
    planned = plan(at(MUTED, (Held(MUTED, until), OURS), abilities=DISCORD))
    assert isinstance(planned.step, Place) is renewed
    assert planned.state is CoverageState.HELD


@pytest.mark.parametrize(
    ("ends", "native"), [(day(20), day(20)), (day(60), NOW + timedelta(days=28)), (None, NOW + timedelta(days=28))]
)
def test_a_timeout_carries_the_end_of_the_term_but_never_more_than_the_space_takes(ends: Any, native: Any) -> None:
    [planned] = [plan(at(wish(MUTED, until=ends), abilities=DISCORD)).step]
    assert isinstance(planned, Place)
    assert planned.until == native


def test_a_suspension_carries_an_end_only_where_the_site_is_to_end_it_itself() -> None:
    assert plan(at(BARRED)).step == place(BARRED)
    assert plan(at(BARRED, native_end=True)).step == Place(BARRED, REFERENCE, day(30), Prior())


# -- what comes back


@pytest.mark.parametrize(
    ("until", "restored", "put_back"),
    [(day(20), False, True), (day(20), True, False), (NOW, False, False), (None, False, False)],
)
def test_what_stood_before_ours_is_put_back_once_if_it_would_still_run(
    until: Any, restored: bool, put_back: bool
) -> None:
    before = an_application(placed=False, prior=Prior(MUTED, until, "77"), restored=restored)
    planned = plan(at(OPEN, applications={BARRED: before}))
    assert planned.step == (Restore(MUTED, until) if put_back else None)


def test_what_stood_before_ours_is_not_put_back_twice() -> None:
    before = an_application(placed=False, prior=Prior(MUTED, day(20), "77"))
    assert plan(at(OPEN, (Held(MUTED, day(20)), FOREIGN), applications={BARRED: before})).step is None


@pytest.mark.parametrize(
    ("thing", "member", "yes", "given"),
    [
        (ROLE, True, False, True),
        (ROLE, False, True, False),
        (POWER_ROLE, True, False, False),
        (POWER_ROLE, True, True, True),
        (TEAM, True, False, True),
        (TEAM, False, False, False),
        (TEAM, False, True, True),
        (MEMBERSHIP, False, False, False),
        (MEMBERSHIP, False, True, True),
    ],
)
def test_what_a_bar_took_comes_back_as_far_as_it_may(thing: Belonging, member: bool, yes: bool, given: bool) -> None:
    """Policy: P-6.7."""
    presence = Presence.MEMBER if member else Presence.OUTSIDE
    taken = {BARRED: an_application(placed=False, taken=(thing,))}
    planned = plan(at(OPEN, applications=taken, presence=presence, return_approved=yes))
    assert planned.step == (GiveBack((thing,)) if given else None)


def test_a_membership_that_waits_for_a_yes_is_not_called_returned() -> None:
    taken = {BARRED: an_application(placed=False, taken=(MEMBERSHIP,))}
    assert plan(at(OPEN, applications=taken)).state is CoverageState.MEMBERSHIP_OPEN


# -- whatever is seen

SPACES = st.sampled_from([FORUM, GITHUB, DISCORD])
ENDS = st.none() | st.integers(11, 60).map(day)
WISHES = st.builds(
    lambda hold, until: wish(hold, until=until, changes_at=until), st.sampled_from([MUTED, BARRED]), ENDS
) | st.just(wish(OPEN))
TAKEN = st.lists(st.sampled_from([ROLE, POWER_ROLE, TEAM, MEMBERSHIP]), max_size=2, unique=True)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    can = draw(SPACES)
    holds, whose = [], {}
    for hold in sorted(can.holds):
        if draw(st.booleans()):
            holds.append(Held(hold, draw(ENDS)))
            whose[hold] = draw(st.sampled_from(list(Whose)))
    member = Presence.OUTSIDE if BARRED in whose else draw(st.sampled_from([Presence.MEMBER, Presence.OUTSIDE]))
    known = {
        hold: an_application(
            hold=hold,
            placed=whose.get(hold) is OURS,
            prior=draw(st.sampled_from([Prior(), Prior(MUTED, day(40), "77")])) if hold is BARRED else Prior(),
            taken=tuple(draw(TAKEN)) if hold is BARRED else (),
        )
        for hold in sorted(can.holds)
        if whose.get(hold) is OURS or draw(st.booleans())
    }
    return Situation(draw(WISHES), Seen(tuple(holds), member), whose, known, can, NOW, draw(st.booleans()))


@given(situations())
def test_what_is_not_ours_is_never_released(situation: Situation) -> None:
    step = plan(situation).step
    if isinstance(step, Release):
        assert situation.whose[step.hold] is OURS


@given(situations())
def test_nothing_is_placed_where_anothers_stands(situation: Situation) -> None:
    step = plan(situation).step
    if isinstance(step, Place):
        assert situation.whose.get(step.hold, OURS) is OURS
        assert step.hold in situation.abilities.holds


@given(situations())
def test_a_release_opens_no_gap(situation: Situation) -> None:
    """What is wanted stands before the other one goes, where the space can hold it and the person can be put under it."""
    step, wanted = plan(situation).step, situation.wish.hold
    if isinstance(step, Release) and wanted is not OPEN:
        absent = wanted in situation.abilities.needs_presence and situation.seen.presence is not Presence.MEMBER
        impossible = wanted not in situation.abilities.holds
        assert step.hold is not wanted
        assert situation.whose.get(wanted) is OURS or absent or impossible


@given(situations())
def test_only_what_is_seen_and_ours_is_called_held(situation: Situation) -> None:
    planned = plan(situation)
    if planned.state is CoverageState.HELD:
        assert situation.whose[situation.wish.hold] is OURS
    if planned.state is BY_OTHERS:
        assert set(situation.whose.values()) & {FOREIGN, UNPROVED}
    if planned.state is CoverageState.RETURNED:
        assert OURS not in situation.whose.values()


@given(situations())
def test_a_key_at_rest_is_never_due_at_once(situation: Situation) -> None:
    planned = plan(situation)
    if planned.step is None and planned.next_look is not None:
        assert planned.next_look > NOW


def done(situation: Situation, step: Step) -> Situation:
    """The same account once the space has done the step."""
    holds = {held.hold: held for held in situation.seen.holds}
    whose, known = dict(situation.whose), dict(situation.applications)
    match step:
        case Place():
            holds[step.hold] = Held(step.hold, step.until)
            whose[step.hold] = OURS
            known[step.hold] = replace(known.get(step.hold) or an_application(hold=step.hold), placed=True)
        case Release():
            del holds[step.hold], whose[step.hold]
            known[step.hold] = replace(known[step.hold], placed=False)
        case Restore():
            holds[step.hold] = Held(step.hold, step.until)
            whose[step.hold] = FOREIGN
            known = _restored(known, step.hold)
        case GiveBack():
            known = {h: replace(a, taken=tuple(t for t in a.taken if t not in step.things)) for h, a in known.items()}
    presence = Presence.OUTSIDE if BARRED in holds else situation.seen.presence
    return replace(situation, seen=Seen(tuple(holds.values()), presence), whose=whose, applications=known)


def _restored(known: Mapping[Hold, Application], hold: Hold) -> dict[Hold, Application]:
    return {h: replace(a, restored=a.restored or a.prior.hold is hold) for h, a in known.items()}


def settled(situation: Situation) -> tuple[Situation, Plan]:
    """The account once nothing is left to do; it never takes more than a few steps."""
    for _ in range(6):
        planned = plan(situation)
        if planned.step is None:
            return situation, planned
        situation = done(situation, planned.step)
    raise AssertionError("the steps do not come to an end")


@given(situations())
def test_the_steps_come_to_an_end_and_repeating_changes_nothing(situation: Situation) -> None:
    rested, planned = settled(situation)
    assert plan(rested) == planned
    assert all(rested.whose.get(hold) == whose for hold, whose in situation.whose.items() if whose is not OURS), (
        "what is another's survives"
    )


@given(situations())
def test_at_the_end_what_is_wanted_is_held_or_the_total_says_why_not(situation: Situation) -> None:
    rested, planned = settled(situation)
    ours = {hold for hold, whose in rested.whose.items() if whose is OURS}
    if planned.state is CoverageState.HELD:
        assert ours == {situation.wish.hold}
    elif situation.wish.hold is OPEN:
        assert not ours
    else:
        assert planned.state in (BY_OTHERS, CoverageState.BLOCKED, OPENED)
