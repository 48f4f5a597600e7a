"""/report-for: a member enters what somebody told them, or hands it on unopened. What is entered is shown to nobody here."""

from typing import Final

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import ChoiceField, Form, Reply, TextField, custom_id
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.ids import MemberId
from guardian.services.reports import intake, on_behalf
from guardian.services.reports.on_behalf import OralReport

REPORT_FOR: Final = "report-for"
HAND_ON: Final = "hand-on"
_SAFE = [
    Choice(name="yes, it is safe to write to them", value="yes"),
    Choice(name="no: they look at the follow-up page themselves", value="no"),
]
_REPORT_OPENING: Final = (
    "**In physical danger, the local emergency services come first.** Write what you were told in neutral words, "
    "without your own view of it. Only the working group reads it, and not those whom it concerns."
)
_UNREAD_OPENING: Final = (
    "**In physical danger, the local emergency services come first.** Write only whom the others are to ask: nothing of "
    "what it is about. You take no part in it from then on."
)
_TOLD_BY, _WHAT, _WHO, _CONCERNS = "told_by", "what", "who", "concerns"

commands = CommandSet()


async def list_people(context: CommandContext) -> tuple[tuple[str, str], ...]:
    """Return whom a report may concern, by id and name; Refused where the member's seat does not allow to report."""
    await on_behalf.require_may_report_on_behalf(context.app, context.by)
    return tuple((str(member), name) for member, name in await intake.list_nameable_members(context.app))


@commands.form_command(name=REPORT_FOR, look=list_people)
@app_commands.describe(
    know_them="You know the people in it: hand it on unopened, and another member asks",
    danger="Somebody is in danger now",
    safe="May whoever told you be written to?",
)
@app_commands.choices(safe=_SAFE)
def report_form(
    people: tuple[tuple[str, str], ...] | None, know_them: bool = False, danger: bool = False, safe: str = ""
) -> Form:
    """Ask for what somebody told the member, or for their name alone where it is handed on."""
    if know_them:
        return _hand_on_form()
    return _report_form(custom_id(REPORT_FOR, "danger" if danger else "", safe), people or ())


@commands.modal(REPORT_FOR, returned_text=(_TOLD_BY, _WHAT, _WHO))
async def report(context: CommandContext, form: ModalValues, danger: str, safe: str) -> Reply:
    """Receive a report in the words of the member who was told."""
    told = _read_report(form, danger, safe)
    entered = await on_behalf.report_on_behalf(context.app, context.by, told, context.delivery)
    return _entered_reply(entered, context.app.base_url)


@commands.modal(HAND_ON, returned_text=(_TOLD_BY,))
async def pass_on_unread(context: CommandContext, form: ModalValues) -> Reply:
    """Let another member ask whoever told this one."""
    await on_behalf.pass_on_unread(context.app, context.by, form.text(_TOLD_BY), context.delivery)
    return Reply(
        "Handed on, unopened. Another member asks whoever told you; you take no part in it and hear no more of "
        f"it. They can also write themselves, whenever they like: {context.app.base_url}/report"
    )


def _report_form(form_id: str, people: tuple[tuple[str, str], ...]) -> Form:
    fields = (
        TextField(name=_TOLD_BY, label="Who told you, when? How to reach them?", hint="Or: they want to stay unnamed."),
        TextField(
            name=_WHAT, label="What did they tell you?", hint="Neutral words: what happened, where, when, who saw it."
        ),
        TextField(name=_WHO, label="Whom is it about?", required=False, long=False, hint="Names, nicknames, accounts."),
        ChoiceField(name=_CONCERNS, label="Is it about, or close to, one of these?", options=people, several=True),
    )
    return Form("Enter what you were told", form_id, fields if people else fields[:3], _REPORT_OPENING)


def _hand_on_form() -> Form:
    field = TextField(name=_TOLD_BY, label="Who told you, when? How to reach them?")
    return Form("Hand it on, unopened", custom_id(HAND_ON), (field,), _UNREAD_OPENING)


def _read_report(form: ModalValues, danger: str, safe: str) -> OralReport:
    return OralReport(
        source=form.text(_TOLD_BY),
        what=form.text(_WHAT),
        who=form.text(_WHO),
        concerns=tuple(MemberId(member) for member in form.selected(_CONCERNS)),
        danger=bool(danger),
        safe=safe,
    )


def _entered_reply(entered: on_behalf.OralReportResult, base_url: str) -> Reply:
    if not entered.receipt:
        return Reply(
            "Entered. As it may concern you, you take no part in it, and the receipt is not shown to you. Whoever told "
            f"you can also write themselves, whenever they like: {base_url}/report"
        )
    return Reply(
        "Entered. Please pass this on to whoever told you, in person or by a way that is safe for them, and keep no copy:"
        f"\n\n{entered.text}\n\nReceipt: `{entered.receipt}`\nReference: `{entered.reference}`\nPage: {base_url}/follow-up"
    )
