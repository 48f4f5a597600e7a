"""What people see on Discord: replies with buttons and files, and forms. Presentation only.

Nothing here waits for an answer: a button or a form carries all that it needs in its custom id, so that it works after
a restart as before it.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import discord

from connectors.discord import translate
from guardian.errors import NotFound

LONGEST_ID: Final = 100
LONGEST_FIELD: Final = 4000
MOST_OPTIONS: Final = 25
MOST_BUTTONS: Final = 25
_LONGEST_LABEL: Final = 45
_LONGEST_HINT: Final = 100
_OURS: Final = "guardian"
_BETWEEN: Final = "|"


class Style(Enum):
    """How much a button stands out."""

    PLAIN = discord.ButtonStyle.secondary
    MAIN = discord.ButtonStyle.primary
    GRAVE = discord.ButtonStyle.danger


@dataclass(frozen=True, slots=True)
class Button:
    """A button and what it stands for."""

    label: str
    id: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in a reply."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, shown to whoever asked and to nobody else."""

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class TextField:
    """A text to be written; a long one has several lines."""

    name: str
    label: str
    value: str = ""
    required: bool = True
    long: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """A choice among (value, label); none need be chosen. `hints` say more of some of them, by value."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...] = ()
    several: bool = False
    hint: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileField:
    """Files to be added."""

    name: str
    label: str
    most: int
    hint: str = ""


Field = TextField | ChoiceField | FileField


@dataclass(frozen=True, slots=True)
class Form:
    """A form over the screen, with a passage above its fields; five parts fit in all."""

    title: str
    id: str
    fields: tuple[Field, ...]
    opening: str = ""


def named(verb: str, *about: str) -> str:
    """The custom id of a button or form: what it does, and what about.

    NotFound where it does not fit, or could be read as something else: no name of ours looks like that.
    """
    made = _BETWEEN.join((_OURS, verb, *about))
    if len(made) > LONGEST_ID or any(_BETWEEN in part for part in (verb, *about)):
        raise NotFound
    return made


def meaning(custom_id: str) -> tuple[str, tuple[str, ...]] | None:
    """What a custom id of ours says, as `named` made it; None for anybody else's."""
    ours, _, rest = custom_id.partition(_BETWEEN)
    verb, *about = rest.split(_BETWEEN)
    return (verb, tuple(about)) if ours == _OURS and verb else None


def view_of(buttons: tuple[Button, ...]) -> discord.ui.View:
    """The buttons as the library sends them. It is told to forget them at once: what they do is in their ids."""
    view = discord.ui.View(timeout=None)
    for button in buttons[:MOST_BUTTONS]:
        view.add_item(discord.ui.Button(label=button.label[:80], custom_id=button.id, style=button.style.value))
    view.stop()
    return view


def modal_of(form: Form) -> discord.ui.Modal:
    """The form as the library sends it; forgotten at once, as the buttons are."""
    modal = discord.ui.Modal(title=form.title[:_LONGEST_LABEL], custom_id=form.id)
    if form.opening:
        modal.add_item(discord.ui.TextDisplay(translate.plain(form.opening)[:LONGEST_FIELD]))
    for each in form.fields:
        modal.add_item(_labelled(each))
    modal.stop()
    return modal


def files_of(reply: Reply) -> list[discord.File]:
    """The reply's files as the library sends them."""
    return [discord.File(io.BytesIO(each.content), each.file_name) for each in reply.files]


def _labelled(asked: Field) -> discord.ui.Label[Any]:
    hint = asked.hint[:_LONGEST_HINT] or None
    return discord.ui.Label(text=asked.label[:_LONGEST_LABEL], description=hint, component=_part(asked))


def _part(asked: Field) -> discord.ui.Item[Any]:
    match asked:
        case TextField():
            style = discord.TextStyle.paragraph if asked.long else discord.TextStyle.short
            default = asked.value[:LONGEST_FIELD] or None
            return discord.ui.TextInput(
                custom_id=asked.name, style=style, required=asked.required, max_length=LONGEST_FIELD, default=default
            )
        case ChoiceField():
            options = [
                discord.SelectOption(
                    label=label[:100],
                    value=value,
                    description=asked.hints.get(value, "")[:_LONGEST_HINT] or None,
                    default=value in asked.chosen,
                )
                for value, label in asked.options[:MOST_OPTIONS]
            ]
            most = len(options) if asked.several else 1
            return discord.ui.Select(
                custom_id=asked.name, options=options, required=False, min_values=0, max_values=most
            )
        case FileField():
            return discord.ui.FileUpload(custom_id=asked.name, required=True, min_values=1, max_values=asked.most)
