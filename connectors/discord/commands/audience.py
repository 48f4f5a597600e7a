"""Opening a case to every member without a conflict, where its reporter chose who hears first."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.services.conflicts import audience

commands = CommandSet()


@commands.command(name="open-to-all")
@app_commands.describe(case=formatting.CASE)
async def open_to_all(context: CommandContext, case: str) -> Reply:
    """Open a case to every member without a conflict."""
    opened = await audience.open_to_all(context.app, context.by, case)
    return Reply(f"Every member without a conflict knows of {opened} from now on. A proposal can be made.")
