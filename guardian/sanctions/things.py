"""Holds on single things: a conversation locked, a message hidden, for a while. The same heart as for accounts, but small.

Each look computes what is wanted from the clock, asks the space, acts, and looks again. What another placed before us is
left; what we placed is let go at its end and by nobody's memory; what cannot be done is told, and tried for ever.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, assert_never

from guardian.clock import Clock
from guardian.errors import Stale
from guardian.ids import CaseId
from guardian.journal import SERVICE, Entry, Journal
from guardian.logs import logger
from guardian.sanctions.pace import Pace
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Missing, Unknown
from guardian.spaces.registry import Mode, Spaces
from guardian.spaces.things import Thing, ThingHold, ThingLook, Things

log = logger("sanctions")

TOPIC: Final = "things"
"""What a change of these holds is woken by."""
_DAILY: Final = timedelta(days=1)
_ROUNDS: Final = 4
_AT_ONCE: Final = 50


class ThingState(StrEnum):
    """What the last look came to. The last two ask for nothing more."""

    NEW = "new"
    TRYING = "trying"
    HELD = "held"
    BY_OTHERS = "held by others"
    RELEASED = "released"
    GONE = "gone"


_OVER: Final = (ThingState.RELEASED, ThingState.GONE)


@dataclass(frozen=True, slots=True)
class HeldThing:
    """One hold on one thing, wanted until `until`; its id is that of the measure behind it.

    `placed_by` is who the space names as having placed it, from the look that first confirmed ours.
    """

    id: str
    case: CaseId
    thing: Thing
    hold: ThingHold
    until: datetime
    next_look: datetime | None
    state: ThingState = ThingState.NEW
    placed_by: str | None = None
    failures: int = 0
    blocked_since: datetime | None = None
    told_at: datetime | None = None
    why: str = ""
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done any more."""
        return self.state in _OVER


class ThingHoldStore(Protocol):
    """The holds on things, under the keys of their cases."""

    async def add(self, held: HeldThing) -> None:
        """The hold is wanted."""
        ...

    async def save(self, held: HeldThing) -> HeldThing:
        """The hold stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def held(self, hold_id: str) -> HeldThing | None:
        """The hold of that id."""
        ...

    async def due(self, now: datetime, limit: int) -> tuple[HeldThing, ...]:
        """Holds whose next look has come, the longest due first."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest next look; None while nothing waits."""
        ...

    async def standing(self) -> tuple[HeldThing, ...]:
        """Every hold that is not over, oldest first."""
        ...


class ThingView(Protocol):
    """A view of one instant, as far as this is concerned."""

    @property
    def thing_holds(self) -> ThingHoldStore: ...

    @property
    def now(self) -> datetime: ...


class ThingWork(ThingView, Protocol):
    """One transaction, as far as this is concerned."""

    @property
    def journal(self) -> Journal: ...

    def wake(self, topic: str) -> None: ...


class ThingWorks(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractAsyncContextManager[ThingWork]: ...

    def look(self) -> AbstractAsyncContextManager[ThingView]: ...


class ThingAlarms(Protocol):
    """Puts something to people, in the transaction that records it. The desk words and addresses it."""

    async def blocked(self, work: ThingWork, held: HeldThing) -> None:
        """The hold cannot be placed, or cannot be let go."""
        ...

    async def lifted_by_hand(self, work: ThingWork, held: HeldThing) -> None:
        """Somebody let it go before its time, which ends it (architecture 5.13)."""
        ...


@dataclass(frozen=True, slots=True)
class ThingTools:
    """What every look works with."""

    works: ThingWorks
    spaces: Spaces
    clock: Clock
    alarms: ThingAlarms
    pace: Pace


async def keep_due(tools: ThingTools) -> datetime | None:
    """Every hold whose look is due has been looked at; the answer is when the next one is."""
    async with tools.works.look() as view:
        due = await view.thing_holds.due(view.now, _AT_ONCE)
    for held in due:
        await _looked_at(tools, held.id)
    async with tools.works.look() as view:
        return await view.thing_holds.next_due()


async def end_now(work: ThingWork, hold_id: str) -> None:
    """The hold is wanted no longer: what we placed is let go at once."""
    held = await work.thing_holds.held(hold_id)
    if held is not None and not held.is_over:
        await work.thing_holds.save(replace(held, until=min(held.until, work.now), next_look=work.now))
        work.wake(TOPIC)


async def _looked_at(tools: ThingTools, hold_id: str) -> None:
    """One bad row never stops the others: what went wrong is logged, and it is tried again later."""
    try:
        await _look(tools, hold_id)
    except Stale:
        log.info("thing.overtaken", hold=hold_id)
    except Exception:
        log.exception("thing.failed", hold=hold_id)
        async with tools.works.look() as view:
            held = await view.thing_holds.held(hold_id)
        if held is not None:
            await _troubled(tools, held, "a fault of the service itself", needs="a look at its log")


async def _look(tools: ThingTools, hold_id: str) -> None:
    """Looks and acts until the thing is at rest, or has to wait."""
    for _ in range(_ROUNDS):
        async with tools.works.look() as view:
            held = await view.thing_holds.held(hold_id)
        if held is None or held.is_over:
            return
        things = tools.spaces.things(held.thing.space)
        if things is None:
            await _troubled(tools, held, "this space's messages cannot be reached any more")
            return
        if not await _round(tools, things, held):
            return
    async with tools.works.look() as view:
        held = await view.thing_holds.held(hold_id)
    if held is not None:
        await _troubled(tools, held, "the space has not confirmed it yet")


async def _round(tools: ThingTools, things: Things, held: HeldThing) -> bool:
    """One look and at most one act; whether it is to be looked at again."""
    seen = await things.look(held.thing)
    if isinstance(seen, Unknown):
        await _troubled(tools, held, seen.why, needs=seen.needs or "", after=seen.after)
        return False
    if isinstance(seen, Missing):
        await _over(tools, held, ThingState.GONE)
        return False
    if tools.clock.now() < held.until:
        return await _towards_held(tools, things, held, seen)
    return await _towards_free(tools, things, held, seen)


async def _towards_held(tools: ThingTools, things: Things, held: HeldThing, seen: ThingLook) -> bool:
    stands = held.hold in seen.holds
    if stands and held.state in (ThingState.NEW, ThingState.BY_OTHERS):
        await _rests(tools, held, ThingState.BY_OTHERS)
        return False
    if stands:
        await _rests(tools, replace(held, placed_by=held.placed_by or seen.by.get(held.hold)), ThingState.HELD)
        return False
    if held.state is ThingState.HELD:
        await _lifted_by_hand(tools, held)
        return False
    if tools.spaces.mode(held.thing.space) is Mode.OBSERVE:
        await _rests(tools, held, held.state, why=f"would place: {held.hold}")
        return False
    return await _place(tools, things, held)


async def _place(tools: ThingTools, things: Things, held: HeldThing) -> bool:
    """That nothing stood there is on record before the act: so what stands after it, whatever happens to us, is ours."""
    first = held.state is not ThingState.TRYING
    trying = await _kept(tools, replace(held, state=ThingState.TRYING), "thing.is_to_be_held" if first else None)
    outcome = await things.place(held.thing, held.hold)
    if isinstance(outcome, Already) and first:
        # Somebody was quicker in between: it is theirs.
        await _rests(tools, trying, ThingState.BY_OTHERS)
        return False
    return await _acted(tools, trying, outcome)


async def _towards_free(tools: ThingTools, things: Things, held: HeldThing, seen: ThingLook) -> bool:
    ours = held.state in (ThingState.TRYING, ThingState.HELD)
    by = seen.by.get(held.hold)
    is_anothers = held.placed_by is not None and by is not None and by != held.placed_by
    if not ours or held.hold not in seen.holds or is_anothers:
        if ours and held.failures:
            # A call that was cut off may still land: it is looked at once more before it is taken for over.
            await _kept(tools, replace(held, failures=0, next_look=tools.clock.now() + tools.pace.least))
        else:
            await _over(tools, held, ThingState.RELEASED)
        return False
    if tools.spaces.mode(held.thing.space) is Mode.OBSERVE:
        await _rests(tools, held, held.state, why=f"would take away: {held.hold}")
        return False
    if not tools.clock.trusted():
        await _troubled(tools, held, "the clock is not trusted", after=tools.pace.braked)
        return False
    return await _acted(tools, held, await things.take_away(held.thing, held.hold))


async def _acted(tools: ThingTools, held: HeldThing, outcome: Outcome) -> bool:
    """Whether to look again now; else it waits, and the row says why."""
    match outcome:
        case Done() | Already():
            return True
        case Unavailable():
            await _troubled(tools, held, outcome.why, after=outcome.after)
        case Forbidden():
            await _troubled(tools, held, "the space refuses us", needs=outcome.needs)
        case Gone():
            await _over(tools, held, ThingState.GONE)
        case Rejected():
            await _troubled(tools, held, outcome.why)
        case _:
            assert_never(outcome)
    return False


async def _rests(tools: ThingTools, held: HeldThing, state: ThingState, *, why: str = "") -> None:
    """All is as it should be; it is looked at daily, and at its end."""
    again = tools.clock.now() + _DAILY
    next_look = min(held.until, again) if held.until > tools.clock.now() else again
    well = replace(held, state=state, next_look=next_look, failures=0, blocked_since=None, told_at=None, why=why)
    await _kept(tools, well, f"thing.{state.replace(' ', '_')}" if state is not held.state else None)


async def _over(tools: ThingTools, held: HeldThing, state: ThingState) -> None:
    ended = replace(held, state=state, next_look=None, blocked_since=None, why="")
    await _kept(tools, ended, f"thing.was_{state}")


async def _lifted_by_hand(tools: ThingTools, held: HeldThing) -> None:
    async with tools.works.begin() as work:
        over = replace(held, state=ThingState.RELEASED, next_look=None, until=work.now)
        await work.thing_holds.save(over)
        work.journal.note(_entry("thing.was_lifted_by_hand", held))
        await tools.alarms.lifted_by_hand(work, over)


async def _troubled(
    tools: ThingTools, held: HeldThing, why: str, *, needs: str = "", after: timedelta | None = None
) -> None:
    """It waits and is tried again, slowly, for ever; people are told once of each trouble."""
    now = tools.clock.now()
    since = held.blocked_since or now
    tell = held.told_at is None and (bool(needs) or now - since >= tools.pace.tell_after)
    pause = max(min((now - since) * tools.pace.share, tools.pace.most), tools.pace.least, after or timedelta())
    said = f"{why}: {needs}" if needs else why
    failures = held.failures + 1
    waiting = replace(held, blocked_since=since, failures=failures, why=said, next_look=now + pause)
    log.warning("thing.blocked", hold=held.id, space=held.thing.space, failures=failures, needs=needs)
    async with tools.works.begin() as work:
        await work.thing_holds.save(replace(waiting, told_at=now) if tell else waiting)
        if tell:
            work.journal.note(_entry("thing.was_blocked", held))
            await tools.alarms.blocked(work, waiting)


async def _kept(tools: ThingTools, held: HeldThing, act: str | None = None) -> HeldThing:
    async with tools.works.begin() as work:
        if act is not None:
            work.journal.note(_entry(act, held))
        return await work.thing_holds.save(held)


def _entry(act: str, held: HeldThing) -> Entry:
    about = {"measure": held.id, "space": str(held.thing.space), "hold": held.hold.value}
    return Entry(act, SERVICE, "reconciler", about, held.case)
