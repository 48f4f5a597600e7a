"""A human at the app: commands, menus, buttons, forms and direct messages, exactly as far as Discord lets them.

What the app does not offer (a missing button, an empty required field, a guild that shuts the person out) is declined.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.emulators.discord.client_screen import Button, Screen, Select, Shown, build_shown
from connectors.emulators.discord.commands import build_options, find_command, is_called
from connectors.emulators.discord.community import Actor, Community
from connectors.emulators.discord.form_filling import FormFilling
from connectors.emulators.discord.forms import STRING_SELECT, walk_components
from connectors.emulators.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interactions
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import Channel, Json, Message
from connectors.emulators.shared.control import Declined
from connectors.emulators.shared.server import UploadedFile

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class DiscordPerson:
    """One account's owner, standing in a channel of the guild or in the private channel with the bot."""

    user_id: str
    community: Community
    interactions: Interactions
    channel_id: str | None = None
    private: bool = False

    # -- where they stand

    def in_channel(self, channel_id: str) -> "DiscordPerson":
        """Return the same person in that channel of the guild."""
        return replace(self, channel_id=channel_id, private=False)

    def in_dm(self) -> "DiscordPerson":
        """Return the same person in the private channel with the bot."""
        return replace(self, private=True)

    def read_channel(self) -> list[Shown]:
        """Return what the person reads where they stand, what is shown to them alone included, oldest first."""
        state = self.community.state
        channel = self._find_readable_channel()
        seen = [m for m in state.messages.values() if channel is not None and m.channel_id == channel.id]
        return [self._show(m) for m in seen if m.seen_by in (None, self.user_id)]

    def find_screen(self, interaction_id: str) -> Screen:
        """Return what came of an act of this person's."""
        screen = self.interactions.screens.get(interaction_id)
        if screen is None or screen.person_id != self.user_id:
            raise Declined("this account has no such screen")
        return screen

    # -- commands

    def list_commands(self) -> list[Json]:
        """Return the slash commands that the app lists for this person where they stand."""
        self._require_channel()
        return self._list_commands(CHAT)

    def list_menu(self, kind: int) -> list[str]:
        """Return the bot's entries in the menu of a message, or of a person, as the app names them."""
        listed = self._list_commands(kind)
        return [(c.get("name_localizations") or {}).get(self._locale) or c["name"] for c in listed]

    async def command(self, name: str, /, **options: Any) -> Screen:
        """Send the slash command; return once it is answered or has failed.

        `name` may have a group and a subcommand ("case show"). A file is (name, bytes).
        """
        channel = self._require_channel()
        command, chosen = find_command(self._list_commands(CHAT), name, self._locale)
        form_filling = self._start_form(channel)
        data = _command_head(command) | {"options": chosen.nest_options(build_options(chosen, options, form_filling))}
        return await self._send(COMMAND, channel, data | form_filling.resolved_part())

    async def autocomplete(self, name: str, option: str, text: str, /, **others: Any) -> list[Json]:
        """Return the choices that the bot offers for a text begun in this option; declined where it does not answer."""
        channel = self._require_channel()
        command, chosen = find_command(self._list_commands(CHAT), name, self._locale)
        kind = next((o["type"] for o in chosen.options if o["name"] == option and o.get("autocomplete")), None)
        if kind is None:
            raise Declined(f"the option {option!r} offers no suggestions")
        form_filling = self._start_form(channel)
        given = build_options(chosen, others, form_filling, complete=False)
        given.append({"name": option, "type": kind, "value": text, "focused": True})
        data = _command_head(command) | {"options": chosen.nest_options(given)}
        screen = await self._send(AUTOCOMPLETE, channel, data)
        if screen.failed:
            raise Declined("loading options failed")
        return screen.choices

    async def message_menu(self, name: str, message_id: str) -> Screen:
        """Choose the command from the menu of a message."""
        message = self._require_readable(message_id)
        channel = self._require_channel(message.channel_id)
        resolved = {"messages": {message.id: self.community.to_json(message)}}
        data = {"target_id": message.id, "resolved": resolved}
        return await self._send(COMMAND, channel, self._find_menu_command(name, MESSAGE_MENU) | data)

    async def user_menu(self, name: str, user_id: str) -> Screen:
        """Choose the command from the menu of a person."""
        channel = self._require_channel()
        form_filling = self._start_form(channel)
        form_filling.user(user_id)
        data = self._find_menu_command(name, USER_MENU) | {"target_id": user_id}
        return await self._send(COMMAND, channel, data | form_filling.resolved_part())

    # -- what is on the screen

    async def press(self, where: Screen | Shown | Mapping[str, Any], name: str) -> Screen:
        """Press the button with this label or custom id, on a screen or on a message."""
        message, button = _find_button(where, name)
        if button.url is not None or button.custom_id is None:
            raise Declined(f"the button {name!r} is a link: {button.url}")
        if button.disabled:
            raise Declined(f"the button {name!r} is disabled")
        return await self._send_component(message, {"component_type": 2, "custom_id": button.custom_id})

    async def choose(self, where: Screen | Shown | Mapping[str, Any], custom_id: str, values: Sequence[str]) -> Screen:
        """Choose these values in the menu with this custom id; of options, labels do as well."""
        message, select = _find_menu(where, custom_id)
        chosen = [dict(select.options).get(v, v) for v in values]
        if not select.low <= len(chosen) <= select.high:
            raise Declined(f"the menu takes {select.low} to {select.high} values")
        if select.type == STRING_SELECT and not set(chosen) <= {value for _, value in select.options}:
            raise Declined(f"not all of {values} stand in the menu")
        form_filling = self._start_form(self.community.state.channels[message.channel_id])
        if select.type != STRING_SELECT:
            form_filling.resolve_all(select.type, chosen)
        data = {"component_type": select.type, "custom_id": select.custom_id, "values": chosen}
        return await self._send_component(message, data | form_filling.resolved_part())

    async def submit(self, screen: Screen, values: Mapping[str, Any]) -> Screen:
        """Send the form on the screen; fields not named keep what stood in them.

        Fields are named by label or custom id: a text, a list of values, or a list of files as (name, bytes). The form
        is off the screen once it is sent; where the app declines it, or nobody answers it, it stays as it was filled in.
        """
        if screen.modal is None:
            raise Declined("no form is open")
        channel = self.community.state.channels[screen.channel_id]
        form_filling = self._start_form(channel)
        written = screen.modal.with_values(values)
        data = form_filling.form(screen.modal, values)
        source = self.interactions.source_of(screen.token)
        screen.modal = None
        sent = await self._send(SUBMIT, channel, data | form_filling.resolved_part(), source)
        if sent.failed:
            screen.modal = written
        return sent

    # -- direct messages

    def dms(self) -> list[Json]:
        """Return what the bot wrote to this person and what still stands, oldest first."""
        state = self.community.state
        channel = state.private_channel(self.user_id)
        found = state.messages_in(channel.id) if channel else []
        return [self.community.to_json(m) for m in found if m.author_id == state.bot_id]

    def inbox(self) -> list[Shown]:
        """Return the same messages as a screen shows them, files included."""
        return [self._show(self.community.state.messages[given["id"]]) for given in self.dms()]

    async def send_dm(self, text: str, files: Sequence[tuple[str, bytes]] = ()) -> str:
        """Write the person's message in the private channel with the bot, and return its id."""
        channel = self.in_dm()._require_channel()
        uploads = [UploadedFile(name, "", content) for name, content in files]
        kept = self.community.store_files(uploads, channel.id, {})
        message = self.community.build(channel.id, self.user_id, {"content": text}, kept)
        self.community.post(message, Actor(self.user_id))
        return message.id

    async def write(self, text: str, files: Sequence[tuple[str, bytes]] = (), timeout_s: float = 5.0) -> Shown:
        """Write the person's message there, and return what the bot has written back, as the screen shows it."""
        before = len(self.dms())
        await self.send_dm(text, files)
        async with asyncio.timeout(timeout_s):
            while len(self.dms()) == before:
                await asyncio.sleep(PAUSE_SECONDS)
        return self.inbox()[-1]

    # -- inside

    @property
    def _locale(self) -> str:
        return self.community.state.users[self.user_id].locale

    def _find_readable_channel(self) -> Channel | None:
        """The channel to be read; None for private messages that nobody has begun. A timeout keeps nobody from reading."""
        state = self.community.state
        if self.private:
            return state.private_channel(self.user_id)
        if not state.has_permission(self.user_id, Permission.VIEW_CHANNEL, self.community.now()):
            raise Declined("this account is not in the guild")
        return state.channels[self.channel_id or state.general_id]

    def _show(self, message: Message) -> Shown:
        return build_shown(self.community.to_json(message), message.attachments)

    def _require_channel(self, channel_id: str | None = None) -> Channel:
        """The channel in which the act happens; declined where the platform shuts the person out of it."""
        state = self.community.state
        if self.user_id not in state.members:
            raise Declined("this account shares no guild with the bot")
        if self.private and channel_id is None:
            return state.open_private_channel(self.user_id, self.community.now())
        channel = state.channels[channel_id or self.channel_id or state.general_id]
        self._require_may_act(channel)
        return channel

    def _require_may_act(self, channel: Channel) -> None:
        state = self.community.state
        if self.user_id not in state.members:
            raise Declined("this account shares no guild with the bot")
        allowed = state.has_permission(self.user_id, Permission.USE_APPLICATION_COMMANDS, self.community.now())
        if channel.recipient_id is None and not allowed:
            raise Declined("this account cannot use commands in the guild now")
        if channel.recipient_id not in (None, self.user_id):
            raise Declined("this account cannot see that channel")

    def _list_commands(self, kind: int) -> list[Json]:
        """The commands that the app lists for this person where they stand."""
        state = self.community.state
        listed = state.commands.get("", [])
        if self.private:
            return [c for c in listed if c["type"] == kind and 1 in (c.get("contexts") or [0, 1, 2])]
        if self.user_id not in state.members:
            return []  # who is not in the guild is shown none of its commands
        own = state.commands.get(state.guild_id, [])
        listed = own + [c for c in listed if 0 in (c.get("contexts") or [0, 1, 2])]
        return [c for c in listed if c["type"] == kind and self._is_shown(c)]

    def _is_shown(self, command: Json) -> bool:
        """Whether the app shows the command: to administrators all; else by the guild's own setting, else the bot's."""
        state = self.community.state
        held = state.permissions_of(self.user_id, self.community.now())
        said = self._overwritten()
        needed = command.get("default_member_permissions")
        if held & Permission.ADMINISTRATOR or needed is None or said is not None:
            return bool(held & Permission.ADMINISTRATOR) or said is not False
        return int(needed) != 0 and held & int(needed) == int(needed)

    def _overwritten(self) -> bool | None:
        """What the guild's settings of integrations say of this account, else of its roles, else of everybody."""
        state = self.community.state
        if self.user_id in state.command_overwrites:
            return state.command_overwrites[self.user_id]
        roles = [state.command_overwrites.get(role) for role in state.members[self.user_id].roles]
        said = [each for each in roles if each is not None]
        return any(said) if said else state.command_overwrites.get(state.guild_id)

    def _find_menu_command(self, name: str, kind: int) -> Json:
        for command in self._list_commands(kind):
            if is_called(command, name, self._locale):
                return _command_head(command)
        raise Declined(f"no entry {name!r} in the menu")

    def _require_readable(self, message_id: str) -> Message:
        message = self.community.state.messages.get(message_id)
        if message is None or message.seen_by not in (None, self.user_id):
            raise Declined("this account sees no such message")
        return message

    def _start_form(self, channel: Channel) -> FormFilling:
        return FormFilling(self.community, channel)

    async def _send_component(self, seen: Shown, data: Json) -> Screen:
        message = self._require_readable(seen.id)
        channel = self.community.state.channels[message.channel_id]
        self._require_may_act(channel)
        part = next((p for p in walk_components(message.components) if p.get("custom_id") == data["custom_id"]), None)
        if part is None:
            raise Declined("this part no longer stands in the message")
        return await self._send(COMPONENT, channel, data | {"id": part["id"]}, message)

    async def _send(self, kind: int, channel: Channel, data: Json, source: Message | None = None) -> Screen:
        screen = self.interactions.send(kind, self.user_id, channel.id, data, source)
        return await screen.wait_until(lambda s: s.answered or s.failed, self.interactions.window_s + 5)


def _command_head(command: Json) -> Json:
    """Which command was given; one of the guild's own says so, which is how a client tells it from a global one."""
    own = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], "type": command["type"]} | own


def _to_shown(where: Shown | Mapping[str, Any]) -> Shown:
    return where if isinstance(where, Shown) else build_shown(dict(where), [])


def _find_button(where: Screen | Shown | Mapping[str, Any], name: str) -> tuple[Shown, Button]:
    if isinstance(where, Screen):
        return where.find(name)
    message = _to_shown(where)
    return message, message.button(name)


def _find_menu(where: Screen | Shown | Mapping[str, Any], custom_id: str) -> tuple[Shown, Select]:
    if isinstance(where, Screen):
        return where.menu(custom_id)
    message = _to_shown(where)
    return message, next(s for s in message.selects if custom_id in (s.custom_id, s.placeholder))
