"""Local matters for moderators: code names and ages here, words behind a one-time link; and what is asked of them back."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.ids import SpaceName
from guardian.services.escalation import local_matters, referrals
from guardian.services.escalation.local_matters import MatterLine

MATTER = "The code name of the local matter"

commands = CommandSet()


@commands.command(name="matters")
async def list_matters(context: CommandContext) -> Reply:
    """List the local matters of the moderator's space."""
    found = await local_matters.list_matters(context.app, context.by)
    return Reply("\n".join(_line(each) for each in found) or "Nothing waits for you.")


@commands.command(name="matter")
@app_commands.describe(matter=MATTER)
async def read_matter(context: CommandContext, matter: str) -> Reply:
    """Show where a local matter can be read."""
    seen = await local_matters.read_matter(context.app, context.by, matter)
    text = f"Read it here, once, within five minutes: {seen.url}\n\n{_line(seen.line)}"
    return Reply(f"{text}\nOnce it is dealt with: `/handled {seen.line.code_name}`", _buttons(seen.line))


@commands.command(name="handled", returned_text=("done",))
@app_commands.describe(matter=MATTER, done="What was done; it is kept with the matter")
async def mark_handled(context: CommandContext, matter: str, done: str) -> Reply:
    """Record that a local matter was dealt with."""
    return Reply(await local_matters.mark_handled(context.app, context.by, matter, done))


@commands.command(name="refer", space_option="space")
@app_commands.describe(case=formatting.CASE, space="Whose moderators", person=formatting.PERSON)
async def refer(context: CommandContext, case: str, space: str, person: str = "") -> Reply:
    """Refer an account to the moderators of a space, for monitoring."""
    return Reply(await referrals.refer(context.app, context.by, case, SpaceName(space), person or None))


@commands.button("accept-referral")
@commands.command(name="accept-referral")
@app_commands.describe(matter=MATTER)
async def accept_referral(context: CommandContext, matter: str) -> Reply:
    """Accept a referral by name."""
    return Reply(await referrals.accept_referral(context.app, context.by, matter))


def _line(line: MatterLine) -> str:
    waits = "; waits to be accepted by name" if line.waits_for_acceptance else ""
    return f"• {line.code_name}: {line.kind} on {line.space}, since {format_instant(line.since)}{waits}"


def _buttons(line: MatterLine) -> tuple[Button, ...]:
    escalate = Button("Escalate", custom_id("escalate", "matter", line.code_name))
    if not line.waits_for_acceptance:
        return (escalate,)
    return (Button("Accept", custom_id("accept-referral", line.code_name), Style.PRIMARY), escalate)
