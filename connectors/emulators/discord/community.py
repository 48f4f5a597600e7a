"""What can happen in the emulated guild: each act changes the state, the history, the audit log, and tells the gateway.

Whether it is allowed is asked by those who call (the REST side for the bot, the hands and people for humans).
"""

import json
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.emulators.discord import shapes
from connectors.emulators.discord.forms import number_components
from connectors.emulators.discord.gateway import Gateway
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import Attachment, AuditEntry, Ban, Channel, DiscordState, Json, Member, Message
from connectors.emulators.shared.history import Exchange, History
from connectors.emulators.shared.server import UploadedFile

TIMED_OUT_BY_RULE = 145
KICK, BAN, UNBAN, MEMBER_UPDATE, MEMBER_ROLES, MESSAGE_DELETE, THREAD_UPDATE = 20, 22, 23, 24, 25, 72, 111


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: an account, the reason it gave, and the request by which it came (None: a human's own hand)."""

    user_id: str
    reason: str | None = None
    exchange: Exchange | None = None


class Community:
    """The guild as a place where things happen."""

    def __init__(self, state: DiscordState, history: History, gateway: Gateway, origin: Callable[[], str]) -> None:
        self.state, self.history, self.gateway = state, history, gateway
        self.origin = origin
        # On Discord the entry comes after its event, by a second or more.
        self.audit_log_lags = False
        self._late_entries: list[AuditEntry] = []

    def now(self) -> datetime:
        """Return the case time, as the emulator was given it."""
        return self.history.now()

    def record_change(self, what: str, subject: str, before: Any, after: Any, by: Actor) -> None:
        """Record the change in the history."""
        self.history.record_change(what, subject, before, after, by.user_id, by.exchange)

    # -- bans and membership

    def ban(self, user_id: str, delete_seconds: int, by: Actor) -> bool:
        """Ban the account, and return whether that is new. A ban that stands keeps its reason."""
        if user_id in self.state.bans:
            return False
        self.state.bans[user_id] = Ban(user_id, by.reason, by.user_id, self.now())
        self.record_change("ban", user_id, None, {"reason": by.reason, "by": by.user_id}, by)
        if user_id not in self.state.bans_leave_inside:
            self._remove(user_id, by)
        self._audit(by, user_id, BAN)
        self.gateway.dispatch("GUILD_BAN_ADD", self._user_event(user_id))
        self._delete_recent(user_id, delete_seconds, by)
        return True

    def unban(self, user_id: str, by: Actor) -> None:
        """Let the account join again."""
        ban = self.state.bans.pop(user_id)
        self.record_change("ban", user_id, {"reason": ban.reason, "by": ban.by}, None, by)
        self._audit(by, user_id, UNBAN)
        self.gateway.dispatch("GUILD_BAN_REMOVE", self._user_event(user_id))

    def kick(self, user_id: str, by: Actor) -> None:
        """Put the member out, who may join again."""
        self._remove(user_id, by)
        self._audit(by, user_id, KICK)

    def leave(self, user_id: str) -> None:
        """Let the member leave."""
        self._remove(user_id, Actor(user_id))

    def join(self, user_id: str, *, pending: bool = False) -> None:
        """Make the account a member; a timeout that still runs goes on."""
        self.state.members[user_id] = Member(user_id, self.now(), pending=pending)
        self.record_change("membership", user_id, None, {"roles": []}, Actor(user_id))
        self.gateway.dispatch("GUILD_MEMBER_ADD", self._member_event(user_id))

    def _remove(self, user_id: str, by: Actor) -> None:
        member = self.state.members.pop(user_id, None)
        if member is not None:
            self.record_change("membership", user_id, {"roles": list(member.roles)}, None, by)
            self.gateway.dispatch("GUILD_MEMBER_REMOVE", self._user_event(user_id))

    def _delete_recent(self, user_id: str, seconds: int, by: Actor) -> None:
        if not seconds:
            return
        edge = self.now() - timedelta(seconds=seconds)
        in_guild = [c.id for c in self.state.channels.values() if c.recipient_id is None]
        for message in list(self.state.messages.values()):
            if message.author_id == user_id and message.channel_id in in_guild and message.created_at > edge:
                self.delete_message(message, by, noted=False)

    # -- members

    def time_out(self, user_id: str, until: datetime | None, by: Actor) -> None:
        """Silence the member until then; None, or an instant that has passed, ends a timeout."""
        current = self.state.timeout_of(user_id, self.now())
        requested = until if until is not None and until > self.now() else None
        if requested == current:
            return
        if requested is None:
            self.state.timeouts.pop(user_id, None)
        else:
            self.state.timeouts[user_id] = requested
        old, new = (shapes.format_instant(t) if t else None for t in (current, requested))
        self.record_change("timeout", user_id, old, new, by)
        change = {"key": "communication_disabled_until", "old_value": old, "new_value": new}
        self._audit(by, user_id, MEMBER_UPDATE, {k: v for k, v in change.items() if v is not None})
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", self._member_event(user_id))

    def set_incident_actions(self, until: dict[str, datetime | None], by: Actor) -> None:
        """Pause invitations or private messages until then; None, or an instant that has passed, opens them."""
        for name, end in until.items():
            before, after = self.state.paused.pop(name, None), end if end is not None and end > self.now() else None
            if after is not None:
                self.state.paused[name] = after
            if before != after:
                old, new = (shapes.format_instant(t) if t else None for t in (before, after))
                self.record_change(name, self.state.guild_id, old, new, by)
        self.gateway.dispatch("GUILD_UPDATE", shapes.guild(self.state))

    def is_paused(self, name: str) -> bool:
        """Return whether that is paused at this instant."""
        return name in self.state.paused and self.state.paused[name] > self.now()

    def time_out_by_rule(self, user_id: str, until: datetime) -> None:
        """Silence the member by AutoMod, whose entry names them as both who did it and to whom."""
        self.state.timeouts[user_id] = until
        by = Actor(user_id)
        self.record_change("timeout", user_id, None, shapes.format_instant(until), by)
        options = {"auto_moderation_rule_name": "Block slurs", "auto_moderation_rule_trigger_type": "1"}
        self._audit(by, user_id, TIMED_OUT_BY_RULE, options=options | {"channel_id": self.state.general_id})
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", self._member_event(user_id))

    def accept_rules(self, user_id: str) -> None:
        """Let the member past the screen with the rules."""
        self.state.members[user_id].pending = False
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", self._member_event(user_id))

    def edit_thread(self, thread: Channel, by: Actor, *, locked: bool, archived: bool) -> None:
        """Lock or archive the thread, or open it again."""
        before = {"locked": thread.locked, "archived": thread.archived}
        thread.locked, thread.archived = locked, archived
        after = {"locked": locked, "archived": archived}
        changes = [{"key": k, "old_value": before[k], "new_value": after[k]} for k in after if before[k] != after[k]]
        if changes:
            self.record_change("lock", thread.id, before["locked"] or None, locked or None, by)
            self._audit(by, thread.id, THREAD_UPDATE, *changes)
            self.gateway.dispatch("THREAD_UPDATE", shapes.thread(self.state, thread))

    def set_roles(self, user_id: str, roles: list[str], by: Actor) -> None:
        """Give the member exactly these roles."""
        member = self.state.members[user_id]
        before, after = list(member.roles), list(dict.fromkeys(roles))
        if before == after:
            return
        member.roles = after
        # A role lets a member past the screen with the rules, whether they have accepted them or not.
        member.pending = member.pending and not after
        self.record_change("role", user_id, before, after, by)
        gained, lost = self._role_names(set(after) - set(before)), self._role_names(set(before) - set(after))
        changes = [{"key": key, "new_value": named} for key, named in (("$add", gained), ("$remove", lost)) if named]
        self._audit(by, user_id, MEMBER_ROLES, *changes)
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", self._member_event(user_id))

    def set_nick(self, user_id: str, nick: str | None, by: Actor) -> None:
        """Show the member by this name in the guild."""
        member = self.state.members[user_id]
        before, member.nick = member.nick, nick
        self.record_change("nick", user_id, before, nick, by)
        self._audit(by, user_id, MEMBER_UPDATE, {"key": "nick", "new_value": nick})
        self.gateway.dispatch("GUILD_MEMBER_UPDATE", self._member_event(user_id))

    def rename(self, user_id: str, username: str) -> None:
        """Give the account another name and the same id."""
        account = self.state.users[user_id]
        before, account.username = account.username, username
        self.record_change("username", user_id, before, username, Actor(user_id))
        if user_id in self.state.members:
            self.gateway.dispatch("GUILD_MEMBER_UPDATE", self._member_event(user_id))

    def _role_names(self, role_ids: set[str]) -> list[Json]:
        return [{"id": r, "name": self.state.roles[r].name} for r in sorted(role_ids)]

    # -- messages

    def store_files(
        self, uploads: list[UploadedFile], channel_id: str, body: Json, *, ephemeral: bool = False
    ) -> list[Attachment]:
        """Store the uploaded files; their descriptions stand in the body's `attachments`."""
        described = {str(a.get("id")): a.get("description") for a in body.get("attachments") or []}
        files = []
        for index, upload in enumerate(uploads):
            kind = upload.content_type
            if not kind or kind == "application/octet-stream":
                kind = mimetypes.guess_type(upload.filename)[0] or "application/octet-stream"
            number = self.state.new_id(self.now())
            text = described.get(str(index))
            files.append(
                Attachment(
                    id=number,
                    channel_id=channel_id,
                    filename=upload.filename,
                    content_type=kind,
                    content=upload.content,
                    description=text,
                    ephemeral=ephemeral,
                )
            )
            self.state.attachments[number] = files[-1]
        return files

    def post(self, message: Message, by: Actor) -> Json:
        """Post the message, tell those who may see it, and return it as Discord words it."""
        self.state.messages[message.id] = message
        shown = self.to_json(message)
        if message.seen_by is not None:
            self.record_change("answer", message.seen_by, None, shown, by)
            return shown
        recipient = self.state.channels[message.channel_id].recipient_id
        self.record_change("message", message.id, None, shown, by)
        if recipient is not None:
            self.record_change("dm", recipient, None, shown, by)
        self.gateway.dispatch("MESSAGE_CREATE", self._message_event(message, shown))
        return shown

    def build(self, channel_id: str, author_id: str, body: Json, files: list[Attachment]) -> Message:
        """Return a message as its author wrote it, not posted yet; whom it notifies follows `allowed_mentions`."""
        content = str(body.get("content") or "")
        allowed = body.get("allowed_mentions")
        named = self.state.mentioned_in(content)
        everyone = "@everyone" in content or "@here" in content
        if allowed is not None:
            parse, listed = allowed.get("parse") or [], [str(u) for u in allowed.get("users") or []]
            named = [u for u in named if "users" in parse or u in listed]
            everyone = everyone and "everyone" in parse
        everyone = everyone and self.state.has_permission(author_id, Permission.MENTION_EVERYONE, self.now())
        return Message(
            id=self.state.new_id(self.now()),
            channel_id=channel_id,
            author_id=author_id,
            content=content,
            created_at=self.now(),
            embeds=list(body.get("embeds") or []),
            components=number_components(list(body.get("components") or [])),
            attachments=files,
            flags=int(body.get("flags") or 0),
            nonce=str(body["nonce"]) if body.get("nonce") is not None else None,
            mentions=named,
            mentions_everyone=everyone,
        )

    def edit(self, message: Message, body: Json, files: list[Attachment], by: Actor) -> Json:
        """Replace the parts that the body names; files that it does not list are gone."""
        before = self.to_json(message)
        if "content" in body:
            message.content = str(body["content"] or "")
        if "embeds" in body:
            message.embeds = list(body["embeds"] or [])
        if "components" in body:
            message.components = number_components(list(body["components"] or []))
        if body.get("attachments") is not None:
            listed = [str(a.get("id")) for a in body["attachments"]]
            message.attachments = [a for a in message.attachments if a.id in listed]
        message.attachments = message.attachments + files
        message.edited_at = self.now()
        after = self.to_json(message)
        if message.seen_by is not None:
            self.record_change("answer", message.seen_by, before, after, by)
        else:
            self.record_change("message", message.id, before, after, by)
            self.gateway.dispatch("MESSAGE_UPDATE", self._message_event(message, after))
        return after

    def delete_message(self, message: Message, by: Actor, *, noted: bool = True) -> None:
        """Delete the message; deleting another's message stands in the audit log."""
        del self.state.messages[message.id]
        if message.seen_by is not None:
            self.record_change("answer", message.seen_by, self.to_json(message), None, by)
            return
        self.record_change("message", message.id, self.to_json(message), None, by)
        channel = self.state.channels[message.channel_id]
        gone: Json = {"id": message.id, "channel_id": message.channel_id}
        if channel.recipient_id is None:
            gone["guild_id"] = self.state.guild_id
            if noted and by.user_id != message.author_id:
                options = {"channel_id": message.channel_id, "count": "1"}
                self._audit(by, message.author_id, MESSAGE_DELETE, options=options)
        self.gateway.dispatch("MESSAGE_DELETE", gone)

    def to_json(self, message: Message) -> Json:
        """Return the message in Discord's words, apart from the state: later edits do not reach it."""
        words: Json = json.loads(json.dumps(shapes.message(self.state, message, self.origin(), self.now())))
        return words

    # -- inside

    def _message_event(self, message: Message, shown: Json) -> Json:
        if self.state.channels[message.channel_id].recipient_id is not None:
            return shown
        author = self.state.members.get(message.author_id)
        place: Json = {"guild_id": self.state.guild_id}
        if author is not None:
            whole = shapes.member(self.state, author, self.now())
            place["member"] = {name: value for name, value in whole.items() if name != "user"}
        return shown | place

    def _audit(self, by: Actor, target_id: str, action: int, *changes: Json, options: Json | None = None) -> None:
        number = self.state.new_id(self.now())
        entry = AuditEntry(
            id=number,
            at=self.now(),
            user_id=by.user_id,
            target_id=target_id,
            action_type=action,
            reason=by.reason,
            changes=changes,
            options=options or {},
        )
        if self.audit_log_lags:
            self._late_entries.append(entry)
        else:
            self._write_entry(entry)

    def catch_up_audit_log(self) -> None:
        """Write what the audit log still lacked, each entry with the instant of what it is about."""
        waiting, self._late_entries = self._late_entries, []
        for entry in waiting:
            self._write_entry(entry)

    def _write_entry(self, entry: AuditEntry) -> None:
        self.state.audit.append(entry)
        told = shapes.audit_entry(entry) | {"guild_id": self.state.guild_id}
        self.gateway.dispatch("GUILD_AUDIT_LOG_ENTRY_CREATE", told)

    def _user_event(self, user_id: str) -> Json:
        return {"guild_id": self.state.guild_id, "user": shapes.user(self.state, user_id)}

    def _member_event(self, user_id: str) -> Json:
        member = shapes.member(self.state, self.state.members[user_id], self.now())
        return member | {"guild_id": self.state.guild_id}
