"""What recurs by interval or calendar: jobs of APScheduler, in the time of whatever clock is given. Read `RecurringJobs` first.

The library's own timer reads the machine's clock, which driven time never reaches, and a store that fails under it stops it
unseen. So its scheduler stays paused: a loop of ours, which is supervised, submits what is due to the library's executor.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.executors.base import MaxInstancesReachedError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from guardian.clock import monotonic_seconds
from guardian.logs import location_of, logger
from guardian.scheduling.supervisor import LONGEST_WAIT_SECONDS, Wait

log = logger("scheduling")

_DAY: Final = timedelta(days=1)
RETRY_WITHIN: Final = timedelta(minutes=5)
"""How soon a job that failed is tried again, at the latest."""

Action = Callable[[], Awaitable[bool]]
"""Does once what recurs; False where it failed."""


def every(interval: timedelta, start: datetime) -> IntervalTrigger:
    """Return the trigger of a job that runs at `start`, and again so long after each of its runs has ended."""
    return IntervalTrigger(seconds=interval.total_seconds(), start_date=start, timezone=UTC)


class AtHourTrigger(BaseTrigger):
    """The trigger of a job that runs at `start`, and from then on at that hour in UTC, each `interval` after the last."""

    def __init__(self, hour: int, start: datetime, interval: timedelta = _DAY) -> None:
        self._start, self._interval = start, interval
        self._at_hour = CronTrigger(hour=hour, minute=0, timezone=UTC)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return when it runs next: what was missed is not made up for, since each run looks at all there is."""
        if previous_fire_time is None:
            return self._start
        after = previous_fire_time + self._interval - _DAY
        found: datetime | None = self._at_hour.get_next_fire_time(after, max(after, now))
        return found


class RecurringJobs:
    """Jobs that recur in the time of one clock. None overlaps itself, and none that fails or hangs stops another."""

    def __init__(self, now: Callable[[], datetime], retry_within: timedelta = RETRY_WITHIN) -> None:
        self._now, self._retry_within = now, retry_within
        self._executor = AsyncIOExecutor()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            jobstores={"default": MemoryJobStore()},
            executors={"default": self._executor},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(self._on_end, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._running: dict[str, float] = {}
        self._all_ended = asyncio.Event()
        self._last_round = monotonic_seconds()

    def add(self, job_id: str, trigger: BaseTrigger, action: Action, *, name: str | None = None) -> None:
        """Add a job that runs when the trigger says; health shows it by its name, which several may share."""
        first = trigger.get_next_fire_time(None, self._now())
        self._scheduler.add_job(
            self._attempt, trigger, (job_id, action), id=job_id, name=name or job_id, next_run_time=first
        )

    @property
    def active(self) -> int:
        """How many jobs are running."""
        return len(self._running)

    async def next_due(self) -> datetime | None:
        """Return the earliest instant at which a job is due; None while none is."""
        instants = [job.next_run_time for job in self._scheduler.get_jobs()]
        return min((at for at in instants if at is not None), default=None)

    def health(self) -> Mapping[str, timedelta]:
        """Return how long ago the jobs of each name were last heard of, in monotonic time: at the last round, or at the
        start of a run that has not ended.
        """
        now, ages = monotonic_seconds(), dict[str, float]()
        for job in self._scheduler.get_jobs():
            age = now - self._running.get(job.id, self._last_round)
            ages[job.name] = max(age, ages.get(job.name, 0.0))
        return {name: timedelta(seconds=age) for name, age in ages.items()}

    async def run(self, wait: Wait) -> None:
        """Submit what is due, round after round, until cancelled; jobs that run then are ended by `stop`."""
        if not self._scheduler.running:
            self._scheduler.start(paused=True)
        while True:
            self._last_round = monotonic_seconds()
            self._submit_due()
            await wait(await self.next_due())

    async def run_alone(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Run without a supervisor, in a time that passes as `sleep` does, until cancelled; then no job is under way."""

        async def wait(due: datetime | None) -> None:
            await sleep(max(0.0, (due - self._now()).total_seconds()) if due else LONGEST_WAIT_SECONDS)

        try:
            await self.run(wait)
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Cancel the jobs that run, and return once all have ended."""
        if self._scheduler.running:
            # The library shuts down in the event loop's next turn, in which whatever was submitted has begun already.
            self._scheduler.shutdown()
            await asyncio.sleep(0)
        while self._running:
            self._all_ended.clear()
            await self._all_ended.wait()

    def _submit_due(self) -> None:
        now = self._now()
        for job in self._scheduler.get_jobs():
            if job.next_run_time is not None and job.next_run_time <= now:
                self._submit(job, job.next_run_time)

    def _submit(self, job: Any, due: datetime) -> None:
        """Start one run for all instants that have passed. Whatever becomes of it, the job is due again soon: its end
        only ever puts that off, so that nobody who waits for the next instant needs to be woken.
        """
        self._reschedule(job, failed=True)
        try:
            self._executor.submit_job(job, [due])
        except MaxInstancesReachedError:
            log.warning("job.was_still_running", job=job.id)
        else:
            self._running[job.id] = monotonic_seconds()

    async def _attempt(self, job_id: str, action: Action) -> bool:
        try:
            return await action()
        except (Exception, asyncio.CancelledError) as error:
            # The library would log an error with its words, and that `stop` ends a job as an error of the job.
            if self._scheduler.running:
                log.error("job.has_failed", job=job_id, kind=type(error).__name__, at=location_of(error))
            return False

    def _on_end(self, event: Any) -> None:
        del self._running[event.job_id]
        self._all_ended.set()
        if self._scheduler.running:
            self._reschedule(self._scheduler.get_job(event.job_id), failed=not event.retval)

    def _reschedule(self, job: Any, *, failed: bool) -> None:
        """The job is due when its trigger says, counted from now; after a failure it is due soon in any case."""
        now = self._now()
        due = job.trigger.get_next_fire_time(now, now)
        retry = now + self._retry_within
        job.modify(next_run_time=min(due or retry, retry) if failed else due)
