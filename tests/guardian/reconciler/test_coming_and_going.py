"""People leave and come back while a mute runs on: Discord shows nothing of it meanwhile, and it is ours all the same."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from guardian.ids import PersonId, SpaceName
from guardian.reconciler.alerts import Alert
from guardian.reconciler.resync import resync
from guardian.sanctions.models import Lifting, LiftingCause
from rules.ladder import AuthorityKind
from rules.precedence import AccessLevel, Restriction
from tests.builders.reconciler import World, a_world
from tests.fakes.clock import FrozenClock
from tests.fakes.space import ActionKind, FakeSpace

NAME = SpaceName("fake")
LONGEST = timedelta(days=28)
DAY = timedelta(days=1)


def discord_like(clock: FrozenClock) -> FakeSpace:
    """A mute there needs a member, has an end of its own, and carries no reference."""
    return FakeSpace(
        clock, carries_reference=frozenset({AccessLevel.BARRED}), longest_term=LONGEST, mute_needs_member=True
    )


async def muted(world: World, **facts: object) -> tuple[PersonId, str]:
    """Somebody who is muted for sixty days, by person and account."""
    person = await world.a_person()
    await world.a_sanction(person, **{"restriction": Restriction.MUTED, "days": 60, **facts})  # type: ignore[arg-type]  # named facts
    await world.run_until_idle()
    return person, await world.native_id(person, "fake")


async def observe_again(world: World, person: PersonId) -> None:
    """An event has told that something happened to the person's account."""
    async with world.units_of_work.begin() as uow:
        await uow.sanctions.schedule_person(person, world.clock.now())
    await world.run_until_idle()


async def lifted(world: World, person: PersonId) -> None:
    """What is wanted has ended by a decision."""
    async with world.units_of_work.begin() as uow:
        for sanction in await uow.sanctions.of_person(person):
            now = world.clock.now()
            await uow.sanctions.add_lifting(
                Lifting(
                    sanction=sanction.id,
                    effective_from=now,
                    cause=LiftingCause.REVERSAL,
                    by="nobody",
                    authority="",
                    recorded_at=now,
                )
            )
    await observe_again(world, person)


@pytest.mark.parametrize("kind", [AuthorityKind.DECISION, AuthorityKind.LOCAL])
async def test_nobody_is_asked_why_they_lifted_what_only_went_out_of_sight(tmp_path: Path, kind: AuthorityKind) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, discord_like(clock), clock=clock) as world:
        person, native = await muted(world, kind=kind)
        for _ in range(3):
            world.spaces["fake"].leave(native)
            await observe_again(world, person)
            world.spaces["fake"].join(native)
            await observe_again(world, person)
        assert world.alerts.raised == []
        assert (await world.coverage(person))["fake"] == "held"


async def test_a_mute_that_ran_on_while_somebody_was_away_is_let_go_when_it_ends(tmp_path: Path) -> None:
    """Taken for somebody else's, it would mute them for up to four weeks more. The events that told of it are missed."""
    clock = FrozenClock()
    async with a_world(tmp_path, discord_like(clock), clock=clock) as world:
        person, native = await muted(world)
        world.spaces["fake"].leave(native)
        await observe_again(world, person)
        await lifted(world, person)
        world.spaces["fake"].join(native)
        await world.pass_time(2 * DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_somebody_who_comes_back_unseen_is_muted_again_by_the_next_sweep(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, discord_like(clock), clock=clock) as world:
        person, native = await muted(world)
        world.spaces["fake"].leave(native)
        await observe_again(world, person)
        await world.pass_time(LONGEST + DAY)
        world.spaces["fake"].join(native)
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert await resync(world.units_of_work, world.registry, clock, NAME) == 1
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == {"muted"}


async def test_a_mute_of_sixty_days_leaves_no_instant_without(tmp_path: Path) -> None:
    """Discord's timeouts end by themselves within four weeks."""
    clock = FrozenClock()
    async with a_world(tmp_path, discord_like(clock), clock=clock) as world:
        person, _ = await muted(world)
        for day in range(60):
            assert await world.restrictions_in(person, "fake") == {"muted"}, f"after {day} days"
            await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()
        placed = world.spaces["fake"].changes(ActionKind.RESTRICT)
        assert len(placed) == 3
        assert max(later.at - before.at for before, later in pairwise(placed)) < LONGEST


async def test_an_account_that_is_no_more_is_told_once_and_looked_for_every_day(tmp_path: Path) -> None:
    """Merged into another, its owner goes on there: nobody would know that nothing holds them."""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        account = world.spaces["fake"].accounts[await world.native_id(person, "fake")]
        world.spaces["fake"].remove(account.native_id)
        await observe_again(world, person)
        await world.pass_time(3 * DAY)
        assert world.alerts.raised == [(Alert.ACCOUNT_GONE, NAME)]
        account.restrictions.clear()
        world.spaces["fake"].accounts[account.native_id] = account
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}


async def test_a_mute_whose_lifting_is_refused_goes_to_people_and_is_tried_for_ever(tmp_path: Path) -> None:
    """Somebody was given a role above the bot's after the mute was placed: nobody may touch them, to free them either."""
    clock = FrozenClock()
    async with a_world(tmp_path, discord_like(clock), clock=clock) as world:
        person, native = await muted(world)
        world.spaces["fake"].accounts[native].outranks_us = True
        await lifted(world, person)
        await world.pass_time(DAY)
        assert (world.alerts.raised, (await world.coverage(person))["fake"]) == ([(Alert.BLOCKED, NAME)], "blocked")
        world.spaces["fake"].accounts[native].outranks_us = False
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()
