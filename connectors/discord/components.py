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

MAX_ID_LENGTH: Final = 100
MAX_FIELD_LENGTH: Final = 4000
MAX_OPTIONS: Final = 25
MAX_BUTTONS: Final = 25
_MAX_LABEL_LENGTH: Final = 45
_MAX_HINT_LENGTH: Final = 100
_PREFIX: Final = "guardian"
_SEPARATOR: Final = "|"


class Style(Enum):
    """How much a button stands out."""

    PLAIN = discord.ButtonStyle.secondary
    PRIMARY = discord.ButtonStyle.primary
    DANGER = discord.ButtonStyle.danger


@dataclass(frozen=True, slots=True)
class Button:
    """A button and what it stands for: its custom id, or the address that it opens."""

    label: str
    id: str = ""
    style: Style = Style.PLAIN
    url: str = ""


@dataclass(frozen=True, slots=True)
class FileAttachment:
    """A file in a reply."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, shown to whoever asked and to nobody else."""

    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[FileAttachment, ...] = ()


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


def custom_id(verb: str, *arguments: str) -> str:
    """Return the custom id of a button or form: what it does, and what about.

    NotFound where it does not fit, or could be read as something else: no name of ours looks like that.
    """
    made = _SEPARATOR.join((_PREFIX, verb, *arguments))
    if len(made) > MAX_ID_LENGTH or any(_SEPARATOR in part for part in (verb, *arguments)):
        raise NotFound
    return made


def parse_custom_id(value: str) -> tuple[str, tuple[str, ...]] | None:
    """Return what a custom id of ours says, as `custom_id` made it; None for anybody else's."""
    prefix, _, rest = value.partition(_SEPARATOR)
    verb, *arguments = rest.split(_SEPARATOR)
    return (verb, tuple(arguments)) if prefix == _PREFIX and verb else None


def build_view(buttons: tuple[Button, ...]) -> discord.ui.View:
    """Return the buttons as the library sends them. It is told to forget them at once: what they do is in their ids."""
    view = discord.ui.View(timeout=None)
    for button in buttons[:MAX_BUTTONS]:
        shown = {"url": button.url} if button.url else {"custom_id": button.id, "style": button.style.value}
        view.add_item(discord.ui.Button(label=button.label[:80], **shown))
    view.stop()
    return view


def build_modal(form: Form) -> discord.ui.Modal:
    """Return the form as the library sends it; forgotten at once, as the buttons are."""
    modal = discord.ui.Modal(title=form.title[:_MAX_LABEL_LENGTH], custom_id=form.id)
    if form.opening:
        modal.add_item(discord.ui.TextDisplay(translate.to_plain_text(form.opening)[:MAX_FIELD_LENGTH]))
    for each in form.fields:
        modal.add_item(_build_label(each))
    modal.stop()
    return modal


def build_files(reply: Reply) -> list[discord.File]:
    """Return the reply's files as the library sends them."""
    return [discord.File(io.BytesIO(each.content), each.file_name) for each in reply.files]


def _build_label(field: Field) -> discord.ui.Label[Any]:
    hint = field.hint[:_MAX_HINT_LENGTH] or None
    return discord.ui.Label(text=field.label[:_MAX_LABEL_LENGTH], description=hint, component=_build_component(field))


def _build_component(field: Field) -> discord.ui.Item[Any]:
    match field:
        case TextField():
            style = discord.TextStyle.paragraph if field.long else discord.TextStyle.short
            default = field.value[:MAX_FIELD_LENGTH] or None
            return discord.ui.TextInput(
                custom_id=field.name, style=style, required=field.required, max_length=MAX_FIELD_LENGTH, default=default
            )
        case ChoiceField():
            options = [
                discord.SelectOption(
                    label=label[:100],
                    value=value,
                    description=field.hints.get(value, "")[:_MAX_HINT_LENGTH] or None,
                    default=value in field.chosen,
                )
                for value, label in field.options[:MAX_OPTIONS]
            ]
            most = len(options) if field.several else 1
            return discord.ui.Select(
                custom_id=field.name, options=options, required=False, min_values=0, max_values=most
            )
        case FileField():
            return discord.ui.FileUpload(custom_id=field.name, required=True, min_values=1, max_values=field.most)
