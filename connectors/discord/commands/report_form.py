"""The form of a report: five parts, the emergency line first. Presentation and reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.discord.components import MAX_OPTIONS, ChoiceField, Field, Form, TextField
from connectors.discord.modal_values import ModalValues
from guardian.cases.report_questions import ALL_CHAIRS, CONTACT_IS_SAFE, DO_NOT_CONTACT, HANDLED
from guardian.notices.translations import translate_text

MESSAGE: Final = "message"
MEMBER: Final = "member"
DIRECT_MESSAGES: Final = "letters"

_WHAT, _CONCERNS, _FIRST, _CHECKED = "what", "concerns", "first", "ticks"
_DANGER, _UNSAFE, _HOLD_CONTACT, _HANDLED, _CSAM = _CHECKBOXES = ("danger", "unsafe", "hold", "handled", "minors")
_LENGTHS: Final = {MESSAGE: 3, MEMBER: 2, DIRECT_MESSAGES: 4}


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """Who can be picked in the form: those whom it may concern, and those who may hear first, each by id and name."""

    people: tuple[tuple[str, str], ...] = ()
    audience: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as far as it is written. `about` is what it is about: a message, a member, or what was written to us."""

    what: str = ""
    concerns: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    checked: frozenset[str] = frozenset()
    about: tuple[str, ...] = ()

    @property
    def danger(self) -> bool:
        """Somebody is in danger."""
        return _DANGER in self.checked

    @property
    def csam(self) -> bool:
        """It may show sexual abuse of minors."""
        return _CSAM in self.checked

    @property
    def unsafe(self) -> bool:
        """It is not safe to write to the reporter here."""
        return _UNSAFE in self.checked

    @property
    def answers(self) -> Mapping[str, str]:
        """What was ticked of the other questions, by their names."""
        meant = {_UNSAFE: (CONTACT_IS_SAFE, "no"), _HOLD_CONTACT: (DO_NOT_CONTACT, "yes"), _HANDLED: (HANDLED, "yes")}
        return dict(meant[name] for name in meant if name in self.checked)

    def is_about(self, kind: str) -> bool:
        """Return whether it is about that kind of thing, and says about which one."""
        return bool(self.about) and self.about[0] == kind and len(self.about) == _LENGTHS[kind]


def build_form(form_id: str, draft: ReportDraft, choices: ReportChoices, page: str, locale: str) -> Form:
    """Return the form, filled in as far as the draft goes; `page` is where a report passes Discord by."""
    what = TextField(
        name=_WHAT,
        label=translate_text(locale, "form.what"),
        value=draft.what,
        hint=translate_text(locale, "form.what_hint"),
    )
    fields: list[Field] = [what]
    if choices.people:
        fields.append(_concerns_field(draft, choices, locale))
    if choices.audience:
        fields.append(_first_field(draft, choices, locale))
    fields.append(_checked_field(draft, locale))
    titles = {MESSAGE: "form.title_message", MEMBER: "form.title_member"}
    title = translate_text(locale, titles.get(draft.about[0] if draft.about else "", "form.title"))
    return Form(title, form_id, tuple(fields), translate_text(locale, "form.opening", page=page))


def parse_draft(form: ModalValues, about: tuple[str, ...]) -> ReportDraft:
    """Return what was written."""
    return ReportDraft(
        what=form.text(_WHAT),
        concerns=form.selected(_CONCERNS),
        first=form.selected(_FIRST),
        checked=frozenset(form.selected(_CHECKED)),
        about=about,
    )


def as_text(draft: ReportDraft, locale: str) -> str:
    """Return the reporter's own words, to be kept in a file."""
    return f"{translate_text(locale, 'form.what')}\n\n{draft.what}\n"


def _concerns_field(draft: ReportDraft, choices: ReportChoices, locale: str) -> ChoiceField:
    beyond = len(choices.people) > MAX_OPTIONS
    hint = translate_text(locale, "form.concerns_hint_more" if beyond else "form.concerns_hint")
    people = choices.people[:MAX_OPTIONS]
    return ChoiceField(
        name=_CONCERNS,
        label=translate_text(locale, "form.concerns"),
        options=people,
        chosen=draft.concerns,
        several=True,
        hint=hint,
    )


def _first_field(draft: ReportDraft, choices: ReportChoices, locale: str) -> ChoiceField:
    options = ((ALL_CHAIRS, translate_text(locale, "form.first_chairs")), *choices.audience)[:MAX_OPTIONS]
    hint = translate_text(locale, "form.first_hint")
    return ChoiceField(
        name=_FIRST,
        label=translate_text(locale, "form.first"),
        options=options,
        chosen=draft.first,
        several=True,
        hint=hint,
    )


def _checked_field(draft: ReportDraft, locale: str) -> ChoiceField:
    options = tuple((tick, translate_text(locale, f"form.{tick}")) for tick in _CHECKBOXES)
    hints = {tick: translate_text(locale, f"form.{tick}_hint") for tick in _CHECKBOXES}
    chosen = tuple(tick for tick in _CHECKBOXES if tick in draft.checked)
    label, hint = translate_text(locale, "form.ticks"), translate_text(locale, "form.ticks_hint")
    return ChoiceField(name=_CHECKED, label=label, options=options, chosen=chosen, several=True, hint=hint, hints=hints)
