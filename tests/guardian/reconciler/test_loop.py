"""The harms that the reconciler must not do, each over a real database and a space that can break."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.raids import Raid, RaidLine, RaidLineState, RaidState
from guardian.ids import SpaceName, new_id, new_reference
from guardian.reconciler.alerts import Alert
from guardian.sanctions.imposition import add_account, extend_to_new_spaces, record_notification, supersede
from guardian.sanctions.lifting import approve_reinstatement, readmit
from guardian.spaces.port import (
    Entitlement,
    EntitlementKind,
)
from guardian.spaces.registry import Mode
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction
from tests.builders.community import preset_policy
from tests.builders.reconciler import A_MEMBER, a_world, reverse, with_brake
from tests.fakes.clock import FrozenClock
from tests.fakes.space import ActionKind, FakeSpace, Fault

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def test_a_decided_restriction_takes_hold_in_every_space(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, FakeSpace(clock, "one"), FakeSpace(clock, "two"), clock=clock) as world:
        person = await world.a_person("one", "two")
        await world.a_sanction(person)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "one") == {"barred"}
        assert await world.restrictions_in(person, "two") == {"barred"}
        assert await world.coverage(person) == {"one": "held", "two": "held"}


async def test_a_term_ends_by_itself_and_not_a_minute_early(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.pass_time(timedelta(days=30) - MINUTE)
        assert await world.restrictions_in(person, "fake") == {"barred"}
        await world.pass_time(MINUTE)
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert await world.coverage(person) == {"fake": "access returned"}


async def test_looking_again_changes_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        acts = len(world.spaces["fake"].actions)
        for _ in range(3):
            async with world.units_of_work.begin() as uow:
                await uow.sanctions.schedule_person(person, world.clock.now())
            await world.run_until_idle()
        assert len(world.spaces["fake"].actions) == acts


async def test_the_end_of_one_sanction_never_lifts_another(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.a_sanction(person, days=60)
        await world.pass_time(timedelta(days=31))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        await world.pass_time(timedelta(days=30))
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_replacing_a_suspension_by_a_ban_never_opens_a_gap(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        old = await world.a_sanction(person, days=30)
        await world.run_until_idle()
        new = await world.a_sanction(person, restriction=Restriction.BANNED, days=None)
        async with world.units_of_work.begin() as uow:
            await supersede(uow, old, new, "member", "decision")
        await world.pass_time(timedelta(days=365))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert world.spaces["fake"].changes(ActionKind.RELEASE) == []


async def test_a_person_awaiting_readmission_is_not_let_in_by_the_clock(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        sanction = await world.a_sanction(person, days=30, on_term_end=OnTermEnd.AWAIT_READMISSION)
        await world.pass_time(timedelta(days=90))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        async with world.units_of_work.begin() as uow:
            await readmit(uow, sanction, "member", "decision")
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_readmission_granted_before_the_end_returns_access_at_the_end(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        sanction = await world.a_sanction(person, days=30, on_term_end=OnTermEnd.AWAIT_READMISSION)
        await world.pass_time(timedelta(days=20))
        async with world.units_of_work.begin() as uow:
            await readmit(uow, sanction, "member", "decision")
        await world.pass_time(timedelta(days=9))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        await world.pass_time(timedelta(days=1))
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_a_ban_of_somebody_else_outlives_ours(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space = world.spaces["fake"]
        space.restrict_manually(await world.native_id(person, "fake"), AccessLevel.BARRED)
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        assert await world.coverage(person) == {"fake": "held by others"}
        await world.pass_time(timedelta(days=31))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert space.changes(ActionKind.RELEASE) == []


async def test_when_somebody_elses_ban_is_lifted_first_ours_is_placed(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native_id(person, "fake")
        space.restrict_manually(native, AccessLevel.BARRED)
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        space.release_manually(native, AccessLevel.BARRED)
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, world.clock.now())
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert await world.coverage(person) == {"fake": "held"}


async def test_a_shorter_ban_of_somebody_else_is_followed_by_ours_when_it_ends(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native_id(person, "fake")
        space.restrict_manually(native, AccessLevel.BARRED, until=world.clock.now() + 5 * DAY)
        await world.a_sanction(person, days=30)
        await world.pass_time(6 * DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert await world.coverage(person) == {"fake": "held"}


async def test_a_failed_look_is_not_read_as_not_banned(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].fault = Fault.BLIND
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        assert world.spaces["fake"].actions == []
        assert await world.coverage(person) == {"fake": "blocked"}


async def test_a_blocked_key_is_told_once_and_tried_until_it_heals(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].fault = Fault.DOWN
        await world.a_sanction(person, days=30)
        await world.pass_time(2 * DAY)
        assert world.alerts.count(Alert.BLOCKED) == 1
        world.spaces["fake"].fault = Fault.NONE
        await world.pass_time(timedelta(minutes=16))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert world.alerts.count(Alert.HEALED) == 1


async def test_a_missing_permission_goes_to_people_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].fault = Fault.REFUSING
        await world.a_sanction(person)
        await world.run_until_idle()
        assert world.alerts.count(Alert.BLOCKED) == 1


async def test_a_permission_that_turns_out_missing_later_is_told_though_the_trouble_is_old(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].fault = Fault.DOWN
        await world.a_sanction(person, days=30)
        await world.pass_time(timedelta(hours=1))
        world.spaces["fake"].fault = Fault.REFUSING
        await world.pass_time(timedelta(hours=2))
        assert world.alerts.count(Alert.BLOCKED) == 2


async def test_one_failing_space_leaves_the_others_done_and_the_total_open(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, FakeSpace(clock, "one"), FakeSpace(clock, "two"), clock=clock) as world:
        person = await world.a_person("one", "two")
        world.spaces["two"].fault = Fault.DOWN
        await world.a_sanction(person)
        await world.run_until_idle()
        assert await world.coverage(person) == {"one": "held", "two": "blocked"}


async def test_a_lost_answer_neither_doubles_nor_loses_the_ban(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space = world.spaces["fake"]
        space.fault = Fault.LOST_ANSWER
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        assert len(space.changes(ActionKind.RESTRICT)) == 1
        assert await world.coverage(person) == {"fake": "held"}
        await world.pass_time(31 * DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_on_a_space_without_reasons_a_lost_answer_is_proved_by_the_intent(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", levels=frozenset({AccessLevel.BARRED}), carries_reference=frozenset())
    space.names_authors = False
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        space.fault = Fault.LOST_ANSWER
        await world.a_sanction(person, days=30)
        await world.pass_time(31 * DAY)
        assert await world.restrictions_in(person, "one") == frozenset()


async def test_on_a_space_without_reasons_a_block_by_hand_is_not_ours_to_lift(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", levels=frozenset({AccessLevel.BARRED}), carries_reference=frozenset())
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        space.restrict_manually(await world.native_id(person, "one"), AccessLevel.BARRED)
        await world.a_sanction(person, days=30)
        await world.pass_time(31 * DAY)
        assert await world.restrictions_in(person, "one") == {"barred"}


async def test_a_manual_lift_of_a_group_decision_is_held_and_asked_about(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        for lifted in range(3):
            world.spaces["fake"].release_manually(await world.native_id(person, "fake"), AccessLevel.BARRED)
            async with world.units_of_work.begin() as uow:
                await uow.sanctions.schedule_person(person, world.clock.now())
            await world.run_until_idle()
            assert await world.restrictions_in(person, "fake") == {"barred"}, lifted
        assert world.alerts.count(Alert.LIFTED_MANUALLY) == 2
        assert world.alerts.count(Alert.LIFTED_AGAIN) == 1
        assert world.alerts.asked == ["somebody"] * 3


async def test_a_manual_lift_of_a_moderators_own_measure_ends_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=5, kind=AuthorityKind.LOCAL)
        await world.run_until_idle()
        acts = len(world.spaces["fake"].actions)
        world.spaces["fake"].release_manually(await world.native_id(person, "fake"), AccessLevel.BARRED)
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, world.clock.now())
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert len(world.spaces["fake"].actions) == acts


async def test_a_look_that_is_behind_does_not_end_a_moderators_measure(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space = world.spaces["fake"]
        space.freeze_observations()
        space.fault = Fault.NONE
        await world.a_sanction(person, days=5, kind=AuthorityKind.LOCAL)
        await world.run_until_idle()
        space.fault = Fault.STALE
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, world.clock.now())
        await world.run_until_idle()
        space.fault = Fault.NONE
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}


async def test_a_space_that_says_done_and_never_shows_it_goes_to_people(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].freeze_observations()
        await world.a_sanction(person, days=30)
        await world.pass_time(timedelta(hours=1))
        assert await world.coverage(person) == {"fake": "blocked"}
        assert world.alerts.count(Alert.BLOCKED) == 1


async def test_an_account_that_was_hidden_for_a_while_is_let_go_when_it_shows_again(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", levels=frozenset({AccessLevel.BARRED}), carries_reference=frozenset())
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        native = await world.native_id(person, "one")
        hidden = space.accounts.pop(native)
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, world.clock.now())
        await world.pass_time(31 * DAY)
        space.accounts[native] = hidden
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "one") == frozenset()


async def test_nothing_is_released_while_the_clock_is_not_trusted(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        world.clock.trust = False
        other = await world.a_person()
        await world.a_sanction(other)
        await world.pass_time(30 * DAY + timedelta(hours=1))
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert await world.restrictions_in(other, "fake") == {"barred"}
        world.clock.trust = True
        await world.pass_time(5 * MINUTE)
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_in_observe_mode_nothing_is_done_and_the_total_says_so(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.registry.set_mode(SpaceName("fake"), Mode.OBSERVE)
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        assert world.spaces["fake"].actions == []
        assert await world.coverage(person) == {"fake": "observing"}


async def test_the_brake_stops_placing_and_never_lifting(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        braked = with_brake(world.policy, 5)
    async with a_world(tmp_path / "..", policy=braked) as world:
        people = [await world.a_person() for _ in range(7)]
        first = await world.a_sanction(people[0], days=30)
        for person in people[1:]:
            await world.a_sanction(person, days=30)
        await world.run_until_idle()
        barred = [p for p in people if await world.restrictions_in(p, "fake")]
        assert len(barred) == 5
        assert world.alerts.count(Alert.BRAKE) == 2
        async with world.units_of_work.begin() as uow:
            await reverse(uow, first, "member", "review")
        await world.run_until_idle()
        assert await world.restrictions_in(people[0], "fake") == frozenset()
        await world.pass_time(timedelta(hours=1, minutes=6))
        assert all([await world.restrictions_in(p, "fake") for p in people[1:]])


async def test_a_decided_sanction_waits_for_its_message_and_no_longer_than_it_may(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, notification=NotificationState.TO_NOTIFY, waits_until=world.clock.now() + DAY)
        await world.pass_time(DAY - MINUTE)
        assert await world.restrictions_in(person, "fake") == frozenset()
        await world.pass_time(MINUTE)
        assert await world.restrictions_in(person, "fake") == {"barred"}


async def test_once_told_it_holds_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        sanction = await world.a_sanction(
            person, notification=NotificationState.TO_NOTIFY, waits_until=world.clock.now() + DAY
        )
        await world.run_until_idle()
        async with world.units_of_work.begin() as uow:
            await record_notification(uow, sanction, NotificationState.NOTIFIED)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == {"barred"}


async def test_an_account_linked_later_is_reached(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, FakeSpace(clock, "one"), FakeSpace(clock, "two"), clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person)
        await world.run_until_idle()
        known = await world.an_account(person, "two")
        async with world.units_of_work.begin() as uow:
            await add_account(uow, known)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "two") == {"barred"}


async def test_power_comes_back_only_by_a_named_persons_yes(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native_id(person, "fake")
        plain, power = (
            Entitlement(EntitlementKind.ROLE, "1", "helper"),
            Entitlement(EntitlementKind.ROLE, "2", "admin", privileged=True),
        )
        space.accounts[native].entitlements = (plain, power)
        await world.a_sanction(person, days=30)
        await world.pass_time(31 * DAY)
        assert await world.coverage(person) == {"fake": "access returned, membership open"}
        space.join(native)
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, world.clock.now())
        await world.run_until_idle()
        assert space.accounts[native].entitlements == (plain,)
        async with world.units_of_work.begin() as uow:
            await approve_reinstatement(uow, person, A_MEMBER)
        await world.run_until_idle()
        assert set(space.accounts[native].entitlements) == {plain, power}
        assert await world.coverage(person) == {"fake": "access returned"}


async def test_a_weaker_hold_of_somebody_else_stands_again_afterwards(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native_id(person, "fake")
        space.restrict_manually(native, AccessLevel.MUTED, until=world.clock.now() + 90 * DAY)
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == {"barred", "muted"}
        del space.accounts[native].restrictions[AccessLevel.MUTED]
        await world.pass_time(31 * DAY)
        assert await world.restrictions_in(person, "fake") == {"muted"}
        await world.pass_time(58 * DAY)
        assert await world.restrictions_in(person, "fake") == {"muted"}
        assert world.spaces["fake"].changes(ActionKind.RELEASE)[-1].level is AccessLevel.BARRED


async def test_a_timeout_is_renewed_before_its_native_end(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(
        clock, "one", carries_reference=frozenset({AccessLevel.BARRED}), longest_term=28 * DAY, mute_needs_member=True
    )
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person, restriction=Restriction.MUTED, days=60)
        for _ in range(59):
            await world.pass_time(DAY)
            assert await world.restrictions_in(person, "one") == {"muted"}
        await world.pass_time(2 * DAY)
        assert await world.restrictions_in(person, "one") == frozenset()


async def test_a_mute_waits_for_a_person_who_is_not_there_and_a_ban_before_it_ends(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(
        clock, "one", carries_reference=frozenset({AccessLevel.BARRED}), longest_term=28 * DAY, mute_needs_member=True
    )
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person, days=10)
        await world.a_sanction(person, restriction=Restriction.MUTED, days=20)
        await world.pass_time(11 * DAY)
        assert await world.restrictions_in(person, "one") == frozenset()
        space.join(await world.native_id(person, "one"))
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, world.clock.now())
        await world.run_until_idle()
        assert await world.restrictions_in(person, "one") == {"muted"}


@pytest.mark.parametrize("trouble", [Fault.DOWN, Fault.REFUSING, Fault.BLIND, Fault.LOST_ANSWER])
async def test_a_release_that_fails_is_tried_until_it_is_seen(tmp_path: Path, trouble: Fault) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        world.spaces["fake"].fault = trouble
        await world.pass_time(31 * DAY)
        world.spaces["fake"].fault = Fault.NONE
        await world.pass_time(timedelta(minutes=16))
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert await world.coverage(person) == {"fake": "access returned"}


async def test_a_stale_look_after_a_release_does_not_put_the_ban_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        world.spaces["fake"].freeze_observations()
        await world.pass_time(30 * DAY + MINUTE)
        world.spaces["fake"].fault = Fault.NONE
        await world.pass_time(timedelta(minutes=16))
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert len(world.spaces["fake"].changes(ActionKind.RESTRICT)) == 1


async def test_a_space_that_is_opened_later_is_in_the_total_of_what_runs(tmp_path: Path) -> None:
    """P-6.5"""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        async with world.units_of_work.begin() as uow:
            assert await extend_to_new_spaces(uow, (SpaceName("fake"), SpaceName("opened"))) == 1
        assert await world.coverage(person) == {"fake": "held", "opened": "no account known"}


async def test_what_a_space_refuses_until_somebody_mends_it_is_not_asked_for_all_day(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        name, discord = next(iter(world.spaces.items()))
        people = [await world.a_person(name) for _ in range(3)]
        for person in people:
            discord.accounts[await world.native_id(person, name)].outranks_us = True
            await world.a_sanction(person)
        await world.pass_time(timedelta(hours=1))
        within_an_hour = len([act for act in discord.actions if act.kind is ActionKind.RESTRICT])
        await world.pass_time(timedelta(hours=4))
        assert len(people) < within_an_hour <= 18 * len(people)
        assert len(discord.actions) - within_an_hour <= (4 * 4 + 1) * len(people)


@pytest.mark.harm("powers-wait-after-a-wrong-link")
async def test_power_taken_by_a_wrong_link_comes_back_without_anybodys_yes(tmp_path: Path) -> None:
    """P-6.4, P-6.7: it was never that person's, so nobody has to agree that they get it back."""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native_id(person, "fake")
        power = Entitlement(EntitlementKind.ROLE, "2", "admin", privileged=True)
        space.accounts[native].entitlements = (power,)
        await world.a_sanction(person, days=30)
        await world.run_until_idle()
        assert space.accounts[native].entitlements == ()
        async with world.units_of_work.begin() as uow:
            (link,) = await uow.people.accounts_of(person)
            await uow.people.save_account(replace(link, ended_at=uow.now))
            await uow.sanctions.schedule_account(link.id, uow.now)
        await world.run_until_idle()
        space.join(native)
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_account(link.id, uow.now)
        await world.run_until_idle()
        assert space.accounts[native].entitlements == (power,)
        assert await world.restrictions_in(person, "fake") == frozenset()


@pytest.mark.harm("raid-exempt-for-ever")
@pytest.mark.parametrize(("until", "held"), [(MINUTE, 1), (timedelta(0), 0), (-MINUTE, 0)])
async def test_a_raid_frees_from_the_brake_until_it_is_over_and_no_longer(
    tmp_path: Path, until: timedelta, held: int
) -> None:
    """P-7.5: the bound is there for a fault of ours, and a raid of last year says nothing of today."""
    async with a_world(tmp_path, policy=with_brake(preset_policy("django"), 1)) as world:
        first, named = [await world.a_person() for _ in range(2)]
        leader = await world.a_sanction(first, restriction=Restriction.BANNED)
        await world.run_until_idle()
        raid = Raid(
            id=new_id(),
            case=leader.case,
            act=new_id(),
            person=first,
            reference=new_reference(),
            by=A_MEMBER,
            announced_at=world.clock.now(),
            state=RaidState.RUNNING,
            until=world.clock.now() + until,
            leader=leader.id,
        )
        async with world.units_of_work.begin() as uow:
            (link,) = await uow.people.accounts_of(named)
            line = RaidLine(
                id=new_id(),
                raid=raid.id,
                number=1,
                space=link.account.space,
                native_id=link.account.native_id,
                state=RaidLineState.RETURNED,
                detail="",
                person=named,
                account=link.id,
            )
            await uow.cases.add_case(
                Case(
                    id=leader.case,
                    code_name="some-name",
                    kind=CaseKind.REPORT,
                    state=CaseState.OPEN,
                    opened_at=uow.now,
                )
            )
            await uow.raids.add(raid, [line])
        await world.a_sanction(named)
        await world.run_until_idle()
        assert len(await world.restrictions_in(named, "fake")) == held
