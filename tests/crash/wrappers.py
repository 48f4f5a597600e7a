"""The space port with announcements round each call, and the sabotaged ports by which the trials are tried themselves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from guardian.ids import SpaceName
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Done, Outcome
from guardian.spaces.port import (
    Account,
    Appraisal,
    Attribution,
    Capabilities,
    CheckResult,
    Entitlement,
    Entitlements,
    Listing,
    Observation,
    RestrictionOrder,
    Space,
    Unknown,
)
from rules.precedence import AccessLevel
from tests.crash.kill_points import Announcer, Point

Forget = Callable[[], Awaitable[None]]


class Sabotage(StrEnum):
    """What is broken on purpose."""

    NOTHING = "nothing"
    INTENTS_LOST = "intents_lost"
    RELEASE_DROPPED = "release_dropped"
    PLACED_BY_LIFTING = "placed_by_lifting"


class ForwardingSpace:
    """A space behind another: everything is passed on."""

    def __init__(self, space: Space) -> None:
        self._space = space

    @property
    def name(self) -> SpaceName:
        return self._space.name

    @property
    def capabilities(self) -> Capabilities:
        return self._space.capabilities

    async def observe(self, account: Account) -> Observation:
        return await self._space.observe(account)

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        return await self._space.attribute(account, level)

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        return await self._space.read_losses(account)

    async def list_restrictions(self) -> Listing | Unknown:
        return await self._space.list_restrictions()

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        return await self._space.restrict(order)

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        return await self._space.restrict_bulk(orders)

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        return await self._space.read_losses_bulk(accounts)

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        return await self._space.release(account, level, reason)

    async def send_message(self, account: Account, message: Message) -> Outcome:
        return await self._space.send_message(account, message)

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
        return await self._space.appraise(entitlements)

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        return await self._space.reinstate(account, entitlements)

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        return await self._space.find_account(text)

    async def is_automated(self, account: Account) -> bool | Unknown:
        return await self._space.is_automated(account)

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        return await self._space.linked_accounts(account)

    async def check(self) -> tuple[CheckResult, ...]:
        return await self._space.check()

    def has_call_in_flight(self, account: Account) -> bool:
        return self._space.has_call_in_flight(account)

    async def server_time(self) -> datetime | None:
        return await self._space.server_time()


class AnnouncedSpace(ForwardingSpace):
    """Each look and each act is announced as it begins and as it ends."""

    def __init__(self, space: Space, announcer: Announcer) -> None:
        super().__init__(space)
        self._announcer = announcer

    async def observe(self, account: Account) -> Observation:
        return await self._announcer.call(Point.OBSERVATION, super().observe(account), acts=False)

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        return await self._announcer.call(Point.CALL, super().restrict(order), acts=True)

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        return await self._announcer.call(Point.CALL, super().release(account, level, reason), acts=True)

    async def send_message(self, account: Account, message: Message) -> Outcome:
        return await self._announcer.call(Point.CALL, super().send_message(account, message), acts=True)

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        return await self._announcer.call(Point.CALL, super().reinstate(account, entitlements), acts=True)


class IntentsLost(ForwardingSpace):
    """What was about to be done is forgotten before it is done."""

    def __init__(self, space: Space, forget: Forget) -> None:
        super().__init__(space)
        self._forget = forget

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        await self._forget()
        return await super().restrict(order)


class ReleaseDropped(ForwardingSpace):
    """Says of each release that it is done, and does nothing."""

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        return Done()


class PlacedByLifting(ForwardingSpace):
    """Lifts whatever stands before it places: for a moment everybody can come in."""

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        outcome = await super().restrict(order)
        await super().release(order.account, order.level, order.reason)
        await super().restrict(order)
        return outcome


def sabotage_space(space: Space, sabotage: Sabotage, forget: Forget) -> Space:
    """The space, broken in that way; `forget` makes the service lose every open intent."""
    match sabotage:
        case Sabotage.NOTHING:
            return space
        case Sabotage.INTENTS_LOST:
            return IntentsLost(space, forget)
        case Sabotage.RELEASE_DROPPED:
            return ReleaseDropped(space)
        case Sabotage.PLACED_BY_LIFTING:
            return PlacedByLifting(space)
