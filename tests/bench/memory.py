"""By how much the service's own process grows with what runs, once every space has been read as a whole.

The platforms, and whoever fills them and the database, are in this process; the service is alone in another.
"""

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Final, cast

from guardian.clock import MachineClock, monotonic_seconds
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.reconciler.resync import resync
from guardian.services.context import AppContext
from guardian.services.measures.native_actions import compare_listing
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.bench.figures import Aim, Part
from tests.bench.measured_service import SPACES, Platforms, Service, a_service, platforms
from tests.bench.seeding import add_others, store_held

NAME: Final = "memory"
AIM: Final = 10.0
_MEGABYTE: Final = 1_000_000
_SWEEPS: Final = 2
"""The first has everything loaded that a sweep needs, the second shows what stays."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many run before, and how many are added."""

    before: int = 1_000
    added: int = 100_000


@dataclass(frozen=True, slots=True)
class Filler:
    """The database of the other process, for filling it."""

    units_of_work: SqlUnitOfWorkFactory
    ring: KeyRing


async def measure(folder: Path, size: Size) -> Part:
    """The memory of the service's process after full sweeps, before and after many more run."""
    clock = MachineClock()
    async with platforms(clock) as spaces, _service_process(folder, spaces) as pipe, _filler(folder, clock) as filler:
        first, _ = await _fill_and_sweep(spaces, filler, pipe, range(size.before))
        last, seconds = await _fill_and_sweep(spaces, filler, pipe, range(size.before, size.before + size.added))
    grown = (last - first) / _MEGABYTE
    lines = (
        f"memory: {size.added:,} more run beside {size.before:,}",
        f"  {first / _MEGABYTE:.1f} MB before, {last / _MEGABYTE:.1f} MB after a full sweep of {seconds:.0f} s",
    )
    facts = {"added": size.added, "before_mb": round(first / _MEGABYTE, 1), "after_mb": round(last / _MEGABYTE, 1)}
    return Part(NAME, lines, facts, (Aim(f"MB by which the process grew with {size.added:,} more", grown, AIM),))


async def _fill_and_sweep(spaces: Platforms, filler: Filler, pipe: Connection, numbers: range) -> tuple[int, float]:
    """Return the bytes in memory after the sweeps, and the seconds of the last one."""
    now = MachineClock().now()
    await store_held(filler, add_others(spaces, len(numbers), now, numbers.start), now)
    for _ in range(_SWEEPS):
        begun = monotonic_seconds()
        pipe.send("sweep")
        memory: int = await asyncio.to_thread(pipe.recv)
    return memory, monotonic_seconds() - begun


@asynccontextmanager
async def _filler(folder: Path, clock: MachineClock) -> AsyncIterator[Filler]:
    ring = KeyRing.load(folder / "ring", folder / "master")
    async with await Database.open(f"sqlite:///{folder / 'guardian.sqlite'}") as database:
        yield Filler(SqlUnitOfWorkFactory(database, ring, clock), ring)


@asynccontextmanager
async def _service_process(folder: Path, spaces: Platforms) -> AsyncIterator[Connection]:
    """The service in a process of its own, which says when it is ready."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_run, args=(folder, _addresses(spaces), theirs), daemon=True)
    process.start()
    try:
        await asyncio.to_thread(pipe.recv)
        yield pipe
    finally:
        process.kill()
        process.join()


def _addresses(spaces: Platforms) -> SimpleNamespace:
    """What the service has to know of the platforms, without the platforms."""
    wanted = {
        "discord": ("token", "guild_id", "api_url", "gateway_url"),
        "forum": ("url", "api_key", "api_username"),
        "github": ("url", "organization", "app_id", "private_key_pem", "installation_id"),
    }
    known = {
        name: SimpleNamespace(**{each: getattr(getattr(spaces, name), each) for each in names})
        for name, names in wanted.items()
    }
    return SimpleNamespace(**known, scale=spaces.scale)


def _run(folder: Path, addresses: SimpleNamespace, pipe: Connection) -> None:
    asyncio.run(_serve(folder, cast(Platforms, addresses), pipe))


async def _serve(folder: Path, addresses: Platforms, pipe: Connection) -> None:
    clock = MachineClock()
    async with a_service(folder, addresses, clock) as service:
        with service.use_address():
            pipe.send("ready")
            while True:
                await asyncio.to_thread(pipe.recv)
                await _sweep(service)
                pipe.send(_resident_bytes())


async def _sweep(service: Service) -> None:
    app = AppContext(
        units_of_work=service.units_of_work,
        policy=read_policy(load_preset("django")),
        clock=service.clock,
        spaces=service.spaces,
        base_url="https://guardian.example",
        community="Bench",
    )
    for space in SPACES:
        on_listing = partial(compare_listing, app)
        await resync(service.units_of_work, service.spaces, service.clock, space, on_listing)


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
