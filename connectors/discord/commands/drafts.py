"""Texts to parties: written in a form, read in the reading room, approved by a second member. No text is shown here."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Form, Reply, Style, TextField, custom_id
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind, DraftState
from guardian.errors import NotFound
from guardian.ids import DraftId
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftInput, DraftView
from guardian.services.reports import projected_dates
from guardian.services.sign_in import links

_KINDS = [
    Choice(name="what was reported, for the hearing", value=DraftKind.HEARING.value),
    Choice(name="the decision, to the person", value=DraftKind.DECISION.value),
    Choice(name="the decision and why, to the reporters", value=f"{DraftKind.DECISION.value}-reporters"),
    Choice(name="the final word to the reporters", value=DraftKind.RESOLUTION.value),
    Choice(name="an answer to the reporters", value=DraftKind.ANSWER.value),
    Choice(name="an answer to the person", value=f"{DraftKind.ANSWER.value}-person"),
]
_KIND_OF_CHOICE = {choice.value: (DraftKind(choice.value.partition("-")[0]), choice.name) for choice in _KINDS}
_TO_REPORTERS = (DraftKind.RESOLUTION.value, DraftKind.ANSWER.value, f"{DraftKind.DECISION.value}-reporters")
_TO = {PartyRole.REPORTER: "reporters", PartyRole.REPORTED: "reported person"}
_STATES = {
    DraftState.WRITTEN: "waits for a second member",
    DraftState.APPROVED: "read by a second member, waits for its moment",
    DraftState.SENT: "sent",
    DraftState.WITHDRAWN: "withdrawn",
}

commands = CommandSet()


async def _may_write(context: CommandContext, case: str) -> None:
    await drafts.list_drafts(context.app, context.by, case)


@commands.form_command(name="draft", look=_may_write)
@app_commands.describe(case=formatting.CASE, kind="What it is", person=formatting.PERSON)
@app_commands.choices(kind=_KINDS)
def draft_form(_: None, case: str, kind: str, person: str = "") -> Form:
    """Ask for the text of a draft."""
    field = TextField(name="text", label="The text", hint="A second member reads it before it goes out.")
    return Form(_KIND_OF_CHOICE[kind][1].capitalize(), custom_id("draft", case, kind, person), (field,))


@commands.modal("draft", returned_text=("text",))
async def write_draft(context: CommandContext, form: ModalValues, case: str, kind: str, person: str) -> Reply:
    """Put a text before a second member."""
    if kind not in _KIND_OF_CHOICE:
        raise NotFound
    to = PartyRole.REPORTER if kind in _TO_REPORTERS else PartyRole.REPORTED
    written = DraftInput(_KIND_OF_CHOICE[kind][0], to, form.text("text"), person or None)
    made = await drafts.write_draft(context.app, context.by, case, written, context.delivery)
    return Reply(f"Your text is with {made.code_name}. A second member reads it: `/read-draft`")


@commands.command(name="expect", returned_text=("why",))
@app_commands.describe(
    case=formatting.CASE,
    day="The day, as year-month-day",
    why="Why it takes longer; the reporters read it once a second member has",
)
async def project_resolution(context: CommandContext, case: str, day: str, why: str = "") -> Reply:
    """Set the date by which the reporters are promised a resolution."""
    on = formatting.parse_day(day)
    if on is None:
        raise NotFound
    return Reply(await projected_dates.project_resolution(context.app, context.by, case, on, why))


@commands.command(name="read-draft")
@app_commands.describe(case=formatting.CASE)
async def read_drafts(context: CommandContext, case: str) -> Reply:
    """Show where the texts of a case can be read, with the buttons that approve and withdraw them."""
    known = await drafts.list_drafts(context.app, context.by, case)
    if not known:
        return Reply("There are no texts in this case yet. `/draft` writes one.")
    url = await links.create_link(context.app, context.by, case)
    lines = [_line(number, each) for number, each in enumerate(known, start=1)]
    return Reply("\n".join((*lines, f"Read them here, once, within five minutes: {url}")), _buttons(known))


@commands.button("approve")
async def approve(context: CommandContext, draft: str) -> Reply:
    """Approve another member's text."""
    read = await drafts.approve_draft(context.app, context.by, DraftId(draft))
    return Reply(f"Approved. The text in {read.code_name}: {_STATES[read.state]}.")


@commands.button("withdraw-draft")
async def withdraw(context: CommandContext, draft: str) -> Reply:
    """Withdraw a text that was not sent yet."""
    gone = await drafts.withdraw_draft(context.app, context.by, DraftId(draft))
    return Reply(f"The text in {gone.code_name} will not go out.")


def _line(number: int, draft: DraftView) -> str:
    return f"• Text {number}, {draft.kind} to the {_TO.get(draft.to, draft.to)}: {_STATES[draft.state]}"


def _buttons(known: tuple[DraftView, ...]) -> tuple[Button, ...]:
    found: list[Button] = []
    for number, draft in enumerate(known, start=1):
        if draft.state is DraftState.WRITTEN:
            found.append(Button(f"Approve text {number}", custom_id("approve", draft.id), Style.PRIMARY))
            found.append(Button(f"Withdraw text {number}", custom_id("withdraw-draft", draft.id)))
    return tuple(found)
