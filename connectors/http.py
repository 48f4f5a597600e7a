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
from typing import Any, Final, Generic, TypeVar, assert_never

from guardian.clock import Clock, monotonic_seconds
from guardian.ids import SpaceName
from guardian.logs import location_of, logger
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Requested, Unavailable
from guardian.spaces.port import Account, Unknown

T = TypeVar("T")

_log = logger("connectors")

QUICK_TRIES = 3
LONGEST_QUICK_WAIT = timedelta(seconds=2)
FIRST_PAUSE = timedelta(seconds=0.2)
_POLL_SECONDS = 0.25
_RANDOM = SystemRandom()


class Priority(IntEnum):
    """Who goes first where calls are scarce: what lifts or protects, then looks, then one of many, then sweeps."""

    ACTION = 0
    OBSERVATION = 1
    BULK = 2
    LISTING = 3


_SHARE: Mapping[Priority, float] = {
    Priority.ACTION: 1.0,
    Priority.OBSERVATION: 0.98,
    Priority.BULK: 0.97,
    Priority.LISTING: 0.5,
}
"""The part of the budget that each urgency may use up, so that an act never finds the window full of sweeps."""
_BURST = 8
"""So many of many may come at once where they had to wait before."""


WRONG_SHAPES: Final = (AttributeError, LookupError, TypeError, ValueError)
"""What reading an answer ends in that is none of the platform's: something in front of it answered with success."""

UNREADABLE: Final = "the answer could not be read; it may be another's, and what was asked for may have happened"


def note_unreadable(error: Exception) -> None:
    """Log where an answer could not be read: a fault of ours looks the same, and its words may be somebody's."""
    _log.warning("answer.misread", kind=type(error).__name__, at=location_of(error))


class CallFailed(Exception):
    """A call did not give what was asked; `outcome` says why, in the port's words."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class RateLimiter:
    """At most so many calls in any minute of wire time; the most urgent waits the least.

    One of many comes at an even pace: a thousand of them at once would shut out the next urgent call for a minute.
    """

    def __init__(self, per_minute: float, seconds: float = 60.0) -> None:
        self._limit, self._seconds = max(1.0, per_minute * seconds / 60.0), seconds
        self._used_at: deque[float] = deque()
        self._next_bulk = 0.0
        self._waiting: list[tuple[Priority, int]] = []
        self._numbers = count()

    async def take(self, priority: Priority, max_wait: timedelta, cost: int = 1) -> None:
        """Let the call go out now; Failed where it would have to wait for longer than `patience`."""
        ticket = (priority, next(self._numbers))
        self._waiting.append(ticket)
        until = monotonic_seconds() + max_wait.total_seconds()
        try:
            while (wait := self._seconds_until_free(ticket, cost)) > 0:
                if monotonic_seconds() + wait > until:
                    raise CallFailed(Unavailable("our own budget of calls there is used up", timedelta(seconds=wait)))
                await asyncio.sleep(min(wait, _POLL_SECONDS))
        finally:
            self._waiting.remove(ticket)
        self._used_at.extend([monotonic_seconds()] * cost)
        if priority is Priority.BULK:
            interval = self._seconds / (self._limit * _SHARE[priority])
            self._next_bulk = max(self._next_bulk, monotonic_seconds() - _BURST * interval) + cost * interval

    def _seconds_until_free(self, ticket: tuple[Priority, int], cost: int) -> float:
        """Seconds until the ticket could go, as far as is known now; 0 where it can."""
        now = monotonic_seconds()
        while self._used_at and self._used_at[0] <= now - self._seconds:
            self._used_at.popleft()
        ahead = sum(1 for other in self._waiting if other < ticket)
        lacking = len(self._used_at) + ahead + cost - max(cost, int(self._limit * _SHARE[ticket[0]]))
        if lacking <= 0:
            return max(0.0, self._next_bulk - now) if ticket[0] is Priority.BULK else 0.0
        if lacking > len(self._used_at):
            return _POLL_SECONDS
        return max(0.001, self._used_at[lacking - 1] + self._seconds - now)


class WorkerPool:
    """Bounded worker threads of one space. A call that nobody waits for any more is still known to be under way."""

    def __init__(self, name: str, threads: int) -> None:
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._in_flight_by_account: Counter[Account] = Counter()
        self._in_flight: set[Future[Any]] = set()

    async def run(self, call: Callable[[], T], acts_on: Account | None = None) -> T:
        """Return the call's answer.

        Cancelled before a thread took it, it never runs; afterwards its thread goes on alone.
        """
        future = self._workers.submit(call)
        with self._lock:
            self._in_flight.add(future)
            if acts_on is not None:
                self._in_flight_by_account[acts_on] += 1
        future.add_done_callback(lambda ended: self._finish(ended, acts_on))
        return await asyncio.wrap_future(future)

    def has_call_in_flight(self, account: Account) -> bool:
        """Return whether an act on this account has not returned from the wire yet."""
        with self._lock:
            return self._in_flight_by_account[account] > 0

    async def wait_until_idle(self) -> None:
        """No thread is at work any more."""
        while self._in_flight:
            await asyncio.sleep(0.01)

    def close(self) -> None:
        """No call is taken any more; what is under way is left to end by itself."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _finish(self, future: Future[Any], acts_on: Account | None) -> None:
        with self._lock:
            self._in_flight.discard(future)
            if acts_on is not None:
                self._in_flight_by_account[acts_on] -= 1
                if not self._in_flight_by_account[acts_on]:
                    del self._in_flight_by_account[acts_on]


@dataclass(frozen=True, slots=True)
class ErrorMapping:
    """How one blocking client speaks: what it raises, what that means, and the `Date` its thread heard last."""

    exceptions: tuple[type[Exception], ...]
    translate: Callable[[Exception], Outcome]
    response_date: Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class _Response(Generic[T]):
    value: T | None
    error: Exception | None
    date: str | None


class Caller:
    """One space's way out: each request in a worker thread, within the budget, tried quickly again where that is safe."""

    def __init__(
        self,
        name: SpaceName,
        clock: Clock,
        error_mapping: ErrorMapping,
        ceiling: timedelta,
        per_minute: float,
        *,
        threads: int = 8,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self._name, self._clock, self._error_mapping, self._ceiling = name, clock, error_mapping, ceiling
        self._per_minute = per_minute
        self._rate_limiter = RateLimiter(per_minute)
        self._workers = WorkerPool(name, threads)
        self._first_pause = first_pause

    async def request(
        self,
        call: Callable[[], T],
        priority: Priority = Priority.OBSERVATION,
        *,
        acts_on: Account | None = None,
        tries: int = QUICK_TRIES,
        cost: int = 1,
    ) -> T:
        """Return the answer to one request; Failed otherwise. `tries` is 1 for what must not be done twice."""
        for left in range(tries - 1, -1, -1):
            await self._rate_limiter.take(priority, self._ceiling, cost)
            response = await self._workers.run(lambda: self._run_call(call), acts_on)
            self._observe_date(response.date)
            if response.error is None:
                return response.value  # type: ignore[return-value]  # None only where T itself allows it
            outcome = self._error_mapping.translate(response.error)
            if not left or not isinstance(outcome, Unavailable) or (outcome.after or timedelta()) > LONGEST_QUICK_WAIT:
                raise CallFailed(outcome) from response.error
            await asyncio.sleep(_retry_delay(self._first_pause * 2 ** (tries - 1 - left), outcome.after))
        raise AssertionError("a request is tried at least once")

    async def perform(self, operation: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Return what the steps came to, or what stopped them; cut off at the ceiling."""
        try:
            async with asyncio.timeout(self._ceiling.total_seconds()):
                return await operation
        except TimeoutError:
            return Unavailable(f"no answer within {self._ceiling.total_seconds():g} s; it may have happened")
        except CallFailed as failed:
            return failed.outcome
        except WRONG_SHAPES as error:
            note_unreadable(error)
            return Unavailable(UNREADABLE)

    async def observe(self, operation: Coroutine[Any, Any, T], ceilings: int = 1) -> T | Unknown:
        """Return what the steps saw, or why they saw nothing: an answer of another shape is none.

        Cut off after so many ceilings (a sweep reads many pages).
        """
        try:
            return await self.read_item(operation, ceilings)
        except WRONG_SHAPES as error:
            note_unreadable(error)
            return Unknown(UNREADABLE)

    async def read_item(self, operation: Coroutine[Any, Any, T], ceilings: int = 1) -> T | Unknown:
        """Return what the steps read, or why the platform gave nothing; an item of another shape is let out as the error.

        For queues of what strangers send, which set one odd item aside, tell people of it, and take the next.
        """
        try:
            async with asyncio.timeout(self._ceiling.total_seconds() * ceilings):
                return await operation
        except TimeoutError:
            return Unknown(f"no answer within {self._ceiling.total_seconds() * ceilings:g} s")
        except CallFailed as failed:
            return to_unknown(failed.outcome)

    @property
    def bulk_per_minute(self) -> float:
        """How many calls a minute one of many may have here, where nothing more urgent needs them."""
        return self._per_minute * _SHARE[Priority.BULK]

    def has_call_in_flight(self, account: Account) -> bool:
        """Return whether an act on this account that was cut off may still be under way."""
        return self._workers.has_call_in_flight(account)

    async def wait_until_idle(self) -> None:
        """Nothing is under way any more."""
        await self._workers.wait_until_idle()

    def close(self) -> None:
        """No request goes out any more."""
        self._workers.close()

    def _run_call(self, call: Callable[[], T]) -> _Response[T]:
        """Runs in a worker thread, so that the `Date` is the one of this very call."""
        try:
            value = call()
        except self._error_mapping.exceptions as error:
            return _Response(None, error, self._error_mapping.response_date())
        return _Response(value, None, self._error_mapping.response_date())

    def _observe_date(self, date: str | None) -> None:
        instant = parse_http_date(date)
        if instant is not None:
            self._clock.observe_server_time(self._name, instant)


def to_unknown(outcome: Outcome) -> Unknown:
    """A look that ended like this saw nothing: never a no."""
    match outcome:
        case Unavailable(why, after):
            return Unknown(why, after)
        case Forbidden(needs):
            return Unknown("the space refuses us the look", needs=needs)
        case Rejected(why):
            return Unknown(why)
        case Gone() | Already() | Done() | Requested():
            return Unknown("the space gave an answer that does not fit the question")
    assert_never(outcome)


def parse_http_date(date: str | None) -> datetime | None:
    """Return the instant of an HTTP date, aware UTC; None where it is missing or malformed."""
    if not date:
        return None
    try:
        parsed = parsedate_to_datetime(date)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def parse_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the answer asks to wait: seconds, or an HTTP date against the answer's own `Date`.

    Keys in lower case.
    """
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        return timedelta(seconds=min(max(0.0, float(value)), 86_400.0))
    except ValueError:
        until, now = parse_http_date(value), parse_http_date(headers.get("date"))
        return max(timedelta(), until - now) if until and now else None


def _retry_delay(usual: timedelta, after: timedelta | None) -> float:
    """Seconds before the next quick try, with jitter, and never less than the space asked for."""
    jitter: float = usual.total_seconds() * _RANDOM.uniform(0.5, 1.5)
    return max(jitter, after.total_seconds() if after else 0.0)
