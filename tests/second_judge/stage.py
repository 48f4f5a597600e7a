"""simcord on the stage of the contract suite: the same promises of the Space port, judged by another's Discord."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import discord
from simcord.backend.models import Guild

from connectors.discord.client import DiscordConnection
from connectors.discord.config import DiscordConfig
from connectors.discord.permissions import PERMISSIONS
from connectors.discord.space import DiscordSpace
from guardian.ids import SpaceName
from guardian.spaces.port import Account
from rules.precedence import AccessLevel
from tests.contracts.stages import Feature, StageClock
from tests.second_judge.bridge import Bridge, Weather, open_bridge

CEILING = timedelta(seconds=1)
_MEMBER_UPDATE, _BAN_ADD, _BAN_REMOVE = 24, 22, 23
FEATURES = frozenset(Feature) - {Feature.RECOGNIZES_REPEATS}
"""simcord 3.2.1 does not keep `enforce_nonce`."""


@dataclass(slots=True)
class SimcordStage:
    """One guild of the model with an owner, a moderator and two members."""

    clock: StageClock
    bridge: Bridge
    guild: Guild
    connection: DiscordConnection
    space: DiscordSpace
    account: Account
    other: Account
    stranger: Account
    moderator: int
    handle: str = "rowan"
    features: frozenset[Feature] = field(default_factory=lambda: FEATURES)

    def access_levels(self, account: Account) -> frozenset[AccessLevel]:
        """What the model holds."""
        member = self.guild.members.get(int(account.native_id))
        until = None if member is None or member.timed_out_until is None else member.timed_out_until
        muted = until is not None and datetime.fromisoformat(until) > self.clock.now()
        banned = int(account.native_id) in self.guild.bans
        return frozenset(({AccessLevel.MUTED} if muted else set()) | ({AccessLevel.BARRED} if banned else set()))

    def inbox(self, account: Account) -> list[str]:
        """What arrived in direct messages."""
        channel = self.bridge.backend.dm_channels.get(int(account.native_id))
        if channel is None:
            return []
        return [message.content for _, message in sorted(self.bridge.backend.messages.get(channel, {}).items())]

    def restrict_manually(self, account: Account, level: AccessLevel) -> None:
        """A moderator bans, or times out for three days."""
        backend, user = self.bridge.backend, int(account.native_id)
        if level is AccessLevel.BARRED:
            backend.apply_ban(self.guild.id, user, "seen it myself")
            backend.record_audit_log(
                self.guild.id, _BAN_ADD, target_id=user, reason="seen it myself", user_id=self.moderator
            )
        else:
            self._time_out(user, (self.clock.now() + timedelta(days=3)).isoformat())

    def release_manually(self, account: Account, level: AccessLevel) -> None:
        """The moderator takes it back."""
        backend, user = self.bridge.backend, int(account.native_id)
        if level is AccessLevel.BARRED:
            backend.remove_ban(self.guild.id, user)
            backend.record_audit_log(self.guild.id, _BAN_REMOVE, target_id=user, user_id=self.moderator)
        else:
            self._time_out(user, None)

    def _time_out(self, user: int, until: str | None) -> None:
        backend = self.bridge.backend
        before = backend.get_member(self.guild.id, user).timed_out_until
        backend.edit_member(self.guild.id, user, {"timed_out_until": until})
        change = {"key": "communication_disabled_until", "old_value": before, "new_value": until}
        backend.record_audit_log(
            self.guild.id, _MEMBER_UPDATE, target_id=user, changes=[change], user_id=self.moderator
        )

    def rejoin(self, account: Account) -> None:
        """The person joins, unless they are banned."""
        user = int(account.native_id)
        if user not in self.guild.bans and user not in self.guild.members:
            self.bridge.backend.add_member(self.guild.id, user, announce=True)

    def close_inbox(self, account: Account) -> None:
        """The model knows no closed direct messages: the call itself is refused in its words."""
        channel = self.bridge.backend.get_dm_channel(int(account.native_id))
        fault = {"method": "POST", "path": f"/channels/{channel.id}/messages", "times": None}
        refusal = {"status": 403, "code": 50007, "message": "Cannot send messages to this user"}
        self.bridge.backend.faults.append(fault | refusal)

    def break_down(self) -> None:
        """Every call is a 502."""
        self.bridge.weather = Weather(status=502)

    def stop_answering(self) -> None:
        """Every answer takes longer than the ceiling."""
        self.bridge.weather = Weather(seconds=4 * CEILING.total_seconds())

    def answer_oddly(self, body: object) -> None:
        """Another's words for every answer."""
        self.bridge.weather = Weather(odd=True, body=body)

    def refuse(self) -> None:
        """Every call is refused for want of permission."""
        self.bridge.weather = Weather(refuses=True)

    def lose_responses(self) -> None:
        """Acts are carried out and their answers are lost."""
        self.bridge.weather = Weather(loses_responses=True)

    def heal(self) -> None:
        """Fine weather."""
        self.bridge.weather = Weather()
        self.bridge.backend.faults.clear()


@asynccontextmanager
async def simcord_stage() -> AsyncIterator[SimcordStage]:
    """A signed-in bot in a guild of the model."""
    clock = StageClock()
    async with open_bridge(clock) as bridge:
        stage = _staged(clock, bridge)
        await stage.connection.start()
        try:
            yield stage
        finally:
            await stage.connection.close()


def _staged(clock: StageClock, bridge: Bridge) -> SimcordStage:
    backend = bridge.backend
    guild = backend.create_guild("Garden")
    bots = backend.create_role(guild.id, "Guardian", permissions=bot_permissions(), position=50)
    backend.get_member(guild.id, backend.bot_user.id).role_ids.append(bots.id)
    helpers = backend.create_role(guild.id, "Helpers", permissions=discord.Permissions(manage_messages=True).value)
    rowan, wren, robin = (backend.make_user(name).id for name in ("rowan", "wren", "robin"))
    backend.add_member(guild.id, rowan, roles=[helpers.id])
    backend.add_member(guild.id, wren)
    backend.add_member(guild.id, robin)
    connection = DiscordConnection(
        DiscordConfig(
            name=SpaceName("discord"),
            token="a.token.of.simcord",
            guild_id=str(guild.id),
            api_url=bridge.api_url,
            gateway_url=bridge.gateway_url,
            call_ceiling=CEILING,
            patience=timedelta(seconds=5),
        )
    )
    space = DiscordSpace(connection, clock)
    return SimcordStage(
        clock=clock,
        bridge=bridge,
        guild=guild,
        connection=connection,
        space=space,
        account=Account(space.name, str(rowan)),
        other=Account(space.name, str(wren)),
        stranger=Account(space.name, "111111111111111111"),
        moderator=robin,
    )


def bot_permissions() -> int:
    """What the guide asks an administrator to give the bot."""
    return discord.Permissions(**{each.api_name: True for each in PERMISSIONS}).value
