"""Texts to parties: written in a form, read in the reading room, approved by a second member. No text is shown here."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.components import Button, Form, Reply, Style, TextField, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from connectors.discord.modal_values import ModalValues
from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind, DraftState
from guardian.errors import NotFound
from guardian.ids import DraftId, MemberId
from guardian.services.decisions import drafts
from guardian.services.decisions.drafts import DraftView
from guardian.services.reading_room import sessions

_KINDS = [
    Choice(name="a letter in the hearing", value=DraftKind.HEARING.value),
    Choice(name="the decision, in four parts", value=DraftKind.DECISION.value),
    Choice(name="the final word to the reporters", value=DraftKind.RESOLUTION.value),
    Choice(name="an answer to the reporters", value=DraftKind.ANSWER.value),
    Choice(name="an answer to the person", value=f"{DraftKind.ANSWER.value}-person"),
]
_KIND_OF_CHOICE = {choice.value: (DraftKind(choice.value.removesuffix("-person")), choice.name) for choice in _KINDS}
_TO_REPORTERS = (DraftKind.RESOLUTION.value, DraftKind.ANSWER.value)
_TO = {PartyRole.REPORTER: "reporters", PartyRole.REPORTED: "reported person"}
_STATES = {
    DraftState.WRITTEN: "waits for a second member",
    DraftState.APPROVED: "read by a second member, waits for its moment",
    DraftState.SENT: "sent",
    DraftState.WITHDRAWN: "withdrawn",
}


def add_to(router: InteractionRouter) -> None:
    """Members write texts and read each other's."""
    _add_draft_command(router)
    _add_read_command(router)


def _add_draft_command(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="draft", description="Write a text to somebody in a case", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, kind="What it is", person=formatting.PERSON)
    @app_commands.choices(kind=_KINDS)
    async def draft(interaction: Interaction, case: str, kind: str, person: str = "") -> None:
        async def form(by: MemberId) -> Form:
            await drafts.list_drafts(app, by, case)
            field = TextField("text", "The text", hint="A second member reads it before it goes out.")
            return Form(_KIND_OF_CHOICE[kind][1].capitalize(), custom_id("draft", case, kind, person), (field,))

        await router.open_modal(interaction, form)

    async def written(interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        text = form.text("text")

        async def deed(by: MemberId) -> Reply:
            if len(about) != 3 or about[1] not in _KIND_OF_CHOICE:
                raise NotFound
            case, kind, person = about
            to = PartyRole.REPORTER if kind in _TO_REPORTERS else PartyRole.REPORTED
            meant = _KIND_OF_CHOICE[kind][0]
            made = await drafts.write_draft(app, by, case, meant, to, text, person or None, str(interaction.id))
            return Reply(f"Your text is with {made.code_name}. A second member reads it: `/read-draft`")

        await router.serve_text(interaction, text, deed)

    router.on_modal("draft", written)


def _add_read_command(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="read-draft", description="Read the texts of a case and approve them", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def read_draft(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            known = await drafts.list_drafts(app, by, case)
            if not known:
                return Reply("There are no texts in this case yet. `/draft` writes one.")
            url = await sessions.create_link(app, by, case)
            lines = [_line(number, each) for number, each in enumerate(known, start=1)]
            return Reply("\n".join((*lines, f"Read them here, once, within five minutes: {url}")), _buttons(known))

        await router.serve(interaction, deed)

    async def approve(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            read = await drafts.approve_draft(app, by, DraftId(about[0] if about else ""))
            return Reply(f"Approved. The text in {read.code_name}: {_STATES[read.state]}.")

        await router.serve(interaction, deed)

    async def withdraw(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            gone = await drafts.withdraw_draft(app, by, DraftId(about[0] if about else ""))
            return Reply(f"The text in {gone.code_name} will not go out.")

        await router.serve(interaction, deed)

    router.on_button("approve", approve)
    router.on_button("withdraw-draft", withdraw)


def _line(number: int, draft: DraftView) -> str:
    return f"• Text {number}, {draft.kind} to the {_TO.get(draft.to, draft.to)}: {_STATES[draft.state]}"


def _buttons(known: tuple[DraftView, ...]) -> tuple[Button, ...]:
    found: list[Button] = []
    for number, draft in enumerate(known, start=1):
        if draft.state is DraftState.WRITTEN:
            found.append(Button(f"Approve text {number}", custom_id("approve", draft.id), Style.PRIMARY))
            found.append(Button(f"Withdraw text {number}", custom_id("withdraw-draft", draft.id)))
    return tuple(found)
