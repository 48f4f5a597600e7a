"""The reconciler's loop: works the due work items, one person at a time for each worker. It judges nothing.

Read `Reconciler` first; one work item is `reconciliation`'s.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic

from guardian.errors import Stale
from guardian.ids import new_id
from guardian.logs import logger
from guardian.reconciler.reconciliation import reconcile_guarded
from guardian.reconciler.snapshot import ReconcilerContext, W
from guardian.sanctions.store import Lease
from guardian.unit_of_work import WakeupTopic

log = logger("sanctions")

MAX_PEOPLE_AT_ONCE = 16
_RENEWALS_PER_LEASE = 3


class Reconciler(Generic[W]):
    """Works the due work items: one worker a person, that person's accounts side by side."""

    def __init__(
        self, context: ReconcilerContext[W], *, ceiling: timedelta, max_people: int = MAX_PEOPLE_AT_ONCE
    ) -> None:
        self._context = context
        self._ceiling = ceiling
        self._lease_for = ceiling * 2 * _RENEWALS_PER_LEASE
        self._max_people = max_people
        self._holder = new_id()
        self._working: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()

    @property
    def context(self) -> ReconcilerContext[W]:
        """Return what every reconciliation works with."""
        return self._context

    @property
    def active(self) -> int:
        """Return how many people's work items are being worked on at this moment."""
        return len(self._working)

    async def run(self, wait: Callable[[datetime | None], Awaitable[None]]) -> None:
        """Work until cancelled. `wait` returns when the instant has come, something changed, or its cap ran out."""
        while True:
            self._freed.clear()
            started = await self.start_due()
            if self._max_people - len(self._working) <= 0:
                await self._freed.wait()
            elif not started:
                async with self._context.units_of_work.read() as view:
                    due = await view.sanctions.next_due(self._context.system_time())
                await wait(due)

    async def start_due(self) -> int:
        """Begin work on everybody with a due work item, as far as there is room; return on how many."""
        capacity = self._max_people - len(self._working)
        if capacity <= 0:
            return 0
        system_time = self._context.system_time()
        async with self._context.units_of_work.read() as view:
            due = await view.sanctions.next_due(self._context.system_time())
        if due is None or due > self._context.clock.now():
            return 0
        async with self._context.units_of_work.begin() as uow:
            leases = await uow.sanctions.claim(
                self._context.clock.now(), system_time, self._holder, system_time + self._lease_for, capacity
            )
        for lease in leases:
            task = asyncio.create_task(self._reconcile_person(lease))
            self._working.add(task)
            task.add_done_callback(self._on_done)
        return len(leases)

    async def run_until_idle(self) -> None:
        """Reconcile everything that is due now: for tests and one-off commands."""
        while await self.start_due() or self._working:
            await asyncio.gather(*self._working)

    async def stop(self) -> None:
        """Stop all work; the leases of what was cut off run out by themselves."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("worker.failed", kind=type(error).__name__)

    async def _reconcile_person(self, lease: Lease) -> None:
        renewal = asyncio.create_task(self._renew_until_done(lease))
        try:
            await self._reconcile_due(lease)
            if lease.inherited:
                # The dead holder's call may still be on the wire: what it does shows after the ceiling at the latest.
                await self._context.sleep(self._ceiling.total_seconds())
                await self._reconcile_all(replace(lease, inherited=False))
        finally:
            renewal.cancel()
        async with self._context.units_of_work.begin() as uow:
            await uow.sanctions.release(lease)
            uow.wake(WakeupTopic.WORK_ITEMS)

    async def _reconcile_due(self, lease: Lease) -> None:
        now = self._context.clock.now()
        async with self._context.units_of_work.read() as view:
            items = await view.sanctions.work_items_of(lease.person)
        due = [k for k in items if k.bulk_id is None and k.due_at is not None and k.due_at <= now]
        await asyncio.gather(*(reconcile_guarded(self._context, lease, item.account) for item in due))

    async def _reconcile_all(self, lease: Lease) -> None:
        async with self._context.units_of_work.read() as view:
            items = await view.sanctions.work_items_of(lease.person)
        await asyncio.gather(
            *(reconcile_guarded(self._context, lease, item.account) for item in items if item.bulk_id is None)
        )

    async def _renew_until_done(self, lease: Lease) -> None:
        """Renew the lease for as long as the reconciliation takes: it covers the call, not the intention."""
        pause = (self._lease_for / _RENEWALS_PER_LEASE).total_seconds()
        while True:
            await self._context.sleep(pause)
            try:
                async with self._context.units_of_work.begin() as uow:
                    await uow.sanctions.renew(lease, self._context.system_time() + self._lease_for)
            except Stale:
                # Lost, or the database was busy: before the next act the lease is asked for again, and refused then.
                log.warning("lease.not_renewed", person=lease.person)
