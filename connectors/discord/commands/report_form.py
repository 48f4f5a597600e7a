"""The form of a report: five parts, the emergency line first. Presentation and reading only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.discord.forms import Filled
from connectors.discord.panels import MOST_OPTIONS, ChoiceField, Field, Form, TextField
from guardian.cases.questions import ALL_CHAIRS, CONTACT_IS_SAFE, HANDLED, HOLD_CONTACT
from guardian.notices.catalogue import say

MESSAGE: Final = "message"
MEMBER: Final = "member"
LETTERS: Final = "letters"

_WHAT, _CONCERNS, _FIRST, _TICKS = "what", "concerns", "first", "ticks"
_DANGER, _UNSAFE, _HOLD, _HANDLED, _MINORS = _APPLIES = ("danger", "unsafe", "hold", "handled", "minors")
_LENGTHS: Final = {MESSAGE: 3, MEMBER: 2, LETTERS: 4}


@dataclass(frozen=True, slots=True)
class Lists:
    """Who can be picked in the form: those whom it may concern, and those who may hear first, each by id and name."""

    people: tuple[tuple[str, str], ...] = ()
    hearers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as far as it is written. `about` is what it is about: a message, a member, or what was written to us."""

    what: str = ""
    concerns: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    ticks: frozenset[str] = frozenset()
    about: tuple[str, ...] = ()

    @property
    def danger(self) -> bool:
        """Somebody is in danger."""
        return _DANGER in self.ticks

    @property
    def minors(self) -> bool:
        """It may show sexual abuse of minors."""
        return _MINORS in self.ticks

    @property
    def unsafe(self) -> bool:
        """It is not safe to write to the reporter here."""
        return _UNSAFE in self.ticks

    @property
    def answers(self) -> Mapping[str, str]:
        """What was ticked of the other questions, by their names."""
        meant = {_UNSAFE: (CONTACT_IS_SAFE, "no"), _HOLD: (HOLD_CONTACT, "yes"), _HANDLED: (HANDLED, "yes")}
        return dict(meant[tick] for tick in meant if tick in self.ticks)

    def is_about(self, kind: str) -> bool:
        """Whether it is about that, and says which."""
        return bool(self.about) and self.about[0] == kind and len(self.about) == _LENGTHS[kind]


def form_of(custom_id: str, draft: Draft, lists: Lists, page: str, locale: str) -> Form:
    """The form, filled in as far as the draft goes; `page` is where a report passes Discord by."""
    what = TextField(_WHAT, say(locale, "form.what"), draft.what, hint=say(locale, "form.what_hint"))
    fields: list[Field] = [what]
    if lists.people:
        fields.append(_concerns(draft, lists, locale))
    if lists.hearers:
        fields.append(_first(draft, lists, locale))
    fields.append(_ticks(draft, locale))
    titles = {MESSAGE: "form.title_message", MEMBER: "form.title_member"}
    title = say(locale, titles.get(draft.about[0] if draft.about else "", "form.title"))
    return Form(title, custom_id, tuple(fields), say(locale, "form.opening", page=page))


def draft_of(form: Filled, about: tuple[str, ...]) -> Draft:
    """What was written."""
    return Draft(
        what=form.text(_WHAT),
        concerns=form.chosen(_CONCERNS),
        first=form.chosen(_FIRST),
        ticks=frozenset(form.chosen(_TICKS)),
        about=about,
    )


def as_text(draft: Draft, locale: str) -> str:
    """The reporter's own words, to be kept in a file."""
    return f"{say(locale, 'form.what')}\n\n{draft.what}\n"


def _concerns(draft: Draft, lists: Lists, locale: str) -> ChoiceField:
    beyond = len(lists.people) > MOST_OPTIONS
    hint = say(locale, "form.concerns_hint_more" if beyond else "form.concerns_hint")
    people = lists.people[:MOST_OPTIONS]
    return ChoiceField(_CONCERNS, say(locale, "form.concerns"), people, draft.concerns, several=True, hint=hint)


def _first(draft: Draft, lists: Lists, locale: str) -> ChoiceField:
    options = ((ALL_CHAIRS, say(locale, "form.first_chairs")), *lists.hearers)[:MOST_OPTIONS]
    hint = say(locale, "form.first_hint")
    return ChoiceField(_FIRST, say(locale, "form.first"), options, draft.first, several=True, hint=hint)


def _ticks(draft: Draft, locale: str) -> ChoiceField:
    options = tuple((tick, say(locale, f"form.{tick}")) for tick in _APPLIES)
    hints = {tick: say(locale, f"form.{tick}_hint") for tick in _APPLIES}
    chosen = tuple(tick for tick in _APPLIES if tick in draft.ticks)
    label, hint = say(locale, "form.ticks"), say(locale, "form.ticks_hint")
    return ChoiceField(_TICKS, label, options, chosen, several=True, hint=hint, hints=hints)
