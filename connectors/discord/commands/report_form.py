"""The form of a report: five parts, the emergency line first. Presentation and reading only."""

from dataclasses import dataclass

from connectors.discord.forms import Filled
from connectors.discord.panels import MOST_OPTIONS, ChoiceField, Field, Form, TextField

_WHAT, _WHO, _CONCERNS, _DANGER = "what", "who", "concerns", "danger"
_YES = "yes"
_DANGERS = (("no", "No"), (_YES, "Yes, somebody is in danger now"))


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as far as it is written. `people` can be named, `concerns` are those who were; `about` is a message."""

    people: tuple[tuple[str, str], ...] = ()
    what: str = ""
    who: str = ""
    concerns: tuple[str, ...] = ()
    danger: bool = False
    about: tuple[str, ...] = ()


def form_of(custom_id: str, draft: Draft, base_url: str) -> Form:
    """The form, filled in as far as the draft goes."""
    fields: list[Field] = [
        TextField(_WHAT, "What happened?", draft.what, hint="Up to 4000 characters. You can add more afterwards."),
        TextField(_WHO, "Who did it, if you know?", draft.who, required=False, long=False),
    ]
    if draft.people:
        fields.append(_concerns(draft))
    danger = (_YES,) if draft.danger else ()
    fields.append(ChoiceField(_DANGER, "Is somebody in danger right now?", _DANGERS, danger))
    title = "Report this message" if draft.about else "Report to the working group"
    return Form(title, custom_id, tuple(fields), _opening(base_url))


def draft_of(form: Filled, about: tuple[str, ...]) -> Draft:
    """What was written."""
    return Draft(
        what=form.text(_WHAT),
        who=form.text(_WHO),
        concerns=form.chosen(_CONCERNS),
        danger=form.chosen(_DANGER) == (_YES,),
        about=about if len(about) == 2 else (),
    )


def as_text(draft: Draft) -> str:
    """The reporter's own words, to be kept in a file."""
    return f"What happened?\n\n{draft.what}\n\nWho did it?\n\n{draft.who}\n"


def status_text(base_url: str) -> str:
    """How a reporter sees what became of their report, which the receipt alone opens."""
    return (
        f"Open {base_url}/follow-up and type the receipt that you were given. There you read how your report stands, "
        "add to it, ask that somebody is not contacted yet, or withdraw it. Nothing of it is shown here."
    )


def _concerns(draft: Draft) -> ChoiceField:
    beyond = len(draft.people) > MOST_OPTIONS
    hint = "They are kept out of it. Somebody not listed? Name them above." if beyond else "They are kept out of it."
    label = "Does it concern, or touch, one of them?"
    return ChoiceField(_CONCERNS, label, draft.people[:MOST_OPTIONS], draft.concerns, several=True, hint=hint)


def _opening(base_url: str) -> str:
    return (
        "**Is somebody in physical danger? Call your local emergency services first.** "
        "Nobody here watches around the clock.\n"
        "What you write goes to the people who handle reports. Those who run Discord could technically read it too; "
        f"a report at {base_url}/report passes them by, and there you can say that it is for the file only."
    )
