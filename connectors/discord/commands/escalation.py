"""Passing matters between the groups: menus and a form for moderators, and no more back than how far it has come."""

from functools import partial
from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands.command_set import CommandSet
from connectors.discord.completions import add_completions
from connectors.discord.components import ChoiceField, Form, Reply, TextField, custom_id
from connectors.discord.evidence import EvidenceCollector
from connectors.discord.interactions import CommandContext, Interaction, InteractionRouter
from connectors.discord.locales import description_of
from connectors.discord.modal_values import ModalValues
from guardian.cases.handoffs import Urgency
from guardian.errors import NotFound
from guardian.ids import MemberId, SpaceName
from guardian.services.escalation import escalations
from guardian.services.escalation.escalations import (
    AccountSubject,
    ContentSubject,
    EscalationInput,
    MatterSubject,
    Subject,
)
from guardian.spaces.account_text import text_of_id

ESCALATE: Final = "escalate"
MESSAGE_MENU: Final = "Escalate to the working group"
MEMBER_MENU: Final = "Escalate this person"

_MESSAGE: Final = "message"
_MEMBER: Final = "member"
_MATTER: Final = "matter"
_CONTENT: Final = "thing"
_ACCOUNT: Final = "account"
_ANYWHERE: Final = "-"
_URGENCIES: Final = (
    (Urgency.ORDINARY.value, "it can wait its turn"),
    (Urgency.SOON.value, "soon: it is still going on"),
    (Urgency.DANGER.value, "somebody may be in danger now"),
)
_FIELDS: Final = (
    TextField(
        name="words", label="What happened?", required=False, hint="May stay empty where what you pass on says it."
    ),
    TextField(
        name="done",
        label="What was done locally?",
        required=False,
        hint="Hidden, locked, spoken with, measured: or nothing.",
    ),
    ChoiceField(
        name="urgency", label="How urgent is it?", options=_URGENCIES, hint="Danger calls everybody who may know of it."
    ),
    ChoiceField(
        name="minors",
        label="Sexual material of a minor?",
        options=(("yes", "yes, or I suspect it"),),
        hint="Then only its link is kept. Report it to the platform as well.",
    ),
)

commands = CommandSet()


@commands.setup
def _add_escalation(router: InteractionRouter) -> None:
    _EscalationCommands(router).register()


class _EscalationCommands:
    """From a menu or a command by way of a form. What is held of a message in memory a restart may take away."""

    def __init__(self, router: InteractionRouter) -> None:
        self._router = router
        self._app = router.app
        self._evidence = EvidenceCollector(router.config, router.app)

    def register(self) -> None:
        """The menus, the command and the form."""
        router = self._router
        names = [Choice(name=name, value=name) for name in self._app.spaces.names]

        @router.tree.context_menu(name=MESSAGE_MENU, guild=router.guild)
        async def about_message(interaction: Interaction, message: discord.Message) -> None:
            data: dict[str, Any] = dict(interaction.data or {})
            found = ((data.get("resolved") or {}).get("messages") or {}).get(str(message.id))
            if found is None:
                link = f"https://discord.com/channels/{interaction.guild_id}/{interaction.channel_id}/{message.id}"
                await self._open(interaction, (_CONTENT, self._here(), ""), link)
            else:
                channel, message_id = self._evidence.capture(interaction, found)
                await self._open(interaction, (_MESSAGE, channel, message_id))
                await self._evidence.seal(interaction, channel, message_id)

        @router.tree.context_menu(name=MEMBER_MENU, guild=router.guild)
        async def about_member(interaction: Interaction, member: discord.User) -> None:
            await self._open(interaction, (_MEMBER, str(member.id)))

        @router.tree.command(name=ESCALATE, description=description_of(ESCALATE), guild=router.guild)
        @app_commands.describe(
            matter="The code name of a local matter",
            link="The link of a message or conversation in any space",
            name="Or whom: their name there exactly as it is written, or their id",
            space="The space of that link or name",
        )
        @app_commands.choices(space=names)
        async def escalate(
            interaction: Interaction, matter: str = "", link: str = "", name: str = "", space: str = ""
        ) -> None:
            if matter:
                await self._open(interaction, (_MATTER, matter.strip()))
            elif name:
                await self._open(interaction, (_ACCOUNT, space or self._here()), name)
            else:
                await self._open(interaction, (_CONTENT, space or _ANYWHERE), link)

        add_completions(router, escalate)
        router.on_modal(ESCALATE, self._receive_form)

    def _here(self) -> str:
        return str(self._router.config.space)

    async def _open(self, interaction: Interaction, about: tuple[str, ...], value: str = "") -> None:
        may_escalate = partial(escalations.require_may_escalate, self._app)
        await self._router.open_modal(interaction, lambda _: self._form(about, value), may_escalate)

    def _form(self, about: tuple[str, ...], value: str) -> Form:
        labels = {_CONTENT: "The link of the message or conversation", _ACCOUNT: "Who is it there, exactly?"}
        kind = about[0] if about else ""
        asks = (TextField(name="what", label=labels[kind], value=value, long=False),) if kind in labels else ()
        return Form("Pass it on to the working group", custom_id(ESCALATE, *about), (*asks, *_FIELDS))

    async def _receive_form(self, interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        text = "\n\n".join(map(form.text, ("what", "words", "done"))).strip()
        await self._router.serve_text(interaction, text, lambda by: self._escalate(interaction, by, about, form))

    async def _escalate(
        self, interaction: Interaction, by: MemberId, about: tuple[str, ...], form: ModalValues
    ) -> Reply:
        await escalations.require_may_escalate(self._app, by)
        said, done, csam = form.text("words"), form.text("done"), "yes" in form.selected("minors")
        urgency = Urgency((*form.selected("urgency"), Urgency.ORDINARY.value)[0])
        what = await self._resolve_subject(interaction, about, form, csam=csam)
        given = EscalationInput(what, urgency, done, said, csam=csam)
        view = await escalations.escalate(self._app, by, given, str(interaction.id))
        if about and about[0] == _MESSAGE:
            await self._evidence.forget(interaction, *about[1:])
        return Reply(view.text)

    async def _resolve_subject(
        self, interaction: Interaction, about: tuple[str, ...], form: ModalValues, *, csam: bool
    ) -> Subject:
        match about:
            case (kind, channel, message) if kind == _MESSAGE:
                evidence = await self._evidence.collect_message(interaction, channel, message, csam=csam)
                return ContentSubject(self._router.config.space, message, evidence)
            case (kind, native_id) if kind == _MEMBER:
                return AccountSubject(self._router.config.space, text_of_id(native_id))
            case (kind, code) if kind == _MATTER:
                return MatterSubject(code)
            case (kind, space, *_) if kind == _CONTENT:
                return ContentSubject(None if space == _ANYWHERE else SpaceName(space), form.text("what"))
            case (kind, space) if kind == _ACCOUNT:
                return AccountSubject(SpaceName(space), form.text("what"))
            case _:
                raise NotFound


@commands.button("accept-escalation", anywhere=True)
async def accept_escalation(context: CommandContext, case: str) -> Reply:
    """Accept an escalation by name."""
    return Reply(await escalations.accept_escalation(context.app, context.by, case))
