"""What people do in simcord's guild, with the connector's answers over the wire: `BridgedEnv` and `a_served_guild`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import discord
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, UserHandle

from connectors.discord.client import DiscordConnection
from connectors.discord.config import DiscordConfig
from connectors.discord.intake import attach
from guardian.clock import monotonic_seconds
from tests.builders.community import A_REPORTER, DISCORD, Community, a_community, everybody
from tests.second_judge.bridge import Bridge, open_bridge
from tests.second_judge.stage import bot_permissions

_PATIENCE_SECONDS: Final = 10.0
_QUIET_SECONDS: Final = 0.1


class BridgedEnv(Env):
    """simcord's people and handles; the bot is not in this process's hands, so its answers are waited for at the wire."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(discord.Client(intents=discord.Intents.none()))
        self.backend = bridge.backend
        self._message_states.add(self.bot._connection)
        self._bridge = bridge

    async def _settle_internal(self, **_: Any) -> None:
        """The bot has been quiet at the wire for a moment, and every interaction has its answer."""
        until = monotonic_seconds() + _PATIENCE_SECONDS
        asked = -1
        while monotonic_seconds() < until:
            await asyncio.sleep(_QUIET_SECONDS)
            answered = all(each.responded and not each.loading for each in self.backend.interactions.values())
            if answered and self._bridge.under_way == 0 and asked == len(self.backend.http_requests):
                return
            asked = len(self.backend.http_requests)
        raise TimeoutError("the bot left an interaction without an answer")


@dataclass(slots=True)
class ServedGuild:
    """The community in simcord's guild, and the service behind it."""

    community: Community
    env: BridgedEnv
    guild: GuildHandle
    channel: ChannelHandle
    people: dict[str, MemberActor]
    connection: DiscordConnection

    @property
    def reporter(self) -> MemberActor:
        """Somebody of the community without any role."""
        return self.people[A_REPORTER.native_id]


@asynccontextmanager
async def a_served_guild(folder: Path, *, shows_every_command: bool = True) -> AsyncIterator[ServedGuild]:
    """Everybody of the community is in the guild, and the service is ready."""
    async with a_community(folder) as community, open_bridge(community.clock) as bridge:
        backend = bridge.backend
        stored = backend.create_guild("Garden")
        role = backend.create_role(stored.id, "Guardian", permissions=bot_permissions(), position=50)
        backend.get_member(stored.id, backend.bot_user.id).role_ids.append(role.id)
        env = BridgedEnv(bridge)
        guild = GuildHandle(env, stored)
        accounts = [each.account_in(DISCORD) for each in everybody()] + [A_REPORTER]
        people = {each.native_id: _join(env, guild, each.native_id) for each in accounts if each is not None}
        channel = guild.create_text_channel("general")
        connection = DiscordConnection(
            DiscordConfig(
                name=DISCORD,
                token="a.token.of.simcord",
                guild_id=str(stored.id),
                api_url=bridge.api_url,
                gateway_url=bridge.gateway_url,
                call_ceiling=timedelta(seconds=5),
            )
        )
        attach(connection, community.app)
        await connection.start()
        # An administrator has shown every command to everybody: what is refused then, the service itself refuses.
        everybody_here = {guild.default_role: True}
        for command in backend.commands[stored.id].values():
            if shows_every_command:
                guild.set_command_permissions(int(command["id"]), everybody_here)
        try:
            yield ServedGuild(
                community=community,
                env=env,
                guild=guild,
                channel=channel,
                people=people,
                connection=connection,
            )
        finally:
            await connection.close()


def _join(env: BridgedEnv, guild: GuildHandle, native_id: str) -> MemberActor:
    """The account joins under the id that the community knows it by."""
    user = env.backend.make_user(f"account{native_id[-2:]}")
    del env.backend.users[user.id]
    user.id = env.backend.reserve_id(int(native_id))
    env.backend.users[user.id] = user
    return guild.add_member(UserHandle(env, user))
