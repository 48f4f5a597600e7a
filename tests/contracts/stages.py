"""What the contract suite of the Space port asks of a stage: a space, two people in it, and the platform's own side.

`held` and `inbox` read the platform itself, never the space under test. A new space joins by writing its stage.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from guardian.ids import Reference
from guardian.spaces.messages import Message
from guardian.spaces.port import Account, RestrictionOrder, Space
from rules.precedence import AccessLevel

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFERENCE = Reference("GRD-23456789ABCD")
REASON = f"Measure of the working group. Reference {REFERENCE}."
LIFTED = f"The measure has ended. Reference {REFERENCE}."


@dataclass(slots=True)
class StageClock:
    """Case time that stands until the test lets it pass."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    async def sleep_until(self, instant: datetime) -> None:
        self.at = max(self.at, instant)

    def trusted(self) -> bool:
        return True

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        return None

    def advance(self, span: timedelta) -> None:
        """Case time stands later by the span."""
        self.at += span


class Feature(StrEnum):
    """What not every space can do."""

    SENDS_MESSAGES = "tells"  # private messages reach the person
    RECOGNIZES_REPEATS = "knows_repeats"  # a repeated message arrives once
    ATTRIBUTES = "traces"  # its own records say who did something
    ENTITLEMENTS = "belongings"  # a bar takes things that can be given back


class Stage(Protocol):
    """One space with its platform behind it."""

    clock: StageClock
    features: frozenset[Feature]
    handle: str
    """The handle of `account`, as people write it."""

    @property
    def space(self) -> Space:
        """The space under test."""
        ...

    @property
    def account(self) -> Account:
        """A member whom the space can restrict."""
        ...

    @property
    def other(self) -> Account:
        """Another such member."""
        ...

    @property
    def stranger(self) -> Account:
        """An account that does not exist."""
        ...

    def access_levels(self, account: Account) -> frozenset[AccessLevel]:
        """What the platform holds at this moment."""
        ...

    def inbox(self, account: Account) -> list[str]:
        """The texts that have arrived, oldest first."""
        ...

    def restrict_manually(self, account: Account, level: AccessLevel) -> None:
        """A moderator of the platform places it."""
        ...

    def release_manually(self, account: Account, level: AccessLevel) -> None:
        """A moderator of the platform lifts it."""
        ...

    def rejoin(self, account: Account) -> None:
        """The person comes back as a member, where the platform lets them."""
        ...

    def close_inbox(self, account: Account) -> None:
        """The person takes no private messages."""
        ...

    def break_down(self) -> None:
        """The platform gives no usable answer to anything."""
        ...

    def stop_answering(self) -> None:
        """The platform answers nothing for longer than any ceiling."""
        ...

    def answer_oddly(self, body: object) -> None:
        """Something in front of the platform answers in its place, with success: a page (text), else JSON."""
        ...

    def refuse(self) -> None:
        """We lack the permission for everything."""
        ...

    def lose_responses(self) -> None:
        """Acts are carried out and their answers are lost."""
        ...

    def heal(self) -> None:
        """Nothing is wrong any more."""
        ...


Factory = Callable[[], AbstractAsyncContextManager[Stage]]


def a_restriction_order(stage: Stage, level: AccessLevel, account: Account | None = None) -> RestrictionOrder:
    """An order for the stage's account; a hold that needs a native end gets one a week away."""
    until = stage.clock.now() + timedelta(days=7) if level in stage.space.capabilities.longest_term else None
    return RestrictionOrder(
        account=account or stage.account, level=level, reference=REFERENCE, reason=REASON, until=until
    )


def a_message(nonce: str = "0191f7a4-0000-7000-8000-000000000001") -> Message:
    """A plain message."""
    return Message("About your account", "A decision concerns you. The page behind your receipt explains it.", nonce)
