"""Keeps the loops of the service turning: each waits for its next instant, or for a bell. Carries out nothing itself.

Case time comes from the Clock port; the cap of a wait, pauses after a fault and heartbeats are wire time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from guardian.clock import Clock, wire_seconds
from guardian.logs import logger, place_of

log = logger("scheduling")

LONGEST_WAIT: Final = 30.0
"""Wire seconds after which a loop looks again in any case: a ring can be missed."""
_LONGEST_PAUSE: Final = 30.0
_FIRST_PAUSE: Final = 0.01

Wait = Callable[[datetime | None], Awaitable[None]]
"""Returns when case time has reached the instant, a bell has rung, or the cap has run out."""


class Ear(Protocol):
    """One waiting loop's ear; what is rung between two waits is not lost."""

    async def heard(self) -> frozenset[str]:
        """The topics woken since the last call, once there are any."""
        ...


class Bells(Protocol):
    """Where commits ring. The database is one."""

    def listen(self, *topics: str) -> AbstractContextManager[Ear]:
        """Hears the topics until the block ends."""
        ...


async def _nothing_to_stop() -> None:
    return None


def _nothing_in_hand() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that works by itself. `run` works until cancelled, and waits by the `Wait` that it is given, with nothing
    in hand of its own but what `in_hand` counts; `next_due` asks the database; `stop` ends what is still under way.
    """

    name: str
    topic: str
    run: Callable[[Wait], Awaitable[None]]
    next_due: Callable[[], Awaitable[datetime | None]]
    in_hand: Callable[[], int] = _nothing_in_hand
    stop: Callable[[], Awaitable[None]] = _nothing_to_stop


def in_steps(
    name: str, topic: str, step: Callable[[], Awaitable[None]], next_due: Callable[[], Awaitable[datetime | None]]
) -> Loop:
    """A loop that does all that is due in one step, and then waits for what is due next."""

    async def run(wait: Wait) -> None:
        while True:
            await step()
            await wait(await next_due())

    return Loop(name, topic, run, next_due)


@dataclass(slots=True)
class _Turn:
    """How one loop stands: whether it waits, when it was last heard of, how often in a row its instant was past already,
    and how often in a row it failed before it came to wait.
    """

    loop: Loop
    waits: bool = False
    beat: float = field(default_factory=wire_seconds)
    hurried: int = 0
    failed: int = 0


class Clockwork:
    """Runs loops side by side. A fault in one is logged, and it begins again; the others never notice."""

    def __init__(
        self,
        bells: Bells,
        clock: Clock,
        *,
        longest_wait: float = LONGEST_WAIT,
        nap: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bells = bells
        self._clock = clock
        self._longest_wait = longest_wait
        self._nap = nap
        self._turns: dict[str, _Turn] = {}
        self._stirred = 0

    async def run(self, *loops: Loop) -> None:
        """The loops turn until this is cancelled; then nothing of theirs is under way any more."""
        self._turns = {loop.name: _Turn(loop) for loop in loops}
        try:
            async with asyncio.TaskGroup() as group:
                for turn in self._turns.values():
                    group.create_task(self._keep_turning(turn), name=turn.loop.name)
        finally:
            await asyncio.gather(*(loop.stop() for loop in loops))

    def health(self) -> Mapping[str, timedelta]:
        """How long ago each loop was last heard of, in wire time; no more than a little over its longest wait is well."""
        now = wire_seconds()
        return {name: timedelta(seconds=max(0.0, now - turn.beat)) for name, turn in self._turns.items()}

    async def next_due(self) -> datetime | None:
        """The earliest instant at which any loop has something to do; None while none has."""
        instants = [await turn.loop.next_due() for turn in self._turns.values()]
        return min((at for at in instants if at is not None), default=None)

    async def idle(self) -> bool:
        """Whether nothing is in hand and nothing is due at this instant, so that only time or people can change it."""
        stirred = self._stirred
        if not self.waits():
            return False
        due = await self.next_due()
        # A loop that stirred while we asked may have taken something out of what we had already counted.
        return (due is None or due > self._clock.now()) and stirred == self._stirred and self.waits()

    def waits(self) -> bool:
        """Whether every loop waits, with nothing in hand; what is due is not asked."""
        return bool(self._turns) and all(turn.waits and not turn.loop.in_hand() for turn in self._turns.values())

    async def _keep_turning(self, turn: _Turn) -> None:
        with self._bells.listen(turn.loop.topic) as ear:
            while True:
                try:
                    await turn.loop.run(lambda due: self._wait(turn, ear, due))
                except Exception as error:
                    name = turn.loop.name
                    log.error("loop.has_failed", loop=name, kind=type(error).__name__, at=place_of(error))
                turn.failed += 1
                await self._nap(min(2.0 ** (turn.failed - 1), _LONGEST_PAUSE))

    async def _wait(self, turn: _Turn, ear: Ear, due: datetime | None) -> None:
        turn.beat = wire_seconds()
        turn.waits, turn.failed = True, 0
        try:
            if due is not None and due <= self._clock.now():
                await self._breathe(turn, ear)
            else:
                turn.hurried = 0
                await self._sleep(ear, due)
        finally:
            turn.waits = False
            turn.beat = wire_seconds()
            self._stirred += 1

    async def _sleep(self, ear: Ear, due: datetime | None) -> None:
        waits = [asyncio.ensure_future(ear.heard())]
        if due is not None:
            waits.append(asyncio.ensure_future(self._until(due)))
        await _first_of(waits, self._longest_wait)

    async def _until(self, due: datetime) -> frozenset[str]:
        await self._clock.sleep_until(due)
        return frozenset()

    async def _breathe(self, turn: _Turn, ear: Ear) -> None:
        """What was due stays due: at once the first time, then with longer and longer pauses, so that no loop spins."""
        turn.hurried += 1
        pause = 0.0 if turn.hurried == 1 else min(_FIRST_PAUSE * 2.0 ** (turn.hurried - 2), _LONGEST_PAUSE)
        await _first_of([asyncio.ensure_future(ear.heard())], pause)


async def _first_of(waits: Sequence[asyncio.Future[frozenset[str]]], seconds: float) -> None:
    """One of the waits has ended, or so many wire seconds have passed; none of them goes on."""
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
