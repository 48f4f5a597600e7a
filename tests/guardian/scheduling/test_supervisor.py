"""The clockwork: loops wake by time or by a bell, survive their faults, and say truly whether all is at rest."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from guardian.clock import DrivenClock, DrivenTime
from guardian.scheduling.supervisor import Loop, LoopSupervisor, Wait, step_loop
from guardian.storage.wakeups import Subscription, WakeupHub
from tests.fakes.clock import START

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class HubSource:
    """One bell, as the database has it."""

    hub: WakeupHub = field(default_factory=WakeupHub)

    @contextmanager
    def subscribe(self, *topics: str) -> Iterator[Subscription]:
        with self.hub.subscribe(topics) as subscription:
            yield subscription

    def wake(self, topic: str) -> None:
        self.hub.wake([topic])


@dataclass(slots=True)
class Chore:
    """Work that is due at instants; a step does what is due, or fails as told."""

    time: DrivenTime
    due: list[datetime] = field(default_factory=list)
    done: list[datetime] = field(default_factory=list)
    steps: int = 0
    fails: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event | None = None

    async def step(self) -> None:
        self.steps += 1
        self.moved.set()
        if self.fails:
            self.fails -= 1
            raise RuntimeError("not this time")
        if self.gate is not None:
            await self.gate.wait()
        now = self.time.now()
        self.done += [at for at in self.due if at <= now]
        self.due = [at for at in self.due if at > now]
        self.moved.set()

    async def next_due(self) -> datetime | None:
        return min(self.due, default=None)

    def loop(self, name: str = "chores") -> Loop:
        return step_loop(name, name, self.step, self.next_due)


@dataclass(slots=True)
class SupervisedLoops:
    """A clockwork over driven time."""

    time: DrivenTime
    wakeups: HubSource
    supervisor: LoopSupervisor
    pauses: list[float]

    def chore(self, *due: datetime) -> Chore:
        return Chore(time=self.time, due=list(due))

    @asynccontextmanager
    async def running(self, *loops: Loop) -> AsyncIterator[None]:
        """The loops turn until the block ends."""
        task = asyncio.create_task(self.supervisor.run(*loops))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(what: Callable[[], Awaitable[bool] | bool]) -> None:
    """Returns once it is so; a test in which it never is so fails by its own ceiling."""
    async with asyncio.timeout(20):
        while True:
            found = what()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0)


@pytest.fixture
def loops(tmp_path: Path) -> Iterator[SupervisedLoops]:
    driven = DrivenTime.create(tmp_path / "time", START)
    wakeups, naps = HubSource(), []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        await asyncio.sleep(0)

    yield SupervisedLoops(driven, wakeups, LoopSupervisor(wakeups, DrivenClock(driven), sleep=nap), naps)
    driven.close()


async def test_a_loop_works_when_case_time_reaches_what_is_due(loops: SupervisedLoops) -> None:
    chore = loops.chore(START + HOUR)
    async with loops.running(chore.loop()):
        await until(loops.supervisor.is_idle)
        assert chore.done == []
        loops.time.set(START + HOUR)
        await until(lambda: bool(chore.done))
        await until(loops.supervisor.is_idle)


async def test_a_loop_that_has_nothing_to_wait_for_is_woken_by_its_own_bell_alone(
    loops: SupervisedLoops,
) -> None:
    chore, other = loops.chore(), loops.chore()
    async with loops.running(chore.loop(), other.loop("others")):
        await until(loops.supervisor.is_idle)
        chore.due.append(START)
        loops.wakeups.wake("chores")
        await until(lambda: bool(chore.done))
        await until(loops.supervisor.is_idle)
    assert (chore.steps, other.steps) == (2, 1)


async def test_what_is_rung_while_a_loop_works_is_not_lost(loops: SupervisedLoops) -> None:
    chore = loops.chore()
    chore.gate = asyncio.Event()
    async with loops.running(chore.loop()):
        await until(lambda: chore.steps == 1)
        loops.wakeups.wake("chores")
        chore.gate.set()
        await until(lambda: chore.steps == 2)


async def test_a_fault_in_one_loop_stops_neither_it_nor_the_others(loops: SupervisedLoops) -> None:
    faulty, well = loops.chore(START), loops.chore(START)
    faulty.fails = 3
    async with loops.running(faulty.loop(), well.loop("others")):
        await until(lambda: bool(faulty.done and well.done))
        await until(loops.supervisor.is_idle)
    assert loops.pauses == [1.0, 2.0, 4.0]


async def test_a_loop_begins_its_pauses_anew_once_it_has_worked(loops: SupervisedLoops) -> None:
    chore = loops.chore()
    chore.fails = 2
    async with loops.running(chore.loop()):
        await until(loops.supervisor.is_idle)
        chore.fails = 1
        loops.wakeups.wake("chores")
        await until(lambda: len(loops.pauses) == 3)
        await until(loops.supervisor.is_idle)
    assert loops.pauses == [1.0, 2.0, 1.0]


async def test_the_service_is_not_idle_while_a_step_is_under_way(loops: SupervisedLoops) -> None:
    chore = loops.chore(START)
    chore.gate = asyncio.Event()
    async with loops.running(chore.loop()):
        await until(lambda: chore.steps == 1)
        assert not await loops.supervisor.is_idle()
        chore.gate.set()
        await until(loops.supervisor.is_idle)


async def test_the_service_is_not_idle_while_something_is_due_or_in_hand(loops: SupervisedLoops) -> None:
    in_hand = [0]

    async def run(wait: Wait) -> None:
        while True:
            await wait(None)

    async def next_due() -> datetime | None:
        return due[0]

    due: list[datetime | None] = [None]
    async with loops.running(Loop(name="keys", topic="keys", run=run, next_due=next_due, active=lambda: in_hand[0])):
        await until(loops.supervisor.is_idle)
        in_hand[0] = 1
        assert not await loops.supervisor.is_idle()
        in_hand[0], due[0] = 0, START
        assert not await loops.supervisor.is_idle()
        due[0] = START + HOUR
        assert await loops.supervisor.is_idle()
        assert await loops.supervisor.next_due() == START + HOUR


async def test_the_service_is_not_idle_where_a_loop_took_something_up_while_it_was_asked(
    loops: SupervisedLoops,
) -> None:
    """The harm: time would jump past what was just about to be done."""
    chore = loops.chore()
    asked = asyncio.Event()

    async def slowly() -> datetime | None:
        asked.set()
        for _ in range(50):
            await asyncio.sleep(0)
        return None

    async def run(wait: Wait) -> None:
        while True:
            await wait(None)

    async with loops.running(chore.loop(), Loop(name="slow", topic="slow", run=run, next_due=slowly)):
        await until(loops.supervisor.is_idle)
        asked.clear()
        answer = asyncio.create_task(loops.supervisor.is_idle())
        await asked.wait()
        chore.due.append(START)
        loops.wakeups.wake("chores")
        await until(lambda: bool(chore.done))
        assert not await answer
        await until(loops.supervisor.is_idle)


async def test_the_earliest_of_all_that_is_due_comes_next(loops: SupervisedLoops) -> None:
    late, early, none = loops.chore(START + 2 * HOUR), loops.chore(START + HOUR), loops.chore()
    async with loops.running(late.loop("late"), early.loop("early"), none.loop("none")):
        await until(loops.supervisor.is_idle)
        assert await loops.supervisor.next_due() == START + HOUR


async def test_what_stays_due_does_not_make_a_loop_spin(loops: SupervisedLoops) -> None:
    class Stuck(Chore):
        async def step(self) -> None:
            self.steps += 1

    stuck = Stuck(loops.time, [START])
    async with loops.running(stuck.loop()):
        await until(lambda: stuck.steps > 3)
        steps = stuck.steps
        for _ in range(1000):
            await asyncio.sleep(0)
        assert stuck.steps < steps + 20
        assert not await loops.supervisor.is_idle()


async def test_heartbeats_tell_which_loop_has_not_been_heard_of(loops: SupervisedLoops) -> None:
    hanging, well = loops.chore(), loops.chore()
    hanging.gate = asyncio.Event()
    async with loops.running(hanging.loop("hanging"), well.loop("well")):
        await until(lambda: hanging.steps == 1 and well.steps == 1)
        before = loops.supervisor.health()
        assert set(before) == {"hanging", "well"}
        loops.wakeups.wake("well")
        await until(lambda: well.steps == 2)
        after = loops.supervisor.health()
    assert after["hanging"] > before["hanging"]
    assert after["well"] < after["hanging"]


async def test_cancelling_passes_and_ends_what_was_still_under_way(loops: SupervisedLoops) -> None:
    chore, stopped = loops.chore(), asyncio.Event()
    chore.gate = asyncio.Event()

    async def stop() -> None:
        stopped.set()

    loop = chore.loop()
    turning = asyncio.create_task(
        loops.supervisor.run(Loop(name=loop.name, topic=loop.topic, run=loop.run, next_due=loop.next_due, stop=stop))
    )
    await until(lambda: chore.steps == 1)
    turning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turning
    assert stopped.is_set()


async def test_before_it_turns_nothing_can_be_called_idle(loops: SupervisedLoops) -> None:
    assert not await loops.supervisor.is_idle()


async def test_a_loop_looks_again_when_its_longest_wait_is_over_though_no_bell_rang(
    loops: SupervisedLoops,
) -> None:
    chore = loops.chore()
    supervisor = LoopSupervisor(loops.wakeups, DrivenClock(loops.time), longest_wait=0.001)
    task = asyncio.create_task(supervisor.run(chore.loop()))
    await until(lambda: chore.steps > 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
