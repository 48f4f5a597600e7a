"""The space port with announcements round each call, and the sabotaged ports by which the trials are tried themselves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Done, Outcome
from guardian.spaces.port import (
    Abilities,
    Account,
    Belonging,
    Belongings,
    Finding,
    Message,
    Observation,
    Order,
    Space,
    Sweep,
    Trace,
    Unknown,
)
from rules.precedence import Hold
from tests.crash.announcing import Announcer, Point

Forget = Callable[[], Awaitable[None]]


class Sabotage(StrEnum):
    """What is broken on purpose."""

    NOTHING = "nothing"
    INTENTS_LOST = "intents_lost"
    RELEASE_DROPPED = "release_dropped"
    PLACED_BY_LIFTING = "placed_by_lifting"


class Passed:
    """A space behind another: everything is passed on."""

    def __init__(self, space: Space) -> None:
        self._space = space

    @property
    def name(self) -> SpaceName:
        return self._space.name

    @property
    def abilities(self) -> Abilities:
        return self._space.abilities

    async def observe(self, account: Account) -> Observation:
        return await self._space.observe(account)

    async def trace(self, account: Account, hold: Hold) -> Trace:
        return await self._space.trace(account, hold)

    async def survey(self, account: Account) -> Belongings | Unknown:
        return await self._space.survey(account)

    async def sweep(self) -> Sweep | Unknown:
        return await self._space.sweep()

    async def restrict(self, order: Order) -> Outcome:
        return await self._space.restrict(order)

    async def restrict_many(self, orders: Sequence[Order]) -> Mapping[Account, Outcome]:
        return await self._space.restrict_many(orders)

    async def survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings] | Unknown:
        return await self._space.survey_many(accounts)

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        return await self._space.release(account, hold, reason)

    async def tell(self, account: Account, message: Message) -> Outcome:
        return await self._space.tell(account, message)

    async def give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        return await self._space.give_back(account, things)

    async def find(self, text: str) -> tuple[str, str] | Unknown | None:
        return await self._space.find(text)

    async def linked(self, account: Account) -> tuple[Account, ...] | Unknown:
        return await self._space.linked(account)

    async def check(self) -> tuple[Finding, ...]:
        return await self._space.check()

    def busy(self, account: Account) -> bool:
        return self._space.busy(account)

    async def date(self) -> datetime | None:
        return await self._space.date()


class Announced(Passed):
    """Each look and each act is announced as it begins and as it ends."""

    def __init__(self, space: Space, announcer: Announcer) -> None:
        super().__init__(space)
        self._announcer = announcer

    async def observe(self, account: Account) -> Observation:
        return await self._announcer.call(Point.LOOK, super().observe(account), acts=False)

    async def restrict(self, order: Order) -> Outcome:
        return await self._announcer.call(Point.CALL, super().restrict(order), acts=True)

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        return await self._announcer.call(Point.CALL, super().release(account, hold, reason), acts=True)

    async def tell(self, account: Account, message: Message) -> Outcome:
        return await self._announcer.call(Point.CALL, super().tell(account, message), acts=True)

    async def give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        return await self._announcer.call(Point.CALL, super().give_back(account, things), acts=True)


class IntentsLost(Passed):
    """What was about to be done is forgotten before it is done."""

    def __init__(self, space: Space, forget: Forget) -> None:
        super().__init__(space)
        self._forget = forget

    async def restrict(self, order: Order) -> Outcome:
        await self._forget()
        return await super().restrict(order)


class ReleaseDropped(Passed):
    """Says of each release that it is done, and does nothing."""

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        return Done()


class PlacedByLifting(Passed):
    """Lifts whatever stands before it places: for a moment everybody can come in."""

    async def restrict(self, order: Order) -> Outcome:
        outcome = await super().restrict(order)
        await super().release(order.account, order.hold, order.reason)
        await super().restrict(order)
        return outcome


def sabotaged(space: Space, how: Sabotage, forget: Forget) -> Space:
    """The space, broken in that way; `forget` makes the service lose every open intent."""
    match how:
        case Sabotage.NOTHING:
            return space
        case Sabotage.INTENTS_LOST:
            return IntentsLost(space, forget)
        case Sabotage.RELEASE_DROPPED:
            return ReleaseDropped(space)
        case Sabotage.PLACED_BY_LIFTING:
            return PlacedByLifting(space)
