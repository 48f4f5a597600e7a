"""What another process may let people and hands do, by name, with JSON arguments (see connectors/emulation/control)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from connectors.discord.emulator.gateway import Gateway
from connectors.discord.emulator.interactions import Interactions
from connectors.discord.emulator.people import DiscordPerson
from connectors.discord.emulator.permissions import Permission
from connectors.discord.emulator.screen import Screen
from connectors.discord.emulator.state import DiscordState, Json
from connectors.emulation.control import Act


class Place(Protocol):
    """As much of the emulator as the acts need."""

    state: DiscordState
    gateway: Gateway
    interactions: Interactions

    def person(self, user_id: str) -> DiscordPerson:
        """The owner of this account."""

    def shut_out(self, user_id: str, at: datetime) -> bool:
        """A ban stood then."""

    def muted(self, user_id: str, at: datetime) -> bool:
        """A timeout ran then."""


HANDS = (
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


def acts_of(place: Any) -> dict[str, Act]:
    """Every act by its name; a screen travels as its `interaction_id`."""
    people = _People(place)
    acts: dict[str, Act] = {name: getattr(place, name) for name in HANDS}
    for act in (
        people.command,
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
        acts[act.__name__] = act
    return acts


class _People:
    def __init__(self, place: Place) -> None:
        self._place = place

    def _person(self, person: str, private: bool, channel: str | None) -> DiscordPerson:
        standing = self._place.person(person)
        if channel is not None:
            standing = standing.in_channel(channel)
        return standing.in_dm() if private else standing

    def _screen(self, number: str) -> Screen:
        return self._place.interactions.screens[number]

    def _where(self, screen: str | None, message: str | None, person: str) -> Screen | Json:
        if screen is not None:
            return self._screen(screen)
        return next(m for m in self._place.person(person).dms() if m["id"] == message)

    async def command(
        self,
        person: str,
        name: str,
        options: Mapping[str, Any] | None = None,
        private: bool = False,
        channel: str | None = None,
    ) -> Json:
        return _told(await self._person(person, private, channel).command(name, **(options or {})))

    async def message_menu(self, person: str, name: str, message: str) -> Json:
        return _told(await self._place.person(person).message_menu(name, message))

    async def user_menu(self, person: str, name: str, user: str) -> Json:
        return _told(await self._place.person(person).user_menu(name, user))

    async def press(self, person: str, name: str, screen: str | None = None, message: str | None = None) -> Json:
        where = self._where(screen, message, person)
        return _told(await self._place.person(person).press(where, name))

    async def choose(
        self, person: str, menu: str, values: Sequence[str], screen: str | None = None, message: str | None = None
    ) -> Json:
        where = self._where(screen, message, person)
        return _told(await self._place.person(person).choose(where, menu, values))

    async def submit(self, person: str, screen: str, values: Mapping[str, Any]) -> Json:
        return _told(await self._place.person(person).submit(self._screen(screen), values))

    async def screen(self, screen: str, timeout_s: float = 0.0) -> Json:
        shown = self._screen(screen)
        if timeout_s:
            await shown.settled(timeout_s)
        return shown.as_json()

    def dms(self, person: str) -> list[Json]:
        return self._place.person(person).dms()

    async def send_dm(self, person: str, text: str) -> str:
        return await self._place.person(person).send_dm(text)

    def shut_out(self, person: str, at: str) -> bool:
        return self._place.shut_out(person, datetime.fromisoformat(at))

    def muted(self, person: str, at: str) -> bool:
        return self._place.muted(person, datetime.fromisoformat(at))

    def close_dms(self, person: str, closed: bool = True) -> None:
        self._place.state.close_dms(person, closed)

    def allow_bot(self, permissions: int) -> None:
        self._place.state.bot_permissions = Permission(permissions)

    def cut_gateway(self) -> None:
        self._place.gateway.cut()


def _told(screen: Screen) -> Json:
    return screen.as_json()
