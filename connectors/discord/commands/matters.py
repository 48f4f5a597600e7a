"""Local matters for moderators: code names and ages here, everything else on the console."""

from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.services.escalation import local_matters
from guardian.services.escalation.local_matters import MatterLine

commands = CommandSet()


@commands.command(name="matters")
async def list_matters(context: CommandContext) -> Reply:
    """List the local matters of the moderator's space."""
    found = await local_matters.list_matters(context.app, context.by)
    lines = [_line(each) for each in found] or ["Nothing waits for you."]
    return Reply(
        "\n".join([*lines, f"They are read and dealt with on the console: {context.app.base_url}/console/matters"])
    )


def _line(line: MatterLine) -> str:
    waits = "; waits to be accepted by name" if line.waits_for_acceptance else ""
    return f"• {line.code_name}: {line.kind} on {line.space}, since {format_instant(line.since)}{waits}"
