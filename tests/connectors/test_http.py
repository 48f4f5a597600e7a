"""Threads, budget, quick retries and ceilings, shown on calls that a test holds back."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.http import Budget, Dialect, Failed, Line, Pool, Urgency, retry_after, unknown_for
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


class Wire:
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


def a_line(clock: FrozenClock, *, ceiling: float = 5, threads: int = 4, per_minute: float = 6000) -> Line:
    dialect = Dialect((Fault,), means, lambda: DATE)
    pause = timedelta(milliseconds=1)
    wait = timedelta(seconds=ceiling)
    return Line(SpaceName("place"), clock, dialect, wait, per_minute, threads=threads, first_pause=pause)


@pytest.fixture
async def line(clock: FrozenClock) -> AsyncIterator[Line]:
    made = a_line(clock)
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


async def done(line: Line, call: Callable[[], str], acts_on: Account | None = None, tries: int = 3) -> Outcome:
    await line.ask(call, Urgency.ACT, acts_on=acts_on, tries=tries)
    return Done()


@pytest.mark.wire_time
async def test_a_call_cut_off_at_its_ceiling_is_known_to_be_under_way_until_its_thread_returns(
    clock: FrozenClock,
) -> None:
    line, wire = a_line(clock, ceiling=0.05), Wire()
    outcome = await line.act(done(line, wire, SOMEBODY))
    assert isinstance(outcome, Unavailable)
    assert line.busy(SOMEBODY)
    assert not line.busy(SOMEBODY_ELSE)
    wire.let.set()
    await line.drained()
    assert not line.busy(SOMEBODY)
    line.close()


@pytest.mark.wire_time
async def test_a_call_that_no_thread_took_before_its_ceiling_never_runs(clock: FrozenClock) -> None:
    line, wire, second = a_line(clock, ceiling=0.05, threads=1), Wire(), Wire()
    await line.act(done(line, wire))
    await line.act(done(line, second, SOMEBODY))
    assert not line.busy(SOMEBODY)
    wire.let.set()
    await line.drained()
    assert not second.begun.is_set()
    line.close()


async def test_a_cancelled_caller_leaves_its_account_busy_until_the_thread_returns() -> None:
    pool, wire = Pool("place", 1), Wire()
    caller = asyncio.ensure_future(pool.run(wire, SOMEBODY))
    await asyncio.to_thread(wire.begun.wait)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert pool.busy(SOMEBODY)
    wire.let.set()
    await pool.drained()
    assert not pool.busy(SOMEBODY)
    pool.close()


async def test_a_look_under_way_does_not_make_its_account_busy(line: Line) -> None:
    wire = Wire()
    look = asyncio.ensure_future(line.look(line.ask(wire)))
    await asyncio.to_thread(wire.begun.wait)
    assert not line.busy(SOMEBODY)
    wire.let.set()
    assert await look == "answer"


async def test_an_answer_that_did_not_come_is_asked_for_again(line: Line) -> None:
    call, tries = failing(Unavailable("down"), Unavailable("down"))
    assert await line.ask(call) == "answer"
    assert tries == [3]


async def test_the_third_failure_is_the_answer(line: Line) -> None:
    call, tries = failing(*[Unavailable("down")] * 5)
    assert await line.act(done(line, call)) == Unavailable("down")
    assert tries == [3]


@pytest.mark.parametrize("outcome", [Forbidden("a key"), Gone(), Rejected("no"), Already()])
async def test_a_clear_no_is_not_asked_for_again(line: Line, outcome: Outcome) -> None:
    call, tries = failing(outcome)
    assert await line.act(done(line, call)) == outcome
    assert tries == [1]


async def test_a_space_that_asks_for_a_long_wait_is_left_alone(line: Line) -> None:
    call, tries = failing(Unavailable("slow down", timedelta(seconds=30)))
    assert await line.act(done(line, call)) == Unavailable("slow down", timedelta(seconds=30))
    assert tries == [1]


async def test_what_must_not_be_done_twice_is_tried_once(line: Line) -> None:
    call, tries = failing(Unavailable("lost"))
    assert await line.act(done(line, call, tries=1)) == Unavailable("lost")
    assert tries == [1]


async def test_the_date_of_every_answer_is_heard_also_of_a_refusal(line: Line, clock: FrozenClock) -> None:
    call, _ = failing(Forbidden("a key"))
    await line.act(done(line, call))
    assert clock.dates == {"place": datetime(2026, 3, 2, 9, 0, tzinfo=UTC)}


async def test_an_error_that_is_no_answer_is_let_out(line: Line) -> None:
    def bug() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await line.ask(bug)


async def test_a_used_up_budget_says_when_it_will_be_free() -> None:
    budget = Budget(2)
    for _ in range(2):
        await budget.take(Urgency.ACT, timedelta())
    with pytest.raises(Failed) as failed:
        await budget.take(Urgency.ACT, timedelta(seconds=1))
    outcome = failed.value.outcome
    assert isinstance(outcome, Unavailable)
    assert outcome.after is not None
    assert timedelta(seconds=50) < outcome.after <= timedelta(seconds=60)


async def test_sweeps_and_looks_leave_room_for_an_act() -> None:
    budget, none = Budget(10), timedelta()
    for _ in range(5):
        await budget.take(Urgency.SWEEP, none)
    with pytest.raises(Failed):
        await budget.take(Urgency.SWEEP, none)
    for _ in range(4):
        await budget.take(Urgency.LOOK, none)
    with pytest.raises(Failed):
        await budget.take(Urgency.LOOK, none)
    await budget.take(Urgency.ACT, none)


async def test_many_at_once_come_at_an_even_pace_so_that_a_lift_never_waits_for_a_whole_minute() -> None:
    budget, none = Budget(45), timedelta()
    for _ in range(10):
        with contextlib.suppress(Failed):
            await budget.take(Urgency.BULK, none)
    with pytest.raises(Failed):
        await budget.take(Urgency.BULK, none)
    for urgency in (Urgency.LOOK, Urgency.ACT, Urgency.LOOK):
        await budget.take(urgency, none)


@pytest.mark.wire_time
async def test_a_lift_goes_before_the_many_that_wait() -> None:
    budget, order, patience = Budget(1200, seconds=0.5), [], timedelta(seconds=5)
    for _ in range(10):
        await budget.take(Urgency.ACT, patience)

    async def waits(urgency: Urgency) -> None:
        await budget.take(urgency, patience)
        order.append(urgency)

    await asyncio.gather(*(waits(Urgency.BULK) for _ in range(3)), waits(Urgency.ACT))
    assert order[0] is Urgency.ACT


@pytest.mark.wire_time
async def test_of_two_that_wait_the_more_urgent_goes_first() -> None:
    budget, order, patience = Budget(60, seconds=0.1), [], timedelta(seconds=5)
    await budget.take(Urgency.ACT, patience)

    async def waits(urgency: Urgency) -> None:
        await budget.take(urgency, patience)
        order.append(urgency)

    await asyncio.gather(waits(Urgency.SWEEP), waits(Urgency.ACT))
    assert order == [Urgency.ACT, Urgency.SWEEP]


async def test_a_used_up_budget_is_an_outcome_and_not_an_error(clock: FrozenClock) -> None:
    line = a_line(clock, ceiling=1, per_minute=1)
    call, _ = failing()
    assert await line.act(done(line, call)) == Done()
    assert isinstance(await line.act(done(line, call)), Unavailable)
    assert isinstance(await line.look(line.ask(call)), Unknown)
    line.close()


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
    assert retry_after(headers) == wait


@pytest.mark.parametrize(
    "outcome", [Done(), Already(), Gone(), Rejected("no"), Forbidden("a key"), Unavailable("down")]
)
def test_a_look_that_ended_otherwise_is_never_a_no(outcome: Outcome) -> None:
    """Architecture 5.4: an observation has three answers."""
    assert isinstance(unknown_for(outcome), Unknown)


def test_a_missing_permission_is_named_to_people() -> None:
    assert unknown_for(Forbidden("Blocking users: read")).needs == "Blocking users: read"
