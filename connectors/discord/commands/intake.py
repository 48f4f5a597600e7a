"""The way in on Discord: /report, the menus of a message and of a member, and a report that is sent by the form.

A report is stored before it is answered, and whatever goes wrong, the reporter has their text back.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import discord

from connectors.discord.commands import report_additions, report_form
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.commands.direct_messages import DirectMessages
from connectors.discord.commands.report_additions import ReportAdditions
from connectors.discord.commands.report_form import DIRECT_MESSAGES, MEMBER, MESSAGE, ReportChoices, ReportDraft
from connectors.discord.commands.status import StatusCommand
from connectors.discord.components import Button, FileAttachment, Reply, Style, custom_id
from connectors.discord.evidence import EvidenceCollector
from connectors.discord.interactions import (
    LOOK_TIMEOUT,
    Interaction,
    InteractionRouter,
    defer,
    internal_error_text,
    log_fault,
)
from connectors.discord.locales import locale_of, localized_name, refusal_text, supported_language
from connectors.discord.modal_values import ModalValues
from connectors.discord.timeouts import bounded, in_time
from connectors.discord.ttl_cache import TtlCache
from guardian.cases.reports import ReportChannel
from guardian.errors import GuardianError
from guardian.ids import MemberId, new_id
from guardian.notices.translations import translate_text
from guardian.services.members import member_for_account
from guardian.services.reports import intake
from guardian.services.reports.intake import EvidenceInput, IntakeResult, Submission
from guardian.spaces.port import Account

REPORT: Final = "report"
REOPEN: Final = "report-again"

_UNSENT: Final = (500, timedelta(minutes=30))
_HANDLES: Final = (500, timedelta(minutes=30))
_CHANNELS: Final = {
    MESSAGE: ReportChannel.DISCORD_MESSAGE,
    MEMBER: ReportChannel.DISCORD_MEMBER,
    DIRECT_MESSAGES: ReportChannel.DISCORD_DIRECT,
}

commands = CommandSet()


@commands.setup
def _add_reporting(router: InteractionRouter) -> None:
    ReportCommands(router).register()


@dataclass(frozen=True, slots=True)
class _ReportSubject:
    """What a report is about, as far as it was taken; `who` names the member who was chosen."""

    evidence: tuple[EvidenceInput, ...] = ()
    who: str = ""
    concerned: tuple[MemberId, ...] = ()


class ReportCommands:
    """The community's own commands. What it holds in memory is a convenience that a restart may take away."""

    def __init__(self, router: InteractionRouter) -> None:
        self._router = router
        self._app = router.app
        self._unsent: TtlCache[ReportDraft] = TtlCache(*_UNSENT)
        self._handles: TtlCache[str] = TtlCache(*_HANDLES)
        self._last_choices = ReportChoices()
        self._evidence = EvidenceCollector(router.config, router.app)

    def register(self) -> None:
        """Register the commands with their forms and buttons."""
        router = self._router

        @router.tree.command(
            name=localized_name("command.report"),
            description=localized_name("command.report_about"),
            guild=router.guild,
        )
        async def report(interaction: Interaction) -> None:
            await self._show_form(interaction, ReportDraft())

        @router.tree.context_menu(name=localized_name("command.menu_message"), guild=router.guild)
        async def about_message(interaction: Interaction, message: discord.Message) -> None:
            await self._about_message(interaction, str(message.id))

        @router.tree.context_menu(name=localized_name("command.menu_member"), guild=router.guild)
        async def about_member(interaction: Interaction, member: discord.User) -> None:
            self._handles.put(str(interaction.user.id), str(member.id), member.name)
            await self._show_form(interaction, ReportDraft(about=(MEMBER, str(member.id))))

        router.on_modal(REPORT, self._receive_form, anywhere=True)
        router.on_button(REOPEN, self._reopen_form, anywhere=True)
        ReportAdditions(router, self._evidence).register()
        StatusCommand(router).register()
        DirectMessages(router, self._evidence, self._show_form, self._submit).register()

    async def _show_form(self, interaction: Interaction, draft: ReportDraft) -> None:
        choices = await self._lists()
        page = f"{self._app.base_url}/report"
        form = report_form.build_form(custom_id(REPORT, *draft.about), draft, choices, page, locale_of(interaction))
        await self._router.show_modal(interaction, form)

    async def _lists(self) -> ReportChoices:
        """Who can be picked, as it was last read where the database does not say in time: the form does not wait."""
        return await in_time(self._read_lists(), LOOK_TIMEOUT, self._last_choices)

    async def _read_lists(self) -> ReportChoices:
        try:
            self._last_choices = await self._choices()
        except Exception as fault:
            # An edge: whatever is wrong with the database, a report can be written, and is given back if need be.
            log_fault("choices.not_read", fault)
        return self._last_choices

    async def _choices(self) -> ReportChoices:
        people = tuple((str(member), name) for member, name in await intake.list_nameable_members(self._app))
        audience = await intake.list_audience_candidates(self._app)
        return ReportChoices(people, tuple((str(each.id), each.name) for each in audience))

    async def _about_message(self, interaction: Interaction, message_id: str) -> None:
        """The message is taken as it stands now, before anybody writes a word about it."""
        data: dict[str, Any] = dict(interaction.data or {})
        message = ((data.get("resolved") or {}).get("messages") or {}).get(message_id)
        about = self._evidence.capture(interaction, message) if message is not None else ()
        await self._show_form(interaction, ReportDraft(about=(MESSAGE, *about) if about else ()))
        if about:
            await self._evidence.seal(interaction, *about)

    # -- a report that was sent

    async def _receive_form(self, interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        await defer(interaction)
        await self._submit(interaction, report_form.parse_draft(form, about), str(interaction.id))

    async def _submit(
        self,
        interaction: Interaction,
        draft: ReportDraft,
        delivery: str,
        evidence: tuple[EvidenceInput, ...] | None = None,
    ) -> bool:
        """Whether the report is in; whoever sent it has been answered either way.

        `evidence` was taken already; where it is None, what the draft is about is looked at now.
        """
        locale, done = locale_of(interaction), False
        try:
            about = await self._resolve_subject(interaction, draft) if evidence is None else _ReportSubject(evidence)
            submission = await self._submission(interaction, draft, about, delivery)
            received = await self._router.run_in_turn(partial(intake.receive, self._app, submission))
            reply, done = self._received_reply(received, draft, locale), True
        except GuardianError as refused:
            reply = self._failed_reply(interaction, draft, refusal_text(locale, refused))
        except Exception as fault:
            log_fault("report.not_stored", fault)
            reply = self._failed_reply(interaction, draft, internal_error_text(interaction))
        if done and draft.is_about(MESSAGE):
            await self._evidence.forget(interaction, *draft.about[1:])
        await self._router.reply(interaction, reply)
        return done

    async def _resolve_subject(self, interaction: Interaction, draft: ReportDraft) -> _ReportSubject:
        if draft.is_about(MESSAGE):
            _, channel, message = draft.about
            return _ReportSubject(await self._evidence.collect_message(interaction, channel, message, csam=draft.csam))
        if draft.is_about(MEMBER):
            return await self._resolve_member(interaction, draft.about[1])
        if draft.is_about(DIRECT_MESSAGES) and not draft.csam:
            _, channel, first, last = draft.about
            return _ReportSubject(await self._evidence.collect_direct_message_files(interaction, channel, first, last))
        return _ReportSubject()

    async def _resolve_member(self, interaction: Interaction, native_id: str) -> _ReportSubject:
        """The member who was chosen, in words for those who read the report; with a role here, they are kept out."""
        handle = self._handles.get(str(interaction.user.id), native_id)
        if handle is None:
            try:
                async with bounded(self._router.config.ceiling):
                    handle = str((await interaction.client.http.get_user(native_id))["username"])
            except Exception as fault:
                # An edge: the id says who it is, whatever they are called.
                log_fault("member.not_read", fault)
        member = await member_for_account(self._app, Account(self._router.config.space, native_id))
        who = translate_text("", "form.about_person", name=handle or native_id, account=native_id)
        return _ReportSubject(who=who, concerned=(member.id,) if member else ())

    async def _submission(
        self, interaction: Interaction, draft: ReportDraft, about: _ReportSubject, delivery: str
    ) -> Submission:
        audience, audience_members = await intake.chosen_audience(self._app, draft.first)
        concerned = dict.fromkeys((*(MemberId(member) for member in draft.concerns), *about.concerned))
        return Submission(
            channel=_CHANNELS.get(draft.about[0] if draft.about else "", ReportChannel.DISCORD_COMMAND),
            what_happened=draft.what,
            who=about.who,
            danger=draft.danger,
            named_members=tuple(concerned),
            answers=draft.answers,
            reporter=self._router.account_of(interaction),
            reporter_handle=interaction.user.name,
            evidence=about.evidence,
            delivery=delivery,
            locale=supported_language(locale_of(interaction)),
            csam=draft.csam,
            audience=audience,
            audience_members=audience_members,
        )

    def _received_reply(self, received: IntakeResult, draft: ReportDraft, locale: str) -> Reply:
        facts = {"text": received.text, "receipt": received.receipt, "reference": received.reference}
        passages = [translate_text(locale, "received.answer", page=f"{self._app.base_url}/follow-up", **facts)]
        if draft.danger:
            passages.append(translate_text(locale, "received.danger", button=translate_text(locale, "button.danger")))
        if draft.csam:
            passages.append(translate_text(locale, "received.minors"))
        if draft.unsafe:
            passages.append(translate_text(locale, "received.unsafe"))
        passages.append(translate_text(locale, "received.questions"))
        return Reply("\n\n".join(passages), report_additions.buttons(received.report, locale, files=not draft.csam))

    def _failed_reply(self, interaction: Interaction, draft: ReportDraft, why: str) -> Reply:
        """Nothing is lost: the text comes back as a file, and a button opens the form with it for a while."""
        name, locale = new_id(), locale_of(interaction)
        self._unsent.put(str(interaction.user.id), name, draft)
        button = Button(translate_text(locale, "button.again"), custom_id(REOPEN, name), Style.PRIMARY)
        file = FileAttachment(translate_text(locale, "fault.file_name"), report_form.as_text(draft, locale).encode())
        return Reply(translate_text(locale, "fault.given_back", why=why), (button,), (file,))

    async def _reopen_form(self, interaction: Interaction, about: tuple[str, ...]) -> None:
        draft = self._unsent.get(str(interaction.user.id), about[0] if about else "")
        if draft is None:
            await self._router.reply(interaction, Reply(translate_text(locale_of(interaction), "fault.gone")))
            return
        await self._show_form(interaction, draft)
