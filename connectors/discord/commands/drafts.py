"""Texts to parties: written in a form, read in the reading room, approved by a second member. No text is shown here."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.forms import Filled
from connectors.discord.panels import Button, Form, Reply, Style, TextField, named
from connectors.discord.serving import Asked, Counter
from guardian.cases.values import DraftKind, DraftState, PartyRole
from guardian.desk import drafts, reading
from guardian.desk.drafts import DraftView
from guardian.errors import NotFound
from guardian.ids import DraftId, MemberId

_KINDS = [
    Choice(name="a letter in the hearing", value=DraftKind.HEARING.value),
    Choice(name="the decision, in four parts", value=DraftKind.DECISION.value),
    Choice(name="the final word to the reporters", value=DraftKind.RESOLUTION.value),
    Choice(name="an answer to the reporters", value=DraftKind.ANSWER.value),
    Choice(name="an answer to the person", value=f"{DraftKind.ANSWER.value}-person"),
]
_MEANT = {choice.value: (DraftKind(choice.value.removesuffix("-person")), choice.name) for choice in _KINDS}
_TO_REPORTERS = (DraftKind.RESOLUTION.value, DraftKind.ANSWER.value)
_TO = {PartyRole.REPORTER: "reporters", PartyRole.REPORTED: "reported person"}
_STATES = {
    DraftState.WRITTEN: "waits for a second member",
    DraftState.APPROVED: "read by a second member, waits for its moment",
    DraftState.SENT: "sent",
    DraftState.WITHDRAWN: "withdrawn",
}


def add_to(counter: Counter) -> None:
    """Members write texts and read each other's."""
    _add_writing(counter)
    _add_reading(counter)


def _add_writing(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="draft", description="Write a text to somebody in a case", guild=counter.guild)
    @app_commands.describe(case=words.CASE, kind="What it is", person=words.PERSON)
    @app_commands.choices(kind=_KINDS)
    async def draft(asked: Asked, case: str, kind: str, person: str = "") -> None:
        async def form(by: MemberId) -> Form:
            await drafts.drafts_in(desk, by, case)
            field = TextField("text", "The text", hint="A second member reads it before it goes out.")
            return Form(_MEANT[kind][1].capitalize(), named("draft", case, kind, person), (field,))

        await counter.open(asked, form)

    async def written(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        text = form.text("text")

        async def deed(by: MemberId) -> Reply:
            if len(about) != 3 or about[1] not in _MEANT:
                raise NotFound
            case, kind, person = about
            to = PartyRole.REPORTER if kind in _TO_REPORTERS else PartyRole.REPORTED
            meant = _MEANT[kind][0]
            made = await drafts.write(desk, by, case, meant, to, text, person or None, str(asked.id))
            return Reply(f"Your text is with {made.code_name}. A second member reads it: `/read-draft`")

        await counter.serve_text(asked, text, deed)

    counter.on_form("draft", written)


def _add_reading(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="read-draft", description="Read the texts of a case and approve them", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE)
    async def read_draft(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            known = await drafts.drafts_in(desk, by, case)
            if not known:
                return Reply("There are no texts in this case yet. `/draft` writes one.")
            url = await reading.link_for(desk, by, case)
            lines = [_line(number, each) for number, each in enumerate(known, start=1)]
            return Reply("\n".join((*lines, f"Read them here, once, within five minutes: {url}")), _buttons(known))

        await counter.serve(asked, deed)

    async def approve(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            read = await drafts.approve(desk, by, DraftId(about[0] if about else ""))
            return Reply(f"Approved. The text in {read.code_name}: {_STATES[read.state]}.")

        await counter.serve(asked, deed)

    async def withdraw(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            gone = await drafts.withdraw(desk, by, DraftId(about[0] if about else ""))
            return Reply(f"The text in {gone.code_name} will not go out.")

        await counter.serve(asked, deed)

    counter.on_press("approve", approve)
    counter.on_press("withdraw-draft", withdraw)


def _line(number: int, draft: DraftView) -> str:
    return f"• Text {number}, {draft.kind} to the {_TO.get(draft.to, draft.to)}: {_STATES[draft.state]}"


def _buttons(known: tuple[DraftView, ...]) -> tuple[Button, ...]:
    found: list[Button] = []
    for number, draft in enumerate(known, start=1):
        if draft.state is DraftState.WRITTEN:
            found.append(Button(f"Approve text {number}", named("approve", draft.id), Style.MAIN))
            found.append(Button(f"Withdraw text {number}", named("withdraw-draft", draft.id)))
    return tuple(found)
