"""The heart: makes what spaces hold and what the database wants one, key by key. It wakes nobody and judges nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from guardian.errors import Stale
from guardian.ids import new_id
from guardian.logs import logger
from guardian.sanctions.facts import Tools
from guardian.sanctions.look import looked_at
from guardian.sanctions.stores import Lease

log = logger("sanctions")

MOST_PEOPLE_AT_ONCE = 16
_RENEWALS_PER_LEASE = 3


class Reconciler:
    """Works the due keys: one worker a person, that person's accounts side by side."""

    def __init__(self, tools: Tools, *, ceiling: timedelta, at_once: int = MOST_PEOPLE_AT_ONCE) -> None:
        self._tools = tools
        self._ceiling = ceiling
        self._lease_for = ceiling * 2 * _RENEWALS_PER_LEASE
        self._at_once = at_once
        self._holder = new_id()
        self._working: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()

    @property
    def tools(self) -> Tools:
        """What every look works with."""
        return self._tools

    @property
    def in_hand(self) -> int:
        """How many people's keys are being worked on at this moment."""
        return len(self._working)

    async def run(self, wait: Callable[[datetime | None], Awaitable[None]]) -> None:
        """Works until cancelled. `wait` returns when the instant has come, something changed, or its cap ran out."""
        while True:
            self._freed.clear()
            started = await self.start_due()
            if self._at_once - len(self._working) <= 0:
                await self._freed.wait()
            elif not started:
                async with self._tools.works.look() as work:
                    due = await work.sanctions.next_due(self._tools.wire())
                await wait(due)

    async def start_due(self) -> int:
        """Work has begun on everybody with a due key, as far as there is room."""
        room = self._at_once - len(self._working)
        if room <= 0:
            return 0
        wire = self._tools.wire()
        async with self._tools.works.look() as work:
            due = await work.sanctions.next_due(self._tools.wire())
        if due is None or due > self._tools.clock.now():
            return 0
        async with self._tools.works.begin() as work:
            leases = await work.sanctions.claim(
                self._tools.clock.now(), wire, self._holder, wire + self._lease_for, room
            )
        for lease in leases:
            task = asyncio.create_task(self._person(lease))
            self._working.add(task)
            task.add_done_callback(self._done)
        return len(leases)

    async def settle(self) -> None:
        """Everything that is due now has been looked at: for tests and one-off commands."""
        while await self.start_due() or self._working:
            await asyncio.gather(*self._working)

    async def stop(self) -> None:
        """No look is under way any more; leases of cut-off looks run out by themselves."""
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._freed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("worker.failed", kind=type(error).__name__)

    async def _person(self, lease: Lease) -> None:
        renewal = asyncio.create_task(self._keep(lease))
        try:
            await self._look_at_due(lease)
            if lease.taken_over:
                # The dead holder's call may still be on the wire: what it does shows after the ceiling at the latest.
                await self._tools.nap(self._ceiling.total_seconds())
                await self._look_at_all(replace(lease, taken_over=False))
        finally:
            renewal.cancel()
        async with self._tools.works.begin() as work:
            await work.sanctions.free(lease)
            work.wake("keys")

    async def _look_at_due(self, lease: Lease) -> None:
        now = self._tools.clock.now()
        async with self._tools.works.look() as work:
            keys = await work.sanctions.keys_of(lease.person)
        due = [k for k in keys if k.batch is None and k.next_look is not None and k.next_look <= now]
        await asyncio.gather(*(looked_at(self._tools, lease, key.account) for key in due))

    async def _look_at_all(self, lease: Lease) -> None:
        async with self._tools.works.look() as work:
            keys = await work.sanctions.keys_of(lease.person)
        await asyncio.gather(*(looked_at(self._tools, lease, key.account) for key in keys if key.batch is None))

    async def _keep(self, lease: Lease) -> None:
        """The lease is renewed for as long as the look takes: it covers the call, not the intention."""
        pause = (self._lease_for / _RENEWALS_PER_LEASE).total_seconds()
        while True:
            await self._tools.nap(pause)
            try:
                async with self._tools.works.begin() as work:
                    await work.sanctions.renew(lease, self._tools.wire() + self._lease_for)
            except Stale:
                # Lost, or the database was busy: before the next act the lease is asked for again, and refused then.
                log.warning("lease.not_renewed", person=lease.person)
