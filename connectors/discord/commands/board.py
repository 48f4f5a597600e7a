"""What lies with the Board: its answer, and the organisers' motion, each recorded by one and confirmed by a second."""

from discord import app_commands

from connectors.discord.commands import consequences, formatting
from connectors.discord.commands.case_lookup import find_code_name
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.commands.consequences import ConsequenceChoice
from connectors.discord.components import Button, Form, Reply, Style, custom_id
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.services.cases import overview
from guardian.services.cases.overview import NextStep
from guardian.services.decisions import board_answers
from guardian.services.sign_in import links

commands = CommandSet()


async def show_recorded_answer(context: CommandContext, case: str) -> Reply:
    """Show the Board's answer that was recorded, with the button that confirms it."""
    known = await overview.case_overview(context.app, context.by, case)
    if known.board_answer is None:
        return Reply(f"{known.code_name}: no answer of the Board waits to be confirmed.")
    confirm = Button("Confirm", custom_id("confirm-answer", known.code_name), Style.DANGER)
    buttons = (confirm,) if NextStep.CONFIRM_BOARD in known.next_steps else ()
    url = await links.create_link(context.app, context.by, case)
    return Reply(
        f"Recorded as the Board's answer on **{known.code_name}**: {formatting.format_consequence(known.board_answer)}.\n"
        "It counts once a second member of the Board confirms it. Read its words first, since the letter to the "
        f"person is drafted from them; once, within five minutes: {url}",
        buttons,
    )


@commands.form_command(
    name="board-answer",
    look=find_code_name,
    reply_without=("outcome", show_recorded_answer),
)
@app_commands.describe(case=formatting.CASE, **consequences.DESCRIPTIONS)
@app_commands.choices(outcome=consequences.CHOICES, at_end=consequences.AT_END)
def answer_form(
    code_name: str | None,
    case: str,
    outcome: str = "",
    days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
    person: str = "",
    at_end: str = "",
    spaces: str = "",
    legal: bool = False,
    removal: bool = False,
) -> Form:
    """Ask for the words of the Board's answer."""
    choice = ConsequenceChoice(
        case=code_name or case.strip(),
        outcome=outcome,
        days=days or 0,
        person=person,
        at_end=at_end,
        spaces=spaces,
        legal=legal,
        removal=removal,
    )
    return consequences.build_form("board-answer", "The Board's answer", choice)


@commands.modal("board-answer", returned_text=("summary", "impact", "conditions"))
async def record_answer(context: CommandContext, form: ModalValues, *about: str) -> Reply:
    """Record the Board's answer, which counts once a second of the Board confirms it."""
    choice = consequences.parse_choice(about)
    wanted = consequences.to_consequence(choice, form)
    person = choice.person or None
    return Reply(await board_answers.record_answer(context.app, context.by, choice.case, wanted, person))


@commands.button("confirm-answer")
async def confirm_answer(context: CommandContext, case: str) -> Reply:
    """Confirm the Board's answer."""
    return Reply(await board_answers.confirm_answer(context.app, context.by, case))


@commands.command(name="motion")
@app_commands.describe(case=formatting.CASE, granted="Did they approve?")
async def record_motion(context: CommandContext, case: str, granted: bool) -> Reply:
    """Record the organisers' motion on a proposal."""
    return Reply(await board_answers.record_motion(context.app, context.by, case, granted=granted))


@commands.command(name="confirm-motion")
@app_commands.describe(case=formatting.CASE)
async def confirm_motion(context: CommandContext, case: str) -> Reply:
    """Confirm the organisers' motion."""
    return Reply(await board_answers.confirm_motion(context.app, context.by, case))
