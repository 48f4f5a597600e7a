"""Holds case time, the platforms and the plan, and kills the service again and again. It judges nothing itself."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path
from random import Random

from guardian.clock import DrivenClock, DrivenTime, monotonic_seconds
from guardian.sanctions.models import CoverageState, WorkItem
from guardian.sandbox.world import World, open_world
from guardian.settings.loader import read_settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.crash.fault_plan import FaultPlan
from tests.crash.judge import Harms, judge
from tests.crash.kill_points import Aim, Point, Side
from tests.crash.orders import Order
from tests.crash.plan import SPACES, TICK, Level, Plan, Resident
from tests.crash.residents import (
    ResidentActions,
    create_residents,
    deletions,
    install_service,
    repeated_notices,
    trails,
)
from tests.crash.service import CONFIGURATION, SCALE, TIME, Errand
from tests.crash.service_process import Died, ServiceProcess, create_forkserver
from tests.crash.wrappers import Sabotage

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IN_MOTION = 20
_QUIET_TICKS = 3
_GUARD_SECONDS = 45.0
_SOON = 0.72
"""The part of the kills that hit the service as it takes up the work of the one killed before."""
_POINTS = (*(Point.CALL, Point.RECORD, Point.COMMIT) * 3, Point.OBSERVATION)
"""Where kills are aimed, in turns and in an order by the seed, so that few trials reach all places as well."""
_WAITED_FOR = timedelta(minutes=1)
_SETTLING = timedelta(minutes=40)


class Stuck(Exception):
    """The service came to no rest, or ended by itself."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many people there are, and with how many sanctions in motion the service is killed at least."""

    residents: int = 80
    in_motion: int = IN_MOTION


@dataclass(slots=True)
class TrialResults:
    """What the trials came to."""

    trials: int = 0
    sanctions: int = 0
    harms: Harms = field(default_factory=Harms)
    repeated_notices: int = 0
    kills: Counter[Died] = field(default_factory=Counter)
    least_in_motion: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """No harm was done, the kills were where they are wanted, and enough was in motion at each of them."""
        aimed = (place for place in Died if place is not Died.ELSEWHERE)
        return self.harms.none and self.least_in_motion >= IN_MOTION and all(self.share(p) >= 0.1 for p in aimed)

    def share(self, place: Died) -> float:
        """Which part of the kills found the service there."""
        return self.kills[place] / max(1, self.kills.total())


@dataclass(slots=True)
class TrialRunner:
    """One installation in one world, killed as often as is asked."""

    folder: Path
    world: World
    time: DrivenTime
    plan: Plan
    residents: ResidentActions
    faults: FaultPlan
    random: Random
    context: ForkServerContext
    errand: Errand
    size: Size
    write_line: Callable[[str], None]
    figures: TrialResults = field(default_factory=TrialResults)
    unconfirmed: dict[str, Order] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    in_motion: set[str] = field(default_factory=set)
    _seen: int = 0

    async def run(self, count: int) -> TrialResults:
        """So many kills, then everything heals and comes to rest, and is judged."""
        self.figures.least_in_motion = len(self.plan.residents)
        for number in range(1, count + 1):
            died = await self._trial(number)
            self.figures.kills[died] += 1
            self.figures.trials = number
            self.write_line(
                f"trial {number:>3}: killed {died:<13} at {self.time.now():%d %H:%M:%S}, "
                f"{len(self.in_motion)} sanctions in motion"
            )
        await self._heal()
        await self._judge()
        return self.figures

    # -- one trial

    async def _trial(self, number: int) -> Died:
        self.faults.change_faults(self.time.now())
        victim = ServiceProcess.start(self.context, self.errand)
        try:
            await self._started(victim)
            await self._until_killed(victim, soon=number > 1 and self.random.random() < _SOON)
        except Stuck as stuck:
            self._is_stuck_by_fault(stuck)
        victim.kill()
        died = await victim.wait_for_end()
        self._note_done(victim)
        return died

    async def _until_killed(self, victim: ServiceProcess, *, soon: bool) -> None:
        """The service was killed where the seed aimed, or has done all that there was to do.

        The aim goes before what is asked: a service that is quicker than its orders has made most of its calls by the time
        that it would hear of an aim behind them.
        """
        if not soon:
            await self._advance_to_next_tick(victim)
        victim.send(self._aim(soon=soon))
        self._ask(victim, max(3, self.size.in_motion + 1 - len(self.in_motion)))
        self.figures.least_in_motion = min(self.figures.least_in_motion, len(self.in_motion))
        latest = self.time.now() + _WAITED_FOR
        while await self._wait_until_idle(victim) and self.time.now() < latest:
            await self._step(victim, latest)

    def _is_stuck_by_fault(self, stuck: Stuck) -> None:
        self.figures.harms.stuck += 1
        self.figures.notes.append(f"stuck: {stuck}")

    async def _started(self, victim: ServiceProcess) -> None:
        """The service is up, hears what happens in the spaces, and has been given what no service has carried out yet."""
        since = monotonic_seconds()
        while not victim.url:
            if victim.dead or monotonic_seconds() - since > _GUARD_SECONDS:
                raise Stuck("the service does not start")
            await self._news(victim)
        self.world.connect_webhooks(victim.url)
        for order in self.unconfirmed.values():
            victim.send(order)

    async def _advance_to_next_tick(self, victim: ServiceProcess) -> None:
        """It is the next bell: terms end, people act and much is asked for, all at one instant."""
        tick = START + TICK * ((self.time.now() - START) // TICK + 1)
        while self.time.now() < tick:
            await self._wait_until_idle(victim)
            self.in_motion.clear()
            await self._step(victim, tick)
        self.faults.change_faults(self.time.now())
        self.residents.act_by_hand(self.time.now())
        for resident in self.residents.waiting_for_approval(self.time.now())[:2]:
            self._give(victim, self.plan.approve_reinstatement(resident, self.time.now()))

    def _ask(self, victim: ServiceProcess, count: int) -> None:
        for order in self.plan.orders(self.time.now(), count):
            self.in_motion.add(order.of or order.id)
            self._give(victim, order)

    def _give(self, victim: ServiceProcess, order: Order) -> None:
        self.unconfirmed[order.id] = order
        victim.send(order)

    def _aim(self, *, soon: bool) -> Aim:
        """Soon: while the service takes up what it was killed over; else anywhere in a bell's work."""
        if not self.points:
            self.points = self.random.sample(_POINTS, len(_POINTS))
        point = self.points.pop()
        most = {Point.CALL: 24, Point.RECORD: 24, Point.COMMIT: 72, Point.OBSERVATION: 48}[point]
        most = most * self.size.in_motion // (IN_MOTION * (4 if soon else 1))
        delay = self.random.choice((0.0, self.random.uniform(0, 0.002), self.random.uniform(0, 0.03)))
        return Aim(point, self.random.randint(1, most), self.random.choice(tuple(Side)), delay)

    # -- case time

    async def _step(self, victim: ServiceProcess, latest: datetime) -> None:
        """Case time has jumped to the next instant at which anything happens."""
        now = self.time.now()
        due = victim.idle_report.due if victim.idle_report else None
        instants = [i for i in (due, self.faults.next_change()) if i is not None]
        target = max(now, min([latest, *instants]))
        if target == now:
            raise Stuck(f"what is due at {due} is never done")
        self.in_motion |= self.plan.changes(now, target)
        victim.idle_report = None
        self.time.set(target)
        self.faults.clear_due(target)

    async def _wait_until_idle(self, victim: ServiceProcess) -> bool:
        """Everything that was begun is done (True), or the service is dead (False)."""
        victim.heard_at = monotonic_seconds()
        while not victim.dead:
            if self._is_quiet(victim):
                return True
            if monotonic_seconds() - victim.heard_at > _GUARD_SECONDS:
                raise Stuck(f"no rest at {self.time.now():%d %H:%M:%S}")
            await self._news(victim)
        if not victim.killed:
            raise Stuck("the service ended by itself")
        return False

    def _is_quiet(self, victim: ServiceProcess) -> bool:
        """The service said so several times, and nothing was asked or told meanwhile: an event may be between two hands."""
        self._note_done(victim)
        exchanged = self.world.exchange_count()
        if exchanged != self._seen:
            self._seen, victim.idle_report = exchanged, None
        rest = victim.idle_report
        return rest is not None and rest.now == self.time.now() and rest.times >= _QUIET_TICKS and not self.unconfirmed

    def _note_done(self, victim: ServiceProcess) -> None:
        for order in victim.done & self.unconfirmed.keys():
            del self.unconfirmed[order]

    async def _news(self, victim: ServiceProcess) -> None:
        victim.news_event.clear()
        try:
            async with asyncio.timeout(0.05):
                await victim.news_event.wait()
        except TimeoutError:
            return

    # -- the end

    async def _heal(self) -> None:
        """No fault stands any more; the service has had all the time that it may need."""
        self.write_line("the faults end")
        victim = ServiceProcess.start(self.context, self.errand)
        try:
            await self._started(victim)
            await self._advance(victim, self.faults.next_change() or self.time.now())
            self.faults.clear()
            await self._advance(victim, max(self.plan.all_over() or START, self.time.now()) + _SETTLING)
        except Stuck as stuck:
            self._is_stuck_by_fault(stuck)
        victim.kill()
        await victim.wait_for_end()

    async def _advance(self, victim: ServiceProcess, until: datetime) -> None:
        while await self._wait_until_idle(victim) and self.time.now() < until:
            await self._step(victim, until)

    async def _judge(self) -> None:
        figures, now = self.figures, self.time.now()
        for trail in trails(self.world, self.plan, self.faults, now):
            figures.harms += judge(trail, figures.notes)
        figures.harms.doubled += deletions(self.world)
        figures.harms.stuck += await self._stuck(now)
        figures.sanctions = self.plan.count
        figures.repeated_notices = repeated_notices(self.world)

    async def _stuck(self, now: datetime) -> int:
        """Keys that are neither as they are wanted nor shown to people as blocked."""
        settings = read_settings(self.folder / CONFIGURATION, {})
        ring = KeyRing.load(settings.key_ring, settings.master_key)
        database = await Database.open(settings.database, application="judge")
        stuck: list[str] = []
        async with database, SqlUnitOfWorkFactory(database, ring, DrivenClock(self.time)).read() as view:
            for resident in self.plan.residents:
                for item in await view.sanctions.work_items_of(resident.person):
                    if self._is_stuck(resident, item, now):
                        stuck.append(f"stuck {resident.key} in {item.space}: {item.state}, {item.detail}")
        self.figures.notes += stuck
        return len(stuck)

    def _is_stuck(self, resident: Resident, item: WorkItem, now: datetime) -> bool:
        if item.state is CoverageState.BLOCKED:
            return False
        wanted = self.plan.desired_levels(resident, item.space).at(now)
        confirmed = (CoverageState.HELD, CoverageState.HELD_BY_OTHERS)
        if wanted is Level.OPEN:
            return item.state in (*confirmed, CoverageState.OPEN)
        return item.state not in confirmed


async def run_trials(
    folder: Path,
    count: int,
    seed: int,
    write_line: Callable[[str], None],
    *,
    sabotage: Sabotage = Sabotage.NOTHING,
    size: Size | None = None,
) -> TrialResults:
    """The figures of so many trials in a fresh world in the folder."""
    size = size or Size()
    with closing(DrivenTime.create(folder / TIME, START)) as time:
        async with open_world(time.now, scale=SCALE, seed=seed) as world:
            for space in SPACES:
                world.emulator(space).history.keeps_answers = False
            residents = create_residents(world, size.residents)
            await install_service(folder, world, residents, DrivenClock(time))
            plan = Plan(residents=residents, random=Random(f"plan {seed}"))
            residents_at_work = ResidentActions(world, residents, plan, Random(f"hands {seed}"))
            faults = FaultPlan(world, Random(f"weather {seed}"))
            random = Random(f"crash trials {seed}")
            errand = Errand(folder, sabotage)
            return await TrialRunner(
                folder=folder,
                world=world,
                time=time,
                plan=plan,
                residents=residents_at_work,
                faults=faults,
                random=random,
                context=create_forkserver(),
                errand=errand,
                size=size,
                write_line=write_line,
            ).run(count)
