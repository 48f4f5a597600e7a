"""/report-for: a member enters what somebody told them, or hands it on unopened. What is entered is shown to nobody here."""

from typing import Final

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.forms import Filled
from connectors.discord.panels import ChoiceField, Form, Reply, TextField, named
from connectors.discord.serving import Asked, Counter
from guardian.desk import intake, voice
from guardian.desk.voice import Told
from guardian.ids import MemberId

REPORT_FOR: Final = "report-for"
HAND_ON: Final = "hand-on"
_SAFE = [
    Choice(name="yes, it is safe to write to them", value="yes"),
    Choice(name="no: they look at the follow-up page themselves", value="no"),
]
_DANGER_FIRST: Final = (
    "**In physical danger, the local emergency services come first.** Write what you were told in neutral words, "
    "without your own view of it. Only the working group reads it, and not those whom it concerns."
)
_UNOPENED: Final = (
    "**In physical danger, the local emergency services come first.** Write only whom the others are to ask: nothing of "
    "what it is about. You take no part in it from then on."
)
_TOLD_BY, _WHAT, _WHO, _CONCERNS = "told_by", "what", "who", "concerns"


def add_to(counter: Counter) -> None:
    """Members enter what they were told."""
    desk = counter.desk

    @counter.tree.command(name=REPORT_FOR, description="Enter what somebody told you", guild=counter.guild)
    @app_commands.describe(
        know_them="You know the people in it: hand it on unopened, and another member asks",
        danger="Somebody is in danger now",
        safe="May whoever told you be written to?",
    )
    @app_commands.choices(safe=_SAFE)
    async def report_for(asked: Asked, know_them: bool = False, danger: bool = False, safe: str = "") -> None:
        async def form(by: MemberId) -> Form:
            await voice.may_enter(desk, by)
            if know_them:
                return _unopened()
            people = tuple((str(member), name) for member, name in await intake.people_to_name(desk))
            return _form(named(REPORT_FOR, "danger" if danger else "", safe), people)

        await counter.open(asked, form)

    async def entered(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        told = _told(about, form)

        async def deed(by: MemberId) -> Reply:
            return _answer(await voice.enter(desk, by, told, str(asked.id)), desk.base_url)

        await counter.serve_text(asked, f"{told.told_by}\n\n{told.what}\n\n{told.who}", deed)

    async def handed_on(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        told_by = form.text(_TOLD_BY)

        async def deed(by: MemberId) -> Reply:
            await voice.hand_on(desk, by, told_by, str(asked.id))
            return Reply(
                "Handed on, unopened. Another member asks whoever told you; you take no part in it and hear no more of "
                f"it. They can also write themselves, whenever they like: {desk.base_url}/report"
            )

        await counter.serve_text(asked, told_by, deed)

    counter.on_form(REPORT_FOR, entered)
    counter.on_form(HAND_ON, handed_on)


def _form(custom_id: str, people: tuple[tuple[str, str], ...]) -> Form:
    fields = (
        TextField(_TOLD_BY, "Who told you, when? How to reach them?", hint="Or: they want to stay unnamed."),
        TextField(_WHAT, "What did they tell you?", hint="Neutral words: what happened, where, when, who saw it."),
        TextField(_WHO, "Whom is it about?", required=False, long=False, hint="Names, nicknames, accounts."),
        ChoiceField(_CONCERNS, "Is it about, or close to, one of these?", people, several=True),
    )
    return Form("Enter what you were told", custom_id, fields if people else fields[:3], _DANGER_FIRST)


def _unopened() -> Form:
    field = TextField(_TOLD_BY, "Who told you, when? How to reach them?")
    return Form("Hand it on, unopened", named(HAND_ON), (field,), _UNOPENED)


def _told(about: tuple[str, ...], form: Filled) -> Told:
    danger, safe = about if len(about) == 2 else ("", "")
    return Told(
        told_by=form.text(_TOLD_BY),
        what=form.text(_WHAT),
        who=form.text(_WHO),
        concerns=tuple(MemberId(member) for member in form.chosen(_CONCERNS)),
        danger=bool(danger),
        safe=safe,
    )


def _answer(entered: voice.Entered, base_url: str) -> Reply:
    if not entered.receipt:
        return Reply(
            "Entered. As it may concern you, you take no part in it, and the receipt is not shown to you. Whoever told "
            f"you can also write themselves, whenever they like: {base_url}/report"
        )
    return Reply(
        "Entered. Please pass this on to whoever told you, in person or by a way that is safe for them, and keep no copy:"
        f"\n\n{entered.text}\n\nReceipt: `{entered.receipt}`\nReference: `{entered.reference}`\nPage: {base_url}/follow-up"
    )
