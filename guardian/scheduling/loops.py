"""The loops of the service, each with the bell that wakes it: keys, notices, promises, sweeps, inboxes."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from guardian.clock import wire_instant
from guardian.desk.desk import Topic, Works
from guardian.sanctions import things
from guardian.sanctions.many import Batches
from guardian.sanctions.reconciler import Reconciler
from guardian.sanctions.stores import SanctionWorks
from guardian.sanctions.things import ThingTools
from guardian.scheduling.clockwork import Loop, Wait, in_steps
from guardian.scheduling.sweeps import Rounds

_ROUNDS: Final = 100
"""A round takes a bounded number of notices; after so many rounds the others get their turn."""


class Postbox(Protocol):
    """What the loop of notices turns."""

    async def deliver_due(self) -> int: ...

    async def next_due(self) -> datetime | None: ...


def reconciling(reconciler: Reconciler, works: SanctionWorks, wire: Callable[[], datetime] = wire_instant) -> Loop:
    """The loop that keeps what spaces hold and what is wanted one."""

    async def next_due() -> datetime | None:
        async with works.look() as look:
            return await look.sanctions.next_due(wire())

    return Loop("keys", Topic.KEYS, reconciler.run, next_due, lambda: reconciler.in_hand, reconciler.stop)


def holding_many(batches: Batches) -> Loop:
    """The loop that restricts many accounts at once, beside the one that looks at each."""
    return Loop("many", Topic.KEYS, batches.run, batches.next_due, lambda: batches.in_hand, batches.stop)


def holding_things(tools: ThingTools) -> Loop:
    """The loop that locks conversations and hides messages for a while, and lets them go again."""

    async def next_due() -> datetime | None:
        async with tools.works.look() as view:
            return await view.thing_holds.next_due()

    async def run(wait: Wait) -> None:
        while True:
            await wait(await things.keep_due(tools))

    return Loop("things", things.TOPIC, run, next_due)


def carrying_raids(carry: Callable[[], Awaitable[None]]) -> Loop:
    """The loop that takes up the lists of raids, and carries over to all what is decided of them."""

    async def next_due() -> datetime | None:
        return None

    return in_steps("raids", Topic.KEYS, carry, next_due)


def delivering(outbox: Postbox) -> Loop:
    """The loop that sends what waits to be told."""

    async def step() -> None:
        for _ in range(_ROUNDS):
            if await outbox.deliver_due() == 0:
                return

    return in_steps("notices", Topic.NOTICES, step, outbox.next_due)


def keeping_promises(keep_due: Callable[[], Awaitable[datetime | None]], works: Works) -> Loop:
    """The loop that keeps deadlines: `keep_due` sees to every due promise, and says when the next one asks."""

    async def next_due() -> datetime | None:
        async with works.look() as view:
            return await view.promises.next_due()

    async def run(wait: Wait) -> None:
        while True:
            await wait(await keep_due())

    return Loop("promises", Topic.PROMISES, run, next_due)


def sweeping(rounds: Rounds) -> Loop:
    """The loop that looks for drift in every space. Nothing but time wakes it."""

    async def step() -> None:
        await rounds.sweep_due()

    return in_steps("sweeps", "sweeps", step, rounds.next_due)


def relinking(rounds: Rounds) -> Loop:
    """The loop that asks again which accounts elsewhere a space vouches for. Nothing but time wakes it."""

    async def step() -> None:
        await rounds.sweep_due()

    return in_steps("links", "sweeps", step, rounds.next_due)


def polling(rounds: Rounds, name: str) -> Loop:
    """The loop that reads one inbox. Nothing but time wakes it; what knocks is read at once beside it."""

    async def step() -> None:
        await rounds.sweep_due()

    return in_steps(f"inbox {name}", "sweeps", step, rounds.next_due)
