"""Interactions from their sending to their end: one answer within the window, follow-ups while the token lives.

Both limits are wire time: they belong to the connection and are never driven.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from connectors.emulators.discord import shapes
from connectors.emulators.discord.client_screen import Screen, build_modal, build_shown
from connectors.emulators.discord.commands import check_choices, focused_option
from connectors.emulators.discord.community import Actor, Community
from connectors.emulators.discord.forms import check_message, check_modal
from connectors.emulators.discord.refusals import FormErrors, Refusal, invalid
from connectors.emulators.discord.state import LOADING, PRIVATE_CHANNEL, Json, Message
from connectors.emulators.shared.history import Exchange
from connectors.emulators.shared.server import UploadedFile

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
REPLY, THINKING, LATER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
TOKEN_LIFE = timedelta(minutes=15)
INTERACTION_REPLY, COMMAND_REPLY = 19, 20


@dataclass(slots=True)
class Interaction:
    """One act of a human towards the bot; `source_id` is the message whose part was used."""

    id: str
    token: str
    kind: int
    person_id: str
    channel_id: str
    in_guild: bool
    sent_at: datetime
    screen: Screen
    source_id: str | None = None
    answer: int | None = None
    original_id: str | None = None
    event: Json = field(default_factory=dict)


class Interactions:
    """All interactions since the emulator began."""

    def __init__(
        self, community: Community, system_time: Callable[[], datetime], window_s: float, random: Random
    ) -> None:
        self.community = community
        self.window_s = window_s
        self._system_time, self._random = system_time, random
        self._by_token: dict[str, Interaction] = {}
        self.screens: dict[str, Screen] = {}

    # -- the human's side

    def send(self, kind: int, person_id: str, channel_id: str, data: Json, source: Message | None = None) -> Screen:
        """Send the act to the bot; its screen fills as answers come, or fails after the window."""
        community, state = self.community, self.community.state
        number = state.new_id(community.now())
        token = f"{self._random.getrandbits(256):064x}"
        screen = Screen(person_id=person_id, channel_id=channel_id, interaction_id=number, token=token)
        in_guild = state.channels[channel_id].type != PRIVATE_CHANNEL
        opened = Interaction(
            id=number,
            token=token,
            kind=kind,
            person_id=person_id,
            channel_id=channel_id,
            in_guild=in_guild,
            sent_at=self._system_time(),
            screen=screen,
        )
        opened.source_id = source.id if source is not None else None
        self._by_token[token] = opened
        self.screens[number] = screen
        community.record_change(
            "interaction", person_id, None, {"id": number, "type": kind, "data": data}, Actor(person_id)
        )
        opened.event = self._event(opened, data, source)
        community.gateway.dispatch("INTERACTION_CREATE", opened.event)
        asyncio.get_running_loop().call_later(self.window_s, self._expire, opened)
        return screen

    def redeliver(self, screen: Screen) -> None:
        """The same act reaches the bot once more, as what a broken connection has lost does when it is taken up again."""
        self.community.gateway.dispatch("INTERACTION_CREATE", self._by_token[screen.token].event)

    def source_of(self, token: str) -> Message | None:
        """Return the message from whose part this act came, where there is one and it still stands."""
        return self.community.state.messages.get(self._by_token[token].source_id or "")

    def give_up_waiting(self) -> None:
        """The window of everything that has not been answered is over."""
        for opened in self._by_token.values():
            self._expire(opened)

    def _expire(self, opened: Interaction) -> None:
        if opened.answer is None:
            opened.screen.failed = True
            opened.screen.notify()

    def _event(self, opened: Interaction, data: Json, source: Message | None) -> Json:
        community, state = self.community, self.community.state
        channel = state.channels[opened.channel_id]
        event: Json = {
            "id": opened.id,
            "application_id": state.application_id,
            "type": opened.kind,
            "token": opened.token,
            "version": 1,
            "attachment_size_limit": 10 * 1024 * 1024,
            "locale": state.users[opened.person_id].locale,
            "entitlements": [],
            "authorizing_integration_owners": {"0": state.guild_id if opened.in_guild else "0"},
            "context": 0 if opened.in_guild else 1,
            "app_permissions": str(int(state.permissions_of(state.bot_id, community.now()))),
            "channel_id": channel.id,
            "channel": shapes.channel(state, channel),
            "data": data,
        }
        if source is not None:
            event["message"] = community.to_json(source)
        if not opened.in_guild:
            return event | {"user": shapes.user(state, opened.person_id)}
        member = shapes.member(state, state.members[opened.person_id], community.now())
        member["permissions"] = str(int(state.permissions_of(opened.person_id, community.now())))
        guild = {"id": state.guild_id, "locale": "en-US", "features": ["COMMUNITY"]}
        return event | {"guild_id": state.guild_id, "guild_locale": "en-US", "guild": guild, "member": member}

    # -- the bot's side

    def answer(self, number: str, token: str, body: Json, uploads: list[UploadedFile], exchange: Exchange) -> Json:
        """Let the bot's one answer take effect; return what a caller who asked `with_response` gets."""
        opened = self._by_token.get(token)
        if opened is None or opened.id != number or opened.screen.failed:
            raise Refusal(404, 10062)
        if opened.answer is not None:
            raise Refusal(400, 40060)
        kind, data = int(body.get("type") or 0), dict(body.get("data") or {})
        self._check_kind(opened, kind)
        message = self._apply(opened, kind, data, uploads, Actor(self.community.state.bot_id, None, exchange))
        opened.answer = kind
        opened.screen.answered = True
        opened.screen.notify()
        return self._response(opened, kind, message)

    def _check_kind(self, opened: Interaction, kind: int) -> None:
        needs_source = kind in (LATER_UPDATE, UPDATE)
        unfit = (
            (needs_source and opened.source_id is None)
            or (kind == MODAL and opened.kind == SUBMIT)
            or ((kind == CHOICES) != (opened.kind == AUTOCOMPLETE))
            or kind not in (REPLY, THINKING, LATER_UPDATE, UPDATE, CHOICES, MODAL)
        )
        if unfit:
            raise invalid("type", f"Interaction type {opened.kind} cannot be answered so.", "BASE_TYPE_CHOICES")

    def _apply(
        self, opened: Interaction, kind: int, data: Json, uploads: list[UploadedFile], by: Actor
    ) -> Message | None:
        match kind:
            case 4:
                check_message(data, uploads)
                return self._reply(opened, data, uploads, by)
            case 5:
                return self._reply(opened, {"flags": int(data.get("flags") or 0) | LOADING}, [], by)
            case 6 | 7:
                return self._update(opened, kind, data, uploads, by)
            case 8:
                opened.screen.choices = self._check_choices(opened, data)
            case _:
                check_modal(data)
                opened.screen.modal = build_modal(data)
                modal = {"id": opened.id, "modal": data}
                self.community.record_change("answer", opened.person_id, None, modal, by)
        return None

    def _check_choices(self, opened: Interaction, data: Json) -> list[Json]:
        """What is offered for the option that is typed; nothing else may stand in such an answer."""
        form, choices = FormErrors(), list(data.get("choices") or [])
        for part in data.keys() - {"choices"}:
            form.add(f"data.{part}", "BASE_TYPE_INVALID", "This answer carries suggestions only.")
        check_choices(form, "data", focused_option(opened.event["data"]["options"]), choices)
        form.raise_if_faulty()
        return choices

    def _update(self, opened: Interaction, kind: int, data: Json, uploads: list[UploadedFile], by: Actor) -> Message:
        source = self._find_message(opened.source_id)
        opened.original_id = source.id
        if kind == UPDATE:
            check_message(data, uploads, editing=True)
            files = self.community.store_files(uploads, source.channel_id, data, ephemeral=source.seen_by is not None)
            self.community.edit(source, data, files, by)
        self._show_message(opened, source)
        return source

    def _reply(self, opened: Interaction, data: Json, uploads: list[UploadedFile], by: Actor) -> Message:
        message = self._post_message(opened, data, uploads, by)
        opened.original_id = message.id
        return message

    def _post_message(self, opened: Interaction, data: Json, uploads: list[UploadedFile], by: Actor) -> Message:
        ephemeral = shapes.is_ephemeral(int(data.get("flags") or 0))
        files = self.community.store_files(uploads, opened.channel_id, data, ephemeral=ephemeral)
        message = self.community.build(opened.channel_id, by.user_id, data, files)
        message.type = COMMAND_REPLY if opened.kind == COMMAND else INTERACTION_REPLY
        message.seen_by = opened.person_id if ephemeral else None
        self.community.post(message, by)
        self._show_message(opened, message)
        return message

    def _response(self, opened: Interaction, kind: int, message: Message | None) -> Json:
        about: Json = {"id": opened.id, "type": opened.kind, "channel_id": opened.channel_id}
        if opened.in_guild:
            about["guild_id"] = self.community.state.guild_id
        if message is None:
            return {"interaction": about}
        about |= {"response_message_id": message.id, "response_message_loading": kind == THINKING}
        about["response_message_ephemeral"] = shapes.is_ephemeral(message.flags)
        if kind not in (REPLY, UPDATE):
            return {"interaction": about}
        return {"interaction": about, "resource": {"type": kind, "message": self.community.to_json(message)}}

    # -- follow-ups, by the token alone

    def follow_up(self, token: str, data: Json, uploads: list[UploadedFile], exchange: Exchange) -> Json:
        """Post a further message; the first after a deferral takes the place of "thinking" and is seen by the same."""
        opened = self._find_alive(token)
        by = Actor(self.community.state.bot_id, None, exchange)
        check_message(data, uploads)
        original = self.community.state.messages.get(opened.original_id or "")
        if original is not None and original.flags & LOADING:
            return self._edit(opened, original, data, uploads, by)
        return self.community.to_json(self._post_message(opened, data, uploads, by))

    def find(self, token: str, message_id: str) -> Message:
        """Return a message of this interaction; `@original` is the first answer."""
        opened = self._find_alive(token)
        message = self._find_message(opened.original_id if message_id == "@original" else message_id)
        if message.id != opened.original_id and all(m.id != message.id for m in opened.screen.messages):
            raise Refusal(404, 10008)
        return message

    def edit(self, token: str, message_id: str, data: Json, uploads: list[UploadedFile], exchange: Exchange) -> Json:
        """Edit the message of this interaction as the body says; "thinking" has ended."""
        message = self.find(token, message_id)
        check_message(data, uploads, editing=True)
        by = Actor(self.community.state.bot_id, None, exchange)
        return self._edit(self._by_token[token], message, data, uploads, by)

    def delete(self, token: str, message_id: str, exchange: Exchange) -> None:
        """Delete the message of this interaction."""
        message = self.find(token, message_id)
        self.community.delete_message(message, Actor(self.community.state.bot_id, None, exchange))
        self._by_token[token].screen.drop(message.id)

    def _edit(self, opened: Interaction, message: Message, data: Json, uploads: list[UploadedFile], by: Actor) -> Json:
        message.flags &= ~LOADING
        files = self.community.store_files(uploads, message.channel_id, data, ephemeral=message.seen_by is not None)
        after = self.community.edit(message, data, files, by)
        self._show_message(opened, message)
        return after

    def _show_message(self, opened: Interaction, message: Message) -> None:
        opened.screen.show(build_shown(self.community.to_json(message), message.attachments))

    def _find_alive(self, token: str) -> Interaction:
        opened = self._by_token.get(token)
        if opened is None or opened.answer is None or opened.kind == AUTOCOMPLETE:
            raise Refusal(404, 10015)
        if self._system_time() > opened.sent_at + TOKEN_LIFE:
            raise Refusal(401, 50027)
        return opened

    def _find_message(self, message_id: str | None) -> Message:
        message = self.community.state.messages.get(message_id or "")
        if message is None:
            raise Refusal(404, 10008)
        return message
