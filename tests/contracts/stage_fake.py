"""The fake space on the stage of the contract suite."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from guardian.spaces.port import (
    Account,
    Entitlement,
    EntitlementKind,
)
from rules.precedence import AccessLevel
from tests.contracts.stages import Feature, StageClock
from tests.fakes.space import FakeSpace, Fault


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

    def access_levels(self, account: Account) -> frozenset[AccessLevel]:
        return self.space.access_levels(account.native_id)

    def inbox(self, account: Account) -> list[str]:
        return [message.text for message in self.space.accounts[account.native_id].inbox.values()]

    def restrict_manually(self, account: Account, level: AccessLevel) -> None:
        self.space.restrict_manually(account.native_id, level)

    def release_manually(self, account: Account, level: AccessLevel) -> None:
        self.space.release_manually(account.native_id, level)

    def rejoin(self, account: Account) -> None:
        self.space.join(account.native_id)

    def close_inbox(self, account: Account) -> None:
        self.space.accounts[account.native_id].inbox_open = False

    def break_down(self) -> None:
        self.space.fault = Fault.DOWN

    def stop_answering(self) -> None:
        self.space.fault = Fault.DOWN

    def answer_oddly(self, body: object) -> None:
        self.space.fault = Fault.DOWN

    def refuse(self) -> None:
        self.space.fault = Fault.REFUSING

    def lose_responses(self) -> None:
        self.space.fault = Fault.LOST_ANSWER

    def heal(self) -> None:
        self.space.fault = Fault.NONE


@asynccontextmanager
async def fake_stage() -> AsyncIterator[FakeStage]:
    """A fake space with two members."""
    clock = StageClock()
    space = FakeSpace(clock)
    entitlements = (
        Entitlement(EntitlementKind.ROLE, "7", "Gardeners"),
        Entitlement(EntitlementKind.ROLE, "8", "Moderators", privileged=True),
    )
    account, other = space.add("101", "rowan", entitlements=entitlements), space.add("102", "wren")
    yield FakeStage(clock=clock, space=space, account=account, other=other, stranger=Account(space.name, "999"))
