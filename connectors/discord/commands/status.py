"""/report-status: somebody's own reports, by their account or by a receipt, and the way to add to them.

The receipt is typed into a form, never into a command, so that it stands in no history. Policy: P-2.4, P-2.12.
"""

from typing import Final

from connectors.discord.commands import adding
from connectors.discord.forms import Filled
from connectors.discord.panels import Attached, Button, Form, Reply, Style, TextField, named
from connectors.discord.serving import Asked, Counter, hold, note_fault, our_fault
from connectors.discord.tongue import locale_of, name_of, refusal
from guardian.cases.words import for_reporters
from guardian.desk import intake, own_reports
from guardian.desk.intake import ByReceipt
from guardian.desk.own_reports import OwnReport
from guardian.errors import GuardianError
from guardian.ids import ReportId
from guardian.notices.catalogue import say, spoken_day

_BY_RECEIPT: Final = "by-receipt"
_ADD_TO: Final = "add-to"
_RECEIPT: Final = "receipt"
_TEXT: Final = "text"
_MOST_SHOWN: Final = 20
_MOST_BUTTONS: Final = 4


class Status:
    """Shows people their own reports, and nobody else's."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._desk = counter.desk

    def add(self) -> None:
        """The command stands in the server's list, and its form and buttons work."""
        counter = self._counter

        @counter.tree.command(
            name=name_of("command.status"), description=name_of("command.status_about"), guild=counter.guild
        )
        async def status(asked: Asked) -> None:
            await hold(asked)
            await counter.say(asked, await self._own(asked))

        counter.on_press(_BY_RECEIPT, self._ask_receipt, anywhere=True)
        counter.on_form(_BY_RECEIPT, self._by_receipt, anywhere=True)
        counter.on_press(_ADD_TO, self._add_to, anywhere=True)

    async def _own(self, asked: Asked) -> Reply:
        locale, page = locale_of(asked), f"{self._desk.base_url}/follow-up"
        typed = Button(say(locale, "button.receipt"), named(_BY_RECEIPT))
        own = (await own_reports.reports_of(self._desk, self._counter.account_of(asked)))[:_MOST_SHOWN]
        if not own:
            return Reply(say(locale, "status.none", button=typed.label, page=page), (typed,))
        lines = [say(locale, "status.some", page=page), *(_line(each, locale) for each in own)]
        return Reply("\n".join(lines), (*_ways_to_add(own, locale), typed))

    async def _add_to(self, asked: Asked, about: tuple[str, ...]) -> None:
        report, reference = (*about, "", "")[:2]
        locale = locale_of(asked)
        text = say(locale, "received.add_to", reference=reference)
        await self._counter.say(asked, Reply(text, adding.buttons(ReportId(report), locale)))

    async def _ask_receipt(self, asked: Asked, about: tuple[str, ...]) -> None:
        locale = locale_of(asked)
        fields = (
            TextField(_RECEIPT, say(locale, "status.receipt"), long=False, hint=say(locale, "status.receipt_hint")),
            TextField(_TEXT, say(locale, "add.text"), required=False),
        )
        await self._counter.show(asked, Form(say(locale, "status.receipt_title"), named(_BY_RECEIPT), fields))

    async def _by_receipt(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        locale, text, receipt = locale_of(asked), form.text(_TEXT), form.text(_RECEIPT)
        kept = (Attached(say(locale, "fault.text_name"), text.encode()),) if text.strip() else ()
        try:
            shown = [_line(await own_reports.report_behind(self._desk, receipt), locale)]
            if text.strip():
                shown.append(await intake.add(self._desk, ByReceipt(receipt), text, (), str(asked.id)))
            reply = Reply("\n\n".join(shown))
        except GuardianError as refused:
            reply = Reply(refusal(locale, refused), (), kept)
        except Exception as fault:
            note_fault("status.not_shown", fault)
            reply = Reply(our_fault(asked), (), kept)
        await self._counter.say(asked, reply)


def _line(own: OwnReport, locale: str) -> str:
    state = say(locale, "status.withdrawn") if own.withdrawn else for_reporters(own.state, locale)
    return say(locale, "status.line", reference=own.reference, when=spoken_day(own.received_at, locale), state=state)


def _ways_to_add(own: tuple[OwnReport, ...], locale: str) -> tuple[Button, ...]:
    """With one report, the forms themselves; with more, first the question to which of them."""
    if len(own) == 1:
        return adding.buttons(own[0].report, locale)
    return tuple(
        Button(
            say(locale, "button.add_to", reference=each.reference),
            named(_ADD_TO, each.report, each.reference),
            Style.MAIN,
        )
        for each in own[:_MOST_BUTTONS]
    )
