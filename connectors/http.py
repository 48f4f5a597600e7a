"""What connectors with blocking clients share: worker threads, a budget of calls, quick retries and ceilings.

All in wire time. What an answer means stays with each connector's own `translate`.
"""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import IntEnum
from itertools import count
from secrets import SystemRandom
from typing import Any, Generic, TypeVar, assert_never

from guardian.clock import Clock, wire_seconds
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Unknown

T = TypeVar("T")

QUICK_TRIES = 3
LONGEST_QUICK_WAIT = timedelta(seconds=2)
FIRST_PAUSE = timedelta(seconds=0.2)
_NAP_SECONDS = 0.25
_CHANCE = SystemRandom()


class Urgency(IntEnum):
    """Who goes first where calls are scarce: what lifts or protects, then looks, then one of many, then sweeps."""

    ACT = 0
    LOOK = 1
    BULK = 2
    SWEEP = 3


_SHARE: Mapping[Urgency, float] = {Urgency.ACT: 1.0, Urgency.LOOK: 0.98, Urgency.BULK: 0.97, Urgency.SWEEP: 0.5}
"""The part of the budget that each urgency may use up, so that an act never finds the window full of sweeps."""
_BURST = 8
"""So many of many may come at once where they had to wait before."""


class Failed(Exception):
    """A call did not give what was asked; `outcome` says why, in the port's words."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class Budget:
    """At most so many calls in any minute of wire time; the most urgent waits the least.

    One of many comes at an even pace: a thousand of them at once would shut out the next urgent call for a minute.
    """

    def __init__(self, per_minute: float, seconds: float = 60.0) -> None:
        self._limit, self._seconds = max(1.0, per_minute * seconds / 60.0), seconds
        self._taken: deque[float] = deque()
        self._next_of_many = 0.0
        self._waiting: list[tuple[Urgency, int]] = []
        self._numbers = count()

    async def take(self, urgency: Urgency, patience: timedelta, cost: int = 1) -> None:
        """The call may go out now; Failed where it would have to wait for longer than `patience`."""
        ticket = (urgency, next(self._numbers))
        self._waiting.append(ticket)
        until = wire_seconds() + patience.total_seconds()
        try:
            while (wait := self._wait(ticket, cost)) > 0:
                if wire_seconds() + wait > until:
                    raise Failed(Unavailable("our own budget of calls there is used up", timedelta(seconds=wait)))
                await asyncio.sleep(min(wait, _NAP_SECONDS))
        finally:
            self._waiting.remove(ticket)
        self._taken.extend([wire_seconds()] * cost)
        if urgency is Urgency.BULK:
            pace = self._seconds / (self._limit * _SHARE[urgency])
            self._next_of_many = max(self._next_of_many, wire_seconds() - _BURST * pace) + cost * pace

    def _wait(self, ticket: tuple[Urgency, int], cost: int) -> float:
        """Seconds until the ticket could go, as far as is known now; 0 where it can."""
        now = wire_seconds()
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        ahead = sum(1 for other in self._waiting if other < ticket)
        lacking = len(self._taken) + ahead + cost - max(cost, int(self._limit * _SHARE[ticket[0]]))
        if lacking <= 0:
            return max(0.0, self._next_of_many - now) if ticket[0] is Urgency.BULK else 0.0
        if lacking > len(self._taken):
            return _NAP_SECONDS
        return max(0.001, self._taken[lacking - 1] + self._seconds - now)


class Pool:
    """Bounded worker threads of one space. A call that nobody waits for any more is still known to be under way."""

    def __init__(self, name: str, threads: int) -> None:
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._acting: Counter[Account] = Counter()
        self._flying: set[Future[Any]] = set()

    async def run(self, call: Callable[[], T], acts_on: Account | None = None) -> T:
        """The call's answer. Cancelled before a thread took it, it never runs; afterwards its thread goes on alone."""
        future = self._workers.submit(call)
        with self._lock:
            self._flying.add(future)
            if acts_on is not None:
                self._acting[acts_on] += 1
        future.add_done_callback(lambda ended: self._landed(ended, acts_on))
        return await asyncio.wrap_future(future)

    def busy(self, account: Account) -> bool:
        """Whether an act on this account has not returned from the wire yet."""
        with self._lock:
            return self._acting[account] > 0

    async def drained(self) -> None:
        """No thread is at work any more."""
        while self._flying:
            await asyncio.sleep(0.01)

    def close(self) -> None:
        """No call is taken any more; what is under way is left to end by itself."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _landed(self, future: Future[Any], acts_on: Account | None) -> None:
        with self._lock:
            self._flying.discard(future)
            if acts_on is not None:
                self._acting[acts_on] -= 1
                if not self._acting[acts_on]:
                    del self._acting[acts_on]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one blocking client speaks: what it raises, what that means, and the `Date` its thread heard last."""

    faults: tuple[type[Exception], ...]
    translate: Callable[[Exception], Outcome]
    date: Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T | None
    fault: Exception | None
    date: str | None


class Line:
    """One space's way out: each request in a worker thread, within the budget, tried quickly again where that is safe."""

    def __init__(
        self,
        name: SpaceName,
        clock: Clock,
        dialect: Dialect,
        ceiling: timedelta,
        per_minute: float,
        *,
        threads: int = 8,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self._name, self._clock, self._dialect, self._ceiling = name, clock, dialect, ceiling
        self._per_minute = per_minute
        self._budget = Budget(per_minute)
        self._pool = Pool(name, threads)
        self._first_pause = first_pause

    async def ask(
        self,
        call: Callable[[], T],
        urgency: Urgency = Urgency.LOOK,
        *,
        acts_on: Account | None = None,
        tries: int = QUICK_TRIES,
        cost: int = 1,
    ) -> T:
        """The answer to one request; Failed otherwise. `tries` is 1 for what must not be done twice."""
        for left in range(tries - 1, -1, -1):
            await self._budget.take(urgency, self._ceiling, cost)
            answer = await self._pool.run(lambda: self._asked(call), acts_on)
            self._hear(answer.date)
            if answer.fault is None:
                return answer.value  # type: ignore[return-value]  # None only where T itself allows it
            outcome = self._dialect.translate(answer.fault)
            if not left or not isinstance(outcome, Unavailable) or (outcome.after or timedelta()) > LONGEST_QUICK_WAIT:
                raise Failed(outcome) from answer.fault
            await asyncio.sleep(_pause(self._first_pause * 2 ** (tries - 1 - left), outcome.after))
        raise AssertionError("a request is tried at least once")

    async def act(self, steps: Coroutine[Any, Any, Outcome]) -> Outcome:
        """What the steps came to, or what stopped them; cut off at the ceiling."""
        try:
            async with asyncio.timeout(self._ceiling.total_seconds()):
                return await steps
        except TimeoutError:
            return Unavailable(f"no answer within {self._ceiling.total_seconds():g} s; it may have happened")
        except Failed as failed:
            return failed.outcome

    async def look(self, steps: Coroutine[Any, Any, T], ceilings: int = 1) -> T | Unknown:
        """What the steps saw, or why they saw nothing; cut off after so many ceilings (a sweep reads many pages)."""
        try:
            async with asyncio.timeout(self._ceiling.total_seconds() * ceilings):
                return await steps
        except TimeoutError:
            return Unknown(f"no answer within {self._ceiling.total_seconds() * ceilings:g} s")
        except Failed as failed:
            return unknown_for(failed.outcome)

    @property
    def per_minute_of_many(self) -> float:
        """How many calls a minute one of many may have here, where nothing more urgent needs them."""
        return self._per_minute * _SHARE[Urgency.BULK]

    def busy(self, account: Account) -> bool:
        """Whether an act on this account that was cut off may still be under way."""
        return self._pool.busy(account)

    async def drained(self) -> None:
        """Nothing is under way any more."""
        await self._pool.drained()

    def close(self) -> None:
        """No request goes out any more."""
        self._pool.close()

    def _asked(self, call: Callable[[], T]) -> _Answer[T]:
        """Runs in a worker thread, so that the `Date` is the one of this very call."""
        try:
            value = call()
        except self._dialect.faults as fault:
            return _Answer(None, fault, self._dialect.date())
        return _Answer(value, None, self._dialect.date())

    def _hear(self, date: str | None) -> None:
        instant = instant_of(date)
        if instant is not None:
            self._clock.heard(self._name, instant)


def unknown_for(outcome: Outcome) -> Unknown:
    """A look that ended like this saw nothing: never a no."""
    match outcome:
        case Unavailable(why, after):
            return Unknown(why, after)
        case Forbidden(needs):
            return Unknown("the space refuses us the look", needs=needs)
        case Rejected(why):
            return Unknown(why)
        case Gone() | Already() | Done():
            return Unknown("the space gave an answer that does not fit the question")
    assert_never(outcome)


def instant_of(date: str | None) -> datetime | None:
    """The instant of an HTTP date, aware UTC; None where it is missing or malformed."""
    if not date:
        return None
    try:
        parsed = parsedate_to_datetime(date)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the answer asks to wait: seconds, or an HTTP date against the answer's own `Date`. Keys in lower case."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return timedelta(seconds=min(max(0.0, float(value)), 86_400.0))
    except ValueError:
        until, now = instant_of(value), instant_of(headers.get("date"))
        return max(timedelta(), until - now) if until and now else None


def _pause(usual: timedelta, after: timedelta | None) -> float:
    """Seconds before the next quick try, with jitter, and never less than the space asked for."""
    jitter: float = usual.total_seconds() * _CHANCE.uniform(0.5, 1.5)
    return max(jitter, after.total_seconds() if after else 0.0)
