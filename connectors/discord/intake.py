"""What comes in from Discord: commands, forms and buttons of people, and what happens to their accounts.

Joins the link to the use cases and decides nothing. The commands stand in `commands`, one module a feature.
"""

import asyncio
from typing import Final

import aiohttp
import discord

from connectors.discord.client import DiscordConnection
from connectors.discord.commands import (
    assignment,
    escalation,
    intake,
    matters,
    measures,
    raids,
    reading,
    review,
    sanctions,
    unilateral,
)
from connectors.discord.interactions import Interaction, InteractionRouter, ServerConfig
from connectors.discord.locales import CommandTranslator
from connectors.discord.permissions import FOR_EVERYBODY, SEES_COMMANDS
from connectors.discord.timeouts import CallCut, bounded
from guardian.logs import logger
from guardian.services.context import AppContext
from guardian.services.failed_items import isolate
from guardian.services.measures.native_actions import inspect_accounts
from guardian.services.measures.native_removals import inspect_removals
from guardian.services.platform_events.account_changes import on_account_changed
from guardian.spaces.port import Account

FEATURES: Final = (
    intake,
    reading,
    assignment,
    unilateral,
    measures,
    raids,
    review,
    sanctions,
    matters,
    escalation,
)
_RETRY_SECONDS: Final = 5.0
_MAX_RETRY_SECONDS: Final = 600.0
_FAILED = (discord.DiscordException, aiohttp.ClientError, OSError, CallCut)

_log = logger("discord")


def attach(connection: DiscordConnection, app: AppContext) -> InteractionRouter:
    """Let people be served in the server, and accounts that change be inspected, once the link starts.

    To be called once for a link, before it starts.
    """
    config = connection.config
    router = InteractionRouter(
        app, connection.client, ServerConfig(config.name, config.guild_id, config.api_url, config.call_ceiling)
    )
    for feature in FEATURES:
        feature.commands.add_to(router)
    hide_commands_of_members(router)
    registration = _CommandRegistration(router)

    async def on_interaction(interaction: Interaction) -> None:
        await router.dispatch(interaction)

    event = f"an event about an account on {config.name}"

    async def restricted(native_id: str) -> None:
        await isolate(app, event, f"restricted {native_id}", inspect_accounts(app, config.name, (native_id,)))
        await isolate(app, event, f"removed {native_id}", inspect_removals(app, config.name, native_id))

    async def changed(native_id: str) -> None:
        await isolate(app, event, native_id, on_account_changed(app, Account(config.name, native_id)))

    async def on_message(message: discord.Message) -> None:
        await router.dispatch_message(message)

    connection.client.event(on_interaction)
    connection.client.event(on_message)
    connection.setup = registration.start
    connection.on_account_changed = changed
    connection.on_restricted = restricted
    connection.before_close = router.finish
    return router


def hide_commands_of_members(router: InteractionRouter) -> None:
    """Let Discord show every command that is not for everybody to moderators, and to whom the server's people add.

    It is for tidiness: who may use it is asked at each use.
    """
    for kind in discord.AppCommandType:
        for command in router.tree.get_commands(guild=router.guild, type=kind):
            if command.name not in FOR_EVERYBODY:
                command.default_permissions = SEES_COMMANDS


class _CommandRegistration:
    """The commands in the server's list. Where Discord does not take them now, everything else runs on meanwhile."""

    def __init__(self, router: InteractionRouter) -> None:
        self._router = router
        self._retry_task: asyncio.Task[None] | None = None

    async def start(self, client: discord.Client) -> None:
        """The commands are listed, or it is tried again until they are."""
        if not await self._register():
            self._retry_task = asyncio.create_task(self._retry_until_done(client), name="discord commands")

    async def _register(self) -> bool:
        await self._router.tree.set_translator(CommandTranslator())
        try:
            async with bounded(self._router.config.ceiling):
                listed = await self._router.tree.sync(guild=self._router.guild)
        except _FAILED as error:
            _log.error("commands.not_listed", kind=type(error).__name__)
            return False
        _log.info("commands.were_listed", count=len(listed))
        return True

    async def _retry_until_done(self, client: discord.Client) -> None:
        delay = _RETRY_SECONDS
        while not client.is_closed():
            await asyncio.sleep(delay)
            delay = min(delay * 2, _MAX_RETRY_SECONDS)
            if await self._register():
                return
