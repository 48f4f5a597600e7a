"""Sabotaged spaces: each takes one mechanism away, as the systems did whose harms the stories are told against.

A sabotage is put round every space by `assembly`; the product has no switch for it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from guardian.ids import Reference, SpaceName
from guardian.sandbox.community import DISCORD, FORUM, GITHUB
from guardian.spaces.outcomes import Done, Outcome, Unavailable
from guardian.spaces.port import (
    Account,
    Belongings,
    Message,
    Observation,
    Order,
    Presence,
    Seen,
    Space,
    Sweep,
    Unknown,
)
from guardian.spaces.port import Held as HeldThere
from rules.precedence import Hold

Sabotage = Callable[[Space], Space]


class Through:
    """A space with something round it: what is not said otherwise is the inner space's own."""

    def __init__(self, inner: Space) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class ConfirmationIgnored(Through):
    """Says that it holds, and never asked the platform."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.claimed: dict[Account, HeldThere] = {}

    async def restrict(self, order: Order) -> Outcome:
        self.claimed[order.account] = HeldThere(order.hold, order.until, order.reference)
        return Done()

    async def observe(self, account: Account) -> Observation:
        held = self.claimed.get(account)
        return Seen((held,), Presence.OUTSIDE) if held else await self.inner.observe(account)


class ReleaseDropped(Through):
    """Says that it has let go, and never asked the platform."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.dropped: set[Account] = set()

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        self.dropped.add(account)
        return Done()

    async def observe(self, account: Account) -> Observation:
        return Seen() if account in self.dropped else await self.inner.observe(account)


class FailureTakenForDone(Through):
    """Reads "no answer" as "done", in acts and in looks."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.believed: dict[Account, HeldThere] = {}

    async def restrict(self, order: Order) -> Outcome:
        outcome = await self.inner.restrict(order)
        self.believed[order.account] = HeldThere(order.hold, order.until, order.reference)
        return Done() if isinstance(outcome, Unavailable) else outcome

    async def survey(self, account: Account) -> Belongings | Unknown:
        found = await self.inner.survey(account)
        return Belongings() if isinstance(found, Unknown) else found

    async def observe(self, account: Account) -> Observation:
        seen = await self.inner.observe(account)
        if not isinstance(seen, Unknown):
            return seen
        held = self.believed.get(account)
        return Seen((held,), Presence.OUTSIDE) if held else Seen()


class EverythingTakenForOurs(Through):
    """Does not ask who placed what it sees."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.ordered: dict[Account, Reference] = {}

    async def restrict(self, order: Order) -> Outcome:
        self.ordered[order.account] = order.reference
        return await self.inner.restrict(order)

    async def observe(self, account: Account) -> Observation:
        seen = await self.inner.observe(account)
        if not isinstance(seen, Seen) or not seen.holds:
            return seen
        reference = self.ordered.get(account)
        return Seen() if reference is None else replace(seen, holds=(replace(seen.holds[0], reference=reference),))


class StaleTimer(Through):
    """A timer of its own for each restriction, set when it was placed and never asked about again."""

    def __init__(self, inner: Space, now: Callable[[], datetime], term: timedelta) -> None:
        super().__init__(inner)
        self.now, self.term = now, term
        self.timers: dict[Account, datetime] = {}

    async def restrict(self, order: Order) -> Outcome:
        self.timers[order.account] = self.now() + self.term
        return await self.inner.restrict(order)

    async def sweep(self) -> Sweep | Unknown:
        for account in [each for each, ends in self.timers.items() if self.now() >= ends]:
            await self.inner.release(account, Hold.BARRED, "the timer ran out")
        return await self.inner.sweep()


class ReplacedByLifting(Through):
    """Lifts whatever stands before it looks, and places it anew."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.ordered: dict[Account, Order] = {}
        self.looks = 0

    async def restrict(self, order: Order) -> Outcome:
        self.ordered[order.account] = order
        return await self.inner.restrict(order)

    async def observe(self, account: Account) -> Observation:
        order = self.ordered.get(account)
        if order is not None and (await self._is_held(account)):
            await self.inner.release(account, order.hold, "to be replaced")
            await self.inner.restrict(order)
        return await self.inner.observe(account)

    async def _is_held(self, account: Account) -> bool:
        seen = await self.inner.observe(account)
        return isinstance(seen, Seen) and bool(seen.holds)


class StartedAnew(Through):
    """Knows nothing of what it did before the restart: sees nothing at first, and begins by lifting."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.looked: set[Account] = set()

    async def restrict(self, order: Order) -> Outcome:
        await self.inner.release(order.account, order.hold, "to begin anew")
        return await self.inner.restrict(order)

    async def observe(self, account: Account) -> Observation:
        first = account not in self.looked
        self.looked.add(account)
        return Seen() if first else await self.inner.observe(account)


class Copied(Through):
    """Sends a copy of each first notice to everybody whom it ever wrote to: a shared channel in other words."""

    def __init__(self, inner: Space) -> None:
        super().__init__(inner)
        self.written_to: dict[Account, None] = {}
        self.copied: set[str] = set()

    async def tell(self, account: Account, message: Message) -> Outcome:
        self.written_to[account] = None
        outcome = await self.inner.tell(account, message)
        if "new report" in message.subject and message.subject not in self.copied:
            self.copied.add(message.subject)
            for number, other in enumerate(self.written_to):
                await self.inner.tell(other, replace(message, nonce=f"{message.nonce[:-2]}{number:02d}"))
        return outcome


class TellingDropped(Through):
    """Says that it has told people, and never wrote to anybody."""

    async def tell(self, account: Account, message: Message) -> Outcome:
        return Done("said to be sent")


def at(name: SpaceName, kind: Callable[[Space], object]) -> Sabotage:
    """The sabotage of one space; the others stay as they are."""

    def wrap(space: Space) -> Space:
        return cast(Space, kind(space)) if space.name == name else space

    return wrap


confirmation_ignored = at(FORUM, ConfirmationIgnored)
release_dropped_on_discord = at(DISCORD, ReleaseDropped)
release_dropped_on_the_forum = at(FORUM, ReleaseDropped)
release_dropped_on_github = at(GITHUB, ReleaseDropped)
failure_taken_for_done = at(GITHUB, FailureTakenForDone)
everything_taken_for_ours = at(DISCORD, EverythingTakenForOurs)
replaced_by_lifting = at(FORUM, ReplacedByLifting)
everybody_is_told = at(DISCORD, Copied)
nobody_is_told = at(DISCORD, TellingDropped)


def stale_timer(term: timedelta) -> Sabotage:
    """A timer that lifts after the term, whatever else holds; its clock is the forum's own."""

    def wrap(space: Space) -> Space:
        clock: Any = getattr(space, "_clock", None)
        return cast(Space, StaleTimer(space, clock.now, term)) if space.name == FORUM else space

    return wrap


def started_anew(space: Space) -> Space:
    """The sabotage of the forum for a service in a process of its own, which finds it by its name."""
    return cast(Space, StartedAnew(space)) if space.name == FORUM else space
