"""The sanctions that run, by code name: what holds, until when, and how it stands in each space."""

from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.sanctions.models import Coverage, CoverageState
from guardian.services.cases import overview
from guardian.services.cases.overview import RunningSanction
from rules.ladder import TermState

commands = CommandSet()


@commands.command(name="sanctions")
async def sanctions(context: CommandContext) -> Reply:
    """List the sanctions that run."""
    found = await overview.list_sanctions(context.app, context.by)
    return Reply("\n".join(_format_sanction(each) for each in found) or "No sanction runs.")


def _format_sanction(seen: RunningSanction) -> str:
    ends = f"until {format_instant(seen.until)}" if seen.until else "without an end"
    if seen.state is TermState.AWAITING:
        ends = "term over, the person may ask to return"
    spaces = "; ".join(_format_coverage(row) for row in seen.coverage)
    return f"• {seen.person} ({seen.case}): {seen.restriction}, {ends}{f' — {spaces}' if spaces else ''}"


def _format_coverage(row: Coverage) -> str:
    """How things stand in one space; where it is blocked, with why, and with what it takes."""
    why = f" ({row.detail})" if row.state is CoverageState.BLOCKED and row.detail else ""
    return f"{row.space}: {row.state}{why}"
