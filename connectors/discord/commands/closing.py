"""The end of a case and its new beginning, the sanctions that run, and giving membership back."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.components import Form, Reply, TextField, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from connectors.discord.modal_values import ModalValues
from guardian.ids import MemberId
from guardian.notices.acknowledgement import format_datetime
from guardian.sanctions.models import Coverage, CoverageState
from guardian.services.cases import overview
from guardian.services.cases.overview import RunningSanction
from guardian.services.decisions import closing
from guardian.services.sanctions import reinstatement
from rules.ladder import TermState


def add_to(router: InteractionRouter) -> None:
    """Members close and reopen cases, and see what runs."""
    _add_closing(router)
    _add_sanction_commands(router)


def _add_closing(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(
        name="close", description="Close a case, with its outcome and a review date", guild=router.guild
    )
    @app_commands.describe(case=formatting.CASE, review_on="The day of the next look, as year-month-day")
    async def close(interaction: Interaction, case: str, review_on: str = "") -> None:
        async def form(by: MemberId) -> Form:
            formatting.parse_day(review_on)
            known = await overview.case_overview(app, by, case)
            field = TextField("outcome", "The outcome, in vague words", hint="Kept with the case.")
            return Form("Close the case", custom_id("close", known.code_name, review_on.strip()), (field,))

        await router.open_modal(interaction, form)

    async def closed(interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        outcome = form.text("outcome")

        async def deed(by: MemberId) -> Reply:
            case, review_on = about if len(about) == 2 else ("", "")
            return Reply(await closing.close(app, by, case, outcome, formatting.parse_day(review_on)))

        await router.serve_text(interaction, outcome, deed)

    router.on_modal("close", closed)

    @router.tree.command(name="reopen", description="Open a closed case again", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, reason="What is new; it is kept with the case")
    async def reopen(interaction: Interaction, case: str, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await closing.reopen(app, by, case, reason))

        await router.serve(interaction, deed)


def _add_sanction_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="sanctions", description="Every sanction that runs, by code name", guild=router.guild)
    async def sanctions(interaction: Interaction) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await overview.list_sanctions(app, by)
            return Reply("\n".join(_format_sanction(each) for each in found) or "No sanction runs.")

        await router.serve(interaction, deed)

    @router.tree.command(name="return", description="Give somebody their membership back", guild=router.guild)
    @app_commands.describe(person="The code name of the person")
    async def give_back(interaction: Interaction, person: str) -> None:
        async def deed(by: MemberId) -> Reply:
            given = await reinstatement.confirm_reinstatement(app, by, person)
            where = ", ".join(given.spaces)
            return Reply(f"What was taken from {given.person} is offered back now, on {where}. Your yes is on record.")

        await router.serve(interaction, deed)


def _format_sanction(seen: RunningSanction) -> str:
    ends = f"until {format_datetime(seen.until)}" if seen.until else "without an end"
    if seen.state is TermState.AWAITING:
        ends = "term over, the person may ask to return"
    spaces = "; ".join(_format_coverage(row) for row in seen.coverage)
    return f"• {seen.person} ({seen.case}): {seen.restriction}, {ends}{f' — {spaces}' if spaces else ''}"


def _format_coverage(row: Coverage) -> str:
    """How things stand in one space; where it is blocked, with why, and with what it takes."""
    why = f" ({row.detail})" if row.state is CoverageState.BLOCKED and row.detail else ""
    return f"{row.space}: {row.state}{why}"
