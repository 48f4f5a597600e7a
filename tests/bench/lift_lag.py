"""How late access returns when terms end, and what that costs, beside few and beside many other running sanctions."""

import gc
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from connectors.emulators.shared.history import Change
from guardian.clock import MachineClock, monotonic_seconds
from guardian.ids import SpaceName
from guardian.reconciler.resync import resync
from guardian.sanctions.models import CoverageState
from tests.bench.figures import Aim, Part, quantile
from tests.bench.figures import format_counts as in_words
from tests.bench.floor_clients import RELEASE_FLOOR
from tests.bench.measured_service import (
    DISCORD,
    FORUM,
    GITHUB,
    SPACES,
    Platforms,
    Service,
    a_service,
    operations,
    platforms,
)
from tests.bench.seeding import Barred, add_barred, add_others, store_held

NAME: Final = "lift_lag"
LAG_AIM: Final = 1.0
GROWTH_AIM: Final = 1.5
CHANGE: Final = {DISCORD: "ban", FORUM: "suspension", GITHUB: "block"}
LIST_PAGES: Final = frozenset({"ban.list", "member.list", "user.list", "block.list"})


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it: releases, spread over so many seconds, beside few and many others; latency in seconds.

    The sizes take turns, `turns` each, so that whatever else the machine does meets them alike.
    """

    releases: int = 100
    spread: float = 20.0
    turns: int = 5
    latency: float = 0.05
    beside: tuple[int, ...] = (1_000, 100_000)
    head_start: float = 1.0


@dataclass(slots=True)
class Run:
    """One size: seconds between the end of each term and the last space letting the person in, and what it took."""

    beside: int
    spaces: Platforms
    service: Service
    seeding_seconds: float
    by_space: dict[SpaceName, list[float]] = field(default_factory=lambda: {space: [] for space in SPACES})
    calls: dict[SpaceName, Counter[str]] = field(default_factory=lambda: {space: Counter() for space in SPACES})
    cpu_seconds: float = 0.0
    resync_calls: dict[SpaceName, dict[str, int]] = field(default_factory=dict)
    resync_seconds: dict[SpaceName, float] = field(default_factory=dict)
    drifted: int = 0

    @property
    def lags(self) -> list[float]:
        """For each term the seconds until its last space had let the person in."""
        return [max(each) for each in zip(*self.by_space.values(), strict=True)]


async def measure(folder: Path, size: Size) -> Part:
    """The same releases beside each number of others, each on a database and on platforms of their own."""
    async with AsyncExitStack() as stack:
        runs = [await stack.enter_async_context(_prepare_run(folder, size, beside)) for beside in size.beside]
        with pause_collector():
            for turn in range(size.turns):
                for run in runs:
                    await _run_share(run, size, turn)
        for run in runs:
            await _resync(run)
        return _part(size, runs)


@asynccontextmanager
async def _prepare_run(folder: Path, size: Size, beside: int) -> AsyncIterator[Run]:
    """So many others are held already, and the platforms answer as slowly as they are to."""
    here = folder / str(beside)
    here.mkdir()
    clock = MachineClock()
    async with platforms(clock) as spaces, a_service(here, spaces, clock) as service:
        begun, now = monotonic_seconds(), clock.now()
        await store_held(service, add_others(spaces, beside, now), now)
        run = Run(beside=beside, spaces=spaces, service=service, seeding_seconds=monotonic_seconds() - begun)
        spaces.answer_after(size.latency)
        yield run


async def _run_share(run: Run, size: Size, turn: int) -> None:
    """One share of the releases, from their seeding to the last record of them."""
    leaving = await _seed_leaving(run, size, turn)
    mark, begun = run.spaces.mark(), time.process_time()
    async with run.service.run_reconciler():
        patience = size.head_start + size.spread + 60
        await run.service.alerts.wait_until_reached([each.person for each in leaving], CoverageState.RETURNED, patience)
        await run.service.wait_until_idle()
    run.cpu_seconds += time.process_time() - begun
    for space, asked in run.spaces.asked_since(mark).items():
        run.calls[space].update(operations(asked))
        run.by_space[space] += _lags(run.spaces, space, leaving)


@contextmanager
def pause_collector() -> Iterator[None]:
    """The platforms' many accounts live in this process: the collector of garbage does not walk over them meanwhile."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _seed_leaving(run: Run, size: Size, turn: int) -> list[Barred]:
    """People barred in all three spaces whose terms end one after the other, soon."""
    now = run.service.clock.now()
    first = now + timedelta(seconds=size.head_start)
    apart = timedelta(seconds=size.spread / size.releases)
    share = range(size.releases // size.turns)
    leaving = [add_barred(run.spaces, f"leaving-{turn}-{n}", first + apart * n, SPACES, now) for n in share]
    await store_held(run.service, leaving, now)
    return leaving


def _lags(spaces: Platforms, space: SpaceName, leaving: Sequence[Barred]) -> list[float]:
    """Seconds from each term's end to the platform's own record of the release; nobody is let in early or twice."""
    released: dict[str, list[Change]] = {}
    for change in spaces[space].history.changes_of(CHANGE[space]):
        released.setdefault(change.subject, []).append(change)
    given_up, lags = MachineClock().now(), []
    for each in leaving:
        # Whoever was not let in while we waited counts as let in just now: the figure is too small, and missed anyhow.
        at = [change.at for change in released.get(each.accounts[space], ())] or [given_up]
        if len(at) > 1:
            raise AssertionError("somebody was let in twice")
        lags.append(_late(at[0], each.ends))
    return lags


def _late(at: datetime, due: datetime) -> float:
    if at < due:
        raise AssertionError("somebody was let in before their term was over")
    return (at - due).total_seconds()


async def _resync(run: Run) -> None:
    """One sweep of each space; the first request of each asks for the platform's time."""
    service = run.service
    with service.use_address():
        for space in SPACES:
            mark, begun = run.spaces.mark(), monotonic_seconds()
            found = await resync(service.units_of_work, service.spaces, service.clock, space)
            if found is None:
                raise RuntimeError(f"the sweep of {space} failed")
            run.drifted += found
            run.resync_seconds[space] = monotonic_seconds() - begun
            run.resync_calls[space] = operations(run.spaces.asked_since(mark)[space])


def _part(size: Size, runs: list[Run]) -> Part:
    span = f"within {size.spread:g} s (in {size.turns} turns)"
    held = f"{size.releases} terms end {span}, each held in three spaces"
    lines = [f"lift_lag: {held}, each answer after {size.latency * 1000:g} ms"]
    for run in runs:
        lines += _lines(size, run)
    facts = {"releases": size.releases, "spread_s": size.spread, "latency_s": size.latency}
    return Part(NAME, tuple(lines), {**facts, "runs": [_facts(size, run) for run in runs]}, _aims(runs))


def _aims(runs: list[Run]) -> tuple[Aim, ...]:
    p99 = {run.beside: quantile(run.lags, 0.99) for run in runs}
    aims = [Aim(f"p99 of the lag beside {beside:,} others, in seconds", lag, LAG_AIM) for beside, lag in p99.items()]
    few, many = min(p99), max(p99)
    if few != many:
        aims.append(Aim(f"p99 beside {many:,} to that beside {few:,}", p99[many] / p99[few], GROWTH_AIM))
    aims.append(Aim("keys that the sweeps found to have drifted", float(sum(run.drifted for run in runs)), 0.0))
    strange = sum(
        count for run in runs for calls in run.resync_calls.values() for count in _beyond_lists(calls).values()
    )
    aims.append(Aim("calls of the sweeps beyond list pages and one for the time each", float(strange), 0.0))
    return tuple(aims)


def _beyond_lists(calls: dict[str, int]) -> Counter[str]:
    """What a sweep asked for besides its lists, less the one request for the time."""
    rest = Counter({name: count for name, count in calls.items() if name not in LIST_PAGES})
    return rest if rest.total() > 1 else Counter()


def _lines(size: Size, run: Run) -> list[str]:
    head = f"beside {run.beside:,} others (seeded in {run.seeding_seconds:.1f} s)"
    cpu = f"{run.cpu_seconds / size.releases * 1000:.0f} ms of processor a release, platforms included"
    lines = [f"  {head}: lag {_quantiles(run.lags)}, longest {max(run.lags):.3f} s; {cpu}"]
    for space in SPACES:
        lags, calls, floor = _quantiles(run.by_space[space]), run.calls[space], RELEASE_FLOOR[space]
        swept = run.resync_calls[space]
        lines += [
            f"    {space}: {lags}; {sum(calls.values()) / size.releases:.2f} calls a release, floor {len(floor)}",
            f"      calls: {in_words(dict(calls), size.releases)}",
            f"      floor: {', '.join(floor)}",
            f"      a sweep: {run.resync_seconds[space]:.1f} s, {sum(swept.values())} calls: {in_words(swept)}",
        ]
    return lines


def _quantiles(lags: Sequence[float]) -> str:
    return f"p50 {quantile(lags, 0.5):.3f} s, p99 {quantile(lags, 0.99):.3f} s"


def _facts(size: Size, run: Run) -> dict[str, Any]:
    return {
        "beside": run.beside,
        "p50_s": round(quantile(run.lags, 0.5), 4),
        "p99_s": round(quantile(run.lags, 0.99), 4),
        "longest_s": round(max(run.lags), 4),
        "p99_by_space_s": {space: round(quantile(lags, 0.99), 4) for space, lags in run.by_space.items()},
        "calls_per_release": {s: round(sum(calls.values()) / size.releases, 2) for s, calls in run.calls.items()},
        "floor": {space: len(floor) for space, floor in RELEASE_FLOOR.items()},
        "calls": run.calls,
        "sweep_calls": run.resync_calls,
        "sweep_s": {space: round(seconds, 2) for space, seconds in run.resync_seconds.items()},
        "cpu_s_per_release": round(run.cpu_seconds / size.releases, 4),
        "drifted": run.drifted,
        "seeding_s": round(run.seeding_seconds, 1),
    }
