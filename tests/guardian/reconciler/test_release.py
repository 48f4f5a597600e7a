"""Where access is due, what we ever asked for is released: a look that does not show it frees us from nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import PersonId, SpaceName
from guardian.reconciler.alerts import Alert
from guardian.reconciler.resync import resync
from guardian.sanctions.adoption import adopt
from guardian.sanctions.models import Adoption
from guardian.spaces.registry import Mode
from rules.ladder import AuthorityKind
from rules.precedence import AccessLevel
from tests.builders.reconciler import A_MEMBER, World, a_world, reverse
from tests.fakes.clock import FrozenClock
from tests.fakes.space import ActionKind, FakeSpace, Fault

NAME = SpaceName("fake")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BARRED = AccessLevel.BARRED


@asynccontextmanager
async def a_space(folder: Path, *, signed: bool, names_authors: bool = False) -> AsyncIterator[tuple[World, FakeSpace]]:
    """A world over one space, which carries our reference or does not, and names authors or does not."""
    clock = FrozenClock()
    space = FakeSpace(clock, carries_reference=frozenset({BARRED}) if signed else frozenset())
    space.names_authors = names_authors
    async with a_world(folder, space, clock=clock) as world:
        yield world, space


async def reversed_now(world: World, person: PersonId) -> None:
    async with world.units_of_work.begin() as uow:
        for sanction in await uow.sanctions.of_person(person):
            await reverse(uow, sanction, A_MEMBER, "0192-review")


async def resynced(world: World) -> None:
    await resync(world.units_of_work, world.registry, world.clock, NAME)
    await world.run_until_idle()


@pytest.mark.harm("barred-for-good-by-a-lagging-read")
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("names_authors", [True, False])
async def test_reads_that_lag_during_a_reversal_leave_nobody_barred(
    tmp_path: Path, signed: bool, names_authors: bool
) -> None:
    async with a_space(tmp_path, signed=signed, names_authors=names_authors) as (world, space):
        person = await world.a_person()
        space.freeze_observations()
        await world.a_sanction(person)
        await world.run_until_idle()
        await reversed_now(world, person)
        await world.run_until_idle()
        space.fault = Fault.NONE
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()


@pytest.mark.harm("told-free-by-an-empty-read")
@pytest.mark.parametrize("signed", [True, False])
async def test_nobody_is_said_to_be_free_before_the_space_has_released_them(tmp_path: Path, signed: bool) -> None:
    async with a_space(tmp_path, signed=signed) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.run_until_idle()
        space.fault = Fault.EMPTY
        await world.pass_time(DAY)
        assert (await world.coverage(person))["fake"] == "access returned"
        assert await world.restrictions_in(person, "fake") == frozenset()


@pytest.mark.harm("barred-for-good-by-an-empty-read")
@pytest.mark.parametrize("signed", [True, False])
async def test_a_bar_that_went_out_of_sight_at_its_end_is_released_when_it_shows_again(
    tmp_path: Path, signed: bool
) -> None:
    """Even the release was answered by a space that saw nothing to release."""
    async with a_space(tmp_path, signed=signed) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.run_until_idle()
        account = space.accounts[await world.native_id(person, "fake")]
        hidden = account.restrictions.pop(BARRED)
        await world.pass_time(DAY + MINUTE)
        account.restrictions[BARRED] = hidden
        await resynced(world)
        assert await world.restrictions_in(person, "fake") == frozenset()


async def test_what_a_space_says_was_not_there_is_asked_for_once_more_and_no_more(tmp_path: Path) -> None:
    async with a_space(tmp_path, signed=False) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.run_until_idle()
        space.accounts[await world.native_id(person, "fake")].restrictions.clear()
        await world.pass_time(20 * DAY)
        assert sum(act.kind is ActionKind.RELEASE for act in space.actions) == 2


@pytest.mark.harm("anothers-ban-lifted-unseen")
async def test_a_ban_that_another_placed_after_ours_is_not_lifted_by_a_look_that_misses_it(tmp_path: Path) -> None:
    async with a_space(tmp_path, signed=True, names_authors=True) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.run_until_idle()
        native = await world.native_id(person, "fake")
        world.clock.instant += MINUTE
        space.restrict_manually(native, BARRED, by="77")
        space.fault = Fault.EMPTY
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}


@pytest.mark.harm("anothers-block-lifted-after-ours-ended")
async def test_a_block_by_hand_after_ours_was_released_is_left(tmp_path: Path) -> None:
    async with a_space(tmp_path, signed=False) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.pass_time(DAY)
        space.restrict_manually(await world.native_id(person, "fake"), BARRED)
        await resynced(world)
        await world.pass_time(2 * DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}


async def test_whose_it_is_cannot_be_shown_is_asked_about_once(tmp_path: Path) -> None:
    async with a_space(tmp_path, signed=False) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.run_until_idle()
        native = await world.native_id(person, "fake")
        space.accounts[native].restrictions.clear()
        await world.pass_time(2 * DAY)
        space.restrict_manually(native, BARRED)
        for _ in range(4):
            await resynced(world)
        assert world.alerts.count(Alert.CANNOT_PROVE) == 1
        assert await world.restrictions_in(person, "fake") == {"barred"}


@pytest.mark.harm("adopted-ban-stays-for-good")
async def test_an_adopted_ban_that_went_out_of_sight_at_its_end_is_released(tmp_path: Path) -> None:
    async with a_space(tmp_path, signed=True) as (world, space):
        person = await world.a_person()
        native = await world.native_id(person, "fake")
        space.restrict_manually(native, BARRED, by="77")
        sanction = await world.a_sanction(person, days=1, kind=AuthorityKind.ADOPTED)
        async with world.units_of_work.begin() as uow:
            [account] = await uow.people.accounts_of(person)
            at = world.clock.now()
            adoption = Adoption(
                account=account.id, level=BARRED, at=at, by="0192-member", author="77", restricted_at=at
            )
            await adopt(uow, sanction, adoption)
        await world.run_until_idle()
        hidden = space.accounts[native].restrictions.pop(BARRED)
        await world.pass_time(DAY + MINUTE)
        space.accounts[native].restrictions[BARRED] = hidden
        await resynced(world)
        await world.pass_time(DAY)
        assert await world.restrictions_in(person, "fake") == frozenset()


@pytest.mark.harm("observe-mode-acts")
@pytest.mark.parametrize("fault", [Fault.NONE, Fault.EMPTY])
async def test_a_space_that_is_only_observed_releases_nothing(tmp_path: Path, fault: Fault) -> None:
    async with a_space(tmp_path, signed=True) as (world, space):
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.run_until_idle()
        world.registry.set_mode(NAME, Mode.OBSERVE)
        space.fault = fault
        await world.pass_time(2 * DAY)
        assert await world.restrictions_in(person, "fake") == {"barred"}
        assert (await world.coverage(person))["fake"] == "observing"
        assert not any(act.kind is ActionKind.RELEASE for act in space.actions)
