"""What a reporter adds afterwards: the other questions of a report, words and files, each by a form of its own.

The buttons name the report alone; whose it is, is asked of the use case at each use. Policy: P-2.2, P-2.12.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from connectors.discord.components import (
    Button,
    ChoiceField,
    Field,
    FileAttachment,
    FileField,
    Form,
    Reply,
    Style,
    TextField,
    custom_id,
)
from connectors.discord.evidence import EvidenceCollector
from connectors.discord.interactions import (
    LOOK_TIMEOUT,
    Interaction,
    InteractionRouter,
    defer,
    internal_error_text,
    log_fault,
)
from connectors.discord.locales import locale_of, refusal_text
from connectors.discord.modal_values import ModalValues
from connectors.discord.timeouts import in_time
from guardian.cases.report_questions import (
    ANSWER_BY,
    CHOICES,
    CONTACT,
    CONTACT_IS_SAFE,
    CONTEXT,
    DANGER,
    DANGER_AUTHORITY,
    DANGER_NOTIFY,
    DANGER_WHERE,
    DO_NOT_CONTACT,
    LINK,
    NAME_MAY_BE_TOLD,
    ONGOING,
    PART,
    TRANSLATED,
    WHEN,
    WHERE,
    WHO,
    WITNESSES,
)
from guardian.cases.submissions import MAX_FILES
from guardian.errors import GuardianError, Refused
from guardian.ids import ReportId
from guardian.notices.translations import translate_text
from guardian.services.reports import intake
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import EvidenceInput, ReporterAccess

_TEXT: Final = "text"
_FILES: Final = "files"
_DETAILS, _MORE, _DANGER, _CONTACT = "add-details", "add-more", "add-danger", "add-contact"
_ADD_FILES: Final = "add-files"
_YES, _NO = "yes", "no"


class ReportAdditions:
    """The forms by which a reporter adds to a report made with the same account."""

    def __init__(self, router: InteractionRouter, reported: EvidenceCollector) -> None:
        self._router = router
        self._app = router.app
        self._evidence = reported

    def register(self) -> None:
        """Register the forms and their buttons, in the server and in direct messages."""
        for verb in _QUESTIONS:
            self._router.on_button(verb, partial(self._open_form, verb), anywhere=True)
            self._router.on_modal(verb, self._add_answers, anywhere=True)
        self._router.on_button(_ADD_FILES, self._open_file_form, anywhere=True)
        self._router.on_modal(_ADD_FILES, self._add_files, anywhere=True)

    async def _open_form(self, verb: str, interaction: Interaction, about: tuple[str, ...]) -> None:
        form = _QUESTIONS[verb](locale_of(interaction), custom_id(verb, *about))
        await self._router.show_modal(interaction, form)

    async def _open_file_form(self, interaction: Interaction, about: tuple[str, ...]) -> None:
        locale = locale_of(interaction)
        if not await in_time(self._accepts_files(interaction, about), LOOK_TIMEOUT, True):
            await self._router.reply(interaction, Reply(translate_text(locale, "refused.no_files")))
            return
        hint = translate_text(locale, "add.files_hint", most=MAX_FILES, size=_megabytes(self._app.largest_file))
        field = FileField(_FILES, translate_text(locale, "add.files"), MAX_FILES, hint)
        title, opening = translate_text(locale, "add.files_title"), translate_text(locale, "add.files_opening")
        await self._router.show_modal(interaction, Form(title, custom_id(_ADD_FILES, *about), (field,), opening))

    async def _accepts_files(self, interaction: Interaction, about: tuple[str, ...]) -> bool:
        """Whether files may be added, as far as the database says: it is asked again when they are sent."""
        try:
            return await intake.accepts_files(self._app, self._report_access(interaction, about))
        except GuardianError:
            raise
        except Exception as fault:
            log_fault("files.not_asked", fault)
            return True

    async def _add_answers(self, interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        await defer(interaction)
        text, answers = _read_answers(form)
        locale, access = locale_of(interaction), self._report_access(interaction, about)
        answer = partial(intake.answer_questions, self._app, access, answers, text, str(interaction.id))
        reply = await self._try_adding(interaction, about, partial(self._router.run_in_turn, answer))
        if not reply.buttons:
            words = "\n\n".join((text, *answers.values()))
            reply = Reply(reply.text, (), (FileAttachment(translate_text(locale, "fault.text_name"), words.encode()),))
        await self._router.reply(interaction, reply)

    async def _add_files(self, interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        await defer(interaction)
        added = partial(self._store_files, interaction, self._report_access(interaction, about), form)
        await self._router.reply(interaction, await self._try_adding(interaction, about, added))

    async def _store_files(self, interaction: Interaction, access: ReporterAccess, form: ModalValues) -> str:
        if not await intake.accepts_files(self._app, access):
            raise Refused("no_files", translate_text("", "refused.no_files"), "P-2.7")
        files = await self._evidence.collect_files(form.uploads)
        self._refuse_missing_files(files)
        add = partial(intake.add_to_report, self._app, access, AdditionInput(files=files), str(interaction.id))
        return await self._router.run_in_turn(add)

    async def _try_adding(
        self, interaction: Interaction, about: tuple[str, ...], added: Callable[[], Awaitable[str]]
    ) -> Reply:
        """The answer with its buttons where it was added, else the reason why not."""
        locale = locale_of(interaction)
        try:
            await added()
        except GuardianError as refused:
            return Reply(refusal_text(locale, refused))
        except Exception as fault:
            log_fault("addition.not_stored", fault)
            return Reply(internal_error_text(interaction))
        return Reply(
            translate_text(locale, "received.added", community=self._app.community), buttons(ReportId(about[0]), locale)
        )

    def _report_access(self, interaction: Interaction, about: tuple[str, ...]) -> ReporterAccess:
        return ReporterAccess(ReportId(about[0] if about else ""), self._router.account_of(interaction))

    def _refuse_missing_files(self, files: tuple[EvidenceInput, ...]) -> None:
        """A reporter is told at once what cannot be taken, and nothing is kept by halves."""
        names = ", ".join(each.file_name for each in files if each.why_not)
        facts = {"names": names, "size": _megabytes(self._app.largest_file)}
        if names:
            raise Refused("files_missing", translate_text("", "refused.files_missing", **facts), "P-2.12", facts)


def buttons(report: ReportId, locale: str, *, files: bool = True) -> tuple[Button, ...]:
    """Return the buttons below an answer, by which more is added to the report."""
    shown = [
        Button(translate_text(locale, "button.details"), custom_id(_DETAILS, report), Style.PRIMARY),
        Button(translate_text(locale, "button.more"), custom_id(_MORE, report)),
        Button(translate_text(locale, "button.danger"), custom_id(_DANGER, report), Style.DANGER),
        Button(translate_text(locale, "button.contact"), custom_id(_CONTACT, report)),
    ]
    if files:
        shown.append(Button(translate_text(locale, "button.files"), custom_id(_ADD_FILES, report)))
    return tuple(shown)


def _read_answers(form: ModalValues) -> tuple[str, Mapping[str, str]]:
    """The words of the reporter's own, and the answers by their names; "no danger" is no answer to act on."""
    chosen = {name: values[0] for name, values in form.choices.items() if values}
    answers = {name: said for name, said in {**form.texts, **chosen}.items() if said.strip()}
    if answers.get(DANGER) == _NO:
        del answers[DANGER]
    return answers.pop(_TEXT, ""), answers


def _details(locale: str, form_id: str) -> Form:
    fields = (
        _text_field(locale, _TEXT, long=True),
        _text_field(locale, WHEN),
        _text_field(locale, WHERE, hint=True),
        _choice_field(locale, ONGOING),
        _text_field(locale, WITNESSES, long=True),
    )
    return Form(translate_text(locale, "add.details_title"), form_id, fields)


def _more(locale: str, form_id: str) -> Form:
    fields = (
        _text_field(locale, WHO, long=True, hint=True),
        _text_field(locale, LINK, long=True),
        _text_field(locale, CONTEXT, long=True),
        _choice_field(locale, PART),
        _choice_field(locale, TRANSLATED),
    )
    return Form(translate_text(locale, "add.more_title"), form_id, fields)


def _danger(locale: str, form_id: str) -> Form:
    fields = (
        _choice_field(locale, DANGER, _YES, _NO),
        _text_field(locale, DANGER_WHERE),
        _text_field(locale, DANGER_AUTHORITY, hint=True),
        _choice_field(locale, DANGER_NOTIFY),
    )
    return Form(
        translate_text(locale, "add.danger_title"), form_id, fields, translate_text(locale, "add.danger_opening")
    )


def _contact(locale: str, form_id: str) -> Form:
    hold_contact = ((_NO, translate_text(locale, "add.yes")), (_YES, translate_text(locale, "add.hold_yes")))
    fields: tuple[Field, ...] = (
        _choice_field(locale, CONTACT_IS_SAFE, hint=True),
        _text_field(locale, CONTACT, hint=True),
        _text_field(locale, ANSWER_BY),
        _choice_field(locale, NAME_MAY_BE_TOLD, hint=True),
        ChoiceField(name=DO_NOT_CONTACT, label=translate_text(locale, f"add.{DO_NOT_CONTACT}"), options=hold_contact),
    )
    return Form(translate_text(locale, "add.contact_title"), form_id, fields)


_QUESTIONS: Final[Mapping[str, Callable[[str, str], Form]]] = {
    _DETAILS: _details,
    _MORE: _more,
    _DANGER: _danger,
    _CONTACT: _contact,
}


def _text_field(locale: str, name: str, *, long: bool = False, hint: bool = False) -> TextField:
    said = translate_text(locale, f"add.{name}_hint") if hint else ""
    return TextField(name=name, label=translate_text(locale, f"add.{name}"), required=False, long=long, hint=said)


def _choice_field(locale: str, name: str, *values: str, hint: bool = False) -> ChoiceField:
    said = translate_text(locale, f"add.{name}_hint") if hint else ""
    options = tuple((value, translate_text(locale, f"add.{value}")) for value in values or CHOICES[name])
    return ChoiceField(name=name, label=translate_text(locale, f"add.{name}"), options=options, hint=said)


def _megabytes(size: int) -> int:
    return size // 1_000_000
