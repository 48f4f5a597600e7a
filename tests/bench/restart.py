"""How long it takes after a restart until everybody is let in whose term ended meanwhile, beside many whose runs on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from connectors.discord.config import CALLS_A_SECOND
from guardian.clock import MachineClock, monotonic_seconds
from guardian.ids import PersonId, SpaceName
from guardian.reconciler.resync import resync
from guardian.sanctions.imposition import extend_to_new_spaces
from guardian.sanctions.models import CoverageState
from tests.bench.figures import Aim, Part
from tests.bench.floor_clients import RELEASE_FLOOR
from tests.bench.lift_lag import pause_collector
from tests.bench.measured_service import DISCORD, FORUM, GITHUB, SPACES, Platforms, Service, a_service, platforms
from tests.bench.seeding import Barred, add_barred, add_others, store_held

NAME: Final = "restart"
AIM: Final = 1.2


@dataclass(frozen=True, slots=True)
class Size:
    """How many run on and how many are overdue, the platforms' latency in seconds, their budgets of calls in parts of the
    real ones, and how many seconds are waited at most.
    """

    running: int = 100_000
    overdue: int = 1_000
    latency: float = 0.02
    scale: float = 10.0
    timeout: float = 600.0


async def measure(folder: Path, size: Size) -> Part:
    """One restart: what was left off is taken up, every space is read as a whole, and whoever is overdue is let in."""
    clock = MachineClock()
    async with platforms(clock, size.scale) as spaces, a_service(folder, spaces, clock) as service:
        overdue = await _seed(service, spaces, size)
        spaces.answer_after(size.latency)
        begun = monotonic_seconds()
        with pause_collector():
            await _recover(service)
            recovered = monotonic_seconds() - begun
            async with service.run_reconciler():
                sweeps = asyncio.create_task(_sweep(service))
                await service.alerts.wait_until_all(_returned(overdue), size.timeout)
                took = monotonic_seconds() - begun
                sweeps.cancel()
                await asyncio.gather(sweeps, return_exceptions=True)
                await service.wait_until_idle()
    waiting = len(_returned(overdue) - service.alerts.reached.keys())
    return _part(size, _floors(service, spaces, overdue), recovered, took, waiting)


async def _seed(service: Service, spaces: Platforms, size: Size) -> list[Barred]:
    """Everybody is held in one space, the spaces in turn; the terms of some have ended."""
    now = service.clock.now()
    ended = now - timedelta(minutes=10)
    overdue = [
        add_barred(spaces, f"overdue-{n}", ended + timedelta(milliseconds=n), (SPACES[n % len(SPACES)],), now)
        for n in range(size.overdue)
    ]
    await store_held(service, [*add_others(spaces, size.running, now), *overdue], now)
    return overdue


def _returned(overdue: Sequence[Barred]) -> frozenset[tuple[PersonId, SpaceName, CoverageState]]:
    return frozenset((each.person, space, CoverageState.RETURNED) for each in overdue for space in each.accounts)


async def _recover(service: Service) -> None:
    """What the service does before it works; see `guardian.assembly.service`."""
    async with service.units_of_work.begin() as uow:
        await uow.sanctions.expire_leases()
        await uow.sanctions.schedule_open_intents(uow.now)
        await extend_to_new_spaces(uow, service.spaces.names)


async def _sweep(service: Service) -> None:
    each = (resync(service.units_of_work, service.spaces, service.clock, space) for space in SPACES)
    await asyncio.gather(*each)


def _floors(service: Service, spaces: Platforms, overdue: Sequence[Barred]) -> dict[SpaceName, float]:
    """Seconds that the calls take which the releases cannot do without, within our budget of calls."""
    a_second = {
        DISCORD: CALLS_A_SECOND * spaces.scale,
        FORUM: service.forum.rate_per_minute / 60,
        GITHUB: service.github.rate_per_minute / 60,
    }
    counts = {space: sum(space in each.accounts for each in overdue) for space in SPACES}
    return {space: counts[space] * len(RELEASE_FLOOR[space]) / a_second[space] for space in SPACES}


def _part(size: Size, floors: dict[SpaceName, float], recovered: float, took: float, waiting: int) -> Part:
    slowest = max(SPACES, key=floors.__getitem__)
    needed = f"{slowest} alone needs {floors[slowest]:.1f} s within its budget"
    head = f"restart: {size.running:,} run on, {size.overdue:,} are overdue; budgets {size.scale:g} times the real ones"
    rest = f"  at work after {recovered:.2f} s, caught up after {took:.1f} s ({waiting} still waited for); {needed}"
    facts = {
        "running": size.running,
        "overdue": size.overdue,
        "scale": size.scale,
        "recovered_s": round(recovered, 3),
        "seconds": round(took, 2),
        "needed_s": {space: round(each, 2) for space, each in floors.items()},
        "waiting": waiting,
    }
    aims = (
        Aim("time until caught up against calls needed, within our budget", took / floors[slowest], AIM),
        Aim("still waited for", float(waiting), 0.0),
    )
    return Part(NAME, (head, rest), facts, aims)
