"""What another process may let people and hands do, by name, with JSON arguments (see connectors/emulation/control)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.discord.gateway import Gateway
from connectors.emulators.discord.interactions import Interactions
from connectors.emulators.discord.people import DiscordPerson
from connectors.emulators.discord.permissions import Permission
from connectors.emulators.discord.state import DiscordState, Json
from connectors.emulators.shared.control import ControlAction


class EmulatedGuild(Protocol):
    """As much of the emulator as the acts need."""

    state: DiscordState
    gateway: Gateway
    interactions: Interactions

    def person(self, user_id: str) -> DiscordPerson:
        """Return the owner of this account."""

    def was_banned(self, user_id: str, at: datetime) -> bool:
        """Return whether a ban stood then."""

    def was_muted(self, user_id: str, at: datetime) -> bool:
        """Return whether a timeout ran then."""


MANUAL_ACTIONS = (
    "ban_by_hand",
    "unban_by_hand",
    "timeout_by_hand",
    "kick_by_hand",
    "raise_role",
    "leave",
    "rejoin",
    "rename",
    "say",
)


def actions_of(guild: Any) -> dict[str, ControlAction]:
    """Return every act by its name; a screen travels as its `interaction_id`."""
    people = _PeopleActions(guild)
    actions: dict[str, ControlAction] = {name: getattr(guild, name) for name in MANUAL_ACTIONS}
    for action in (
        people.command,
        people.autocomplete,
        people.message_menu,
        people.user_menu,
        people.press,
        people.choose,
        people.submit,
        people.screen,
        people.dms,
        people.send_dm,
        people.shut_out,
        people.muted,
        people.close_dms,
        people.allow_bot,
        people.cut_gateway,
    ):
        actions[action.__name__] = action
    return actions


class _PeopleActions:
    def __init__(self, guild: EmulatedGuild) -> None:
        self._guild = guild

    def _person(self, person: str, private: bool, channel: str | None) -> DiscordPerson:
        found = self._guild.person(person)
        if channel is not None:
            found = found.in_channel(channel)
        return found.in_dm() if private else found

    def _screen(self, number: str) -> Screen:
        return self._guild.interactions.screens[number]

    def _where(self, screen: str | None, message: str | None, person: str) -> Screen | Json:
        if screen is not None:
            return self._screen(screen)
        return next(m for m in self._guild.person(person).dms() if m["id"] == message)

    async def command(
        self,
        person: str,
        name: str,
        options: Mapping[str, Any] | None = None,
        private: bool = False,
        channel: str | None = None,
    ) -> Json:
        return _screen_json(await self._person(person, private, channel).command(name, **(options or {})))

    async def autocomplete(
        self, person: str, name: str, option: str, text: str, options: Mapping[str, Any] | None = None
    ) -> list[Json]:
        return await self._guild.person(person).autocomplete(name, option, text, **(options or {}))

    async def message_menu(self, person: str, name: str, message: str) -> Json:
        return _screen_json(await self._guild.person(person).message_menu(name, message))

    async def user_menu(self, person: str, name: str, user: str) -> Json:
        return _screen_json(await self._guild.person(person).user_menu(name, user))

    async def press(self, person: str, name: str, screen: str | None = None, message: str | None = None) -> Json:
        where = self._where(screen, message, person)
        return _screen_json(await self._guild.person(person).press(where, name))

    async def choose(
        self, person: str, menu: str, values: Sequence[str], screen: str | None = None, message: str | None = None
    ) -> Json:
        where = self._where(screen, message, person)
        return _screen_json(await self._guild.person(person).choose(where, menu, values))

    async def submit(self, person: str, screen: str, values: Mapping[str, Any]) -> Json:
        return _screen_json(await self._guild.person(person).submit(self._screen(screen), values))

    async def screen(self, screen: str, timeout_s: float = 0.0) -> Json:
        shown = self._screen(screen)
        if timeout_s:
            await shown.wait_until_settled(timeout_s)
        return shown.as_json()

    def dms(self, person: str) -> list[Json]:
        return self._guild.person(person).dms()

    async def send_dm(self, person: str, text: str) -> str:
        return await self._guild.person(person).send_dm(text)

    def shut_out(self, person: str, at: str) -> bool:
        return self._guild.was_banned(person, datetime.fromisoformat(at))

    def muted(self, person: str, at: str) -> bool:
        return self._guild.was_muted(person, datetime.fromisoformat(at))

    def close_dms(self, person: str, closed: bool = True) -> None:
        self._guild.state.close_dms(person, closed)

    def allow_bot(self, permissions: int) -> None:
        self._guild.state.bot_permissions = Permission(permissions)

    def cut_gateway(self) -> None:
        self._guild.gateway.cut()


def _screen_json(screen: Screen) -> Json:
    return screen.as_json()
