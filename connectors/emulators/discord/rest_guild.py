"""The guild over REST: bans, members, roles, the audit log (docs: resources/guild, resources/audit-log)."""

from datetime import datetime, timedelta
from typing import Any

from connectors.emulators.discord import shapes
from connectors.emulators.discord.community import Actor
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.refusals import Refusal, invalid
from connectors.emulators.discord.requests import DiscordCall, RestHandlers, Route, bot_actor, parse_body, parse_number
from connectors.emulators.discord.state import (
    GUILD_MEMBERS_INTENT,
    PAUSED_UNTIL,
    PRIVATE_CHANNEL,
    THREAD,
    AuditEntry,
    Json,
)
from connectors.emulators.shared.server import Response

LONGEST_TIMEOUT = timedelta(days=28)
LONGEST_DELETION = 604_800
LONGEST_PAUSE = timedelta(hours=24)
MOST_AT_ONCE = 200
AUDIT_KEPT = timedelta(days=45)


class GuildHandlers(RestHandlers):
    """Answers below /guilds/{guild_id}."""

    def routes(self) -> list[Route]:
        """Return every operation on the guild."""
        guild = "/guilds/{guild_id}"
        return [
            Route("GET", guild, "guild.get", self.guild),
            Route("PUT", f"{guild}/incident-actions", "guild.incidents", self.put_incident_actions),
            Route("GET", f"{guild}/channels", "channel.list", self.channels),
            Route("GET", f"{guild}/roles", "role.list", self.roles),
            Route("GET", f"{guild}/bans", "ban.list", self.bans),
            Route("GET", f"{guild}/bans/{{user_id}}", "ban.get", self.get_ban),
            Route("PUT", f"{guild}/bans/{{user_id}}", "ban.put", self.put_ban),
            Route("DELETE", f"{guild}/bans/{{user_id}}", "ban.delete", self.delete_ban),
            Route("POST", f"{guild}/bulk-ban", "ban.bulk", self.bulk_ban),
            Route("GET", f"{guild}/members", "member.list", self.members),
            Route("GET", f"{guild}/members/search", "member.search", self.search_members),
            Route("GET", f"{guild}/members/{{user_id}}", "member.get", self.get_member),
            Route("PATCH", f"{guild}/members/{{user_id}}", "member.patch", self.patch_member),
            Route("DELETE", f"{guild}/members/{{user_id}}", "member.remove", self.remove_member),
            Route("PUT", f"{guild}/members/{{user_id}}/roles/{{role_id}}", "role.add", self.add_role),
            Route("DELETE", f"{guild}/members/{{user_id}}/roles/{{role_id}}", "role.remove", self.remove_role),
            Route("GET", f"{guild}/audit-logs", "audit.list", self.audit_log),
        ]

    # -- the guild itself

    def guild(self, call: DiscordCall) -> Response:
        """Return the guild, with counts where asked for."""
        self.require_in_guild(call)
        shown = shapes.guild(call.state)
        if call.query.get("with_counts", "").lower() in ("1", "true"):
            shown |= {"approximate_member_count": len(call.state.members), "approximate_presence_count": 0}
        return Response(200, shown)

    def put_incident_actions(self, call: DiscordCall) -> Response:
        """Pause invitations and private messages, each for 24 hours at most; what the body leaves out is open."""
        self.require_in_guild(call, Permission.MANAGE_GUILD)
        body = parse_body(call)
        until = {name: _parse_pause(name, body.get(name), self.community.now()) for name in PAUSED_UNTIL}
        self.community.set_incident_actions(until, bot_actor(call))
        return Response(200, shapes.incidents(call.state))

    def channels(self, call: DiscordCall) -> Response:
        """Return the guild's channels."""
        self.require_in_guild(call)
        listed = [c for c in call.state.channels.values() if c.type not in (PRIVATE_CHANNEL, THREAD)]
        return Response(200, [shapes.channel(call.state, c) for c in listed])

    def roles(self, call: DiscordCall) -> Response:
        """Return the guild's roles."""
        self.require_in_guild(call)
        return Response(200, [shapes.role(r) for r in call.state.roles.values()])

    # -- bans

    def bans(self, call: DiscordCall) -> Response:
        """Return a page of bans by ascending account id; `before` wins over `after`."""
        self.require_in_guild(call, Permission.BAN_MEMBERS)
        limit = parse_number(call, "limit", 1000, 1, 1000)
        before, after = call.query.get("before"), int(call.query.get("after") or 0)
        page = call.state.bans.page(limit, after=after, before=int(before) if before else None)
        return Response(200, [shapes.ban(call.state, ban) for ban in page])

    def get_ban(self, call: DiscordCall) -> Response:
        """Return the ban of one account; 10026 where there is none."""
        self.require_in_guild(call, Permission.BAN_MEMBERS)
        ban = call.state.bans.get(call.params["user_id"])
        if ban is None:
            raise Refusal(404, 10026)
        return Response(200, shapes.ban(call.state, ban))

    def put_ban(self, call: DiscordCall) -> Response:
        """Ban the account, a member or not."""
        self.require_in_guild(call, Permission.BAN_MEMBERS)
        user_id, by = self.require_account(call.params["user_id"]), bot_actor(call)
        seconds = _parse_deletion(call.query | parse_body(call))
        self.require_outranked(user_id)
        self.community.ban(user_id, seconds, by)
        return Response(204)

    def delete_ban(self, call: DiscordCall) -> Response:
        """Lift the ban; 10026 where there is none."""
        self.require_in_guild(call, Permission.BAN_MEMBERS)
        if call.params["user_id"] not in self.state.bans:
            raise Refusal(404, 10026)
        self.community.unban(call.params["user_id"], bot_actor(call))
        return Response(204)

    def bulk_ban(self, call: DiscordCall) -> Response:
        """Ban up to 200 accounts; those that are already, or cannot be, come back as failed."""
        self.require_in_guild(call, Permission.BAN_MEMBERS, Permission.MANAGE_GUILD)
        body, by = parse_body(call), bot_actor(call)
        asked = [str(u) for u in body.get("user_ids") or []]
        if not 1 <= len(asked) <= MOST_AT_ONCE or len(set(asked)) != len(asked):
            raise invalid("user_ids", "Must be between 1 and 200 in length.", "BASE_TYPE_BAD_LENGTH")
        seconds = _parse_deletion(body)
        banned = [u for u in asked if self._outranks(u) and self.community.ban(u, seconds, by)]
        if not banned:
            raise Refusal(400, 500000)
        return Response(200, {"banned_users": banned, "failed_users": [u for u in asked if u not in banned]})

    def _outranks(self, user_id: str) -> bool:
        return user_id in self.state.users and self.state.outranks(self.state.bot_id, user_id)

    # -- members

    def members(self, call: DiscordCall) -> Response:
        """Return a page of members by ascending id; the application must have the members intent."""
        self.require_in_guild(call)
        if not self.state.privileged_intents & GUILD_MEMBERS_INTENT:
            raise Refusal(403, 50001)
        limit, after = parse_number(call, "limit", 1, 1, 1000), int(call.query.get("after") or 0)
        page = call.state.members.page(limit, after=after)
        return Response(200, [shapes.member(call.state, each, self.community.now()) for each in page])

    def search_members(self, call: DiscordCall) -> Response:
        """Return the members whose name or nick begins so, whatever its case."""
        self.require_in_guild(call)
        limit, wanted = parse_number(call, "limit", 1, 1, 1000), call.query.get("query", "").lower()
        names = {i: (call.state.users[i].username, m.nick or "") for i, m in call.state.members.items()}
        found = [i for i, known in names.items() if any(name.lower().startswith(wanted) for name in known)][:limit]
        return Response(200, [shapes.member(call.state, call.state.members[i], self.community.now()) for i in found])

    def get_member(self, call: DiscordCall) -> Response:
        """Return one member; 10013 where nobody has the id, 10007 where somebody has but is outside."""
        self.require_in_guild(call)
        user_id = self.require_account(call.params["user_id"])
        member = call.state.members.get(user_id)
        if member is None:
            raise Refusal(404, 10007)
        return Response(200, shapes.member(call.state, member, self.community.now()))

    def patch_member(self, call: DiscordCall) -> Response:
        """Set the member's timeout, roles and nick as the body says."""
        self.require_in_guild(call)
        user_id, by, body = self.require_member(call.params["user_id"]), bot_actor(call), parse_body(call)
        if "communication_disabled_until" in body:
            self._time_out(user_id, body["communication_disabled_until"], by)
        if "roles" in body:
            self.require_permission(Permission.MANAGE_ROLES)
            self._set_roles(user_id, [str(r) for r in body["roles"] or []], by)
        if "nick" in body:
            self.require_permission(Permission.MANAGE_NICKNAMES)
            self.require_outranked(user_id)
            self.community.set_nick(user_id, body["nick"] or None, by)
        return Response(200, shapes.member(self.state, self.state.members[user_id], self.community.now()))

    def _time_out(self, user_id: str, until: Any, by: Actor) -> None:
        self.require_permission(Permission.MODERATE_MEMBERS)
        self.require_outranked(user_id)
        if self.state.is_untouchable(user_id):
            raise Refusal(403, 50013)
        end = _parse_instant(until) if until is not None else None
        if end is not None and end > self.community.now() + LONGEST_TIMEOUT:
            raise invalid("communication_disabled_until", "Must be within 28 days.", "GUILD_COMMUNICATION_DISABLED_MAX")
        self.community.time_out(user_id, end, by)

    def remove_member(self, call: DiscordCall) -> Response:
        """Put the member out."""
        self.require_in_guild(call, Permission.KICK_MEMBERS)
        user_id = self.require_member(call.params["user_id"])
        self.require_outranked(user_id)
        self.community.kick(user_id, bot_actor(call))
        return Response(204)

    # -- roles

    def add_role(self, call: DiscordCall) -> Response:
        """Give the member the role, which stands below the bot's own."""
        user_id, role_id = self._member_and_role(call)
        held = self.state.members[user_id].roles
        self.community.set_roles(user_id, [*held, role_id], bot_actor(call))
        return Response(204)

    def remove_role(self, call: DiscordCall) -> Response:
        """Take the role from the member."""
        user_id, role_id = self._member_and_role(call)
        held = self.state.members[user_id].roles
        self.community.set_roles(user_id, [r for r in held if r != role_id], bot_actor(call))
        return Response(204)

    def _member_and_role(self, call: DiscordCall) -> tuple[str, str]:
        self.require_in_guild(call, Permission.MANAGE_ROLES)
        user_id, role_id = self.require_member(call.params["user_id"]), call.params["role_id"]
        self._require_grantable(role_id)
        return user_id, role_id

    def _set_roles(self, user_id: str, roles: list[str], by: Actor) -> None:
        for role_id in set(roles) ^ set(self.state.members[user_id].roles):
            self._require_grantable(role_id)
        self.community.set_roles(user_id, roles, by)

    def _require_grantable(self, role_id: str) -> None:
        role = self.state.roles.get(role_id)
        if role is None:
            raise Refusal(404, 10011)
        if role.managed or role.position >= self.state.top_position(self.state.bot_id):
            raise Refusal(403, 50013)

    # -- audit log

    def audit_log(self, call: DiscordCall) -> Response:
        """Return a page of the last 45 days, newest first; with `after`, oldest first."""
        self.require_in_guild(call, Permission.VIEW_AUDIT_LOG)
        limit = parse_number(call, "limit", 50, 1, 100)
        found = [e for e in call.state.audit if self._matches(call, e)]
        page = found[:limit] if "after" in call.query else found[::-1][:limit]
        empty = ("integrations", "webhooks", "guild_scheduled_events", "threads", "application_commands")
        named = {i for e in page for i in (e.user_id, e.target_id) if i in call.state.users}
        shown: Json = {name: [] for name in (*empty, "auto_moderation_rules")}
        shown["users"] = [shapes.user(call.state, str(i)) for i in sorted(named, key=str)]
        return Response(200, shown | {"audit_log_entries": [shapes.audit_entry(e) for e in page]})

    def _matches(self, call: DiscordCall, entry: AuditEntry) -> bool:
        asked, place = call.query, int(entry.id)
        return (
            entry.at > self.community.now() - AUDIT_KEPT
            and asked.get("user_id") in (None, entry.user_id)
            and asked.get("target_id") in (None, entry.target_id)
            and asked.get("action_type") in (None, str(entry.action_type))
            and place < int(asked.get("before") or place + 1)
            and place > int(asked.get("after") or 0)
        )


def _parse_pause(name: str, written: Any, now: datetime) -> datetime | None:
    end = _parse_instant(written, name) if written is not None else None
    if end is not None and end > now + LONGEST_PAUSE:
        raise invalid(name, "Must be within 24 hours.", "INCIDENT_ACTION_MAX")
    return end


def _parse_deletion(asked: Json) -> int:
    if "delete_message_seconds" not in asked and "delete_message_days" in asked:
        return int(asked["delete_message_days"]) * 86_400
    seconds = int(asked.get("delete_message_seconds") or 0)
    if not 0 <= seconds <= LONGEST_DELETION:
        raise invalid("delete_message_seconds", "int value should be between 0 and 604800.", "NUMBER_TYPE_RANGE")
    return seconds


def _parse_instant(text: Any, name: str = "communication_disabled_until") -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise invalid(name, "Not a timestamp with its offset.", "DATE_TIME_TYPE_PARSE")
    return at
