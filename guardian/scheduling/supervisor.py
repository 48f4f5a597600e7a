"""Keeps the loops of the service turning: each waits for its next instant, or for a bell. Carries out nothing itself.

Case time comes from the Clock port; the cap of a wait, pauses after a fault and heartbeats are wire time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from guardian.clock import Clock, monotonic_seconds
from guardian.logs import location_of, logger

log = logger("scheduling")

LONGEST_WAIT_SECONDS: Final = 30.0
"""Wire seconds after which a loop looks again in any case: a ring can be missed."""
_LONGEST_PAUSE_SECONDS: Final = 30.0
_FIRST_PAUSE_SECONDS: Final = 0.01

Wait = Callable[[datetime | None], Awaitable[None]]
"""Returns when case time has reached the instant, a bell has rung, or the cap has run out."""


class Subscriber(Protocol):
    """One waiting loop's ear; what is rung between two waits is not lost."""

    async def wait_for_wakeup(self) -> frozenset[str]:
        """The topics woken since the last call, once there are any."""
        ...


class WakeupSource(Protocol):
    """Where commits ring. The database is one."""

    def subscribe(self, *topics: str) -> AbstractContextManager[Subscriber]:
        """Hears the topics until the block ends."""
        ...


async def _nothing_to_stop() -> None:
    return None


def _nothing_active() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that works by itself. `run` works until cancelled, and waits by the `Wait` that it is given, with nothing
    in hand of its own but what `active` counts; `next_due` asks the database; `stop` ends what is still under way.
    """

    name: str
    topic: str
    run: Callable[[Wait], Awaitable[None]]
    next_due: Callable[[], Awaitable[datetime | None]]
    active: Callable[[], int] = _nothing_active
    stop: Callable[[], Awaitable[None]] = _nothing_to_stop


def step_loop(
    name: str, topic: str, step: Callable[[], Awaitable[None]], next_due: Callable[[], Awaitable[datetime | None]]
) -> Loop:
    """A loop that does all that is due in one step, and then waits for what is due next."""

    async def run(wait: Wait) -> None:
        while True:
            await step()
            await wait(await next_due())

    return Loop(name=name, topic=topic, run=run, next_due=next_due)


@dataclass(slots=True)
class LoopState:
    """How one loop stands: whether it waits, when it was last heard of, how often in a row its instant was past already,
    and how often in a row it failed before it came to wait.
    """

    loop: Loop
    is_waiting: bool = False
    last_heartbeat: float = field(default_factory=monotonic_seconds)
    immediate_repeats: int = 0
    failures: int = 0


class LoopSupervisor:
    """Runs loops side by side. A fault in one is logged, and it begins again; the others never notice."""

    def __init__(
        self,
        wakeups: WakeupSource,
        clock: Clock,
        *,
        longest_wait: float = LONGEST_WAIT_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._wakeups = wakeups
        self._clock = clock
        self._longest_wait = longest_wait
        self._sleep_seconds = sleep
        self._states: dict[str, LoopState] = {}
        self._wakeup_count = 0

    async def run(self, *loops: Loop) -> None:
        """The loops turn until this is cancelled; then nothing of theirs is under way any more."""
        self._states = {loop.name: LoopState(loop) for loop in loops}
        try:
            async with asyncio.TaskGroup() as group:
                for state in self._states.values():
                    group.create_task(self._run_loop(state), name=state.loop.name)
        finally:
            await asyncio.gather(*(loop.stop() for loop in loops))

    def health(self) -> Mapping[str, timedelta]:
        """How long ago each loop was last heard of, in wire time; no more than a little over its longest wait is well."""
        now = monotonic_seconds()
        return {name: timedelta(seconds=max(0.0, now - state.last_heartbeat)) for name, state in self._states.items()}

    async def due_by_loop(self) -> Mapping[str, datetime]:
        """The next instant of each loop that has something to do."""
        instants = {name: await state.loop.next_due() for name, state in self._states.items()}
        return {name: at for name, at in instants.items() if at is not None}

    async def next_due(self) -> datetime | None:
        """The earliest instant at which any loop has something to do; None while none has."""
        instants = [await state.loop.next_due() for state in self._states.values()]
        return min((at for at in instants if at is not None), default=None)

    async def is_idle(self) -> bool:
        """Whether nothing is in hand and nothing is due at this instant, so that only time or people can change it."""
        wakeup_count = self._wakeup_count
        if not self.is_waiting():
            return False
        due = await self.next_due()
        # A loop that stirred while we asked may have taken something out of what we had already counted.
        return (due is None or due > self._clock.now()) and wakeup_count == self._wakeup_count and self.is_waiting()

    def is_waiting(self) -> bool:
        """Whether every loop waits, with nothing in hand; what is due is not asked."""
        return bool(self._states) and all(
            state.is_waiting and not state.loop.active() for state in self._states.values()
        )

    async def _run_loop(self, state: LoopState) -> None:
        with self._wakeups.subscribe(state.loop.topic) as subscriber:
            while True:
                try:
                    await state.loop.run(lambda due: self._wait(state, subscriber, due))
                except Exception as error:
                    name = state.loop.name
                    log.error("loop.has_failed", loop=name, kind=type(error).__name__, at=location_of(error))
                state.failures += 1
                await self._sleep_seconds(min(2.0 ** (state.failures - 1), _LONGEST_PAUSE_SECONDS))

    async def _wait(self, state: LoopState, subscriber: Subscriber, due: datetime | None) -> None:
        state.last_heartbeat = monotonic_seconds()
        state.is_waiting, state.failures = True, 0
        try:
            if due is not None and due <= self._clock.now():
                await self._back_off(state, subscriber)
            else:
                state.immediate_repeats = 0
                await self._sleep(subscriber, due)
        finally:
            state.is_waiting = False
            state.last_heartbeat = monotonic_seconds()
            self._wakeup_count += 1

    async def _sleep(self, subscriber: Subscriber, due: datetime | None) -> None:
        waits = [asyncio.ensure_future(subscriber.wait_for_wakeup())]
        if due is not None:
            waits.append(asyncio.ensure_future(self._sleep_until(due)))
        await _wait_for_first(waits, self._longest_wait)

    async def _sleep_until(self, due: datetime) -> frozenset[str]:
        await self._clock.sleep_until(due)
        return frozenset()

    async def _back_off(self, state: LoopState, subscriber: Subscriber) -> None:
        """What was due stays due: at once the first time, then with longer and longer pauses, so that no loop spins."""
        state.immediate_repeats += 1
        pause = (
            0.0
            if state.immediate_repeats == 1
            else min(_FIRST_PAUSE_SECONDS * 2.0 ** (state.immediate_repeats - 2), _LONGEST_PAUSE_SECONDS)
        )
        await _wait_for_first([asyncio.ensure_future(subscriber.wait_for_wakeup())], pause)


async def _wait_for_first(waits: Sequence[asyncio.Future[frozenset[str]]], seconds: float) -> None:
    """One of the waits has ended, or so many wire seconds have passed; none of them goes on."""
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
