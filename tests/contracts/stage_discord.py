"""Discord on the stage of the contract suite: the connector with the unmodified library, against the emulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.discord.client import DiscordConnection
from connectors.discord.config import DiscordConfig
from connectors.discord.space import DiscordSpace
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.faults import Fault, FaultKind
from guardian.ids import SpaceName
from guardian.spaces.port import Account
from rules.precedence import AccessLevel
from tests.contracts.schemas.discord import validate_history
from tests.contracts.stages import Feature, StageClock

CEILING = timedelta(seconds=1)


@dataclass(slots=True)
class DiscordStage:
    """One guild with an owner, a moderator and two members."""

    clock: StageClock
    emulator: DiscordEmulator
    connection: DiscordConnection
    space: DiscordSpace
    account: Account
    other: Account
    stranger: Account
    moderator: str
    role: str
    power_role: str
    handle: str = "rowan"
    features: frozenset[Feature] = field(default_factory=lambda: frozenset(Feature))

    def access_levels(self, account: Account) -> frozenset[AccessLevel]:
        state, now = self.emulator.state, self.clock.now()
        muted = {AccessLevel.MUTED} if state.is_timed_out(account.native_id, now) else set()
        return frozenset(muted | ({AccessLevel.BARRED} if account.native_id in state.bans else set()))

    def inbox(self, account: Account) -> list[str]:
        channel = self.emulator.state.private_channel(account.native_id)
        return [m.content for m in self.emulator.state.messages_in(channel.id)] if channel else []

    def restrict_manually(self, account: Account, level: AccessLevel) -> None:
        if level is AccessLevel.BARRED:
            self.emulator.ban_by_hand(self.moderator, account.native_id, "seen it myself")
        else:
            end = self.clock.now() + timedelta(days=3)
            self.emulator.timeout_by_hand(self.moderator, account.native_id, end, "cool down")

    def release_manually(self, account: Account, level: AccessLevel) -> None:
        if level is AccessLevel.BARRED:
            self.emulator.unban_by_hand(self.moderator, account.native_id)
        else:
            self.emulator.timeout_by_hand(self.moderator, account.native_id, None)

    def rejoin(self, account: Account) -> None:
        self.emulator.rejoin(account.native_id)

    def close_inbox(self, account: Account) -> None:
        self.emulator.state.close_dms(account.native_id)

    def break_down(self) -> None:
        self.fault(FaultKind.SERVER_ERROR, status=502)

    def stop_answering(self) -> None:
        self.fault(FaultKind.LATENCY, seconds=4 * CEILING.total_seconds())

    def answer_oddly(self, body: object) -> None:
        self.emulator.set_fault(Fault(kind=FaultKind.ODD_ANSWER, body=body))

    def refuse(self) -> None:
        self.fault(FaultKind.NO_PERMISSION)

    def lose_responses(self) -> None:
        for operation in ("ban.*", "member.patch", "message.post"):
            self.fault(FaultKind.LOST_ANSWER, operation)

    def heal(self) -> None:
        self.emulator.faults.clear()

    def fault(self, kind: FaultKind, operation: str = "*", *, seconds: float = 0.0, status: int = 500) -> None:
        """The fault stands until all is healed."""
        self.emulator.set_fault(Fault(kind=kind, operation=operation, seconds=seconds, status=status))


@asynccontextmanager
async def discord_stage(*, enforce_limits: bool = False) -> AsyncIterator[DiscordStage]:
    """A signed-in bot in an emulated guild."""
    clock = StageClock()
    emulator = DiscordEmulator(DiscordState(begun=clock.now()), now=clock.now, enforce_limits=enforce_limits)
    await emulator.start()
    stage = _staged(clock, emulator)
    await stage.connection.start()
    try:
        yield stage
        assert validate_history(emulator.history) == []
    finally:
        await stage.connection.close()
        await emulator.stop()


def a_config(emulator: DiscordEmulator) -> DiscordConfig:
    """The configuration that points at the emulator."""
    return DiscordConfig(
        name=SpaceName("discord"),
        token=emulator.token,
        guild_id=emulator.guild_id,
        api_url=emulator.api_url,
        gateway_url=emulator.gateway_url,
        call_ceiling=CEILING,
        patience=timedelta(seconds=5),
    )


def _staged(clock: StageClock, emulator: DiscordEmulator) -> DiscordStage:
    state = emulator.state
    role = state.add_role("Gardeners", permissions=Permission(0))
    power = state.add_role("Helpers", permissions=Permission.MANAGE_MESSAGES)
    moderators = state.add_role(
        "Moderators",
        permissions=Permission.BAN_MEMBERS | Permission.KICK_MEMBERS | Permission.MODERATE_MEMBERS,
        position=60,
    )
    account = state.add_member(state.add_user("rowan"), roles=[role, power])
    other = state.add_member(state.add_user("wren"))
    moderator = state.add_member(state.add_user("robin"), roles=[moderators])
    connection = DiscordConnection(a_config(emulator))
    space = DiscordSpace(connection, clock)
    return DiscordStage(
        clock=clock,
        emulator=emulator,
        connection=connection,
        space=space,
        account=Account(space.name, account),
        other=Account(space.name, other),
        stranger=Account(space.name, "111111111111111111"),
        moderator=moderator,
        role=role,
        power_role=power,
    )
