"""The steps before a decision is final: the hearing, and what two members agree to skip."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.errors import NotFound
from guardian.services.deliberation import procedure
from rules.procedure import SKIPPABLE, Step

_STEPS = [Choice(name=formatting.STEPS[kind], value=kind.value) for kind in Step if kind in SKIPPABLE]

commands = CommandSet()


@commands.button("hear")
@commands.command(name="hear", description="Write to the reported person and ask for their view")
@app_commands.describe(case=formatting.CASE)
async def hear(context: CommandContext, case: str) -> Reply:
    """Begin the hearing of the reported person."""
    return Reply(await procedure.begin_hearing(context.app, context.by, case))


@commands.command(name="skip", description="Ask to skip a step; a second member has to agree")
@app_commands.describe(case=formatting.CASE, step="Which step", reason="Why; it is kept with the case")
@app_commands.choices(step=_STEPS)
async def request_skip(context: CommandContext, case: str, step: str, reason: str) -> Reply:
    """Ask a second member to agree that a step is skipped."""
    return Reply(await procedure.request_skip(context.app, context.by, case, Step(step), reason))


@commands.button("second-skip")
@commands.command(name="second-skip", description="Agree that a step is skipped")
@app_commands.describe(case=formatting.CASE, step="Which step")
@app_commands.choices(step=_STEPS)
async def confirm_skip(context: CommandContext, case: str, step: str) -> Reply:
    """Agree that a step is skipped."""
    if step not in list(Step):
        raise NotFound
    return Reply(await procedure.confirm_skip(context.app, context.by, case, Step(step)))
