"""A call that was cut off may still land. What lands is ours to release, also where no reason field says so."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from guardian.reconciler.loop import Reconciler
from guardian.sanctions.models import Sanction
from guardian.services.context import UnitOfWork
from guardian.spaces.outcomes import Outcome, Unavailable
from guardian.spaces.port import RestrictionOrder
from rules.precedence import AccessLevel
from tests.builders.reconciler import CALL_TIMEOUT, World, a_world, no_sleep, reverse
from tests.fakes.clock import FrozenClock
from tests.fakes.space import ActionKind, FakeSpace

MINUTE = timedelta(minutes=1)


class SlowSpace(FakeSpace):
    """A space without reasons in which a bar takes hold long after the caller has given up on it."""

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__(clock, "slow", levels=frozenset({AccessLevel.BARRED}), carries_reference=frozenset())
        self.names_authors = False
        self.order: RestrictionOrder | None = None
        self.meanwhile: Callable[[], Awaitable[None]] = _nothing

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        self.order = order
        await self.meanwhile()
        return Unavailable("no answer in time")

    async def land(self) -> None:
        """The bar that was asked for takes hold now."""
        if self.order is not None:
            await super().restrict(self.order)


async def _nothing() -> None:
    """Nothing happens while the call is under way."""


async def _reversed(world: World, sanction: Sanction) -> None:
    async with world.units_of_work.begin() as uow:
        await reverse(uow, sanction, "0192-member", "0192-review")


async def test_a_bar_that_lands_after_its_decision_was_reversed_is_released(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = SlowSpace(clock)
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("slow")
        sanction = await world.a_sanction(person)
        space.meanwhile = lambda: _reversed(world, sanction)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "slow") == frozenset()
        await space.land()
        await world.pass_time(MINUTE)
        assert await world.restrictions_in(person, "slow") == frozenset()
        assert len(space.changes(ActionKind.RELEASE)) == 1


async def test_a_bar_that_a_dead_worker_asked_for_and_that_lands_late_is_released(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = SlowSpace(clock)
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("slow")
        sanction = await world.a_sanction(person)
        await _dies_in_the_call(world, space)
        await _reversed(world, sanction)
        await _successor(world, space).run_until_idle()
        assert await world.restrictions_in(person, "slow") == frozenset()
        assert len(space.changes(ActionKind.RELEASE)) == 1


async def _dies_in_the_call(world: World, space: SlowSpace) -> None:
    """The worker has stored its intent and made its call, and ends before anything comes back."""
    called = asyncio.Event()

    async def never_answers() -> None:
        called.set()
        await asyncio.Event().wait()

    space.meanwhile = never_answers
    working = asyncio.create_task(world.reconciler.run_until_idle())
    await called.wait()
    await world.reconciler.stop()
    await asyncio.gather(working, return_exceptions=True)
    async with world.units_of_work.begin() as uow:
        assert await uow.sanctions.expire_leases() == 1


def _successor(world: World, space: SlowSpace) -> Reconciler[UnitOfWork]:
    """A new worker; what its predecessor asked for lands while it waits for the ceiling to pass."""

    async def ceiling_passes(seconds: float) -> None:
        if seconds == CALL_TIMEOUT.total_seconds():
            await space.land()
        await no_sleep(seconds)

    return Reconciler(replace(world.context, sleep=ceiling_passes), ceiling=CALL_TIMEOUT)
