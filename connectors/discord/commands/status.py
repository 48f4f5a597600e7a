"""/report-status: somebody's own reports, by their account or by a receipt, and the way to add to them.

The receipt is typed into a form, never into a command, so that it stands in no history. Policy: P-2.4, P-2.12.
"""

from typing import Final

from connectors.discord.commands import report_additions
from connectors.discord.components import Button, FileAttachment, Form, Reply, Style, TextField, custom_id
from connectors.discord.instants import format_day
from connectors.discord.interactions import Interaction, InteractionRouter, defer, internal_error_text, log_fault
from connectors.discord.locales import locale_of, localized_name, refusal_text
from connectors.discord.modal_values import ModalValues
from guardian.cases.status_words import status_for_reporters
from guardian.errors import GuardianError
from guardian.ids import ReportId
from guardian.notices.translations import translate_text
from guardian.services.reports import intake, own_reports
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import ReceiptAccess
from guardian.services.reports.own_reports import OwnReport

_BY_RECEIPT: Final = "by-receipt"
_ADD_TO: Final = "add-to"
_RECEIPT: Final = "receipt"
_TEXT: Final = "text"
_MOST_SHOWN: Final = 20
_MOST_BUTTONS: Final = 4


class StatusCommand:
    """Shows people their own reports, and nobody else's."""

    def __init__(self, router: InteractionRouter) -> None:
        self._router = router
        self._app = router.app

    def register(self) -> None:
        """Register the command with its form and buttons."""
        router = self._router

        @router.tree.command(
            name=localized_name("command.status"),
            description=localized_name("command.status_about"),
            guild=router.guild,
        )
        async def status(interaction: Interaction) -> None:
            await defer(interaction)
            await router.reply(interaction, await self._own_reports_reply(interaction))

        router.on_button(_BY_RECEIPT, self._ask_receipt, anywhere=True)
        router.on_modal(_BY_RECEIPT, self._by_receipt, anywhere=True)
        router.on_button(_ADD_TO, self._add_to, anywhere=True)

    async def _own_reports_reply(self, interaction: Interaction) -> Reply:
        locale, page = locale_of(interaction), f"{self._app.base_url}/follow-up"
        typed = Button(translate_text(locale, "button.receipt"), custom_id(_BY_RECEIPT))
        own = (await own_reports.list_own_reports(self._app, self._router.account_of(interaction)))[:_MOST_SHOWN]
        if not own:
            return Reply(translate_text(locale, "status.none", button=typed.label, page=page), (typed,))
        lines = [translate_text(locale, "status.some", page=page), *(_line(each, locale) for each in own)]
        return Reply("\n".join(lines), (*_addition_buttons(own, locale), typed))

    async def _add_to(self, interaction: Interaction, about: tuple[str, ...]) -> None:
        report, reference = (*about, "", "")[:2]
        locale = locale_of(interaction)
        text = translate_text(locale, "received.add_to", reference=reference)
        await self._router.reply(interaction, Reply(text, report_additions.buttons(ReportId(report), locale)))

    async def _ask_receipt(self, interaction: Interaction, about: tuple[str, ...]) -> None:
        locale = locale_of(interaction)
        fields = (
            TextField(
                name=_RECEIPT,
                label=translate_text(locale, "status.receipt"),
                long=False,
                hint=translate_text(locale, "status.receipt_hint"),
            ),
            TextField(name=_TEXT, label=translate_text(locale, "add.text"), required=False),
        )
        await self._router.show_modal(
            interaction, Form(translate_text(locale, "status.receipt_title"), custom_id(_BY_RECEIPT), fields)
        )

    async def _by_receipt(self, interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        await defer(interaction)
        locale, text, receipt = locale_of(interaction), form.text(_TEXT), form.text(_RECEIPT)
        kept = (FileAttachment(translate_text(locale, "fault.text_name"), text.encode()),) if text.strip() else ()
        try:
            shown = [_line(await own_reports.own_report_for_receipt(self._app, receipt), locale)]
            if text.strip():
                shown.append(
                    await intake.add_to_report(
                        self._app, ReceiptAccess(receipt), AdditionInput(text), delivery=str(interaction.id)
                    )
                )
            reply = Reply("\n\n".join(shown))
        except GuardianError as refused:
            reply = Reply(refusal_text(locale, refused), (), kept)
        except Exception as fault:
            log_fault("status.not_shown", fault)
            reply = Reply(internal_error_text(interaction), (), kept)
        await self._router.reply(interaction, reply)


def _line(own: OwnReport, locale: str) -> str:
    state = translate_text(locale, "status.withdrawn") if own.withdrawn else status_for_reporters(own.state, locale)
    return translate_text(locale, "status.line", reference=own.reference, when=format_day(own.received_at), state=state)


def _addition_buttons(own: tuple[OwnReport, ...], locale: str) -> tuple[Button, ...]:
    """With one report, the forms themselves; with more, first the question to which of them."""
    if len(own) == 1:
        return report_additions.buttons(own[0].report, locale)
    return tuple(
        Button(
            translate_text(locale, "button.add_to", reference=each.reference),
            custom_id(_ADD_TO, each.report, each.reference),
            Style.PRIMARY,
        )
        for each in own[:_MOST_BUTTONS]
    )
