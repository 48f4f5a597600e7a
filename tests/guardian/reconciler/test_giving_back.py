"""What a bar took comes back item by item, judged at the moment of giving; what was asked for has not come about yet."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import PersonId
from guardian.reconciler.alerts import Alert
from guardian.sanctions.lifting import approve_reinstatement
from guardian.spaces.outcomes import Outcome, Unavailable
from guardian.spaces.port import Entitlement, EntitlementKind, RestrictionOrder
from guardian.spaces.registry import Mode
from tests.builders.reconciler import A_MEMBER, World, a_world
from tests.fakes.clock import FrozenClock
from tests.fakes.space import OUT_OF_REACH, FakeSpace

DAY = timedelta(days=1)
PLAIN, OTHER = (Entitlement(EntitlementKind.ROLE, n, name) for n, name in (("1", "helper"), ("2", "translator")))
MEMBERSHIP = Entitlement(EntitlementKind.MEMBERSHIP, "o", "orchard", privileged=True)
TEAM = Entitlement(EntitlementKind.TEAM, "t", "docs")
OPEN_RETURN = {"fake": "access returned, membership open"}


async def barred_for_a_month(world: World, *entitlements: Entitlement) -> tuple[PersonId, FakeSpace, str]:
    """Somebody whose bar took this from them."""
    person = await world.a_person()
    space, native = world.spaces["fake"], await world.native_id(person, "fake")
    space.accounts[native].entitlements = entitlements
    await world.a_sanction(person, days=30)
    await world.run_until_idle()
    return person, space, native


async def observed_again(world: World, person: PersonId) -> None:
    async with world.units_of_work.begin() as uow:
        await uow.sanctions.schedule_person(person, world.clock.now())
    await world.run_until_idle()


async def approved(world: World, person: PersonId) -> None:
    async with world.units_of_work.begin() as uow:
        await approve_reinstatement(uow, person, A_MEMBER)
    await world.run_until_idle()


@pytest.mark.harm("power-returns-without-a-yes")
async def test_a_role_that_became_powerful_meanwhile_waits_for_a_named_persons_yes(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, native = await barred_for_a_month(world, PLAIN, OTHER)
        space.powerful.add(PLAIN.native_id)
        await world.pass_time(31 * DAY)
        space.join(native)
        await observed_again(world, person)
        assert [each.native_id for each in space.accounts[native].entitlements] == [OTHER.native_id]
        assert await world.coverage(person) == OPEN_RETURN
        await approved(world, person)
        assert {e.native_id for e in space.accounts[native].entitlements} == {PLAIN.native_id, OTHER.native_id}


@pytest.mark.harm("one-role-stops-the-others")
async def test_a_role_out_of_reach_stops_no_other_and_goes_to_people_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, native = await barred_for_a_month(world, PLAIN, OTHER)
        space.out_of_reach.add(PLAIN.native_id)
        await world.pass_time(31 * DAY)
        space.join(native)
        await observed_again(world, person)
        await world.pass_time(10 * DAY)
        assert space.accounts[native].entitlements == (OTHER,)
        assert world.alerts.count(Alert.NOT_GIVEN_BACK) == 1
        async with world.units_of_work.read() as view:
            [row] = await view.sanctions.coverage_of(person)
        assert PLAIN.label in row.detail
        assert OUT_OF_REACH in row.detail


@pytest.mark.harm("one-role-stops-the-others")
async def test_a_role_that_comes_within_reach_again_is_given_without_anybody_asking(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, native = await barred_for_a_month(world, PLAIN)
        space.out_of_reach.add(PLAIN.native_id)
        await world.pass_time(31 * DAY)
        space.join(native)
        await observed_again(world, person)
        space.out_of_reach.clear()
        await world.pass_time(2 * DAY)
        assert space.accounts[native].entitlements == (PLAIN,)
        assert await world.coverage(person) == {"fake": "access returned"}


@pytest.mark.harm("invitation-taken-for-a-return")
async def test_somebody_who_is_only_invited_is_not_said_to_be_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, native = await barred_for_a_month(world, MEMBERSHIP, TEAM)
        space.invites = True
        await world.pass_time(31 * DAY)
        await approved(world, person)
        assert space.accounts[native].invited
        assert await world.coverage(person) == OPEN_RETURN
        space.join(native)
        await observed_again(world, person)
        assert TEAM in space.accounts[native].entitlements
        assert await world.coverage(person) == {"fake": "access returned"}


@pytest.mark.harm("invitation-runs-out-unseen")
async def test_an_invitation_that_runs_out_is_told_and_a_yes_invites_again(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, native = await barred_for_a_month(world, MEMBERSHIP)
        space.invites = True
        await world.pass_time(31 * DAY)
        await approved(world, person)
        await world.pass_time(20 * DAY)
        assert world.alerts.count(Alert.INVITATION_OVER) == 1
        space.accounts[native].invited = False
        await approved(world, person)
        assert space.accounts[native].invited


@pytest.mark.harm("refused-invitation-sent-for-ever")
async def test_an_invitation_that_is_refused_waits_for_people_with_its_reason(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, _ = await barred_for_a_month(world, MEMBERSHIP)
        space.invites, space.refuses_return = True, "no seat is free"
        await world.pass_time(31 * DAY)
        await approved(world, person)
        await world.pass_time(10 * DAY)
        assert space.refused_returns == 1
        assert world.alerts.count(Alert.NOT_GIVEN_BACK) == 1
        async with world.units_of_work.read() as view:
            [row] = await view.sanctions.coverage_of(person)
        assert "no seat is free" in row.detail


class HalfDone(FakeSpace):
    """The first bar takes what somebody has and then fails; nothing of it can be read at the second try."""

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        account = self.accounts[order.account.native_id]
        if account.entitlements:
            account.entitlements, account.member = (), False
            return Unavailable("cut off")
        return await super().restrict(order)


@pytest.mark.harm("forgets-what-was-taken")
async def test_what_the_first_try_took_is_given_back_though_the_second_finds_nothing(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = HalfDone(clock)
    async with a_world(tmp_path, space, clock=clock) as world:
        person, _, native = await barred_for_a_month(world, PLAIN)
        await world.pass_time(31 * DAY)
        space.join(native)
        await observed_again(world, person)
        assert space.accounts[native].entitlements == (PLAIN,)


@pytest.mark.harm("observe-mode-acts")
async def test_a_space_that_is_only_observed_is_given_nothing_back(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        person, space, native = await barred_for_a_month(world, PLAIN)
        await world.pass_time(31 * DAY)
        world.registry.set_mode(space.name, Mode.OBSERVE)
        space.join(native)
        await observed_again(world, person)
        assert space.accounts[native].entitlements == ()
        world.registry.set_mode(space.name, Mode.ENFORCE)
        await observed_again(world, person)
        assert space.accounts[native].entitlements == (PLAIN,)
