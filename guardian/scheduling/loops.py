"""The loops of the service, each with the bell that wakes it: keys, notices, promises, and what recurs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from guardian.clock import system_now
from guardian.reconciler import content, pauses
from guardian.reconciler.bulk import BulkReconciler
from guardian.reconciler.content import ContentContext
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.pauses import PauseContext
from guardian.sanctions.store import SanctionReadView, SanctionUnitOfWork
from guardian.scheduling.periodic import RecurringJobs
from guardian.scheduling.supervisor import Loop, Wait, step_loop
from guardian.services.context import ReadView, UnitOfWork
from guardian.unit_of_work import UnitOfWorkFactory, WakeupTopic

_MAX_ROUNDS: Final = 100
"""A round takes a bounded number of notices; after so many rounds the others get their turn."""


class NoticeDelivery(Protocol):
    """What the loop of notices turns."""

    async def deliver_due(self) -> int: ...

    async def next_due(self) -> datetime | None: ...


def work_items_loop(
    reconciler: Reconciler[UnitOfWork],
    units_of_work: UnitOfWorkFactory[SanctionReadView, SanctionUnitOfWork],
    system_time: Callable[[], datetime] = system_now,
) -> Loop:
    """The loop that keeps what spaces hold and what is wanted one."""

    async def next_due() -> datetime | None:
        async with units_of_work.read() as view:
            return await view.sanctions.next_due(system_time())

    return Loop(
        name="keys",
        topic=WakeupTopic.WORK_ITEMS,
        run=reconciler.run,
        next_due=next_due,
        active=lambda: reconciler.active,
        stop=reconciler.stop,
    )


def bulk_loop(bulk_reconciler: BulkReconciler[UnitOfWork]) -> Loop:
    """The loop that restricts many accounts at once, beside the one that looks at each."""
    return Loop(
        name="many",
        topic=WakeupTopic.WORK_ITEMS,
        run=bulk_reconciler.run,
        next_due=bulk_reconciler.next_due,
        active=lambda: bulk_reconciler.active,
        stop=bulk_reconciler.stop,
    )


def content_loop(context: ContentContext[UnitOfWork]) -> Loop:
    """The loop that locks conversations and hides messages for a while, and lets them go again."""

    async def next_due() -> datetime | None:
        async with context.units_of_work.read() as view:
            return await view.content_restrictions.next_due()

    async def run(wait: Wait) -> None:
        while True:
            await wait(await content.reconcile_due(context))

    return Loop(name="things", topic=WakeupTopic.CONTENT, run=run, next_due=next_due)


def pauses_loop(context: PauseContext[UnitOfWork]) -> Loop:
    """The loop that pauses what of a whole space is to be paused, and opens it again."""

    async def next_due() -> datetime | None:
        async with context.units_of_work.read() as view:
            return await view.pauses.next_due()

    async def run(wait: Wait) -> None:
        while True:
            await wait(await pauses.reconcile_due(context))

    return Loop(name="pauses", topic=WakeupTopic.PAUSES, run=run, next_due=next_due)


def raids_loop(advance_raids: Callable[[], Awaitable[None]]) -> Loop:
    """The loop that takes up the lists of raids, and carries over to all what is decided of them."""

    async def next_due() -> datetime | None:
        return None

    return step_loop("raids", WakeupTopic.WORK_ITEMS, advance_raids, next_due)


def notices_loop(outbox: NoticeDelivery) -> Loop:
    """The loop that sends what waits to be told."""

    async def step() -> None:
        for _ in range(_MAX_ROUNDS):
            if await outbox.deliver_due() == 0:
                return

    return step_loop("notices", WakeupTopic.NOTICES, step, outbox.next_due)


def deadlines_loop(
    run_due: Callable[[], Awaitable[datetime | None]], units_of_work: UnitOfWorkFactory[ReadView, UnitOfWork]
) -> Loop:
    """The loop that keeps deadlines: `keep_due` sees to every due promise, and says when the next one asks."""

    async def next_due() -> datetime | None:
        async with units_of_work.read() as view:
            return await view.deadlines.next_due()

    async def run(wait: Wait) -> None:
        while True:
            await wait(await run_due())

    return Loop(name="promises", topic=WakeupTopic.DEADLINES, run=run, next_due=next_due)


def jobs_loop(jobs: RecurringJobs) -> Loop:
    """Return the loop that starts what recurs. Nothing but time wakes it."""
    return Loop(
        name="jobs", topic="jobs", run=jobs.run, next_due=jobs.next_due, active=lambda: jobs.active, stop=jobs.stop
    )
