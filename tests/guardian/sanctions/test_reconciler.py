"""The harms that the reconciler must not do, each over a real database and a space that can break."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import SpaceName
from guardian.sanctions.enactment import bind, reach_new_spaces, supersede, told
from guardian.sanctions.lifting import readmit, reverse, say_yes_to_return
from guardian.spaces.port import (
    Belonging,
    BelongingKind,
)
from guardian.spaces.registry import Mode
from rules.ladder import Authority
from rules.policy import OnTermEnd
from rules.precedence import Hold, Restriction
from rules.telling import Telling
from tests.builders.reconciling import A_MEMBER, a_world, with_brake
from tests.fakes.clock import FrozenClock
from tests.fakes.space import Deed, FakeSpace, Trouble

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def test_a_decided_restriction_takes_hold_in_every_space(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, FakeSpace(clock, "one"), FakeSpace(clock, "two"), clock=clock) as world:
        person = await world.a_person("one", "two")
        await world.a_sanction(person)
        await world.settle()
        assert await world.held(person, "one") == {"barred"}
        assert await world.held(person, "two") == {"barred"}
        assert await world.coverage(person) == {"one": "held", "two": "held"}


async def test_a_term_ends_by_itself_and_not_a_minute_early(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.move(timedelta(days=30) - MINUTE)
        assert await world.held(person, "fake") == {"barred"}
        await world.move(MINUTE)
        assert await world.held(person, "fake") == frozenset()
        assert await world.coverage(person) == {"fake": "access returned"}


async def test_looking_again_changes_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.settle()
        acts = len(world.spaces["fake"].acts)
        for _ in range(3):
            async with world.works.begin() as work:
                await work.sanctions.touch_person(person, world.clock.now())
            await world.settle()
        assert len(world.spaces["fake"].acts) == acts


async def test_the_end_of_one_sanction_never_lifts_another(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.a_sanction(person, days=60)
        await world.move(timedelta(days=31))
        assert await world.held(person, "fake") == {"barred"}
        await world.move(timedelta(days=30))
        assert await world.held(person, "fake") == frozenset()


async def test_replacing_a_suspension_by_a_ban_never_opens_a_gap(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        old = await world.a_sanction(person, days=30)
        await world.settle()
        new = await world.a_sanction(person, restriction=Restriction.BANNED, days=None)
        async with world.works.begin() as work:
            await supersede(work, old, new, "member", "decision")
        await world.move(timedelta(days=365))
        assert await world.held(person, "fake") == {"barred"}
        assert world.spaces["fake"].changes(Deed.RELEASE) == []


async def test_a_person_awaiting_readmission_is_not_let_in_by_the_clock(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        sanction = await world.a_sanction(person, days=30, on_term_end=OnTermEnd.AWAIT_READMISSION)
        await world.move(timedelta(days=90))
        assert await world.held(person, "fake") == {"barred"}
        async with world.works.begin() as work:
            await readmit(work, sanction, "member", "decision")
        await world.settle()
        assert await world.held(person, "fake") == frozenset()


async def test_readmission_granted_before_the_end_returns_access_at_the_end(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        sanction = await world.a_sanction(person, days=30, on_term_end=OnTermEnd.AWAIT_READMISSION)
        await world.move(timedelta(days=20))
        async with world.works.begin() as work:
            await readmit(work, sanction, "member", "decision")
        await world.move(timedelta(days=9))
        assert await world.held(person, "fake") == {"barred"}
        await world.move(timedelta(days=1))
        assert await world.held(person, "fake") == frozenset()


async def test_a_ban_of_somebody_else_outlives_ours(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space = world.spaces["fake"]
        space.hold_by_hand(await world.native(person, "fake"), Hold.BARRED)
        await world.a_sanction(person, days=30)
        await world.settle()
        assert await world.coverage(person) == {"fake": "held by others"}
        await world.move(timedelta(days=31))
        assert await world.held(person, "fake") == {"barred"}
        assert space.changes(Deed.RELEASE) == []


async def test_when_somebody_elses_ban_is_lifted_first_ours_is_placed(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native(person, "fake")
        space.hold_by_hand(native, Hold.BARRED)
        await world.a_sanction(person, days=30)
        await world.settle()
        space.lift_by_hand(native, Hold.BARRED)
        async with world.works.begin() as work:
            await work.sanctions.touch_person(person, world.clock.now())
        await world.settle()
        assert await world.held(person, "fake") == {"barred"}
        assert await world.coverage(person) == {"fake": "held"}


async def test_a_shorter_ban_of_somebody_else_is_followed_by_ours_when_it_ends(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native(person, "fake")
        space.hold_by_hand(native, Hold.BARRED, until=world.clock.now() + 5 * DAY)
        await world.a_sanction(person, days=30)
        await world.move(6 * DAY)
        assert await world.held(person, "fake") == {"barred"}
        assert await world.coverage(person) == {"fake": "held"}


async def test_a_failed_look_is_not_read_as_not_banned(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].trouble = Trouble.BLIND
        await world.a_sanction(person, days=30)
        await world.settle()
        assert world.spaces["fake"].acts == []
        assert await world.coverage(person) == {"fake": "blocked"}


async def test_a_blocked_key_is_told_once_and_tried_until_it_heals(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].trouble = Trouble.DOWN
        await world.a_sanction(person, days=30)
        await world.move(2 * DAY)
        assert world.alarms.named("blocked") == 1
        world.spaces["fake"].trouble = Trouble.NONE
        await world.move(timedelta(minutes=16))
        assert await world.held(person, "fake") == {"barred"}
        assert world.alarms.named("healed") == 1


async def test_a_missing_permission_goes_to_people_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].trouble = Trouble.REFUSING
        await world.a_sanction(person)
        await world.settle()
        assert world.alarms.named("blocked") == 1


async def test_a_permission_that_turns_out_missing_later_is_told_though_the_trouble_is_old(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].trouble = Trouble.DOWN
        await world.a_sanction(person, days=30)
        await world.move(timedelta(hours=1))
        world.spaces["fake"].trouble = Trouble.REFUSING
        await world.move(timedelta(hours=2))
        assert world.alarms.named("blocked") == 2


async def test_one_failing_space_leaves_the_others_done_and_the_total_open(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, FakeSpace(clock, "one"), FakeSpace(clock, "two"), clock=clock) as world:
        person = await world.a_person("one", "two")
        world.spaces["two"].trouble = Trouble.DOWN
        await world.a_sanction(person)
        await world.settle()
        assert await world.coverage(person) == {"one": "held", "two": "blocked"}


async def test_a_lost_answer_neither_doubles_nor_loses_the_ban(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space = world.spaces["fake"]
        space.trouble = Trouble.LOST_ANSWER
        await world.a_sanction(person, days=30)
        await world.settle()
        assert len(space.changes(Deed.RESTRICT)) == 1
        assert await world.coverage(person) == {"fake": "held"}
        await world.move(31 * DAY)
        assert await world.held(person, "fake") == frozenset()


async def test_on_a_space_without_reasons_a_lost_answer_is_proved_by_the_intent(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", holds=frozenset({Hold.BARRED}), signed=frozenset())
    space.says_who = False
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        space.trouble = Trouble.LOST_ANSWER
        await world.a_sanction(person, days=30)
        await world.move(31 * DAY)
        assert await world.held(person, "one") == frozenset()


async def test_on_a_space_without_reasons_a_block_by_hand_is_not_ours_to_lift(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", holds=frozenset({Hold.BARRED}), signed=frozenset())
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        space.hold_by_hand(await world.native(person, "one"), Hold.BARRED)
        await world.a_sanction(person, days=30)
        await world.move(31 * DAY)
        assert await world.held(person, "one") == {"barred"}


async def test_a_manual_lift_of_a_group_decision_is_held_and_asked_about(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.settle()
        for lifted in range(3):
            world.spaces["fake"].lift_by_hand(await world.native(person, "fake"), Hold.BARRED)
            async with world.works.begin() as work:
                await work.sanctions.touch_person(person, world.clock.now())
            await world.settle()
            assert await world.held(person, "fake") == {"barred"}, lifted
        assert world.alarms.named("lifted_by_hand") == 2
        assert world.alarms.named("lifted_again") == 1
        assert world.alarms.asked == ["somebody"] * 3


async def test_a_manual_lift_of_a_moderators_own_measure_ends_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=5, kind=Authority.LOCAL)
        await world.settle()
        acts = len(world.spaces["fake"].acts)
        world.spaces["fake"].lift_by_hand(await world.native(person, "fake"), Hold.BARRED)
        async with world.works.begin() as work:
            await work.sanctions.touch_person(person, world.clock.now())
        await world.settle()
        assert await world.held(person, "fake") == frozenset()
        assert len(world.spaces["fake"].acts) == acts


async def test_a_look_that_is_behind_does_not_end_a_moderators_measure(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space = world.spaces["fake"]
        space.freeze_looks()
        space.trouble = Trouble.NONE
        await world.a_sanction(person, days=5, kind=Authority.LOCAL)
        await world.settle()
        space.trouble = Trouble.STALE
        async with world.works.begin() as work:
            await work.sanctions.touch_person(person, world.clock.now())
        await world.settle()
        space.trouble = Trouble.NONE
        await world.move(DAY)
        assert await world.held(person, "fake") == {"barred"}


async def test_a_space_that_says_done_and_never_shows_it_goes_to_people(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.spaces["fake"].freeze_looks()
        await world.a_sanction(person, days=30)
        await world.move(timedelta(hours=1))
        assert await world.coverage(person) == {"fake": "blocked"}
        assert world.alarms.named("blocked") == 1


async def test_an_account_that_was_hidden_for_a_while_is_let_go_when_it_shows_again(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", holds=frozenset({Hold.BARRED}), signed=frozenset())
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person, days=30)
        await world.settle()
        native = await world.native(person, "one")
        hidden = space.accounts.pop(native)
        async with world.works.begin() as work:
            await work.sanctions.touch_person(person, world.clock.now())
        await world.move(31 * DAY)
        space.accounts[native] = hidden
        await world.move(DAY)
        assert await world.held(person, "one") == frozenset()


async def test_nothing_is_released_while_the_clock_is_not_trusted(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.settle()
        world.clock.trust = False
        other = await world.a_person()
        await world.a_sanction(other)
        await world.move(30 * DAY + timedelta(hours=1))
        assert await world.held(person, "fake") == {"barred"}
        assert await world.held(other, "fake") == {"barred"}
        world.clock.trust = True
        await world.move(5 * MINUTE)
        assert await world.held(person, "fake") == frozenset()


async def test_in_observe_mode_nothing_is_done_and_the_total_says_so(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.registry.switch(SpaceName("fake"), Mode.OBSERVE)
        person = await world.a_person()
        await world.a_sanction(person)
        await world.settle()
        assert world.spaces["fake"].acts == []
        assert await world.coverage(person) == {"fake": "observing"}


async def test_the_brake_stops_placing_and_never_lifting(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        braked = with_brake(world.policy, 5)
    async with a_world(tmp_path / "..", policy=braked) as world:
        people = [await world.a_person() for _ in range(7)]
        first = await world.a_sanction(people[0], days=30)
        for person in people[1:]:
            await world.a_sanction(person, days=30)
        await world.settle()
        barred = [p for p in people if await world.held(p, "fake")]
        assert len(barred) == 5
        assert world.alarms.named("brake") == 2
        async with world.works.begin() as work:
            await reverse(work, first, "member", "review")
        await world.settle()
        assert await world.held(people[0], "fake") == frozenset()
        await world.move(timedelta(hours=1, minutes=6))
        assert all([await world.held(p, "fake") for p in people[1:]])


async def test_a_decided_sanction_waits_for_its_message_and_no_longer_than_it_may(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, telling=Telling.TO_TELL, holds_from=world.clock.now() + DAY)
        await world.move(DAY - MINUTE)
        assert await world.held(person, "fake") == frozenset()
        await world.move(MINUTE)
        assert await world.held(person, "fake") == {"barred"}


async def test_once_told_it_holds_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        sanction = await world.a_sanction(person, telling=Telling.TO_TELL, holds_from=world.clock.now() + DAY)
        await world.settle()
        async with world.works.begin() as work:
            await told(work, sanction, Telling.TOLD)
        await world.settle()
        assert await world.held(person, "fake") == {"barred"}


async def test_an_account_linked_later_is_reached(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, FakeSpace(clock, "one"), FakeSpace(clock, "two"), clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person)
        await world.settle()
        known = await world.an_account(person, "two")
        async with world.works.begin() as work:
            await bind(work, known)
        await world.settle()
        assert await world.held(person, "two") == {"barred"}


async def test_power_comes_back_only_by_a_named_persons_yes(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native(person, "fake")
        plain, power = (
            Belonging(BelongingKind.ROLE, "1", "helper"),
            Belonging(BelongingKind.ROLE, "2", "admin", power=True),
        )
        space.accounts[native].things = (plain, power)
        await world.a_sanction(person, days=30)
        await world.move(31 * DAY)
        assert await world.coverage(person) == {"fake": "access returned, membership open"}
        space.join(native)
        async with world.works.begin() as work:
            await work.sanctions.touch_person(person, world.clock.now())
        await world.settle()
        assert space.accounts[native].things == (plain,)
        async with world.works.begin() as work:
            await say_yes_to_return(work, person, A_MEMBER)
        await world.settle()
        assert set(space.accounts[native].things) == {plain, power}
        assert await world.coverage(person) == {"fake": "access returned"}


async def test_a_weaker_hold_of_somebody_else_stands_again_afterwards(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native = world.spaces["fake"], await world.native(person, "fake")
        space.hold_by_hand(native, Hold.MUTED, until=world.clock.now() + 90 * DAY)
        await world.a_sanction(person, days=30)
        await world.settle()
        assert await world.held(person, "fake") == {"barred", "muted"}
        del space.accounts[native].holds[Hold.MUTED]
        await world.move(31 * DAY)
        assert await world.held(person, "fake") == {"muted"}
        await world.move(58 * DAY)
        assert await world.held(person, "fake") == {"muted"}
        assert world.spaces["fake"].changes(Deed.RELEASE)[-1].hold is Hold.BARRED


async def test_a_timeout_is_renewed_before_its_native_end(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", signed=frozenset({Hold.BARRED}), longest=28 * DAY, mute_needs_member=True)
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person, restriction=Restriction.MUTED, days=60)
        for _ in range(59):
            await world.move(DAY)
            assert await world.held(person, "one") == {"muted"}
        await world.move(2 * DAY)
        assert await world.held(person, "one") == frozenset()


async def test_a_mute_waits_for_a_person_who_is_not_there_and_a_ban_before_it_ends(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, "one", signed=frozenset({Hold.BARRED}), longest=28 * DAY, mute_needs_member=True)
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("one")
        await world.a_sanction(person, days=10)
        await world.a_sanction(person, restriction=Restriction.MUTED, days=20)
        await world.move(11 * DAY)
        assert await world.held(person, "one") == frozenset()
        space.join(await world.native(person, "one"))
        async with world.works.begin() as work:
            await work.sanctions.touch_person(person, world.clock.now())
        await world.settle()
        assert await world.held(person, "one") == {"muted"}


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.REFUSING, Trouble.BLIND, Trouble.LOST_ANSWER])
async def test_a_release_that_fails_is_tried_until_it_is_seen(tmp_path: Path, trouble: Trouble) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.settle()
        world.spaces["fake"].trouble = trouble
        await world.move(31 * DAY)
        world.spaces["fake"].trouble = Trouble.NONE
        await world.move(timedelta(minutes=16))
        assert await world.held(person, "fake") == frozenset()
        assert await world.coverage(person) == {"fake": "access returned"}


async def test_a_stale_look_after_a_release_does_not_put_the_ban_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=30)
        await world.settle()
        world.spaces["fake"].freeze_looks()
        await world.move(30 * DAY + MINUTE)
        world.spaces["fake"].trouble = Trouble.NONE
        await world.move(timedelta(minutes=16))
        assert await world.held(person, "fake") == frozenset()
        assert len(world.spaces["fake"].changes(Deed.RESTRICT)) == 1


async def test_a_space_that_is_opened_later_is_in_the_total_of_what_runs(tmp_path: Path) -> None:
    """P-6.5"""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.settle()
        async with world.works.begin() as work:
            assert await reach_new_spaces(work, (SpaceName("fake"), SpaceName("opened"))) == 1
        assert await world.coverage(person) == {"fake": "held", "opened": "no account known"}


async def test_what_a_space_refuses_until_somebody_mends_it_is_not_asked_for_all_day(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        name, discord = next(iter(world.spaces.items()))
        people = [await world.a_person(name) for _ in range(3)]
        for person in people:
            discord.accounts[await world.native(person, name)].above_us = True
            await world.a_sanction(person)
        await world.move(timedelta(hours=1))
        within_an_hour = len([act for act in discord.acts if act.deed is Deed.RESTRICT])
        await world.move(timedelta(hours=4))
        assert len(people) < within_an_hour <= 18 * len(people)
        assert len(discord.acts) - within_an_hour <= (4 * 4 + 1) * len(people)
