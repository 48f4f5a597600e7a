"""The fake space on the stage of the contract suite."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from guardian.spaces.port import (
    Account,
    Belonging,
    BelongingKind,
)
from rules.precedence import Hold
from tests.contracts.stages import Feature, StageClock
from tests.fakes.space import FakeSpace, Trouble


@dataclass(slots=True)
class FakeStage:
    """The fake is its own platform: its `accounts` are what stands."""

    clock: StageClock
    space: FakeSpace
    account: Account
    other: Account
    stranger: Account
    handle: str = "rowan"
    features: frozenset[Feature] = field(default_factory=lambda: frozenset(Feature))

    def held(self, account: Account) -> frozenset[Hold]:
        return self.space.held(account.native_id)

    def inbox(self, account: Account) -> list[str]:
        return [message.text for message in self.space.accounts[account.native_id].inbox.values()]

    def hold_by_hand(self, account: Account, hold: Hold) -> None:
        self.space.hold_by_hand(account.native_id, hold)

    def lift_by_hand(self, account: Account, hold: Hold) -> None:
        self.space.lift_by_hand(account.native_id, hold)

    def return_to_space(self, account: Account) -> None:
        self.space.join(account.native_id)

    def close_inbox(self, account: Account) -> None:
        self.space.accounts[account.native_id].inbox_open = False

    def break_down(self) -> None:
        self.space.trouble = Trouble.DOWN

    def stall(self) -> None:
        self.space.trouble = Trouble.DOWN

    def refuse(self) -> None:
        self.space.trouble = Trouble.REFUSING

    def lose_answers(self) -> None:
        self.space.trouble = Trouble.LOST_ANSWER

    def heal(self) -> None:
        self.space.trouble = Trouble.NONE


@asynccontextmanager
async def fake_stage() -> AsyncIterator[FakeStage]:
    """A fake space with two members."""
    clock = StageClock()
    space = FakeSpace(clock)
    things = (
        Belonging(BelongingKind.ROLE, "7", "Gardeners"),
        Belonging(BelongingKind.ROLE, "8", "Moderators", power=True),
    )
    account, other = space.add("101", "rowan", things=things), space.add("102", "wren")
    yield FakeStage(clock, space, account, other, Account(space.name, "999"))
