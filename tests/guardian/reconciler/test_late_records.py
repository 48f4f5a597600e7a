"""A space's records come later than what they are about: one that is older than the event means *not known yet*."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import PersonId
from rules.ladder import AuthorityKind
from rules.precedence import AccessLevel
from tests.builders.reconciler import World, a_world
from tests.fakes.clock import FrozenClock
from tests.fakes.space import ActionKind, FakeSpace, Fault

BARRED = AccessLevel.BARRED
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


async def lifted_by_hand(world: World, kind: AuthorityKind, *, by: str = "oskar") -> PersonId:
    """Somebody whose bar was lifted by hand two hours after it was placed, before the records say so."""
    person = await world.a_person()
    await world.a_sanction(person, days=5, kind=kind)
    await world.pass_time(timedelta(hours=2))
    space = world.spaces["fake"]
    space.delay_records()
    space.release_manually(await world.native_id(person, "fake"), BARRED, by=by)
    await observed_again(world, person)
    return person


async def observed_again(world: World, person: PersonId) -> None:
    async with world.units_of_work.begin() as uow:
        await uow.sanctions.schedule_person(person, world.clock.now())
    await world.run_until_idle()


@pytest.mark.harm("own-lift-undone")
@pytest.mark.parametrize("delay", [SECOND, MINUTE])
async def test_a_moderators_own_lift_ends_their_measure_though_the_records_come_later(
    tmp_path: Path, delay: timedelta
) -> None:
    async with a_world(tmp_path) as world:
        person = await lifted_by_hand(world, AuthorityKind.LOCAL)
        assert await world.restrictions_in(person, "fake") == frozenset()
        await world.pass_time(delay)
        world.spaces["fake"].publish_records()
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert len(world.spaces["fake"].changes(ActionKind.RESTRICT)) == 1


@pytest.mark.harm("lifter-never-asked")
async def test_whoever_lifted_what_the_group_decided_is_asked_once_the_records_name_them(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await lifted_by_hand(world, AuthorityKind.DECISION)
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert world.alerts.asked == []
        await world.pass_time(MINUTE)
        world.spaces["fake"].publish_records()
        await world.pass_time(DAY)
        assert world.alerts.asked == ["oskar"]
        assert await world.restrictions_in(person, "fake") == {"barred"}


@pytest.mark.harm("measure-ended-by-an-old-record")
async def test_a_lift_of_an_earlier_measure_does_not_end_this_one(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await lifted_by_hand(world, AuthorityKind.LOCAL)
        space = world.spaces["fake"]
        space.publish_records()
        await world.pass_time(DAY)
        await world.a_sanction(person, days=5, kind=AuthorityKind.LOCAL)
        await world.pass_time(DAY)
        space.fault = Fault.EMPTY
        await observed_again(world, person)
        space.fault = Fault.NONE
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}


@pytest.mark.harm("measure-ended-by-an-empty-read")
async def test_an_adopted_ban_that_does_not_show_for_a_moment_is_not_taken_for_lifted(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = FakeSpace(clock, carries_reference=frozenset())
    space.names_authors = False
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=5, kind=AuthorityKind.ADOPTED)
        await world.run_until_idle()
        space.fault = Fault.EMPTY
        await observed_again(world, person)
        space.fault = Fault.NONE
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}
