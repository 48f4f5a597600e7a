"""Finds drift that no event told of: compares a space's list pages with what we last knew, and only adds keys."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from guardian.clock import Clock
from guardian.ids import AccountId, SpaceName
from guardian.logs import logger
from guardian.people.values import KnownAccount
from guardian.sanctions.lifting import TOPIC
from guardian.sanctions.stores import SanctionWorks
from guardian.sanctions.values import CoverageState, Key
from guardian.spaces.port import Held, Space, Sweep, Unknown
from guardian.spaces.registry import Spaces

log = logger("sanctions")

OnFound = Callable[[SpaceName, Sweep, datetime], Awaitable[None]]

_EXPECTED = (CoverageState.HELD, CoverageState.HELD_BY_OTHERS)
_RETURNED = (CoverageState.RETURNED, CoverageState.MEMBERSHIP_OPEN)


async def sweep(
    works: SanctionWorks, spaces: Spaces, clock: Clock, name: SpaceName, on_found: OnFound | None = None
) -> int | None:
    """Keys whose space shows something else than we last knew are due now; how many (None: the look failed).

    `on_found` is given the same pages, with the instant at which they were asked for.
    """
    space = spaces.get(name)
    if space is None:
        return None
    begun = clock.now()
    await hear_time(clock, space)
    found = await space.sweep()
    if isinstance(found, Unknown):
        log.warning("sweep.failed", space=name, needs=found.needs)
        return None
    async with works.look() as work:
        keys = await work.sanctions.keys_in(name)
        known = {a.id: a for a in await work.people.accounts_in(name)}
    drifted = tuple(drift(keys, known, found))
    await _touch(works, drifted)
    log.info("sweep.ended", space=name, keys=len(keys), drifted=len(drifted))
    if on_found is not None:
        await on_found(name, found, begun)
    return len(drifted)


def drift(keys: Iterable[Key], known: Mapping[AccountId, KnownAccount], found: Sweep) -> Iterable[AccountId]:
    """The accounts that should be looked at: held but not seen, seen but returned, or waiting for their owner to come."""
    for key in keys:
        account = known.get(key.account)
        if account is None or key.state is None:
            continue
        held = found.holds.get(account.account.native_id, ())
        waits = key.state is CoverageState.OPEN and key.batch is None
        if waits or (key.state in _EXPECTED and not held) or (key.state in _RETURNED and _ours(held)):
            yield key.account


def _ours(held: tuple[Held, ...]) -> bool:
    """A list row may lack the reason: what has no reference may be ours, and one look tells."""
    return any(h.reference is not None for h in held)


async def hear_time(clock: Clock, space: Space) -> None:
    """The space's own idea of the time is taken into account for what may be released."""
    clock.heard(str(space.name), await space.date())


async def _touch(works: SanctionWorks, accounts: tuple[AccountId, ...]) -> None:
    if not accounts:
        return
    async with works.begin() as work:
        for account in accounts:
            await work.sanctions.touch_account(account, work.now)
        work.wake(TOPIC)
