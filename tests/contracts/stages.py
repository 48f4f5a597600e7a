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
from guardian.spaces.port import Account, Message, Order, Space
from rules.precedence import Hold

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

    def heard(self, space: str, date: datetime | None) -> None:
        return None

    def let_pass(self, span: timedelta) -> None:
        """Case time stands later by the span."""
        self.at += span


class Feature(StrEnum):
    """What not every space can do."""

    TELLS = "tells"  # private messages reach the person
    KNOWS_REPEATS = "knows_repeats"  # a repeated message arrives once
    TRACES = "traces"  # its own records say who did something
    BELONGINGS = "belongings"  # a bar takes things that can be given back


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

    def held(self, account: Account) -> frozenset[Hold]:
        """What the platform holds at this moment."""
        ...

    def inbox(self, account: Account) -> list[str]:
        """The texts that have arrived, oldest first."""
        ...

    def hold_by_hand(self, account: Account, hold: Hold) -> None:
        """A moderator of the platform places it."""
        ...

    def lift_by_hand(self, account: Account, hold: Hold) -> None:
        """A moderator of the platform lifts it."""
        ...

    def return_to_space(self, account: Account) -> None:
        """The person comes back as a member, where the platform lets them."""
        ...

    def close_inbox(self, account: Account) -> None:
        """The person takes no private messages."""
        ...

    def break_down(self) -> None:
        """The platform gives no usable answer to anything."""
        ...

    def stall(self) -> None:
        """The platform answers nothing for longer than any ceiling."""
        ...

    def refuse(self) -> None:
        """We lack the permission for everything."""
        ...

    def lose_answers(self) -> None:
        """Acts are carried out and their answers are lost."""
        ...

    def heal(self) -> None:
        """Nothing is wrong any more."""
        ...


Factory = Callable[[], AbstractAsyncContextManager[Stage]]


def an_order(stage: Stage, hold: Hold, account: Account | None = None) -> Order:
    """An order for the stage's account; a hold that needs a native end gets one a week away."""
    until = stage.clock.now() + timedelta(days=7) if hold in stage.space.abilities.longest else None
    return Order(account or stage.account, hold, REFERENCE, REASON, until)


def a_message(nonce: str = "0191f7a4-0000-7000-8000-000000000001") -> Message:
    """A plain message."""
    return Message("About your account", "A decision concerns you. The page behind your receipt explains it.", nonce)
