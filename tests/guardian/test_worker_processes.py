"""Work in another process: its answer comes back, and whatever it does there, the next work is done."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable

import pytest

from guardian.worker_processes import Ceilings, StopReason, WorkerProcesses, WorkStopped, shared_workers

CEILINGS = Ceilings(processor_seconds=1, seconds=10.0, memory=600_000_000)


def double(number: int) -> int:
    """Plain work."""
    return 2 * number


def turn_for_ever() -> None:
    """Take every second that there is."""
    while True:
        pass


def wait_for_ever() -> None:
    """Take time, and no processor."""
    while True:
        time.sleep(1)


def take_memory() -> int:
    """Take every byte that there is."""
    return len(bytearray(2_000_000_000))


def nest(depth: int = 100_000) -> object:
    """Call oneself for too long."""
    return nest(depth - 1)


def die() -> None:
    """End the process at once."""
    os._exit(3)


@pytest.fixture
async def workers() -> AsyncIterator[WorkerProcesses]:
    """One process with low ceilings."""
    made = WorkerProcesses(1, CEILINGS)
    yield made
    made.close()


async def test_work_is_done_in_another_process(workers: WorkerProcesses) -> None:
    assert await workers.run(os.getpid) != os.getpid()


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (turn_for_ever, StopReason.SECONDS),
        (take_memory, StopReason.MEMORY),
        (nest, StopReason.FAULT),
        (die, StopReason.FAULT),
    ],
)
@pytest.mark.harm("one-hostile-thing-stops-the-service")
async def test_work_past_a_ceiling_is_stopped_and_the_next_is_done(
    workers: WorkerProcesses, work: Callable[[], object], reason: StopReason
) -> None:
    with pytest.raises(WorkStopped) as stopped:
        await workers.run(work)
    assert (stopped.value.reason, await workers.run(double, 4)) == (reason, 8)


@pytest.mark.wire_time
async def test_work_that_waits_for_ever_is_stopped_as_well() -> None:
    workers = WorkerProcesses(1, Ceilings(processor_seconds=1, seconds=0.2))
    with pytest.raises(WorkStopped) as stopped:
        await workers.run(wait_for_ever)
    workers.close()
    assert stopped.value.reason is StopReason.SECONDS


async def test_everything_else_goes_on_while_work_is_done(workers: WorkerProcesses) -> None:
    working = asyncio.create_task(workers.run(turn_for_ever))
    turns = 0
    while not working.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert isinstance(working.exception(), WorkStopped)
    assert turns > 10


async def test_work_of_ordinary_length_after_ordinary_work_is_never_stopped_for_the_sum(
    workers: WorkerProcesses,
) -> None:
    for _ in range(4):
        assert await workers.run(burn, 0.6) > 0


def burn(seconds: float) -> int:
    """Take so many seconds of the processor."""
    turns, until = 0, time.process_time() + seconds
    while time.process_time() < until:
        turns += 1
    return turns


def test_the_shared_processes_are_the_same_for_all() -> None:
    assert shared_workers() is shared_workers()


async def test_processes_that_were_started_are_those_that_work() -> None:
    workers = WorkerProcesses(2, CEILINGS)
    await workers.start()
    first = {await workers.run(os.getpid) for _ in range(4)}
    await workers.start()
    again = {await workers.run(os.getpid) for _ in range(4)}
    workers.close()
    assert (len(first), first) == (2, again)
