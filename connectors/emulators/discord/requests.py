"""What every REST handler asks first: bodies with files, ids in ranges, permissions, hierarchy."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from connectors.emulators.discord.community import Actor, Community
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.refusals import Refusal, invalid
from connectors.emulators.discord.state import Channel, DiscordState, Json
from connectors.emulators.shared.server import Request, Response, UploadedFile

DiscordCall = Request[DiscordState]
Handler = Callable[[DiscordCall], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path below /api/v10, the name of the operation, and who answers."""

    method: str
    path: str
    operation: str
    handler: Handler


def bot_actor(call: DiscordCall) -> Actor:
    """Return the bot, with its reason for the audit log (percent-encoded UTF-8, at most 512 characters)."""
    headers = {name.lower(): value for name, value in call.headers.items()}
    reason = unquote(headers.get("x-audit-log-reason", ""))
    if len(reason) > 512:
        raise invalid("reason", "Must be 512 or fewer in length.", "BASE_TYPE_MAX_LENGTH")
    return Actor(call.state.bot_id, reason or None, call.exchange)


def parse_body(call: DiscordCall) -> Json:
    """Return the JSON object of the request; `payload_json` where it came with files; empty where there is none."""
    given: Any = call.body
    if isinstance(given, dict) and "payload_json" in given:
        given = json.loads(given["payload_json"])
    if given is None or given == "" or isinstance(given, dict):
        return dict(given or {})
    raise Refusal(400, 50109)


def list_uploads(call: DiscordCall) -> list[UploadedFile]:
    """Return the files of the request, in the order of `files[n]`."""
    if not isinstance(call.body, dict):
        return []
    files = {name: value for name, value in call.body.items() if isinstance(value, UploadedFile)}
    return [files[name] for name in sorted(files, key=lambda n: int("".join(filter(str.isdigit, n)) or 0))]


def parse_number(call: DiscordCall, name: str, default: int, low: int, high: int) -> int:
    """Return a number of the query, refused outside its range."""
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdigit() or not low <= int(text) <= high:
        raise invalid(name, f"int value should be between {low} and {high}.", "NUMBER_TYPE_RANGE")
    return int(text)


def parse_flag(call: DiscordCall, name: str) -> bool:
    """Return a switch of the query."""
    return call.query.get(name, "").lower() in ("1", "true")


class RestHandlers:
    """The questions of the guild's REST side."""

    def __init__(self, community: Community) -> None:
        self.community = community

    @property
    def state(self) -> DiscordState:
        """The live state: permissions and acts never read a stale one."""
        return self.community.state

    def require_in_guild(self, call: DiscordCall, *permissions: Permission) -> None:
        """Require that the guild is the bot's own and its roles allow this."""
        if call.params.get("guild_id") != self.state.guild_id:
            raise Refusal(404, 10004)
        self.require_permission(*permissions)

    def require_permission(self, *permissions: Permission) -> None:
        """Require that the bot's roles allow this."""
        for permission in permissions:
            if not self.state.has_permission(self.state.bot_id, permission, self.community.now()):
                raise Refusal(403, 50013)

    def require_account(self, user_id: str) -> str:
        """Require that the account exists."""
        if user_id not in self.state.users:
            raise Refusal(404, 10013)
        return user_id

    def require_member(self, user_id: str) -> str:
        """Require that the account is a member."""
        if self.require_account(user_id) not in self.state.members:
            raise Refusal(404, 10007)
        return user_id

    def require_outranked(self, user_id: str) -> None:
        """Require that the bot stands above the account; nobody reaches the owner."""
        if not self.state.outranks(self.state.bot_id, user_id):
            raise Refusal(403, 50013)

    def require_channel(self, channel_id: str) -> Channel:
        """Require that the channel exists and the bot may view it."""
        found = self.state.channels.get(channel_id)
        if found is None:
            raise Refusal(404, 10003)
        sees = self.state.has_permission(self.state.bot_id, Permission.VIEW_CHANNEL, self.community.now())
        if found.recipient_id is None and (found.hidden_from_bot or not sees):
            raise Refusal(403, 50001)
        return found
