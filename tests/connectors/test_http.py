"""Threads, budget, quick retries and ceilings, shown on calls that a test holds back."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.http import (
    Caller,
    CallFailed,
    ErrorMapping,
    Priority,
    RateLimiter,
    WorkerPool,
    parse_retry_after,
    to_unknown,
)
from guardian.clock import monotonic_seconds
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Unknown
from tests.fakes.clock import FrozenClock

SOMEBODY = Account(SpaceName("place"), "7")
SOMEBODY_ELSE = Account(SpaceName("place"), "8")
DATE = "Mon, 02 Mar 2026 09:00:00 GMT"


class Fault(Exception):
    """What the blocking client of these tests raises."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def means(error: Exception) -> Outcome:
    assert isinstance(error, Fault)
    return error.outcome


class BlockedCall:
    """A call that waits until the test lets it end."""

    def __init__(self) -> None:
        self.begun, self.let = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        self.let.wait(10)
        return "answer"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def a_caller(clock: FrozenClock, *, ceiling: float = 5, threads: int = 4, per_minute: float = 6000) -> Caller:
    error_mapping = ErrorMapping((Fault,), means, lambda: DATE)
    pause = timedelta(milliseconds=1)
    wait = timedelta(seconds=ceiling)
    return Caller(SpaceName("place"), clock, error_mapping, wait, per_minute, threads=threads, first_pause=pause)


@pytest.fixture
async def caller(clock: FrozenClock) -> AsyncIterator[Caller]:
    made = a_caller(clock)
    yield made
    made.close()


def failing(*outcomes: Outcome) -> tuple[Callable[[], str], list[int]]:
    """A call that fails like this, once for each, and then answers; and the count of its tries."""
    left, tries = list(outcomes), [0]

    def call() -> str:
        tries[0] += 1
        if left:
            raise Fault(left.pop(0))
        return "answer"

    return call, tries


async def done(caller: Caller, call: Callable[[], str], acts_on: Account | None = None, tries: int = 3) -> Outcome:
    await caller.request(call, Priority.ACTION, acts_on=acts_on, tries=tries)
    return Done()


@pytest.mark.wire_time
async def test_a_call_cut_off_at_its_ceiling_is_known_to_be_under_way_until_its_thread_returns(
    clock: FrozenClock,
) -> None:
    caller, blocked_call = a_caller(clock, ceiling=0.05), BlockedCall()
    outcome = await caller.perform(done(caller, blocked_call, SOMEBODY))
    assert isinstance(outcome, Unavailable)
    assert caller.has_call_in_flight(SOMEBODY)
    assert not caller.has_call_in_flight(SOMEBODY_ELSE)
    blocked_call.let.set()
    await caller.wait_until_idle()
    assert not caller.has_call_in_flight(SOMEBODY)
    caller.close()


@pytest.mark.wire_time
async def test_a_call_that_no_thread_took_before_its_ceiling_never_runs(clock: FrozenClock) -> None:
    caller, blocked_call, second = a_caller(clock, ceiling=0.05, threads=1), BlockedCall(), BlockedCall()
    await caller.perform(done(caller, blocked_call))
    await caller.perform(done(caller, second, SOMEBODY))
    assert not caller.has_call_in_flight(SOMEBODY)
    blocked_call.let.set()
    await caller.wait_until_idle()
    assert not second.begun.is_set()
    caller.close()


async def test_a_cancelled_caller_leaves_its_account_busy_until_the_thread_returns() -> None:
    workers, blocked_call = WorkerPool("place", 1), BlockedCall()
    caller = asyncio.ensure_future(workers.run(blocked_call, SOMEBODY))
    await asyncio.to_thread(blocked_call.begun.wait)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert workers.has_call_in_flight(SOMEBODY)
    blocked_call.let.set()
    await workers.wait_until_idle()
    assert not workers.has_call_in_flight(SOMEBODY)
    workers.close()


async def test_a_look_under_way_does_not_make_its_account_busy(caller: Caller) -> None:
    blocked_call = BlockedCall()
    look = asyncio.ensure_future(caller.observe(caller.request(blocked_call)))
    await asyncio.to_thread(blocked_call.begun.wait)
    assert not caller.has_call_in_flight(SOMEBODY)
    blocked_call.let.set()
    assert await look == "answer"


async def test_an_answer_that_did_not_come_is_asked_for_again(caller: Caller) -> None:
    call, tries = failing(Unavailable("down"), Unavailable("down"))
    assert await caller.request(call) == "answer"
    assert tries == [3]


async def test_the_third_failure_is_the_answer(caller: Caller) -> None:
    call, tries = failing(*[Unavailable("down")] * 5)
    assert await caller.perform(done(caller, call)) == Unavailable("down")
    assert tries == [3]


@pytest.mark.parametrize("outcome", [Forbidden("a key"), Gone(), Rejected("no"), Already()])
async def test_a_clear_no_is_not_asked_for_again(caller: Caller, outcome: Outcome) -> None:
    call, tries = failing(outcome)
    assert await caller.perform(done(caller, call)) == outcome
    assert tries == [1]


async def test_a_space_that_asks_for_a_long_wait_is_left_alone(caller: Caller) -> None:
    call, tries = failing(Unavailable("slow down", timedelta(seconds=30)))
    assert await caller.perform(done(caller, call)) == Unavailable("slow down", timedelta(seconds=30))
    assert tries == [1]


@pytest.mark.harm("asked-to-wait-and-shut-out")
@pytest.mark.wire_time
async def test_a_space_that_asks_for_a_short_wait_is_given_it_before_the_next_try(caller: Caller) -> None:
    call, tries = failing(Unavailable("slow down", timedelta(seconds=0.15)))
    started = monotonic_seconds()
    assert await caller.request(call) == "answer"
    assert tries == [2]
    assert monotonic_seconds() - started >= 0.15


async def test_what_must_not_be_done_twice_is_tried_once(caller: Caller) -> None:
    call, tries = failing(Unavailable("lost"))
    assert await caller.perform(done(caller, call, tries=1)) == Unavailable("lost")
    assert tries == [1]


async def test_the_date_of_every_answer_is_heard_also_of_a_refusal(caller: Caller, clock: FrozenClock) -> None:
    call, _ = failing(Forbidden("a key"))
    await caller.perform(done(caller, call))
    assert clock.dates == {"place": datetime(2026, 3, 2, 9, 0, tzinfo=UTC)}


async def test_an_error_that_is_no_answer_is_let_out(caller: Caller) -> None:
    def bug() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await caller.request(bug)


async def test_a_used_up_budget_says_when_it_will_be_free() -> None:
    rate_limiter = RateLimiter(2)
    for _ in range(2):
        await rate_limiter.take(Priority.ACTION, timedelta())
    with pytest.raises(CallFailed) as failed:
        await rate_limiter.take(Priority.ACTION, timedelta(seconds=1))
    outcome = failed.value.outcome
    assert isinstance(outcome, Unavailable)
    assert outcome.after is not None
    assert timedelta(seconds=50) < outcome.after <= timedelta(seconds=60)


async def test_sweeps_and_looks_leave_room_for_an_act() -> None:
    rate_limiter, none = RateLimiter(10), timedelta()
    for _ in range(5):
        await rate_limiter.take(Priority.LISTING, none)
    with pytest.raises(CallFailed):
        await rate_limiter.take(Priority.LISTING, none)
    for _ in range(4):
        await rate_limiter.take(Priority.OBSERVATION, none)
    with pytest.raises(CallFailed):
        await rate_limiter.take(Priority.OBSERVATION, none)
    await rate_limiter.take(Priority.ACTION, none)


async def test_many_at_once_come_at_an_even_pace_so_that_a_lift_never_waits_for_a_whole_minute() -> None:
    rate_limiter, none = RateLimiter(45), timedelta()
    for _ in range(10):
        with contextlib.suppress(CallFailed):
            await rate_limiter.take(Priority.BULK, none)
    with pytest.raises(CallFailed):
        await rate_limiter.take(Priority.BULK, none)
    for priority in (Priority.OBSERVATION, Priority.ACTION, Priority.OBSERVATION):
        await rate_limiter.take(priority, none)


@pytest.mark.wire_time
async def test_a_lift_goes_before_the_many_that_wait() -> None:
    rate_limiter, order, patience = RateLimiter(1200, seconds=0.5), [], timedelta(seconds=5)
    for _ in range(10):
        await rate_limiter.take(Priority.ACTION, patience)

    async def waits(priority: Priority) -> None:
        await rate_limiter.take(priority, patience)
        order.append(priority)

    await asyncio.gather(*(waits(Priority.BULK) for _ in range(3)), waits(Priority.ACTION))
    assert order[0] is Priority.ACTION


@pytest.mark.wire_time
async def test_of_two_that_wait_the_more_urgent_goes_first() -> None:
    rate_limiter, order, patience = RateLimiter(60, seconds=0.1), [], timedelta(seconds=5)
    await rate_limiter.take(Priority.ACTION, patience)

    async def waits(priority: Priority) -> None:
        await rate_limiter.take(priority, patience)
        order.append(priority)

    await asyncio.gather(waits(Priority.LISTING), waits(Priority.ACTION))
    assert order == [Priority.ACTION, Priority.LISTING]


async def test_a_used_up_budget_is_an_outcome_and_not_an_error(clock: FrozenClock) -> None:
    caller = a_caller(clock, ceiling=1, per_minute=1)
    call, _ = failing()
    assert await caller.perform(done(caller, call)) == Done()
    assert isinstance(await caller.perform(done(caller, call)), Unavailable)
    assert isinstance(await caller.observe(caller.request(call)), Unknown)
    caller.close()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "3"}, timedelta(seconds=3)),
        ({"retry-after": "0.25"}, timedelta(seconds=0.25)),
        ({"retry-after": "-1"}, timedelta()),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT", "date": DATE}, timedelta(seconds=30)),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], wait: timedelta | None) -> None:
    assert parse_retry_after(headers) == wait


@pytest.mark.parametrize(
    "outcome", [Done(), Already(), Gone(), Rejected("no"), Forbidden("a key"), Unavailable("down")]
)
def test_a_look_that_ended_otherwise_is_never_a_no(outcome: Outcome) -> None:
    """Architecture 5.4: an observation has three answers."""
    assert isinstance(to_unknown(outcome), Unknown)


def test_a_missing_permission_is_named_to_people() -> None:
    assert to_unknown(Forbidden("Blocking users: read")).needs == "Blocking users: read"
