"""What comes in from Discord: commands, forms and buttons of people, and what happens to their accounts.

Joins the link to the desk and decides nothing. The commands stand in `commands`, one module a feature.
"""

import asyncio
from typing import Final

import aiohttp
import discord

from connectors.discord.ceiling import Cut, bounded
from connectors.discord.client import DiscordLink
from connectors.discord.commands import (
    acting,
    board,
    closing,
    deliberation,
    drafts,
    enactment,
    escalating,
    hearers,
    hearing,
    intake,
    linking,
    matters,
    measuring,
    raiding,
    reading,
    recusal,
    reviewing,
    taking,
    voice,
    who,
)
from connectors.discord.serving import Asked, Counter, Place
from connectors.discord.tongue import CommandNames
from guardian.desk.desk import Desk
from guardian.desk.native import noticed
from guardian.desk.noticing import account_changed
from guardian.logs import logger
from guardian.spaces.port import Account

FEATURES: Final = (
    intake,
    reading,
    taking,
    linking,
    who,
    recusal,
    hearers,
    hearing,
    deliberation,
    drafts,
    enactment,
    acting,
    measuring,
    raiding,
    reviewing,
    board,
    closing,
    matters,
    escalating,
    voice,
)
_NAP_SECONDS: Final = 5.0
_LONGEST_NAP_SECONDS: Final = 600.0
_FAILED = (discord.DiscordException, aiohttp.ClientError, OSError, Cut)

_log = logger("discord")


def attach(link: DiscordLink, desk: Desk) -> Counter:
    """Once the link starts, people are served in the server, and the desk hears of what happens to accounts.

    To be called once for a link, before it starts.
    """
    config = link.config
    counter = Counter(desk, link.client, Place(config.name, config.guild_id, config.api_url, config.call_ceiling))
    for feature in FEATURES:
        feature.add_to(counter)
    registering = _Registering(counter)

    async def on_interaction(asked: Asked) -> None:
        await counter.heard(asked)

    async def restricted(native_id: str) -> None:
        await noticed(desk, config.name, (native_id,))

    async def changed(native_id: str) -> None:
        await account_changed(desk, Account(config.name, native_id))

    async def on_message(message: discord.Message) -> None:
        await counter.written_to(message)

    link.client.event(on_interaction)
    link.client.event(on_message)
    link.setup = registering.begin
    link.on_account_changed = changed
    link.on_restricted = restricted
    return counter


class _Registering:
    """The commands in the server's list. Where Discord does not take them now, everything else runs on meanwhile."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._again: asyncio.Task[None] | None = None

    async def begin(self, client: discord.Client) -> None:
        """The commands are listed, or it is tried again until they are."""
        if not await self._register():
            self._again = asyncio.create_task(self._until_done(client), name="discord commands")

    async def _register(self) -> bool:
        await self._counter.tree.set_translator(CommandNames())
        try:
            async with bounded(self._counter.place.ceiling):
                listed = await self._counter.tree.sync(guild=self._counter.guild)
        except _FAILED as error:
            _log.error("commands.not_listed", kind=type(error).__name__)
            return False
        _log.info("commands.were_listed", count=len(listed))
        return True

    async def _until_done(self, client: discord.Client) -> None:
        nap = _NAP_SECONDS
        while not client.is_closed():
            await asyncio.sleep(nap)
            nap = min(nap * 2, _LONGEST_NAP_SECONDS)
            if await self._register():
                return
