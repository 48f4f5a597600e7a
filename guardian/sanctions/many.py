"""Many accounts at once: asked for in as few calls as a space has, and confirmed by its list pages, never one by one.

Only the plain ones are done here: strangers who are barred by one sanction and on whom nothing stands yet. Whatever is
not plain is handed back, and looked at by itself like every other key.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, assert_never

from guardian.ids import AccountId, PersonId, Reference, SpaceName
from guardian.journal import SERVICE, Entry
from guardian.logs import logger, place_of
from guardian.people.values import KnownAccount, Person
from guardian.sanctions.facts import Tools
from guardian.sanctions.lifting import TOPIC
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.values import Coverage, Key, Sanction
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Belonging, Belongings, Order, Space, Sweep, Unknown
from guardian.spaces.registry import Mode
from rules.precedence import Hold

log = logger("sanctions")

ONE_BY_ONE: Final = 24
"""How many are intended together where each takes a call of its own: so many are looked at alone after a crash."""
WRITTEN_TOGETHER: Final = 200
SIDE_BY_SIDE: Final = 4
MOST_TRIES: Final = 3
MOST_REFUSALS: Final = 3
"""A space that refuses so many in a row refuses them all: it is asked again later, and then again with so many."""


class Phase(StrEnum):
    """How far one of many has come."""

    WAITING = "waiting"
    ASKED = "asked"  # the intent is stored, and what came of the call is not known
    SAID = "said"  # the space has said that it is done


@dataclass(frozen=True, slots=True)
class One:
    """One of many. `plain`: its one sanction still stands, and nothing else was decided about the person meanwhile."""

    account: AccountId
    person: PersonId
    place: Account
    reference: Reference
    ends: datetime
    phase: Phase
    plain: bool
    version: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An account whom nobody knew: the person behind it, the sanction that reaches it, its totals and its key."""

    person: Person
    account: KnownAccount
    sanction: Sanction
    totals: tuple[Coverage, ...]
    key: Key


class BatchStore(Protocol):
    """What is remembered of keys that are worked together."""

    async def take_up(self, newcomers: Sequence[Newcomer]) -> None:
        """Each stands as a person with an account, a sanction, a total in each space of its scope, and a key."""
        ...

    async def spaces_with_batch(self) -> tuple[SpaceName, ...]:
        """The spaces in which any key is one of many."""
        ...

    async def still_coming(self) -> bool:
        """Whether more of them are about to be added."""
        ...

    async def places_of_many(self, space: SpaceName) -> tuple[Account, ...]:
        """Every account there that is one of many, or about to be."""
        ...

    async def not_plain(self, space: SpaceName) -> tuple[AccountId, ...]:
        """Those of many that must be looked at by themselves: lifted meanwhile, or not the only thing decided."""
        ...

    async def batch(self, space: SpaceName, phases: Sequence[Phase], limit: int) -> tuple[One, ...]:
        """The first of many in these phases."""
        ...

    async def intend_many(self, ones: Sequence[One], taken: Mapping[AccountId, tuple[Belonging, ...]]) -> None:
        """The intents to bar them are stored, with what a bar takes from each; those that have one keep it."""
        ...

    async def note_said(self, accounts: Sequence[AccountId]) -> None:
        """The space has said of these that it is done."""
        ...

    async def hold_many(self, ones: Sequence[One]) -> None:
        """These are seen to be held by us: nobody need look at them until their sanction ends."""
        ...

    async def hand_back(self, accounts: Sequence[AccountId], *, refuted: bool = False) -> None:
        """These are due now like every other key; `refuted`: what was intended was not done by us."""
        ...


class BatchLook(Protocol):
    """A view of one instant, as far as it is used here."""

    @property
    def raids(self) -> BatchStore: ...


class BatchWork(BatchLook, SanctionWork, Protocol):
    """One transaction, as far as it is used here."""


class BatchWorks(Protocol):
    """Opens transactions."""

    def begin(self) -> AbstractAsyncContextManager[BatchWork]: ...

    def look(self) -> AbstractAsyncContextManager[BatchLook]: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """What stood in a space when its work began, by list pages, and what a bar would take from whom."""

    seen: Sweep
    losses: Mapping[Account, Belongings]
    places: frozenset[Account]


class Batches:
    """Works what is worked together: one worker a space, beside the reconciler, which leaves these keys alone."""

    def __init__(self, tools: Tools, works: BatchWorks) -> None:
        self._tools, self._works = tools, works
        self._working: dict[SpaceName, asyncio.Task[None]] = {}
        self._rung: set[SpaceName] = set()
        self._again: dict[SpaceName, datetime] = {}
        self._since: dict[SpaceName, datetime] = {}
        self._pictures: dict[SpaceName, Picture] = {}
        self._tries: dict[AccountId, int] = {}
        self._singly: set[SpaceName] = set()
        self._told: set[SpaceName] = set()

    @property
    def in_hand(self) -> int:
        """In how many spaces something is being done at this moment."""
        return len(self._working)

    async def run(self, wait: Callable[[datetime | None], Awaitable[None]]) -> None:
        """Works until cancelled."""
        while True:
            await self.start_due()
            await wait(await self.next_due())

    async def next_due(self) -> datetime | None:
        """When the first space that gave no usable answer is asked again; None where none is waited for."""
        return min((at for name, at in self._again.items() if name not in self._working), default=None)

    async def start_due(self) -> int:
        """Work has begun in every space with something to do; in how many."""
        now = self._tools.clock.now()
        async with self._works.look() as look:
            names = await look.raids.spaces_with_batch()
        self._again = {name: at for name, at in self._again.items() if name in names and at > now}
        self._rung |= self._working.keys() & set(names)
        due = [name for name in names if name not in self._working and name not in self._again]
        for name in due:
            self._working[name] = asyncio.create_task(self._guarded(name), name=f"many in {name}")
        return len(due)

    async def settle(self) -> None:
        """Everything that can be done now has been done: for tests and one-off commands."""
        while self._working or await self.start_due():
            await asyncio.gather(*self._working.values())
            async with self._works.look() as look:
                if not set(await look.raids.spaces_with_batch()) - self._again.keys():
                    return

    async def stop(self) -> None:
        """Nothing is under way any more; what was cut off is asked for again."""
        for task in list(self._working.values()):
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _guarded(self, name: SpaceName) -> None:
        """One pass, and another where something changed meanwhile; a fault is logged, and it is tried again."""
        try:
            self._rung.add(name)
            while name in self._rung and name not in self._again:
                self._rung.discard(name)
                await self._in_space(name)
        except Exception as error:
            log.error("batch.has_failed", space=name, kind=type(error).__name__, at=place_of(error))
            await self._wait(name)
        finally:
            del self._working[name]
        if name in self._again:
            async with self._works.begin() as work:
                work.wake(TOPIC)

    async def _wait(self, name: SpaceName, answer: Outcome | Unknown | None = None) -> None:
        """The space is asked again soon, then slower with the age of its trouble; slowly where people have to mend it.

        What stands there is read anew before: while that fails, nobody's tries are used up.
        """
        pace, now = self._tools.pace, self._tools.clock.now()
        self._pictures.pop(name, None)
        age = now - self._since.setdefault(name, now)
        needs = answer.needs if isinstance(answer, Forbidden | Unknown) else None
        asked = answer.after if isinstance(answer, Unavailable | Unknown) else None
        pause = pace.most if needs else min(max(age * pace.share, pace.least), pace.most)
        self._again[name] = now + (pause if asked is None else max(pause, asked))
        if name not in self._told and (needs or age >= pace.tell_after):
            # One of them is looked at by itself, so that people hear of the trouble as they would of any other.
            self._told.add(name)
            async with self._works.look() as look:
                ones = await look.raids.batch(name, tuple(Phase), 1)
            await self._hand_back([one.account for one in ones])

    # -- one pass over one space

    async def _in_space(self, name: SpaceName) -> None:
        space = self._tools.spaces.get(name)
        if space is None or self._tools.spaces.mode(name) is Mode.OBSERVE or space.abilities.ends_natively:
            await self._hand_back_all(name)
            return
        while ones := await self._next(name, space):
            picture = await self._picture(name, space, ones)
            if picture is None:
                return
            ready = await self._ready(ones, picture)
            if not await self._asked_for(name, space, ready, picture.seen.gives_references):
                return
        await self._confirm(name, space)

    async def _next(self, name: SpaceName, space: Space) -> tuple[One, ...]:
        """Those to ask for next; none while a call for many would be spent on a few because more are about to come."""
        async with self._works.look() as look:
            others = await look.raids.not_plain(name)
            ones = await look.raids.batch(name, (Phase.WAITING, Phase.ASKED), _chunk(space))
            wait = len(ones) < _chunk(space) and await look.raids.still_coming()
        if others:
            await self._hand_back(others)
            return await self._next(name, space)
        return () if wait else ones

    async def _picture(self, name: SpaceName, space: Space, ones: Sequence[One]) -> Picture | None:
        """What stands there and what would be lost, read once for all of them; None where it could not be read."""
        known = self._pictures.get(name)
        if known is not None and {one.place for one in ones} <= known.places:
            return known
        async with self._works.look() as look:
            places = await look.raids.places_of_many(name)
        seen = await space.sweep()
        losses = seen if isinstance(seen, Unknown) else await space.survey_many(places)
        if isinstance(seen, Unknown) or isinstance(losses, Unknown):
            await self._wait(name, seen if isinstance(seen, Unknown) else losses)  # type: ignore[arg-type]  # one of the two is
            return None
        self._pictures[name] = Picture(seen, losses, frozenset(places))
        return self._pictures[name]

    async def _ready(self, ones: Sequence[One], picture: Picture) -> list[One]:
        """Those to ask for now: nothing stands there, the space would not refuse it, and it was not tried too often."""
        ready: list[One] = []
        back: list[One] = []
        for one in ones:
            stands = one.phase is Phase.WAITING and one.place.native_id in picture.seen.holds
            refusal = picture.losses.get(one.place, Belongings()).refusal
            self._tries[one.account] = self._tries.get(one.account, 0) + 1
            fit = not stands and refusal is None and self._tries[one.account] <= MOST_TRIES
            (ready if fit else back).append(one)
        taken = {one.account: picture.losses[one.place].things for one in ready if one.place in picture.losses}
        async with self._works.begin() as work:
            await work.raids.hand_back([one.account for one in back])
            await work.raids.intend_many(ready, taken)
            work.journal.note(_entry("restrictions.intended", space=ones[0].place.space, count=len(ready)))
            work.wake(TOPIC)
        return ready

    async def _asked_for(self, name: SpaceName, space: Space, ready: Sequence[One], gives_references: bool) -> bool:
        """Whether the space could be asked for all of them; else it is left alone for a while."""
        refused_in_a_row = 0
        left = list(ready)
        answered: dict[Account, Outcome] = {}
        while left:
            together = self._together(space)
            part, left = left[:together], left[together:]
            outcomes = await self._ask(space, part)
            refused = [outcome for outcome in outcomes.values() if isinstance(outcome, Forbidden)]
            silent = [outcome for outcome in outcomes.values() if isinstance(outcome, Unavailable)]
            if len(refused) == len(part) > SIDE_BY_SIDE:
                # The call for many takes a permission of its own: without it they are asked for one by one.
                self._singly.add(name)
                left = [*part, *left]
                continue
            answered |= outcomes
            refused_in_a_row = refused_in_a_row + len(refused) if len(refused) == len(part) else 0
            if silent or refused_in_a_row >= MOST_REFUSALS:
                await self._wait(name, (silent or refused)[0])
                break
        await self._took(name, [one for one in ready if one.place in answered], answered, gives_references)
        if name in self._again:
            return False
        self._since.pop(name, None)
        self._told.discard(name)
        return True

    def _together(self, space: Space) -> int:
        return SIDE_BY_SIDE if space.name in self._singly or space.abilities.bulk == 1 else space.abilities.bulk

    async def _ask(self, space: Space, part: Sequence[One]) -> Mapping[Account, Outcome]:
        reason = self._tools.neutral_reason
        orders = [Order(o.place, Hold.BARRED, o.reference, reason(o.reference), patient=True) for o in part]
        if space.name not in self._singly:
            return await space.restrict_many(orders)
        outcomes = await asyncio.gather(*(space.restrict(order) for order in orders))
        return {order.account: outcome for order, outcome in zip(orders, outcomes, strict=True)}

    async def _took(
        self, name: SpaceName, part: Sequence[One], outcomes: Mapping[Account, Outcome], gives_references: bool
    ) -> None:
        """What the space said of each is on record; what it did not do for us is looked at by itself."""
        said, back, refuted = [], [], []
        for one in part:
            outcome = outcomes.get(one.place, Unavailable("no answer about it"))
            first = one.phase is Phase.WAITING
            match outcome:
                case Done():
                    said.append(one.account)
                case Rejected() if not first and gives_references:
                    # An earlier call may have done it: the list pages tell by our reference.
                    said.append(one.account)
                case Already() if first:
                    refuted.append(one.account)
                case Already() | Gone() | Forbidden() | Rejected():
                    back.append(one.account)
                case Unavailable():
                    pass
                case _:
                    assert_never(outcome)
        async with self._works.begin() as work:
            await work.raids.note_said(said)
            await work.raids.hand_back(back)
            await work.raids.hand_back(refuted, refuted=True)
            work.wake(TOPIC)
        log.info("batch.was_asked", space=name, asked=len(part), done=len(said))

    async def _confirm(self, name: SpaceName, space: Space) -> None:
        """What the list pages show to be ours is held; the rest is looked at by itself."""
        async with self._works.look() as look:
            if await look.raids.still_coming():
                return
            ones = await look.raids.batch(name, (Phase.ASKED, Phase.SAID), _ALL)
        if not ones:
            return
        seen = await space.sweep()
        if isinstance(seen, Unknown):
            await self._wait(name, seen)
            return
        held = [one for one in ones if one.plain and _is_ours(one, seen)]
        for start in range(0, len(held), WRITTEN_TOGETHER):
            part = held[start : start + WRITTEN_TOGETHER]
            async with self._works.begin() as work:
                await work.raids.hold_many(part)
                work.journal.note(_entry("restrictions.confirmed", space=name, count=len(part)))
                work.wake(TOPIC)
        ours = {one.account for one in held}
        others = [one.account for one in ones if one.account not in ours]
        await self._hand_back(others)
        self._pictures.pop(name, None)
        self._singly.discard(name)
        self._tries = {each: tries for each, tries in self._tries.items() if each not in ours}
        log.info("batch.was_confirmed", space=name, held=len(held), others=len(others))

    async def _hand_back_all(self, name: SpaceName) -> None:
        async with self._works.look() as look:
            ones = await look.raids.batch(name, tuple(Phase), _ALL)
        await self._hand_back([one.account for one in ones])

    async def _hand_back(self, accounts: Sequence[AccountId]) -> None:
        if accounts:
            async with self._works.begin() as work:
                await work.raids.hand_back(accounts)
                work.wake(TOPIC)


_ALL: Final = 1_000_000


def _entry(act: str, *, space: SpaceName, count: int) -> Entry:
    """A journal entry about many: which, stands in the rows of the same transaction."""
    return Entry(act, SERVICE, "P-7.5", {"space": str(space), "count": str(count)})


def _chunk(space: Space) -> int:
    return space.abilities.bulk if space.abilities.bulk > 1 else ONE_BY_ONE


def _is_ours(one: One, seen: Sweep) -> bool:
    """Whether the pages prove it: by our reference, or, where their rows have none, by the space's own word before."""
    held = next((h for h in seen.holds.get(one.place.native_id, ()) if h.hold is Hold.BARRED), None)
    if held is None:
        return False
    return held.reference == one.reference if seen.gives_references else one.phase is Phase.SAID
