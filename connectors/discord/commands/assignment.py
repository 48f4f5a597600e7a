"""Who has a case in hand: the word that ends the calls for danger."""

from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.services.cases import assignment

commands = CommandSet()


@commands.button("take", anywhere=True)
async def take(context: CommandContext, case: str) -> Reply:
    """Take a case."""
    return Reply(f"Noted: you have {await assignment.take_case(context.app, context.by, case)} in hand.")
