"""What is done next at an account: one step at a time, never through a gap, never to what is another's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.ids import SanctionId
from guardian.reconciler.actions import Action, Plan, Reinstate, Release, Restore, Restrict
from guardian.reconciler.alerts import Alert
from guardian.reconciler.ownership import Ownership
from guardian.reconciler.plan import RELEASE_CHECK_AFTER, Situation, plan
from guardian.sanctions.desired_state import DesiredState
from guardian.sanctions.models import CoverageState, Enforcement, Prior, ReleaseState
from guardian.spaces.port import Capabilities, Entitlement, EntitlementKind, Observed, ObservedRestriction, Presence
from rules.precedence import AccessLevel
from tests.builders.properties import Condition, given_often
from tests.builders.sanctions import REFERENCE, a_released_enforcement, an_enforcement, day

NOW = day(10)
OPEN, MUTED, BARRED = AccessLevel.OPEN, AccessLevel.MUTED, AccessLevel.BARRED
OURS, FOREIGN, UNPROVED = Ownership.OURS, Ownership.FOREIGN, Ownership.UNPROVED
FORUM = Capabilities(levels=frozenset({MUTED, BARRED}), carries_reference=frozenset({MUTED, BARRED}))
GITHUB = Capabilities(levels=frozenset({BARRED}), carries_reference=frozenset())
DISCORD = Capabilities(
    levels=frozenset({MUTED, BARRED}),
    carries_reference=frozenset({BARRED}),
    longest_term={MUTED: timedelta(days=28)},
    needs_presence=frozenset({MUTED}),
)
ROLE, POWER_ROLE = (
    Entitlement(EntitlementKind.ROLE, f"r{power}", "gardener", privileged=power) for power in (False, True)
)
TEAM = Entitlement(EntitlementKind.TEAM, "t1", "docs")
MEMBERSHIP = Entitlement(EntitlementKind.MEMBERSHIP, "o1", "orchard", privileged=True)


def desired_for(level: AccessLevel, **facts: Any) -> DesiredState:
    """A hold that is wanted for another twenty days."""
    if level is OPEN:
        return replace(DesiredState(level=OPEN, until=None, changes_at=None), **facts)
    return replace(
        DesiredState(
            level=level,
            until=day(30),
            changes_at=day(30),
            reasons=(SanctionId("s1"),),
            reference=REFERENCE,
            binding=True,
        ),
        **facts,
    )


def situation_of(
    wanted: DesiredState | AccessLevel, *seen: tuple[ObservedRestriction | AccessLevel, Ownership], **facts: Any
) -> Situation:
    """A member of a forum on whom these holds were seen."""
    restrictions = [
        (
            ObservedRestriction(observed_restriction)
            if isinstance(observed_restriction, AccessLevel)
            else observed_restriction,
            ownership,
        )
        for observed_restriction, ownership in seen
    ]
    presence = facts.pop("presence", Presence.MEMBER)
    situation = Situation(
        desired=desired_for(wanted) if isinstance(wanted, AccessLevel) else wanted,
        seen=Observed(tuple(observed_restriction for observed_restriction, _ in restrictions), presence),
        ownership={observed_restriction.level: ownership for observed_restriction, ownership in restrictions},
        enforcements={},
        capabilities=FORUM,
        now=NOW,
    )
    return replace(situation, **facts)


def a_restrict_action(level: AccessLevel, prior: Prior | None = None) -> Restrict:
    return Restrict(level, REFERENCE, None, prior or Prior())


LONGER, SHORTER = ObservedRestriction(BARRED, day(31), author="77"), ObservedRestriction(BARRED, day(12), author="77")
OPENED = CoverageState.OPEN
BY_OTHERS = CoverageState.HELD_BY_OTHERS


@pytest.mark.parametrize(
    ("situation", "action", "state"),
    [
        # Something is wanted.
        (situation_of(BARRED), a_restrict_action(BARRED), OPENED),
        (situation_of(MUTED), a_restrict_action(MUTED), OPENED),
        (situation_of(MUTED, capabilities=GITHUB), None, CoverageState.BLOCKED),
        (situation_of(MUTED, (BARRED, OURS), capabilities=GITHUB), Release(BARRED, Prior()), CoverageState.BLOCKED),
        (situation_of(MUTED, (BARRED, FOREIGN), capabilities=GITHUB), None, CoverageState.BLOCKED),
        (situation_of(BARRED, (BARRED, OURS)), None, CoverageState.HELD),
        (situation_of(BARRED, (BARRED, FOREIGN)), None, BY_OTHERS),
        (situation_of(BARRED, (BARRED, UNPROVED)), None, BY_OTHERS),
        (situation_of(BARRED, (SHORTER, FOREIGN)), None, BY_OTHERS),
        (situation_of(MUTED, (BARRED, FOREIGN)), None, BY_OTHERS),
        # A weaker one of another's stands below ours, and is on record.
        (
            situation_of(BARRED, (ObservedRestriction(MUTED, author="77"), FOREIGN)),
            a_restrict_action(BARRED, Prior(MUTED, None, "77")),
            OPENED,
        ),
        # One of ours is replaced by another of ours: the new one first.
        (situation_of(BARRED, (MUTED, OURS)), a_restrict_action(BARRED), OPENED),
        (situation_of(BARRED, (MUTED, OURS), (BARRED, OURS)), Release(MUTED, Prior()), CoverageState.HELD),
        (situation_of(MUTED, (BARRED, OURS)), a_restrict_action(MUTED), OPENED),
        (situation_of(MUTED, (BARRED, OURS), (MUTED, OURS)), Release(BARRED, Prior()), CoverageState.HELD),
        (situation_of(BARRED, (MUTED, FOREIGN), (BARRED, OURS)), None, CoverageState.HELD),
        # A mute that only a member can be under, for somebody who is not there.
        (situation_of(MUTED, capabilities=DISCORD, presence=Presence.OUTSIDE), None, OPENED),
        (
            situation_of(MUTED, (BARRED, OURS), capabilities=DISCORD, presence=Presence.OUTSIDE),
            Release(BARRED, Prior()),
            OPENED,
        ),
        (situation_of(MUTED, (BARRED, FOREIGN), capabilities=DISCORD, presence=Presence.OUTSIDE), None, BY_OTHERS),
        # Nothing is wanted.
        (situation_of(OPEN), None, CoverageState.RETURNED),
        (situation_of(OPEN, (BARRED, OURS)), Release(BARRED, Prior()), OPENED),
        (situation_of(OPEN, (BARRED, OURS), (MUTED, OURS)), Release(BARRED, Prior()), OPENED),
        (situation_of(OPEN, (BARRED, FOREIGN)), None, CoverageState.OTHERS_STAND),
        (situation_of(OPEN, (MUTED, FOREIGN)), None, CoverageState.OTHERS_STAND),
        (situation_of(OPEN, (BARRED, UNPROVED)), None, CoverageState.OTHERS_STAND),
        (situation_of(OPEN, (BARRED, FOREIGN), (MUTED, OURS)), Release(MUTED, Prior()), OPENED),
    ],
)
def test_the_next_step_and_the_total(situation: Situation, action: Action | None, state: CoverageState) -> None:
    planned = plan(situation)
    assert (planned.action, planned.state) == (action, state)


@pytest.mark.harm("told-free-while-barred")
def test_beside_anothers_restriction_the_total_says_what_stands_and_until_when() -> None:
    """P-6.7: and it is looked at again when that is over."""
    planned = plan(situation_of(OPEN, (SHORTER, FOREIGN)))
    assert planned.detail.startswith("a restriction that is not ours stands until ")
    assert planned.due_at == SHORTER.until


def test_what_cannot_be_proved_goes_to_people_and_is_kept() -> None:
    assert plan(situation_of(OPEN, (BARRED, UNPROVED))).alert is Alert.CANNOT_PROVE
    assert plan(situation_of(BARRED, (BARRED, UNPROVED))).alert is Alert.CANNOT_PROVE
    assert plan(situation_of(BARRED, (BARRED, FOREIGN))).alert is None


@pytest.mark.parametrize(
    ("situation", "next_look"),
    [
        (situation_of(BARRED, (BARRED, OURS)), day(30)),
        (situation_of(desired_for(BARRED, until=None, changes_at=None), (BARRED, OURS)), None),
        (situation_of(BARRED, (SHORTER, FOREIGN)), day(12)),
        (situation_of(BARRED, (LONGER, FOREIGN)), day(30)),
        (situation_of(desired_for(OPEN, changes_at=day(11))), day(11)),
    ],
)
def test_a_key_at_rest_is_looked_at_when_something_will_change(situation: Situation, next_look: object) -> None:
    assert plan(situation).due_at == next_look


@pytest.mark.parametrize(
    ("until", "renewed"),
    [(day(12), True), (day(12) + timedelta(minutes=1), False), (day(30), False), (day(31), False)],
)
def test_a_timeout_is_renewed_two_days_before_it_runs_out_and_only_if_it_is_too_short(
    until: Any, renewed: bool
) -> None:
    planned = plan(situation_of(MUTED, (ObservedRestriction(MUTED, until), OURS), capabilities=DISCORD))
    assert isinstance(planned.action, Restrict) is renewed
    assert planned.state is CoverageState.HELD


@pytest.mark.parametrize(
    ("ends", "native"), [(day(20), day(20)), (day(60), NOW + timedelta(days=28)), (None, NOW + timedelta(days=28))]
)
def test_a_timeout_carries_the_end_of_the_term_but_never_more_than_the_space_takes(ends: Any, native: Any) -> None:
    [planned] = [plan(situation_of(desired_for(MUTED, until=ends), capabilities=DISCORD)).action]
    assert isinstance(planned, Restrict)
    assert planned.until == native


def test_a_suspension_carries_an_end_only_where_the_site_is_to_end_it_itself() -> None:
    assert plan(situation_of(BARRED)).action == a_restrict_action(BARRED)
    assert plan(situation_of(BARRED, native_end=True)).action == Restrict(BARRED, REFERENCE, day(30), Prior())


# -- what comes back


@pytest.mark.parametrize(
    ("until", "restored", "put_back"),
    [(day(20), False, True), (day(20), True, False), (NOW, False, False), (None, False, False)],
)
def test_what_stood_before_ours_is_put_back_once_if_it_would_still_run(
    until: Any, restored: bool, put_back: bool
) -> None:
    before = a_released_enforcement(prior=Prior(MUTED, until, "77"), restored=restored)
    planned = plan(situation_of(OPEN, enforcements={BARRED: before}))
    assert planned.action == (Restore(MUTED, until) if put_back else None)


def test_what_stood_before_ours_is_not_put_back_twice() -> None:
    before = a_released_enforcement(prior=Prior(MUTED, day(20), "77"))
    assert (
        plan(situation_of(OPEN, (ObservedRestriction(MUTED, day(20)), FOREIGN), enforcements={BARRED: before})).action
        is None
    )


@pytest.mark.parametrize(
    ("entitlement", "member", "yes", "given"),
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
def test_what_a_bar_took_comes_back_as_far_as_it_may(
    entitlement: Entitlement, member: bool, yes: bool, given: bool
) -> None:
    """Policy: P-6.7."""
    presence = Presence.MEMBER if member else Presence.OUTSIDE
    taken = {BARRED: a_released_enforcement(removed_entitlements=(entitlement,))}
    planned = plan(situation_of(OPEN, enforcements=taken, presence=presence, reinstatement_approved=yes))
    assert planned.action == (Reinstate((entitlement,)) if given else None)


def test_a_membership_that_waits_for_a_yes_is_not_called_returned() -> None:
    taken = {BARRED: a_released_enforcement(removed_entitlements=(MEMBERSHIP,))}
    assert plan(situation_of(OPEN, enforcements=taken)).state is CoverageState.MEMBERSHIP_OPEN


@pytest.mark.harm("release-looked-at-without-end")
def test_a_release_that_another_restriction_keeps_waiting_is_looked_at_later_and_not_at_once() -> None:
    """It would be looked at without end, and what the space lets us ask would be gone for everybody else."""
    owed = an_enforcement(active=False, release=ReleaseState.OWED, released_at=NOW - RELEASE_CHECK_AFTER)
    waiting = replace(
        situation_of(OPEN, enforcements={BARRED: owed}),
        seen=Observed((ObservedRestriction(BARRED, None),), Presence.OUTSIDE),
        ownership={BARRED: FOREIGN},
    )
    planned = plan(waiting)
    assert (planned.action, planned.due_at) == (None, NOW + RELEASE_CHECK_AFTER)


# -- whatever is seen

SPACES = st.sampled_from([FORUM, GITHUB, DISCORD])
ENDS = st.none() | st.integers(11, 60).map(day)
RESTRICTING = st.builds(
    lambda hold, until: desired_for(hold, until=until, changes_at=until), st.sampled_from([MUTED, BARRED]), ENDS
)
WISHES = RESTRICTING | st.just(desired_for(OPEN))
TAKEN = st.lists(st.sampled_from([ROLE, POWER_ROLE, TEAM, MEMBERSHIP]), max_size=2, unique=True)


WHOSE = st.sampled_from(list(Ownership))
MOSTLY_OURS = st.just(OURS) | WHOSE


@st.composite
def situations(
    draw: st.DrawFn,
    whose: st.SearchStrategy[Ownership] = WHOSE,
    wishes: st.SearchStrategy[DesiredState] = WISHES,
) -> Situation:
    can = draw(SPACES)
    restrictions, ownership = [], {}
    for level in sorted(can.levels):
        if draw(st.booleans()):
            restrictions.append(ObservedRestriction(level, draw(ENDS)))
            ownership[level] = draw(whose)
    member = Presence.OUTSIDE if BARRED in ownership else draw(st.sampled_from([Presence.MEMBER, Presence.OUTSIDE]))
    known = {
        level: an_enforcement(
            level=level,
            active=ownership.get(level) is OURS,
            prior=draw(st.sampled_from([Prior(), Prior(MUTED, day(40), "77")])) if level is BARRED else Prior(),
            removed_entitlements=tuple(draw(TAKEN)) if level is BARRED else (),
            release=draw(st.sampled_from(ReleaseState)),
            released_at=draw(st.sampled_from([None, NOW, NOW - RELEASE_CHECK_AFTER])),
        )
        for level in sorted(can.levels)
        if ownership.get(level) is OURS or draw(st.booleans())
    }
    return Situation(
        desired=draw(wishes),
        seen=Observed(tuple(restrictions), member),
        ownership=ownership,
        enforcements=known,
        capabilities=can,
        now=NOW,
        reinstatement_approved=draw(st.booleans()),
    )


@given_often(20, situations(MOSTLY_OURS))
def test_what_is_not_ours_is_never_released(condition: Condition, situation: Situation) -> None:
    action = plan(situation).action
    if condition.is_met(isinstance(action, Release)) and isinstance(action, Release):
        owed = situation.ownership.get(action.level) is None and action.unseen
        assert situation.ownership.get(action.level) is OURS or owed
        assert not owed or situation.enforcements[action.level].release is ReleaseState.OWED


@given_often(20, situations())
def test_nothing_is_placed_where_anothers_stands(condition: Condition, situation: Situation) -> None:
    action = plan(situation).action
    if condition.is_met(isinstance(action, Restrict)) and isinstance(action, Restrict):
        assert situation.ownership.get(action.level, OURS) is OURS
        assert action.level in situation.capabilities.levels


@given_often(10, situations(MOSTLY_OURS, RESTRICTING))
def test_a_release_opens_no_gap(condition: Condition, situation: Situation) -> None:
    """What is wanted stands before the other one goes, where the space can hold it and the person can be put under it."""
    action, wanted = plan(situation).action, situation.desired.level
    if condition.is_met(isinstance(action, Release) and wanted is not OPEN) and isinstance(action, Release):
        absent = wanted in situation.capabilities.needs_presence and situation.seen.presence is not Presence.MEMBER
        impossible = wanted not in situation.capabilities.levels
        assert action.level is not wanted
        assert situation.ownership.get(wanted) is OURS or absent or impossible


@given(situations())
def test_only_what_is_seen_and_ours_is_called_held(situation: Situation) -> None:
    planned = plan(situation)
    if planned.state is CoverageState.HELD:
        assert situation.ownership[situation.desired.level] is OURS
    if planned.state is BY_OTHERS:
        assert set(situation.ownership.values()) & {FOREIGN, UNPROVED}
    if planned.state is CoverageState.RETURNED:
        assert OURS not in situation.ownership.values()


@given_often(20, situations())
def test_a_key_at_rest_is_never_due_at_once(condition: Condition, situation: Situation) -> None:
    planned = plan(situation)
    if condition.is_met(planned.action is None and planned.due_at is not None) and planned.due_at is not None:
        assert planned.due_at > NOW


def done(situation: Situation, action: Action) -> Situation:
    """The same account once the space has done the step."""
    restrictions = {
        observed_restriction.level: observed_restriction for observed_restriction in situation.seen.restrictions
    }
    ownership, known = dict(situation.ownership), dict(situation.enforcements)
    match action:
        case Restrict():
            restrictions[action.level] = ObservedRestriction(action.level, action.until)
            ownership[action.level] = OURS
            known[action.level] = replace(known.get(action.level) or an_enforcement(level=action.level), active=True)
        case Release():
            restrictions.pop(action.level, None)
            ownership.pop(action.level, None)
            known[action.level] = replace(known[action.level], active=False, release=ReleaseState.DONE)
        case Restore():
            restrictions[action.level] = ObservedRestriction(action.level, action.until)
            ownership[action.level] = FOREIGN
            known = _restored(known, action.level)
        case Reinstate():
            known = {
                h: replace(
                    a, removed_entitlements=tuple(t for t in a.removed_entitlements if t not in action.entitlements)
                )
                for h, a in known.items()
            }
    presence = Presence.OUTSIDE if BARRED in restrictions else situation.seen.presence
    return replace(
        situation, seen=Observed(tuple(restrictions.values()), presence), ownership=ownership, enforcements=known
    )


def _restored(known: Mapping[AccessLevel, Enforcement], level: AccessLevel) -> dict[AccessLevel, Enforcement]:
    return {h: replace(a, restored=a.restored or a.prior.level is level) for h, a in known.items()}


def planned_until_done(situation: Situation) -> tuple[Situation, Plan]:
    """The account once nothing is left to do; it never takes more than a few steps."""
    for _ in range(6):
        planned = plan(situation)
        if planned.action is None:
            return situation, planned
        situation = done(situation, planned.action)
    raise AssertionError("the steps do not come to an end")


@given(situations())
def test_the_steps_come_to_an_end_and_repeating_changes_nothing(situation: Situation) -> None:
    rested, planned = planned_until_done(situation)
    assert plan(rested) == planned
    assert all(
        rested.ownership.get(level) == ownership
        for level, ownership in situation.ownership.items()
        if ownership is not OURS
    ), "what is another's survives"


@given(situations())
def test_at_the_end_what_is_wanted_is_held_or_the_total_says_why_not(situation: Situation) -> None:
    rested, planned = planned_until_done(situation)
    ours = {level for level, ownership in rested.ownership.items() if ownership is OURS}
    if planned.state is CoverageState.HELD:
        assert ours == {situation.desired.level}
    elif situation.desired.level is OPEN:
        assert not ours
    else:
        assert planned.state in (BY_OTHERS, CoverageState.BLOCKED, OPENED)


@given(situations())
@pytest.mark.harm("told-free-while-barred")
def test_access_is_never_called_returned_where_a_restriction_stands(situation: Situation) -> None:
    """P-6.7"""
    rested, planned = planned_until_done(situation)
    if planned.state is CoverageState.RETURNED:
        assert rested.seen.restrictions == ()
