"""Who has a case in hand: "I have it", and handing the contact to another member."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.errors import NotFound
from guardian.services.cases import assignment
from guardian.services.members import member_by_name

commands = CommandSet()


@commands.button("take")
@commands.command(name="take")
@app_commands.describe(case=formatting.CASE)
async def take(context: CommandContext, case: str) -> Reply:
    """Take a case."""
    return Reply(f"Noted: you have {await assignment.take_case(context.app, context.by, case)} in hand.")


@commands.command(name="hand-over")
@app_commands.describe(case=formatting.CASE, member="The name of the member who takes over")
async def hand_over(context: CommandContext, case: str, member: str) -> Reply:
    """Make another member the contact person of a case."""
    to = await member_by_name(context.app, member)
    if to is None:
        raise NotFound
    code_name = await assignment.hand_over_contact(context.app, context.by, case, to.id)
    return Reply(f"{to.name} is the contact person of {code_name} from now on. The reporter is told.")
