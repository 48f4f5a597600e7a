"""One worker at a time for a person: a lease covers the call, and nothing is asked of a space under a lost one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from guardian.clock import system_now
from guardian.reconciler.loop import Reconciler
from guardian.services.context import UnitOfWork
from guardian.spaces.port import Account, Observation
from rules.precedence import AccessLevel
from tests.builders.reconciler import CALL_TIMEOUT, World, a_world
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

HOUR = timedelta(hours=1)
RENEWALS = 3
LEASE = CALL_TIMEOUT * 6


class WatchedSpace(FakeSpace):
    """A space in which something happens while somebody is observed."""

    def __init__(self, clock: FrozenClock, name: str = "fake") -> None:
        super().__init__(clock, name)
        self.meanwhile: Callable[[], Awaitable[None]] = _nothing

    async def observe(self, account: Account) -> Observation:
        await self.meanwhile()
        return await super().observe(account)


async def _nothing() -> None:
    """Nothing happens meanwhile."""


class SystemTime:
    """System time that passes only while a worker sleeps."""

    def __init__(self) -> None:
        self.now = system_now()
        self.slept = 0
        self.renewed = asyncio.Event()

    def read(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """So many sleeps pass, then time stands."""
        if self.slept > RENEWALS:
            self.renewed.set()
            await asyncio.Event().wait()
        self.slept += 1
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def worker(world: World, time: SystemTime) -> Reconciler[UnitOfWork]:
    context = replace(world.context, system_time=time.read, sleep=time.sleep)
    return Reconciler(context, ceiling=CALL_TIMEOUT)


@pytest.mark.harm("two-workers-on-one-person")
async def test_a_lease_is_renewed_for_as_long_as_an_observation_takes(tmp_path: Path) -> None:
    clock, time = FrozenClock(), SystemTime()
    space = WatchedSpace(clock)
    async with a_world(tmp_path, space, clock=clock) as world:
        claimed: list[int] = []
        started = time.now

        async def another_worker_comes() -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(time.renewed.wait(), timeout=5)
            now = max(time.now, started + LEASE + timedelta(seconds=1))
            async with world.units_of_work.begin() as uow:
                leases = await uow.sanctions.claim(clock.now(), now, "another", now + HOUR, 10)
            claimed.append(len(leases))

        person = await world.a_person()
        await world.a_sanction(person)
        space.meanwhile = another_worker_comes
        await worker(world, time).run_until_idle()
        assert set(claimed) == {0}
        assert await world.restrictions_in(person, "fake") == {"barred"}


@pytest.mark.harm("call-under-a-lost-lease")
async def test_nothing_is_asked_of_a_space_under_a_lost_lease(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = WatchedSpace(clock)
    async with a_world(tmp_path, space, clock=clock) as world:

        async def another_worker_takes_over() -> None:
            async with world.units_of_work.begin() as uow:
                await uow.sanctions.expire_leases()
                later = system_now() + HOUR
                await uow.sanctions.claim(clock.now(), later, "another", later + HOUR, 10)

        person = await world.a_person()
        await world.a_sanction(person)
        space.meanwhile = another_worker_takes_over
        await world.reconciler.start_due()
        while world.reconciler.active:
            await asyncio.sleep(0)
        assert space.actions == []
        assert await world.restrictions_in(person, "fake") == frozenset()


class BrokenSpace(FakeSpace):
    """A space whose connector has a bug."""

    async def observe(self, account: Account) -> Observation:
        raise KeyError("a bug")


@pytest.mark.harm("one-fault-stops-the-others")
async def test_a_fault_in_one_observation_stops_none_of_a_persons_others(tmp_path: Path) -> None:
    clock = FrozenClock()
    broken = BrokenSpace(clock, "broken")
    spaces = (FakeSpace(clock, "one"), broken, FakeSpace(clock, "two"))
    async with a_world(tmp_path, *spaces, clock=clock) as world:
        person = await world.a_person("one", "broken", "two")
        await world.a_sanction(person)
        await world.run_until_idle()
        coverage = await world.coverage(person)
        assert coverage == {"one": "held", "broken": "blocked", "two": "held"}
        async with world.units_of_work.read() as view:
            assert await view.sanctions.next_due(system_now()) is not None


@pytest.mark.harm("one-fault-stops-the-others")
async def test_a_fault_in_one_observation_leaves_the_lease_free(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_world(tmp_path, BrokenSpace(clock, "broken"), FakeSpace(clock, "one"), clock=clock) as world:
        person = await world.a_person("one", "broken")
        await world.a_sanction(person)
        await world.run_until_idle()
        world.spaces["one"].release_manually(await world.native_id(person, "one"), AccessLevel.BARRED)
        async with world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(person, clock.now())
        await world.run_until_idle()
        assert await world.restrictions_in(person, "one") == {"barred"}
