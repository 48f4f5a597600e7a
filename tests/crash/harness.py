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

from guardian.clock import DrivenClock, DrivenTime, wire_seconds
from guardian.sanctions.values import CoverageState, Key
from guardian.sandbox.worlds import World, a_world
from guardian.settings.loader import read_settings
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from tests.crash.announcing import Aim, Point, Side
from tests.crash.judge import Harms, judge
from tests.crash.orders import Order
from tests.crash.plan import BELL, SPACES, Level, Plan, Resident
from tests.crash.service import CONFIGURATION, SCALE, TIME, Errand
from tests.crash.town import Town, deletions, install, repeated_notices, settle_in, trails
from tests.crash.victim import Died, Victim, nursery
from tests.crash.weather import Weather
from tests.crash.wrapping import Sabotage

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IN_MOTION = 20
_QUIET_TICKS = 3
_GUARD_SECONDS = 45.0
_SOON = 0.72
"""The part of the kills that hit the service as it takes up the work of the one killed before."""
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
class Figures:
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
class Trials:
    """One installation in one world, killed as often as is asked."""

    folder: Path
    world: World
    time: DrivenTime
    plan: Plan
    town: Town
    weather: Weather
    random: Random
    context: ForkServerContext
    errand: Errand
    size: Size
    tell: Callable[[str], None]
    figures: Figures = field(default_factory=Figures)
    unheard: dict[str, Order] = field(default_factory=dict)
    moving: set[str] = field(default_factory=set)
    _seen: int = 0

    async def run(self, count: int) -> Figures:
        """So many kills, then everything heals and comes to rest, and is judged."""
        self.figures.least_in_motion = len(self.plan.residents)
        for number in range(1, count + 1):
            died = await self._trial(number)
            self.figures.kills[died] += 1
            self.figures.trials = number
            self.tell(
                f"trial {number:>3}: killed {died:<13} at {self.time.now():%d %H:%M:%S}, "
                f"{len(self.moving)} sanctions in motion"
            )
        await self._heal()
        await self._judge()
        return self.figures

    # -- one trial

    async def _trial(self, number: int) -> Died:
        self.weather.change(self.time.now())
        victim = Victim.born(self.context, self.errand)
        try:
            await self._started(victim)
            await self._until_killed(victim, soon=number > 1 and self.random.random() < _SOON)
        except Stuck as stuck:
            self._is_at_a_loss(stuck)
        victim.kill()
        died = await victim.buried()
        self._note_carried(victim)
        return died

    async def _until_killed(self, victim: Victim, *, soon: bool) -> None:
        """The service was killed where the seed aimed, or has done all that there was to do."""
        if soon:
            self._ask(victim, max(3, self.size.in_motion + 1 - len(self.moving)))
        else:
            await self._to_the_next_bell(victim)
        self.figures.least_in_motion = min(self.figures.least_in_motion, len(self.moving))
        victim.give(self._aim(soon=soon))
        latest = self.time.now() + _WAITED_FOR
        while await self._rest(victim) and self.time.now() < latest:
            await self._step(victim, latest)

    def _is_at_a_loss(self, stuck: Stuck) -> None:
        self.figures.harms.stuck += 1
        self.figures.notes.append(f"stuck: {stuck}")

    async def _started(self, victim: Victim) -> None:
        """The service is up, hears what happens in the spaces, and has been given what no service has carried out yet."""
        since = wire_seconds()
        while not victim.url:
            if victim.dead or wire_seconds() - since > _GUARD_SECONDS:
                raise Stuck("the service does not start")
            await self._news(victim)
        self.world.connect_hooks(victim.url)
        for order in self.unheard.values():
            victim.give(order)

    async def _to_the_next_bell(self, victim: Victim) -> None:
        """It is the next bell: terms end, people act and much is asked for, all at one instant."""
        bell = START + BELL * ((self.time.now() - START) // BELL + 1)
        while self.time.now() < bell:
            await self._rest(victim)
            self.moving.clear()
            await self._step(victim, bell)
        self.weather.change(self.time.now())
        self.town.hands(self.time.now())
        for resident in self.town.waiting_for_a_yes(self.time.now())[:2]:
            self._give(victim, self.plan.say_yes(resident, self.time.now()))
        self._ask(victim, max(3, self.size.in_motion + 1 - len(self.moving)))

    def _ask(self, victim: Victim, count: int) -> None:
        for order in self.plan.orders(self.time.now(), count):
            self.moving.add(order.of or order.id)
            self._give(victim, order)

    def _give(self, victim: Victim, order: Order) -> None:
        self.unheard[order.id] = order
        victim.give(order)

    def _aim(self, *, soon: bool) -> Aim:
        """Soon: while the service takes up what it was killed over; else anywhere in a bell's work."""
        point = self.random.choices((Point.CALL, Point.RECORD, Point.COMMIT, Point.LOOK), weights=(6, 6, 6, 2), k=1)[0]
        most = {Point.CALL: 24, Point.RECORD: 24, Point.COMMIT: 72, Point.LOOK: 48}[point]
        most = most * self.size.in_motion // (IN_MOTION * (3 if soon else 1))
        delay = self.random.choice((0.0, self.random.uniform(0, 0.002), self.random.uniform(0, 0.03)))
        return Aim(point, self.random.randint(1, most), self.random.choice(tuple(Side)), delay)

    # -- case time

    async def _step(self, victim: Victim, latest: datetime) -> None:
        """Case time has jumped to the next instant at which anything happens."""
        now = self.time.now()
        due = victim.rest.due if victim.rest else None
        instants = [i for i in (due, self.weather.next_change()) if i is not None]
        target = max(now, min([latest, *instants]))
        if target == now:
            raise Stuck(f"what is due at {due} is never done")
        self.moving |= self.plan.changes(now, target)
        victim.rest = None
        self.time.set(target)
        self.weather.heal_due(target)

    async def _rest(self, victim: Victim) -> bool:
        """Everything that was begun is done (True), or the service is dead (False)."""
        victim.heard_at = wire_seconds()
        while not victim.dead:
            if self._is_quiet(victim):
                return True
            if wire_seconds() - victim.heard_at > _GUARD_SECONDS:
                raise Stuck(f"no rest at {self.time.now():%d %H:%M:%S}")
            await self._news(victim)
        if not victim.killed:
            raise Stuck("the service ended by itself")
        return False

    def _is_quiet(self, victim: Victim) -> bool:
        """The service said so several times, and nothing was asked or told meanwhile: an event may be between two hands."""
        self._note_carried(victim)
        exchanged = self.world.exchanged()
        if exchanged != self._seen:
            self._seen, victim.rest = exchanged, None
        rest = victim.rest
        return rest is not None and rest.now == self.time.now() and rest.times >= _QUIET_TICKS and not self.unheard

    def _note_carried(self, victim: Victim) -> None:
        for order in victim.carried & self.unheard.keys():
            del self.unheard[order]

    async def _news(self, victim: Victim) -> None:
        victim.news.clear()
        try:
            async with asyncio.timeout(0.05):
                await victim.news.wait()
        except TimeoutError:
            return

    # -- the end

    async def _heal(self) -> None:
        """No fault stands any more; the service has had all the time that it may need."""
        self.tell("the faults end")
        victim = Victim.born(self.context, self.errand)
        try:
            await self._started(victim)
            await self._advance(victim, self.weather.next_change() or self.time.now())
            self.weather.clear()
            await self._advance(victim, max(self.plan.all_over() or START, self.time.now()) + _SETTLING)
        except Stuck as stuck:
            self._is_at_a_loss(stuck)
        victim.kill()
        await victim.buried()

    async def _advance(self, victim: Victim, until: datetime) -> None:
        while await self._rest(victim) and self.time.now() < until:
            await self._step(victim, until)

    async def _judge(self) -> None:
        figures, now = self.figures, self.time.now()
        for trail in trails(self.world, self.plan, self.weather, now):
            figures.harms += judge(trail, figures.notes)
        figures.harms.doubled += deletions(self.world)
        figures.harms.stuck += await self._stuck(now)
        figures.sanctions = self.plan.count
        figures.repeated_notices = repeated_notices(self.world)

    async def _stuck(self, now: datetime) -> int:
        """Keys that are neither as they are wanted nor shown to people as blocked."""
        settings = read_settings(self.folder / CONFIGURATION, {})
        ring = KeyRing.load(settings.ring, settings.master)
        database = await Database.open(settings.database, application="judge")
        stuck: list[str] = []
        async with database, Works(database, ring, DrivenClock(self.time)).look() as view:
            for resident in self.plan.residents:
                for key in await view.sanctions.keys_of(resident.person):
                    if self._is_stuck(resident, key, now):
                        stuck.append(f"stuck {resident.key} in {key.space}: {key.state}, {key.why}")
        self.figures.notes += stuck
        return len(stuck)

    def _is_stuck(self, resident: Resident, key: Key, now: datetime) -> bool:
        if key.state is CoverageState.BLOCKED:
            return False
        wanted = self.plan.wish(resident, key.space).at(now)
        confirmed = (CoverageState.HELD, CoverageState.HELD_BY_OTHERS)
        if wanted is Level.OPEN:
            return key.state in (*confirmed, CoverageState.OPEN)
        return key.state not in confirmed


async def run_trials(
    folder: Path,
    count: int,
    seed: int,
    tell: Callable[[str], None],
    *,
    sabotage: Sabotage = Sabotage.NOTHING,
    size: Size | None = None,
) -> Figures:
    """The figures of so many trials in a fresh world in the folder."""
    size = size or Size()
    with closing(DrivenTime.create(folder / TIME, START)) as time:
        async with a_world(time.now, scale=SCALE, seed=seed) as world:
            for space in SPACES:
                world.emulator(space).history.keeps_answers = False
            residents = settle_in(world, size.residents)
            await install(folder, world, residents, DrivenClock(time))
            plan = Plan(residents, Random(f"plan {seed}"))
            town = Town(world, residents, plan, Random(f"hands {seed}"))
            weather = Weather(world, Random(f"weather {seed}"))
            random = Random(f"crash trials {seed}")
            errand = Errand(folder, sabotage)
            return await Trials(folder, world, time, plan, town, weather, random, nursery(), errand, size, tell).run(
                count
            )
