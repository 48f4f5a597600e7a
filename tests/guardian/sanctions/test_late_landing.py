"""A call that was cut off may still land. What lands is ours to release, also where no reason field says so."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from guardian.sanctions.lifting import reverse
from guardian.sanctions.reconciler import Reconciler
from guardian.sanctions.values import Sanction
from guardian.spaces.outcomes import Outcome, Unavailable
from guardian.spaces.port import Order
from rules.precedence import Hold
from tests.builders.reconciling import CEILING, World, a_world, no_nap
from tests.fakes.clock import FrozenClock
from tests.fakes.space import Deed, FakeSpace

MINUTE = timedelta(minutes=1)


class SlowSpace(FakeSpace):
    """A space without reasons in which a bar takes hold long after the caller has given up on it."""

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__(clock, "slow", holds=frozenset({Hold.BARRED}), signed=frozenset())
        self.says_who = False
        self.order: Order | None = None
        self.meanwhile: Callable[[], Awaitable[None]] = _nothing

    async def restrict(self, order: Order) -> Outcome:
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
    async with world.works.begin() as work:
        await reverse(work, sanction, "0192-member", "0192-review")


async def test_a_bar_that_lands_after_its_decision_was_reversed_is_released(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = SlowSpace(clock)
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("slow")
        sanction = await world.a_sanction(person)
        space.meanwhile = lambda: _reversed(world, sanction)
        await world.settle()
        assert await world.held(person, "slow") == frozenset()
        await space.land()
        await world.move(MINUTE)
        assert await world.held(person, "slow") == frozenset()
        assert len(space.changes(Deed.RELEASE)) == 1


async def test_a_bar_that_a_dead_worker_asked_for_and_that_lands_late_is_released(tmp_path: Path) -> None:
    clock = FrozenClock()
    space = SlowSpace(clock)
    async with a_world(tmp_path, space, clock=clock) as world:
        person = await world.a_person("slow")
        sanction = await world.a_sanction(person)
        await _dies_in_the_call(world, space)
        await _reversed(world, sanction)
        await _successor(world, space).settle()
        assert await world.held(person, "slow") == frozenset()
        assert len(space.changes(Deed.RELEASE)) == 1


async def _dies_in_the_call(world: World, space: SlowSpace) -> None:
    """The worker has stored its intent and made its call, and ends before anything comes back."""
    called = asyncio.Event()

    async def never_answers() -> None:
        called.set()
        await asyncio.Event().wait()

    space.meanwhile = never_answers
    working = asyncio.create_task(world.reconciler.settle())
    await called.wait()
    await world.reconciler.stop()
    await asyncio.gather(working, return_exceptions=True)
    async with world.works.begin() as work:
        assert await work.sanctions.expire_leases() == 1


def _successor(world: World, space: SlowSpace) -> Reconciler:
    """A new worker; what its predecessor asked for lands while it waits for the ceiling to pass."""

    async def ceiling_passes(seconds: float) -> None:
        if seconds == CEILING.total_seconds():
            await space.land()
        await no_nap(seconds)

    return Reconciler(replace(world.tools, nap=ceiling_passes), ceiling=CEILING)
