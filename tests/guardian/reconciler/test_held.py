"""Held is listed and effective: somebody who is listed and still inside is not held."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import SpaceName
from guardian.reconciler.alerts import Alert
from guardian.reconciler.resync import resync
from rules.precedence import AccessLevel
from tests.builders.reconciler import a_world

BARRED, MINUTE = AccessLevel.BARRED, timedelta(minutes=1)


@pytest.mark.harm("shown-as-held-while-inside")
async def test_somebody_who_is_banned_and_still_inside_goes_to_people(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        account = world.spaces["fake"].accounts[await world.native_id(person, "fake")]
        account.stays_inside = True
        await world.a_sanction(person)
        await world.pass_time(15 * MINUTE)
        assert (await world.coverage(person))["fake"] == "blocked"
        assert world.alerts.count(Alert.BLOCKED) == 1


@pytest.mark.harm("shown-as-held-while-inside")
async def test_somebody_who_is_put_out_in_the_end_is_held(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        account = world.spaces["fake"].accounts[await world.native_id(person, "fake")]
        account.stays_inside = True
        await world.a_sanction(person)
        await world.pass_time(MINUTE)
        account.member = False
        await world.pass_time(15 * MINUTE)
        assert (await world.coverage(person))["fake"] == "held"


@pytest.mark.harm("shown-as-held-while-inside")
async def test_somebody_who_is_inside_again_though_listed_is_found_by_the_list(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        account = world.spaces["fake"].accounts[await world.native_id(person, "fake")]
        account.member = account.stays_inside = True
        assert await resync(world.units_of_work, world.registry, world.clock, SpaceName("fake")) == 1


@pytest.mark.harm("shown-as-held-while-inside")
async def test_anothers_ban_that_leaves_somebody_inside_is_not_taken_for_held(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        account = world.spaces["fake"].accounts[await world.native_id(person, "fake")]
        account.stays_inside = True
        world.spaces["fake"].restrict_manually(account.native_id, BARRED)
        await world.a_sanction(person)
        await world.run_until_idle()
        assert (await world.coverage(person))["fake"] == "blocked"
