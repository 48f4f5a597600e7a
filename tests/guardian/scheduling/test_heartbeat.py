"""The dead man's switch: whoever watches from outside hears nothing of a service that only looks alive."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from guardian.scheduling.heartbeat import send_heartbeat
from guardian.scheduling.periodic import RecurringJobs, every
from tests.fakes.clock import START, FrozenClock

INTERVAL, RETRY = timedelta(seconds=300), timedelta(seconds=30)


async def _beats(
    stale: Sequence[Sequence[str] | Exception], *, accepted: bool = True
) -> tuple[list[float], list[float]]:
    """When it was asked how the loops are, and when a sign of life went out, in seconds, for as many answers."""
    clock, answers, ended = FrozenClock(), iter(stale), asyncio.Event()
    asked, beats = list[float](), list[float]()

    def seconds() -> float:
        return (clock.now() - START).total_seconds()

    async def stale_loops() -> Sequence[str]:
        answer = next(answers, None)
        if answer is None:
            ended.set()
            return ()
        asked.append(seconds())
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def beat() -> bool:
        if not ended.is_set():
            beats.append(seconds())
        return accepted

    async def pass_time(length: float) -> None:
        for _ in range(10):
            await asyncio.sleep(0)
        clock.advance(timedelta(seconds=length))

    jobs = RecurringJobs(clock.now, RETRY)
    jobs.add("heartbeat", every(INTERVAL, START), partial(send_heartbeat, stale_loops, beat))
    task = asyncio.create_task(jobs.run_alone(pass_time))
    await ended.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return asked, beats


async def test_a_service_that_is_well_is_heard_of_again_and_again() -> None:
    assert await _beats([(), (), ()]) == ([0.0, 300.0, 600.0], [0.0, 300.0, 600.0])


async def test_a_service_with_a_loop_that_hangs_falls_silent() -> None:
    assert await _beats([(), ("keys",), ()]) == ([0.0, 300.0, 330.0], [0.0, 330.0])


async def test_a_service_that_cannot_say_how_it_is_falls_silent_and_goes_on() -> None:
    assert await _beats([RuntimeError("no database"), ()]) == ([0.0, 30.0], [30.0])


async def test_a_sign_of_life_that_was_not_taken_is_given_again_soon() -> None:
    assert await _beats([(), ()], accepted=False) == ([0.0, 30.0], [0.0, 30.0])
