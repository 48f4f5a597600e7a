"""The steps before a decision is final: the hearing, and what two members agree to skip."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Form, Reply, Style, TextField, custom_id
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.errors import NotFound, Refused
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftInput
from guardian.services.deliberation import procedure
from rules.procedure import SKIPPABLE, Step

_WORDS_HINT = "No names, and nothing by which somebody could tell who reported it."
_STEPS = [Choice(name=formatting.STEPS[kind], value=kind.value) for kind in Step if kind in SKIPPABLE]

commands = CommandSet()


@commands.button("hear")
@commands.command(name="hear")
@app_commands.describe(case=formatting.CASE)
async def hear(context: CommandContext, case: str) -> Reply:
    """Begin the hearing of the reported person."""
    try:
        return Reply(await procedure.begin_hearing(context.app, context.by, case))
    except Refused as refusal:
        if refusal.code != "words_missing":
            raise
        return Reply(f"{refusal.sentence}\nDone already? `/read-draft` shows it.", (_words_button(case),))


@commands.form_button("hearing-words")
def words_form(_: None, case: str) -> Form:
    """Ask for the neutral words in which the person learns what was reported."""
    fields = (
        TextField(name="text", label="What was reported, in neutral words?", hint=_WORDS_HINT),
        TextField(name="person", label="For whom? (a code name)", required=False, hint=formatting.PERSON, long=False),
    )
    return Form("What was reported", custom_id("hearing-words", case), fields)


@commands.modal("hearing-words", returned_text=("text",))
async def write_words(context: CommandContext, form: ModalValues, case: str) -> Reply:
    """Put the words for the hearing before a second member."""
    written = DraftInput(DraftKind.HEARING, PartyRole.REPORTED, form.text("text"), form.text("person").strip() or None)
    made = await drafts.write_draft(context.app, context.by, case, written, context.delivery)
    return Reply(
        f"Your words are with {made.code_name}. A second member reads them (`/read-draft`); then `/hear` again."
    )


def _words_button(case: str) -> Button:
    return Button("Say what was reported", custom_id("hearing-words", case), Style.PRIMARY)


@commands.command(name="skip")
@app_commands.describe(case=formatting.CASE, step="Which step", reason="Why; it is kept with the case")
@app_commands.choices(step=_STEPS)
async def request_skip(context: CommandContext, case: str, step: str, reason: str) -> Reply:
    """Ask a second member to agree that a step is skipped."""
    return Reply(await procedure.request_skip(context.app, context.by, case, Step(step), reason))


@commands.button("second-skip")
@commands.command(name="second-skip")
@app_commands.describe(case=formatting.CASE, step="Which step")
@app_commands.choices(step=_STEPS)
async def confirm_skip(context: CommandContext, case: str, step: str) -> Reply:
    """Agree that a step is skipped."""
    if step not in list(Step):
        raise NotFound
    return Reply(await procedure.confirm_skip(context.app, context.by, case, Step(step)))
