"""What recurs: at once at a start, then in case time however it passes, and nothing that fails, hangs or breaks ends it."""

import ast
import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from apscheduler.jobstores.base import JobLookupError
from apscheduler.triggers.cron import CronTrigger
from structlog.testing import capture_logs

from guardian.clock import DrivenClock, DrivenTime
from guardian.scheduling import periodic
from guardian.scheduling.loops import jobs_loop
from guardian.scheduling.periodic import RETRY_WITHIN, Action, AtHourTrigger, RecurringJobs, every
from guardian.scheduling.supervisor import LoopSupervisor
from guardian.storage.wakeups import Subscription, WakeupHub
from tests.fakes.clock import START

HOUR = timedelta(hours=1)
SECRET = "what somebody told us in confidence"


class NoWakeups:
    """Nothing wakes a job but time."""

    @contextmanager
    def subscribe(self, *topics: str) -> Iterator[Subscription]:
        with WakeupHub().subscribe(topics) as subscription:
            yield subscription


@dataclass(slots=True)
class SupervisedJobs:
    """Jobs that work by themselves over driven time, and which of them ran when."""

    time: DrivenTime
    jobs: RecurringJobs
    supervisor: LoopSupervisor
    ran: list[tuple[str, datetime]] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    raising: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    ended: list[str] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, *names: str) -> None:
        """Jobs that run every hour."""
        for name in names:
            self.jobs.add(name, every(HOUR, self.time.now()), self.action(name))

    def action(self, name: str) -> Action:
        async def act() -> bool:
            self.ran.append((name, self.time.now()))
            try:
                if name in self.hanging:
                    await self.released.wait()
            finally:
                self.ended.append(name)
            if name in self.raising:
                raise RuntimeError(SECRET)
            return name not in self.failing

        return act

    async def advance(self, until: datetime) -> None:
        """Time has jumped from one due instant to the next, and stands at `until` with everything at rest."""
        await self.wait_until_idle()
        while self.time.now() < until:
            due = await self.supervisor.next_due()
            assert due is not None
            await self.jump(min(due, until))

    async def jump(self, to: datetime) -> None:
        """Time has passed over whatever was due on the way."""
        self.time.set(to)
        await self.wait_until_idle()

    async def wait_until_idle(self) -> None:
        async with asyncio.timeout(20):
            while not await self.supervisor.is_idle():
                await asyncio.sleep(0)

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not is_so():
                await asyncio.sleep(0)

    def take_ran(self) -> list[tuple[str, datetime]]:
        """What has run since this was asked last."""
        ran, self.ran = sorted(self.ran), []
        return ran

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The jobs run until the block ends."""
        task = asyncio.create_task(self.supervisor.run(jobs_loop(self.jobs)))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SupervisedJobs]:
    time = DrivenTime.create(tmp_path / "time", START)
    supervisor = LoopSupervisor(NoWakeups(), DrivenClock(time), sleep=no_sleep)
    yield SupervisedJobs(time=time, jobs=RecurringJobs(time.now), supervisor=supervisor)
    time.close()


async def no_sleep(_: float) -> None:
    await asyncio.sleep(0)


async def test_a_start_does_everything_at_once_and_then_in_its_time(service: SupervisedJobs) -> None:
    """The harm: what was lifted by hand while the service was down would stay lifted until the next round."""
    service.add("discord", "forum")
    assert await service.jobs.next_due() == START
    async with service.running():
        await service.wait_until_idle()
        assert service.take_ran() == [("discord", START), ("forum", START)]
        assert await service.supervisor.next_due() == START + HOUR
        await service.advance(START + HOUR - timedelta(seconds=1))
        assert service.take_ran() == []
        await service.advance(START + 2 * HOUR)
        hours = [START + HOUR, START + 2 * HOUR]
        assert service.take_ran() == [(name, at) for name in ("discord", "forum") for at in hours]


@pytest.mark.parametrize("trouble", ["failing", "raising"])
async def test_a_job_that_fails_is_tried_again_soon_and_keeps_no_other(service: SupervisedJobs, trouble: str) -> None:
    getattr(service, trouble).add("discord")
    service.add("discord", "forum")
    async with service.running():
        await service.advance(START + 2 * RETRY_WITHIN)
        tries = [START, START + RETRY_WITHIN, START + 2 * RETRY_WITHIN]
        assert service.take_ran() == [*(("discord", at) for at in tries), ("forum", START)]
        getattr(service, trouble).clear()
        await service.advance(START + HOUR)
        assert service.take_ran() == [("discord", START + 3 * RETRY_WITHIN), ("forum", START + HOUR)]
        assert await service.jobs.next_due() == START + HOUR + 3 * RETRY_WITHIN


async def test_a_job_whose_turn_comes_sooner_than_a_retry_is_not_put_off_by_failing(service: SupervisedJobs) -> None:
    minute = timedelta(minutes=1)
    service.failing.add("inbox")
    service.jobs.add("inbox", every(minute, START), service.action("inbox"))
    async with service.running():
        await service.advance(START + 2 * minute)
    assert [at for _, at in service.ran] == [START, START + minute, START + 2 * minute]


async def test_a_job_that_hangs_never_overlaps_itself_nor_keeps_another(service: SupervisedJobs) -> None:
    """The harm: two resyncs of one space use up its budget of calls, and one slow forum leaves all other drift unseen."""
    service.hanging.add("forum")
    service.add("discord", "forum")
    async with service.running():
        await service.wait_until(lambda: len(service.ran) == 2)
        for hour in (START + HOUR, START + 2 * HOUR, START + 3 * HOUR):
            await service.wait_until(lambda: service.jobs.active == 1)
            service.time.set(hour)
            await service.wait_until(partial(service.ran.__contains__, ("discord", hour)))
        assert [name for name, _ in service.ran].count("forum") == 1
        service.hanging.clear()
        service.released.set()
        await service.wait_until_idle()
        assert await service.supervisor.next_due() == START + 4 * HOUR
        await service.advance(START + 4 * HOUR)
        assert [name for name, _ in service.ran].count("forum") == 2


async def test_a_job_that_runs_keeps_time_from_jumping_and_shows_in_health(service: SupervisedJobs) -> None:
    """The harm: a story jumps past the end of a resync; a hung one looks as well as any other."""
    service.hanging.add("forum")
    service.jobs.add("resync forum", every(HOUR, START), service.action("forum"), name="sweeps")
    service.jobs.add("resync discord", every(HOUR, START), service.action("discord"), name="sweeps")
    service.jobs.add("links", every(HOUR, START), service.action("links"))
    async with service.running():
        await service.wait_until(lambda: len(service.ran) == 3 and service.jobs.active == 1)
        assert not await service.supervisor.is_idle()
        assert not service.supervisor.is_waiting()
        before = service.jobs.health()
        service.time.set(START + HOUR)
        await service.wait_until(lambda: len(service.ran) == 5)
        after = service.jobs.health()
        service.released.set()
        await service.wait_until_idle()
        well = service.jobs.health()
    assert set(before) == {"sweeps", "links"}
    assert after["sweeps"] > before["sweeps"] > timedelta(0)
    assert after["links"] < after["sweeps"]
    assert well["sweeps"] == pytest.approx(well["links"], abs=timedelta(milliseconds=1))


async def test_driven_time_reaches_a_trigger_of_the_calendar(service: SupervisedJobs) -> None:
    """The harm: a reminder of the calendar comes by the machine's clock, and no story ever meets it."""
    service.jobs.add("rota", CronTrigger(day_of_week="mon", hour=8, timezone=UTC), service.action("rota"))
    first = datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert await service.jobs.next_due() == first
    async with service.running():
        await service.advance(first + timedelta(days=14))
    assert [at for _, at in service.ran] == [first + timedelta(days=7 * week) for week in range(3)]


async def test_the_machines_clock_starts_nothing(service: SupervisedJobs) -> None:
    """Case time stands long before the machine's, so that the library's own timer would take every hour for missed."""
    service.add("discord")
    async with service.running():
        await service.wait_until_idle()
        for _ in range(1000):
            await asyncio.sleep(0)
        assert service.take_ran() == [("discord", START)]


async def test_what_came_due_again_and_again_while_nothing_ran_is_done_once_however_late(
    service: SupervisedJobs,
) -> None:
    """The harm: by its own default the library drops a job that is a second late."""
    service.add("discord")
    async with service.running():
        await service.wait_until_idle()
        late = START + timedelta(days=40, minutes=20)
        await service.jump(late)
        assert [at for _, at in service.ran] == [START, late]
        assert await service.jobs.next_due() == late + HOUR


@pytest.mark.parametrize(
    ("call", "again"), [(1, HOUR), (2, HOUR), (3, RETRY_WITHIN)], ids=["look", "start", "end of a job"]
)
async def test_a_fault_in_the_scheduler_itself_ends_no_job(
    service: SupervisedJobs, call: int, again: timedelta
) -> None:
    """The harm: a scheduler that is silently dead, since nothing sets its timer again, and a resync that never comes."""
    calls = count()

    def now() -> datetime:
        if next(calls) == call:
            raise JobLookupError("torn")
        return service.time.now()

    service.jobs = RecurringJobs(now)
    service.jobs.add("only", every(HOUR, START), service.action("only"))
    async with service.running():
        await service.advance(START + again)
        assert service.take_ran() == [("only", START), ("only", START + again)]
        assert await service.supervisor.next_due() == START + again + HOUR


async def test_a_failure_is_logged_without_what_it_says(
    service: SupervisedJobs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    service.raising.add("forum")
    service.add("forum")
    with capture_logs() as logs:
        async with service.running():
            await service.wait_until_idle()
    (line,) = logs
    assert (line["event"], line["job"], line["kind"]) == ("job.has_failed", "forum", "RuntimeError")
    assert line["at"].startswith("test_periodic.py:")
    assert SECRET not in repr(logs)
    assert caplog.records == []


async def test_stopping_ends_what_runs_and_leaves_nothing_under_way(
    service: SupervisedJobs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    service.hanging.update(("discord", "forum"))
    service.add("discord", "forum")
    before = asyncio.all_tasks()
    async with service.running():
        await service.wait_until(lambda: len(service.ran) == 2)
    assert sorted(service.ended) == ["discord", "forum"]
    assert asyncio.all_tasks() == before
    assert service.jobs.active == 0
    assert caplog.records == []


async def test_stopping_before_what_was_started_has_begun_ends_it_too(service: SupervisedJobs) -> None:
    service.hanging.add("forum")
    service.add("forum")
    before = asyncio.all_tasks()

    async def wait(_: datetime | None) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await service.jobs.run(wait)
    assert service.jobs.active == 1
    await service.jobs.stop()
    assert (service.jobs.active, asyncio.all_tasks()) == (0, before)


def test_no_private_name_of_the_library_is_used() -> None:
    """The harm: a small release of the library changes what none of its pages promised, and jobs stop."""
    tree = ast.parse(Path(periodic.__file__).read_text(encoding="utf-8"))
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")]
    ours = [node for node in used if isinstance(node.value, ast.Name) and node.value.id == "self"]
    assert [ast.unparse(node) for node in used if node not in ours] == ["type(error).__name__"]


async def test_without_any_job_nothing_is_ever_due(service: SupervisedJobs) -> None:
    async with service.running():
        await service.wait_until_idle()
        assert await service.supervisor.next_due() is None


def test_a_round_is_made_at_its_hour_and_again_after_its_interval() -> None:
    """P-3.6: whose turn begins at noon on Monday is told then, whenever the service was started."""
    start, noon = datetime(2026, 3, 2, 9, 17, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)
    daily, weekly = AtHourTrigger(12, start), AtHourTrigger(12, start, timedelta(days=7))
    assert daily.get_next_fire_time(None, start) == start
    assert [daily.get_next_fire_time(each, each) for each in (start, noon)] == [noon, noon + timedelta(days=1)]
    assert weekly.get_next_fire_time(noon, noon) == noon + timedelta(days=7)
