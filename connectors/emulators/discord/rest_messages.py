"""Channels and messages over REST, private ones included, and the delivery of files (docs: resources/message)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest

from connectors.emulators.discord import shapes
from connectors.emulators.discord.community import Community
from connectors.emulators.discord.forms import check_message
from connectors.emulators.discord.manual_actions import to_write_in
from connectors.emulators.discord.oauth import OAuthServer
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.refusals import Refusal, invalid
from connectors.emulators.discord.requests import (
    DiscordCall,
    RestHandlers,
    Route,
    bot_actor,
    list_uploads,
    parse_body,
    parse_number,
)
from connectors.emulators.discord.state import MESSAGE_CONTENT_INTENT, THREAD, Channel, Json, Message
from connectors.emulators.shared.server import Response

NONCE_REMEMBERED = timedelta(minutes=5)
DELETABLE_IN_BULK = timedelta(days=14)


class MessageHandlers(RestHandlers):
    """Answers below /channels and /users, and under /attachments."""

    def __init__(self, community: Community, oauth: OAuthServer, system_time: Callable[[], datetime]) -> None:
        super().__init__(community)
        self._oauth, self._system_time = oauth, system_time

    def routes(self) -> list[Route]:
        """Return every operation on channels, messages and accounts."""
        messages = "/channels/{channel_id}/messages"
        return [
            Route("GET", "/users/@me", "me.get", self.me),
            Route("GET", "/users/@me/connections", "connection.list", self.connections),
            Route("GET", "/users/{user_id}", "user.get", self.user),
            Route("POST", "/users/@me/channels", "dm.open", self.open_dm),
            Route("GET", "/channels/{channel_id}", "channel.get", self.get_channel),
            Route("PATCH", "/channels/{channel_id}", "channel.patch", self.edit_channel),
            Route("GET", messages, "message.list", self.messages),
            Route("POST", messages, "message.post", self.post),
            Route("POST", f"{messages}/bulk-delete", "message.bulk_delete", self.bulk_delete),
            Route("GET", f"{messages}/{{message_id}}", "message.get", self.get),
            Route("PATCH", f"{messages}/{{message_id}}", "message.patch", self.patch),
            Route("DELETE", f"{messages}/{{message_id}}", "message.delete", self.delete),
        ]

    # -- accounts

    def me(self, call: DiscordCall) -> Response:
        """Return the account whose token it is.

        The bot's own, or that of somebody who has signed in with an application.
        """
        return Response(200, shapes.me(call.state, self._require_token_holder(call, "identify")))

    def connections(self, call: DiscordCall) -> Response:
        """Return the accounts elsewhere that their owner has connected; a bot has none."""
        holder = self._require_token_holder(call, "connections")
        return Response(200, [shapes.connection(each) for each in call.state.users[holder].connections])

    def _require_token_holder(self, call: DiscordCall, scope: str) -> str:
        if call.actor == "bot":
            return self.state.bot_id
        grant = self._oauth.holder(call.headers.get("Authorization", ""))
        if grant is None or scope not in grant.scopes:
            raise Refusal(401, 0)
        return grant.user_id

    def user(self, call: DiscordCall) -> Response:
        """Return one account; 10013 where nobody has the id."""
        return Response(200, shapes.user(call.state, self.require_account(call.params["user_id"])))

    def open_dm(self, call: DiscordCall) -> Response:
        """Open the private channel with an account; that it takes no messages shows only when one is sent."""
        recipient = str(parse_body(call).get("recipient_id") or "")
        if recipient not in self.state.users or recipient == self.state.bot_id:
            raise Refusal(400, 50033)
        channel = self.state.open_private_channel(recipient, self.community.now())
        return Response(200, shapes.channel(self.state, channel))

    # -- channels and messages

    def get_channel(self, call: DiscordCall) -> Response:
        """Return one channel."""
        return Response(200, shapes.channel(call.state, self.require_channel(call.params["channel_id"])))

    def edit_channel(self, call: DiscordCall) -> Response:
        """Lock or open a thread; one that is archived, and stays so, is not changed."""
        thread, body = self.require_channel(call.params["channel_id"]), parse_body(call)
        if thread.type != THREAD:
            raise Refusal(403, 50013)
        self.require_permission(Permission.MANAGE_THREADS)
        archived = thread.archived if body.get("archived") is None else bool(body["archived"])
        if thread.archived and archived:
            raise Refusal(400, 50083)
        locked = thread.locked if body.get("locked") is None else bool(body["locked"])
        self.community.edit_thread(thread, bot_actor(call), locked=locked, archived=archived)
        return Response(200, shapes.thread(call.state, thread))

    def messages(self, call: DiscordCall) -> Response:
        """Return a page of messages, newest first."""
        channel = self.require_channel(call.params["channel_id"])
        limit = parse_number(call, "limit", 50, 1, 100)
        before, after = (int(call.query.get(n) or 0) for n in ("before", "after"))
        found = [m for m in call.state.messages_in(channel.id) if int(m.id) > after]
        found = [m for m in found if not before or int(m.id) < before]
        page = found[:limit] if after else found[-limit:]
        return Response(200, [self._to_json(call, m) for m in reversed(page)])

    def get(self, call: DiscordCall) -> Response:
        """Return one message."""
        self.require_channel(call.params["channel_id"])
        message = call.state.messages.get(call.params["message_id"])
        if message is None or message.seen_by or message.channel_id != call.params["channel_id"]:
            raise Refusal(404, 10008)
        return Response(200, self._to_json(call, message))

    def post(self, call: DiscordCall) -> Response:
        """Post the message; a nonce that was used within minutes gives back the message that it made."""
        channel = self.require_channel(call.params["channel_id"])
        body, uploads = parse_body(call), list_uploads(call)
        self._require_may_write(channel)
        check_message(body, uploads)
        nonce = f"{channel.id}:{body['nonce']}" if body.get("enforce_nonce") and body.get("nonce") is not None else None
        known = self._find_by_nonce(nonce)
        if known is not None:
            return Response(200, self.community.to_json(known))
        files = self.community.store_files(uploads, channel.id, body)
        message = self.community.build(channel.id, self.state.bot_id, body, files)
        if nonce is not None:
            self.state.nonces[nonce] = (message.id, self._system_time().timestamp())
        return Response(200, self.community.post(message, bot_actor(call)))

    def patch(self, call: DiscordCall) -> Response:
        """Edit the bot's own message as the body says."""
        message = self._require_message(call)
        if message.author_id != self.state.bot_id:
            raise Refusal(403, 50005)
        body, uploads = parse_body(call), list_uploads(call)
        check_message(body, uploads, editing=True)
        files = self.community.store_files(uploads, message.channel_id, body)
        return Response(200, self.community.edit(message, body, files, bot_actor(call)))

    def delete(self, call: DiscordCall) -> Response:
        """Delete the message; another's needs MANAGE_MESSAGES."""
        message = self._require_message(call)
        self._require_may_delete(message)
        self.community.delete_message(message, bot_actor(call))
        return Response(204)

    def bulk_delete(self, call: DiscordCall) -> Response:
        """Delete 2 to 100 messages, none older than 14 days."""
        channel = self.require_channel(call.params["channel_id"])
        self.require_permission(Permission.MANAGE_MESSAGES)
        asked = [str(i) for i in parse_body(call).get("messages") or []]
        if not 2 <= len(asked) <= 100:
            raise invalid("messages", "Must be between 2 and 100 in length.", "BASE_TYPE_BAD_LENGTH")
        found = [m for m in self.state.messages_in(channel.id) if m.id in asked]
        if any(m.created_at < self.community.now() - DELETABLE_IN_BULK for m in found):
            raise Refusal(400, 50034)
        for message in found:
            self.community.delete_message(message, bot_actor(call))
        return Response(204)

    # -- files

    def attachment(self, call: DiscordCall) -> Response:
        """Return the bytes of a file, for as long as its signed address lives."""
        found = call.state.attachments.get(call.params["attachment_id"])
        expires, signed = call.query.get("ex", ""), call.query.get("hm", "")
        if found is None or not compare_digest(signed, shapes.sign_link(call.params["attachment_id"], expires)):
            return Response(404, raw=b"This content is no longer available.", content_type="text/plain")
        if int(expires, 16) <= self.community.now().timestamp():
            return Response(404, raw=b"This content is no longer available.", content_type="text/plain")
        return Response(200, raw=found.content, content_type=found.content_type)

    def sticker(self, call: DiscordCall) -> Response:
        """Return the picture of a sticker."""
        found = call.state.stickers.get(call.params["name"].partition(".")[0])
        if found is None:
            return Response(404, raw=b"This content is no longer available.", content_type="text/plain")
        return Response(200, raw=found, content_type="image/png")

    # -- inside

    def _require_may_write(self, channel: Channel) -> None:
        recipient = channel.recipient_id
        if recipient is None:
            self.require_permission(to_write_in(channel))
        elif recipient not in self.state.members:
            raise Refusal(403, 50278)
        elif self.state.users[recipient].dms_closed:
            raise Refusal(403, 50007)

    def _require_may_delete(self, message: Message) -> None:
        if message.author_id == self.state.bot_id:
            return
        if self.state.channels[message.channel_id].recipient_id is not None:
            raise Refusal(403, 50003)
        self.require_permission(Permission.MANAGE_MESSAGES)

    def _find_by_nonce(self, nonce: str | None) -> Message | None:
        edge = (self._system_time() - NONCE_REMEMBERED).timestamp()
        message_id, at = self.state.nonces.get(nonce or "", ("", 0.0))
        return self.state.messages.get(message_id) if at > edge else None

    def _require_message(self, call: DiscordCall) -> Message:
        self.require_channel(call.params["channel_id"])
        message = self.state.messages.get(call.params["message_id"])
        if message is None or message.seen_by or message.channel_id != call.params["channel_id"]:
            raise Refusal(404, 10008)
        return message

    def _to_json(self, call: DiscordCall, message: Message) -> Json:
        """The message as an application sees it: without the content intent, others' messages have no content."""
        shown = shapes.message(call.state, message, self.community.origin(), self.community.now())
        in_guild = call.state.channels[message.channel_id].recipient_id is None
        has_intent = bool(call.state.privileged_intents & MESSAGE_CONTENT_INTENT)
        return shapes.without_content(call.state, shown) if in_guild and not has_intent else shown
