"""The few calls to Discord that we use, each by its name.

Judges nothing and translates nothing itself. Read `DiscordConnection` first; its link stands in `gateway`.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import aiohttp
from discord.http import MultipartParameters, Route

from connectors.discord import translate
from connectors.discord.gateway import DiscordGateway
from connectors.discord.translate import Answer, NoAnswer, Success
from connectors.http import Priority

PAGE = 1000


class DiscordConnection(DiscordGateway):
    """One bot at one Discord."""

    async def ban(self, native_id: str, reason: str) -> Answer:
        """Ban the account and keep every message; the library's own default deletes a day of them."""
        guild = self.config.guild_id
        kinds = ("GUILD_BAN_ADD", "GUILD_MEMBER_REMOVE")
        return await self._perform(native_id, kinds, lambda http: http.ban(native_id, guild, 0, reason))

    async def ban_bulk(self, native_ids: Sequence[str], reason: str) -> Answer:
        """Ban the accounts and keep every message; the answer names those that were not banned."""
        kinds = ("GUILD_BAN_ADD", "GUILD_MEMBER_REMOVE")
        for native_id in native_ids:
            self._expect_echoes(native_id, *kinds)
        route = Route("POST", "/guilds/{guild_id}/bulk-ban", guild_id=self.config.guild_id)
        body = {"user_ids": list(native_ids), "delete_message_seconds": 0}
        answer = await self._read(
            lambda http: http.request(route, json=body, reason=reason), dict, Priority.BULK, has="banned_users"
        )
        if isinstance(answer, Success) and not isinstance(answer.body["banned_users"], list):
            answer = NoAnswer(translate.UNREADABLE)
        banned = {str(each) for each in answer.body["banned_users"]} if isinstance(answer, Success) else set()
        for native_id in set(native_ids) - banned:
            for kind in kinds:
                self._expected_echoes.pop((kind, native_id), None)
        return answer

    async def unban(self, native_id: str, reason: str) -> Answer:
        """Lift the account's ban."""
        guild = self.config.guild_id
        return await self._perform(
            native_id, ("GUILD_BAN_REMOVE",), lambda http: http.unban(native_id, guild, reason=reason)
        )

    async def set_timeout(self, native_id: str, until: datetime | None, reason: str) -> Answer:
        """Time the member out until then; None lifts it. The end is absolute: the library's own reads the machine."""
        fields = {translate.TIMEOUT_FIELD: until.isoformat() if until else None}
        guild = self.config.guild_id
        return await self._perform(
            native_id,
            ("GUILD_MEMBER_UPDATE",),
            lambda http: http.edit_member(guild, native_id, reason=reason, **fields),
            partial(translate.require_about, native_id),
        )

    async def read_channel(self, channel_id: str) -> Answer:
        """Return the channel or thread."""
        return await self._read(lambda http: http.get_channel(channel_id), dict)

    async def lock_thread(self, thread_id: str, *, locked: bool) -> Answer:
        """Lock or unlock the thread, which stands open then: Discord changes no thread that stays archived."""
        return await self._read(lambda http: http.edit_channel(thread_id, archived=False, locked=locked), dict)

    async def add_role(self, native_id: str, role_id: str, reason: str) -> Answer:
        """Give the member the role."""
        guild = self.config.guild_id
        return await self._perform(
            native_id,
            ("GUILD_MEMBER_UPDATE",),
            lambda http: http.add_role(guild, native_id, role_id, reason=reason),
        )

    async def read_ban(self, native_id: str) -> Answer:
        """Return the account's ban."""
        return translate.require_about(
            native_id, await self._read(lambda http: http.get_ban(native_id, self.config.guild_id), dict)
        )

    async def read_bans(self, after: str | None) -> Answer:
        """Return one page of bans, in the order of ids."""
        guild = self.config.guild_id
        return await self._read(lambda http: http.get_bans(guild, PAGE, after=after or "0"), list, Priority.LISTING)

    async def read_member(self, native_id: str) -> Answer:
        """Return the member with roles and timeout."""
        return translate.require_about(
            native_id, await self._read(lambda http: http.get_member(self.config.guild_id, native_id), dict)
        )

    async def read_members(self, after: str | None) -> Answer:
        """Return one page of members, in the order of ids."""
        guild = self.config.guild_id
        return await self._read(lambda http: http.get_members(guild, PAGE, after), list, Priority.LISTING)

    async def search_members(self, text: str) -> Answer:
        """Members whose name begins so."""
        route = Route("GET", "/guilds/{guild_id}/members/search", guild_id=self.config.guild_id)
        return await self._read(lambda http: http.request(route, params={"query": text, "limit": 100}), list)

    async def read_account(self, native_id: str) -> Answer:
        """Return the account, member or not."""
        return translate.require_about(native_id, await self._read(lambda http: http.get_user(native_id), dict))

    async def read_guild(self) -> Answer:
        """Return the server with its owner and roles."""
        return await self._read(lambda http: http.get_guild(self.config.guild_id, with_counts=False), dict, has="id")

    async def set_incident_actions(self, fields: dict[str, str | None]) -> Answer:
        """Set until when the server pauses its invitations and private messages; None opens each."""
        guild = self.config.guild_id
        return await self._read(
            lambda http: http.request(Route("PUT", "/guilds/{guild_id}/incident-actions", guild_id=guild), json=fields),
            dict,
            Priority.ACTION,
        )

    async def read_application(self) -> Answer:
        """Return the bot's application, with the switches of its intents."""
        return await self._read(lambda http: http.application_info(), dict, has="id")

    async def read_commands(self) -> Answer:
        """Return the application's commands in the server. Its id is not the bot's: older applications have two."""
        guild, application = self.config.guild_id, str(self.client.application_id)
        return await self._read(lambda http: http.get_guild_commands(application, guild), list)

    async def read_audit_log(self, native_id: str | None, action: int) -> Answer:
        """Return the newest audit log entries of one kind, about one account or about all."""
        route = Route("GET", "/guilds/{guild_id}/audit-logs", guild_id=self.config.guild_id)
        query = {"action_type": action, "limit": 100} | ({} if native_id is None else {"target_id": native_id})
        return await self._read(lambda http: http.request(route, params=query), dict, has="audit_log_entries")

    async def open_direct_messages(self, native_id: str) -> Answer:
        """Return the channel of direct messages with the account."""
        return translate.require_about(
            native_id, await self._read(lambda http: http.start_private_message(native_id), dict)
        )

    async def post_message(self, channel_id: str, body: dict[str, Any]) -> Answer:
        """Post the message in the channel, once for each nonce."""
        prepared = MultipartParameters(payload=body, multipart=None, files=None)
        return await self._read(lambda http: http.send_message(channel_id, params=prepared), dict, has="id")

    async def server_time(self) -> datetime | None:
        """Return the `Date` of a fresh answer; None where none came."""
        fresh = {"Cache-Control": "no-cache"}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{Route.BASE}/gateway", headers=fresh) as answer,
            ):
                return parsedate_to_datetime(answer.headers["Date"])
        except (aiohttp.ClientError, OSError, KeyError, ValueError):
            return None
