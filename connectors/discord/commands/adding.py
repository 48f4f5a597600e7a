"""What a reporter adds afterwards: the other questions of a report, words and files, each by a form of its own.

The buttons name the report alone; whose it is, is asked of the desk at each use. Policy: P-2.2, P-2.12.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from connectors.discord.forms import Filled
from connectors.discord.panels import (
    Attached,
    Button,
    ChoiceField,
    Field,
    FileField,
    Form,
    Reply,
    Style,
    TextField,
    named,
)
from connectors.discord.reported import Reported
from connectors.discord.serving import Asked, Counter, Press, hold, note_fault, our_fault
from connectors.discord.tongue import locale_of, refusal
from guardian.cases.intake import MOST_FILES
from guardian.cases.questions import (
    ANSWER_BY,
    CHOICES,
    CONTACT,
    CONTACT_IS_SAFE,
    CONTEXT,
    DANGER,
    DANGER_AUTHORITY,
    DANGER_NOTIFY,
    DANGER_WHERE,
    HOLD_CONTACT,
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
from guardian.desk import intake
from guardian.desk.intake import ByReporter, EvidenceIn
from guardian.errors import GuardianError, Refused
from guardian.ids import ReportId
from guardian.notices.catalogue import say

_TEXT: Final = "text"
_FILES: Final = "files"
_DETAILS, _MORE, _DANGER, _CONTACT = "add-details", "add-more", "add-danger", "add-contact"
_ADD_FILES: Final = "add-files"
_YES, _NO = "yes", "no"


class Adding:
    """The forms by which a reporter adds to a report made with the same account."""

    def __init__(self, counter: Counter, reported: Reported) -> None:
        self._counter = counter
        self._desk = counter.desk
        self._reported = reported

    def add(self) -> None:
        """The forms and their buttons work, in the server and in direct messages."""
        for verb in _QUESTIONS:
            self._counter.on_press(verb, self._asking(verb), anywhere=True)
            self._counter.on_form(verb, self._add_answers, anywhere=True)
        self._counter.on_press(_ADD_FILES, self._ask_files, anywhere=True)
        self._counter.on_form(_ADD_FILES, self._add_files, anywhere=True)

    def _asking(self, verb: str) -> Press:
        async def ask(asked: Asked, about: tuple[str, ...]) -> None:
            await self._counter.show(asked, _QUESTIONS[verb](locale_of(asked), named(verb, *about)))

        return ask

    async def _ask_files(self, asked: Asked, about: tuple[str, ...]) -> None:
        locale = locale_of(asked)
        if not await intake.takes_files(self._desk, self._key(asked, about)):
            await self._counter.say(asked, Reply(say(locale, "refused.no_files")))
            return
        hint = say(locale, "add.files_hint", most=MOST_FILES, size=_megabytes(self._desk.largest_file))
        field = FileField(_FILES, say(locale, "add.files"), MOST_FILES, hint)
        title, opening = say(locale, "add.files_title"), say(locale, "add.files_opening")
        await self._counter.show(asked, Form(title, named(_ADD_FILES, *about), (field,), opening))

    async def _add_answers(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        text, answers = _said(form)
        locale = locale_of(asked)

        async def added() -> str:
            key = self._key(asked, about)
            answer = partial(intake.answer_more, self._desk, key, answers, text, str(asked.id))
            return await self._counter.in_turn(answer)

        reply = await self._outcome(asked, about, added)
        if not reply.buttons:
            words = "\n\n".join((text, *answers.values()))
            reply = Reply(reply.text, (), (Attached(say(locale, "fault.text_name"), words.encode()),))
        await self._counter.say(asked, reply)

    async def _add_files(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        await hold(asked)
        key = self._key(asked, about)

        async def added() -> str:
            if not await intake.takes_files(self._desk, key):
                raise Refused("no_files", say("", "refused.no_files"), "P-2.7")
            files = await self._reported.files(form.uploads)
            self._refuse_what_is_missing(files)
            return await self._counter.in_turn(partial(intake.add, self._desk, key, "", files, str(asked.id)))

        await self._counter.say(asked, await self._outcome(asked, about, added))

    async def _outcome(self, asked: Asked, about: tuple[str, ...], added: Callable[[], Awaitable[str]]) -> Reply:
        """The answer with its buttons where it was added, else the reason why not."""
        locale = locale_of(asked)
        try:
            await added()
        except GuardianError as refused:
            return Reply(refusal(locale, refused))
        except Exception as fault:
            note_fault("addition.not_stored", fault)
            return Reply(our_fault(asked))
        return Reply(say(locale, "received.added", community=self._desk.community), buttons(ReportId(about[0]), locale))

    def _key(self, asked: Asked, about: tuple[str, ...]) -> ByReporter:
        return ByReporter(ReportId(about[0] if about else ""), self._counter.account_of(asked))

    def _refuse_what_is_missing(self, files: tuple[EvidenceIn, ...]) -> None:
        """A reporter is told at once what cannot be taken, and nothing is kept by halves."""
        names = ", ".join(each.file_name for each in files if each.why_not)
        facts = {"names": names, "size": _megabytes(self._desk.largest_file)}
        if names:
            raise Refused("files_missing", say("", "refused.files_missing", **facts), "P-2.12", facts)


def buttons(report: ReportId, locale: str, *, files: bool = True) -> tuple[Button, ...]:
    """The buttons below an answer, by which more is added to the report."""
    shown = [
        Button(say(locale, "button.details"), named(_DETAILS, report), Style.MAIN),
        Button(say(locale, "button.more"), named(_MORE, report)),
        Button(say(locale, "button.danger"), named(_DANGER, report), Style.GRAVE),
        Button(say(locale, "button.contact"), named(_CONTACT, report)),
    ]
    if files:
        shown.append(Button(say(locale, "button.files"), named(_ADD_FILES, report)))
    return tuple(shown)


def _said(form: Filled) -> tuple[str, Mapping[str, str]]:
    """The words of the reporter's own, and the answers by their names; "no danger" is no answer to act on."""
    chosen = {name: values[0] for name, values in form.choices.items() if values}
    answers = {name: said for name, said in {**form.texts, **chosen}.items() if said.strip()}
    if answers.get(DANGER) == _NO:
        del answers[DANGER]
    return answers.pop(_TEXT, ""), answers


def _details(locale: str, form_id: str) -> Form:
    fields = (
        _line(locale, _TEXT, long=True),
        _line(locale, WHEN),
        _line(locale, WHERE, hint=True),
        _choice(locale, ONGOING),
        _line(locale, WITNESSES, long=True),
    )
    return Form(say(locale, "add.details_title"), form_id, fields)


def _more(locale: str, form_id: str) -> Form:
    fields = (
        _line(locale, WHO, long=True, hint=True),
        _line(locale, LINK, long=True),
        _line(locale, CONTEXT, long=True),
        _choice(locale, PART),
        _choice(locale, TRANSLATED),
    )
    return Form(say(locale, "add.more_title"), form_id, fields)


def _danger(locale: str, form_id: str) -> Form:
    fields = (
        _choice(locale, DANGER, _YES, _NO),
        _line(locale, DANGER_WHERE),
        _line(locale, DANGER_AUTHORITY, hint=True),
        _choice(locale, DANGER_NOTIFY),
    )
    return Form(say(locale, "add.danger_title"), form_id, fields, say(locale, "add.danger_opening"))


def _contact(locale: str, form_id: str) -> Form:
    hold_contact = ((_NO, say(locale, "add.yes")), (_YES, say(locale, "add.hold_yes")))
    fields: tuple[Field, ...] = (
        _choice(locale, CONTACT_IS_SAFE, hint=True),
        _line(locale, CONTACT, hint=True),
        _line(locale, ANSWER_BY),
        _choice(locale, NAME_MAY_BE_TOLD, hint=True),
        ChoiceField(HOLD_CONTACT, say(locale, f"add.{HOLD_CONTACT}"), hold_contact),
    )
    return Form(say(locale, "add.contact_title"), form_id, fields)


_QUESTIONS: Final[Mapping[str, Callable[[str, str], Form]]] = {
    _DETAILS: _details,
    _MORE: _more,
    _DANGER: _danger,
    _CONTACT: _contact,
}


def _line(locale: str, name: str, *, long: bool = False, hint: bool = False) -> TextField:
    said = say(locale, f"add.{name}_hint") if hint else ""
    return TextField(name, say(locale, f"add.{name}"), required=False, long=long, hint=said)


def _choice(locale: str, name: str, *values: str, hint: bool = False) -> ChoiceField:
    said = say(locale, f"add.{name}_hint") if hint else ""
    options = tuple((value, say(locale, f"add.{value}")) for value in values or CHOICES[name])
    return ChoiceField(name, say(locale, f"add.{name}"), options, hint=said)


def _megabytes(size: int) -> int:
    return size // 1_000_000
