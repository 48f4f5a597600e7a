"""Finds drift that no event reported: compares a space's list pages with what we last knew. Read `resync` first.

It only makes work items due.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from guardian.clock import Clock
from guardian.ids import AccountId, SpaceName
from guardian.logs import logger
from guardian.sanctions.models import CoverageState, WorkItem
from guardian.sanctions.store import SanctionReadView, SanctionUnitOfWork
from guardian.spaces.port import Listing, Space, Unknown
from guardian.spaces.registry import SpaceRegistry
from guardian.unit_of_work import UnitOfWorkFactory, WakeupTopic

log = logger("sanctions")

T = TypeVar("T")

OnListing = Callable[[SpaceName, Listing, datetime], Awaitable[None]]

AT_ONCE: Final = 500
"""So many rows of a space are read and compared in one step: between two of them everything else gets its turn."""

_EXPECTED = (CoverageState.HELD, CoverageState.HELD_BY_OTHERS, CoverageState.OTHERS_STAND)
_RETURNED = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN)


async def resync(
    units_of_work: UnitOfWorkFactory[SanctionReadView, SanctionUnitOfWork],
    spaces: SpaceRegistry,
    clock: Clock,
    name: SpaceName,
    on_listing: OnListing | None = None,
) -> int | None:
    """Make due what the space shows otherwise than we last knew it; return how many, None: it could not be read.

    `on_listing` is given the same pages, with the instant at which they were asked for.
    """
    space = spaces.get(name)
    if space is None:
        return None
    started_at = clock.now()
    await observe_server_times(clock, space)
    found = await space.list_restrictions()
    if isinstance(found, Unknown):
        log.warning("resync.failed", space=name, needs=found.needs)
        return None
    listed = await _listed_accounts(units_of_work, name, found)
    drifted = await _schedule_drifted(units_of_work, name, listed)
    log.info("resync.ended", space=name, drifted=drifted)
    if on_listing is not None:
        await on_listing(name, found, started_at)
    return drifted


async def _listed_accounts(
    units_of_work: UnitOfWorkFactory[SanctionReadView, SanctionUnitOfWork], name: SpaceName, found: Listing
) -> dict[AccountId, bool]:
    """Return which known accounts the pages list, and whether they are outside as well. Nothing is decrypted for it."""
    listed: dict[AccountId, bool] = {}
    for native_ids in batched(found.restrictions, AT_ONCE):
        async with units_of_work.read() as view:
            known = await view.people.ids_of_accounts(name, native_ids)
        listed |= {account: native_id not in found.still_inside for account, native_id in known.items()}
    return listed


async def _schedule_drifted(
    units_of_work: UnitOfWorkFactory[SanctionReadView, SanctionUnitOfWork],
    name: SpaceName,
    listed: Mapping[AccountId, bool],
) -> int:
    """Go through the space's work items page by page, however many there are; return how many were made due."""
    drifted, last = 0, AccountId("")
    while True:
        async with units_of_work.read() as view:
            items = await view.sanctions.work_items_in(name, last, AT_ONCE)
        if not items:
            return drifted
        last = items[-1].account
        accounts = tuple(find_drifted(items, listed))
        await _schedule(units_of_work, accounts)
        drifted += len(accounts)


def find_drifted(items: Iterable[WorkItem], listed: Mapping[AccountId, bool]) -> Iterable[AccountId]:
    """Find the accounts to reconcile: held but not seen, seen but returned, or waiting for their owner to come.

    Whoever is listed although access has returned is observed, whatever its reference: not every list shows one, and not
    every space has them.
    """
    for item in items:
        if item.state is None:
            continue
        waits = item.state is CoverageState.OPEN and item.bulk_id is None
        if (
            waits
            or (item.state in _EXPECTED and not listed.get(item.account, False))
            or (item.state in _RETURNED and item.account in listed)
        ):
            yield item.account


async def observe_server_times(clock: Clock, space: Space) -> None:
    """Give the clock the space's own time, for what may be released."""
    clock.observe_server_time(str(space.name), await space.server_time())


async def _schedule(
    units_of_work: UnitOfWorkFactory[SanctionReadView, SanctionUnitOfWork], accounts: tuple[AccountId, ...]
) -> None:
    if not accounts:
        return
    async with units_of_work.begin() as uow:
        for account in accounts:
            await uow.sanctions.schedule_account(account, uow.now)
        uow.wake(WakeupTopic.WORK_ITEMS)


def batched(values: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Return the values in groups of that size, in their order; the last may be smaller."""
    remaining = iter(values)
    while part := tuple(islice(remaining, size)):
        yield part
