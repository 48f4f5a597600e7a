"""The end of a case and its new beginning, the sanctions that run, and giving membership back."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.case_lookup import find_code_name
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Form, Reply, TextField, custom_id
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.sanctions.models import Coverage, CoverageState
from guardian.services.cases import overview
from guardian.services.cases.overview import RunningSanction
from guardian.services.decisions import closing
from guardian.services.sanctions import reinstatement
from rules.ladder import TermState

commands = CommandSet()


@commands.form_command(name="close", look=find_code_name)
@app_commands.describe(case=formatting.CASE, review_on="The day of the next look, as year-month-day")
def close_form(code_name: str | None, case: str, review_on: str = "") -> Form:
    """Ask for the outcome of a case that is to be closed."""
    formatting.parse_day(review_on)
    field = TextField(name="outcome", label="The outcome, in vague words", hint="Kept with the case.")
    return Form("Close the case", custom_id("close", code_name or case.strip(), review_on.strip()), (field,))


@commands.modal("close", returned_text=("outcome",))
async def close(context: CommandContext, form: ModalValues, case: str, review_on: str) -> Reply:
    """Close a case with the outcome that was written."""
    day = formatting.parse_day(review_on)
    return Reply(await closing.close(context.app, context.by, case, form.text("outcome"), day))


@commands.command(name="reopen")
@app_commands.describe(case=formatting.CASE, reason="What is new; it is kept with the case")
async def reopen(context: CommandContext, case: str, reason: str) -> Reply:
    """Open a closed case again."""
    return Reply(await closing.reopen(context.app, context.by, case, reason))


@commands.command(name="sanctions")
async def sanctions(context: CommandContext) -> Reply:
    """List the sanctions that run."""
    found = await overview.list_sanctions(context.app, context.by)
    return Reply("\n".join(_format_sanction(each) for each in found) or "No sanction runs.")


@commands.command(name="return")
@app_commands.describe(person="The code name of the person")
async def reinstate(context: CommandContext, person: str) -> Reply:
    """Confirm that a person gets back what their sanction took."""
    given = await reinstatement.confirm_reinstatement(context.app, context.by, person)
    where = ", ".join(given.spaces)
    return Reply(f"What was taken from {given.person} is offered back now, on {where}. Your yes is on record.")


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
