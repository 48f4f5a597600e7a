"""Judges what the spaces held against what the plan wanted. Knows neither the service nor an emulator: only histories.

Case time stands while the service works, so that much can happen at one instant: what happens at the very instant at
which something begins or stops to be wanted may belong to either side of it, unless something was wanted on both.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import pairwise

from tests.crash.plan import DesiredLevels, Level

ALLOWED_DELAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class RestrictionChange:
    """One change of what a space holds on an account. `until`: it ends there by itself. `ours`: the service did it."""

    at: datetime
    level: Level
    on: bool
    ours: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """All that happened to one account, in the order in which it happened, and what was wanted.

    `outages` are the times in which the space did not answer. `presence` are the comings (True) and goings of a person
    whom the space can mute only while they are there (None: it can mute anybody). `removals`: when the service put the
    account out of something.
    """

    desired: DesiredLevels
    changes: tuple[RestrictionChange, ...]
    ends: datetime
    outages: tuple[tuple[datetime, datetime], ...] = ()
    presence: tuple[tuple[datetime, bool], ...] | None = None
    removals: tuple[datetime, ...] = ()
    unheard: timedelta = timedelta()
    name: str = ""


@dataclass(slots=True)
class Harms:
    """How often each harm was done."""

    lost: int = 0
    early: int = 0
    late: int = 0
    doubled: int = 0
    stuck: int = 0

    def __add__(self, other: "Harms") -> "Harms":
        return Harms(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def none(self) -> bool:
        """Nothing of it happened."""
        return all(getattr(self, f.name) == 0 for f in fields(self))


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which somebody could come in or write though it was not wanted; `by_hand`: another's doing, or theirs."""

    since: datetime
    until: datetime
    opened_by_us: bool
    by_hand: bool


def judge(trail: Trail, notes: list[str] | None = None) -> Harms:
    """The harms done to one account; what was found is written to the notes."""
    harms = Harms()
    found = notes if notes is not None else []
    for gap, was_held in _Walk(trail=trail).gaps():
        if gap.opened_by_us:
            harms.early += 1
            found.append(f"early {trail.name} at {gap.since:%d %H:%M:%S}")
            continue
        patience = ALLOWED_DELAY + (trail.unheard if gap.by_hand else timedelta())
        if reachable(trail, gap.since, gap.until) > patience:
            is_lost = gap.until >= _stretch_end(trail, gap.since) and not was_held
            harms.lost, harms.late = harms.lost + is_lost, harms.late + (not is_lost)
            found.append(
                f"{'lost' if is_lost else 'late to place'} {trail.name} {gap.since:%d %H:%M:%S}"
                f" to {gap.until:%d %H:%M:%S}"
            )
    for since, until in _overstays(trail):
        if reachable(trail, since, until) > ALLOWED_DELAY:
            harms.late += 1
            found.append(f"late to release {trail.name} {since:%d %H:%M:%S} to {until:%d %H:%M:%S}")
    for at in _unwanted(trail):
        harms.doubled += 1
        found.append(f"doubled {trail.name} at {at:%d %H:%M:%S}")
    return harms


def reachable(trail: Trail, since: datetime, until: datetime) -> timedelta:
    """How long the space answered between the two instants."""
    left, cursor = timedelta(), since
    for begins, ends in sorted(trail.outages):
        if begins >= until:
            break
        left += max(timedelta(), begins - cursor)
        cursor = max(cursor, min(ends, until))
    return left + max(timedelta(), until - cursor)


@dataclass(slots=True)
class _Standing:
    """What stands at a moment of the walk, and whose it is."""

    barred: bool = False
    muted_until: datetime | None = None
    muted: bool = False
    present: bool = True

    def suffices(self, wanted: Level, at: datetime) -> bool:
        mute = self.muted and not self.has_run_out(at)
        match wanted:
            case Level.BARRED:
                return self.barred
            case Level.MUTED:
                return self.barred or mute or not self.present
            case Level.OPEN:
                return True

    def has_run_out(self, at: datetime) -> bool:
        """Whether a mute that stood here is over by itself."""
        return self.muted and self.muted_until is not None and self.muted_until <= at

    def take(self, change: RestrictionChange) -> None:
        if change.level is Level.BARRED:
            self.barred = change.on
        else:
            self.muted, self.muted_until = change.on, change.until


@dataclass(slots=True)
class _Walk:
    """A trail walked from its beginning. A stretch is a time in which something is wanted without a break."""

    trail: Trail
    standing: _Standing = field(default_factory=_Standing)
    wanted: Level = Level.OPEN
    was_held: bool = False
    was_placed: bool = False
    opened: tuple[datetime, bool, bool] | None = None

    def gaps(self) -> Iterable[tuple[Gap, bool]]:
        """Every gap, and whether anything was held earlier in the same stretch."""
        for at, thing in _in_order(self.trail):
            is_new_wish = isinstance(thing, Level) and thing is not self.wanted
            opened = at, self._is_our_doing(at, thing), _is_by_hand(thing)
            self._take(thing)
            enough = self.standing.suffices(self.wanted, at)
            if self.opened is not None and (enough or is_new_wish):
                yield self._closed(at)
            if enough:
                self.was_held = self.was_held or self.wanted is not Level.OPEN
            elif self.opened is None:
                self.opened = opened
        if self.opened is not None:
            yield self._closed(self.trail.ends)

    def _closed(self, at: datetime) -> tuple[Gap, bool]:
        if self.opened is None:
            raise ValueError("nothing is open")
        since, by_us, by_hand = self.opened
        self.opened = None
        return Gap(since, at, by_us, by_hand), self.was_held

    def _take(self, event: "TrailEvent") -> None:
        if isinstance(event, Level):
            if self.wanted is Level.OPEN:
                self.was_held = self.was_placed = False
            self.wanted = event
        elif isinstance(event, RestrictionChange):
            self.standing.take(event)
            self.was_placed = self.was_placed or (event.on and self.wanted is not Level.OPEN)
        elif isinstance(event, bool):
            self.standing.present = event

    def _is_our_doing(self, at: datetime, event: "TrailEvent") -> bool:
        """What we let go of at the instant at which a stretch begins may be an older hold; what we placed in it is not."""
        if event is None:
            return self.standing.has_run_out(at)
        desired = self.trail.desired
        both_sides = desired.at(at) is not Level.OPEN and desired.before(at) is not Level.OPEN
        return isinstance(event, RestrictionChange) and event.ours and not event.on and (both_sides or self.was_placed)


TrailEvent = Level | RestrictionChange | bool | None
"""What a walk meets: another desired state, another observed restriction, a coming or going, or (None) an instant at which a mute runs out."""


def _is_by_hand(event: TrailEvent) -> bool:
    return isinstance(event, bool) or (isinstance(event, RestrictionChange) and not event.ours)


def _in_order(trail: Trail) -> list[tuple[datetime, TrailEvent]]:
    """Everything that happens; at one instant the desired state changes first."""
    walk: list[tuple[datetime, int, int, TrailEvent]] = []
    walk += [(at, 0, n, level) for n, (at, level) in enumerate(trail.desired.steps)]
    walk += [(at, 1, n, came) for n, (at, came) in enumerate(trail.presence or ())]
    walk += [(change.at, 2, n, change) for n, change in enumerate(trail.changes)]
    walk += [
        (change.until, 3, n, None) for n, change in enumerate(trail.changes) if change.on and change.until is not None
    ]
    walk.sort(key=lambda entry: entry[:3])
    return [(at, thing) for at, _, _, thing in walk if at <= trail.ends]


def _stretch_end(trail: Trail, since: datetime) -> datetime:
    """Where the unbroken stretch of wanting that is running at `since` ends."""
    later = (at for at, level in trail.desired.steps if at > since and level is Level.OPEN)
    return min(next(later, trail.ends), trail.ends)


def _overstays(trail: Trail) -> Iterable[tuple[datetime, datetime]]:
    """The times in which a hold that the service placed stood though less was wanted."""
    for level in (Level.MUTED, Level.BARRED):
        for since, until, ours in _standing_changes(trail, level):
            if ours:
                yield from _unwanted_parts(trail.desired, level, since, until)


def _standing_changes(trail: Trail, level: Level) -> Iterable[tuple[datetime, datetime, bool]]:
    standing: RestrictionChange | None = None
    for change in (t for t in trail.changes if t.level is level):
        if standing is not None:
            yield standing.at, _end_of(standing, change.at), standing.ours
        standing = change if change.on else None
    if standing is not None:
        yield standing.at, _end_of(standing, trail.ends), standing.ours


def _end_of(standing: RestrictionChange, at: datetime) -> datetime:
    return at if standing.until is None else min(at, standing.until)


def _unwanted_parts(
    desired: DesiredLevels, level: Level, since: datetime, until: datetime
) -> Iterable[tuple[datetime, datetime]]:
    """The parts of the time in which less than the level was wanted; a mute may stand beside a wanted bar."""
    edges = [since, *(at for at, _ in desired.steps if since < at < until), until]
    for begins, ends in pairwise(edges):
        if desired.at(begins) < level:
            yield begins, ends


def _unwanted(trail: Trail) -> Iterable[datetime]:
    """Changes by the service that nobody wanted: placed for nothing, another's taken away, put out for nothing."""
    whose: dict[Level, bool] = {}
    for change in trail.changes:
        if (
            change.ours
            and change.on
            and max(trail.desired.at(change.at), trail.desired.before(change.at)) < change.level
        ):
            yield change.at
        if change.ours and not change.on and whose.get(change.level) is False:
            yield change.at
        if change.on:
            whose.setdefault(change.level, change.ours)
        else:
            whose.pop(change.level, None)
    for at in trail.removals:
        if max(trail.desired.at(at), trail.desired.before(at)) < Level.BARRED:
            yield at
