"""What a human sees after an act: a modal, or messages with their buttons, menus and files, kept up to date."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.emulators.discord.forms import (
    ACTION_ROW,
    BUTTON,
    CHECKBOX,
    CHECKBOX_GROUP,
    LABEL,
    SELECTS,
    TEXT_DISPLAY,
    TEXT_INPUT,
    walk_components,
)
from connectors.emulators.discord.shapes import is_ephemeral
from connectors.emulators.discord.state import LOADING, Attachment, Json


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a modal; `low` and `high` bound a text's length or the number of values."""

    label: str
    custom_id: str
    type: int
    required: bool
    low: int
    high: int
    value: str | None = None
    description: str | None = None
    placeholder: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    part: int = 0
    row: bool = False


@dataclass(frozen=True, slots=True)
class Modal:
    """A form over the screen; `texts` are its passages between the fields."""

    title: str
    custom_id: str
    fields: tuple[Field, ...]
    texts: tuple[str, ...] = ()

    def find(self, name: str) -> Field:
        """Return the field with this label or custom id."""
        for given in self.fields:
            if name in (given.label, given.custom_id):
                return given
        raise LookupError(f"no field {name!r} among {[f.label for f in self.fields]}")

    def with_values(self, values: Mapping[str, Any]) -> "Modal":
        """Return the same form with what was typed or chosen in it; files have to be picked anew."""
        given = {self.find(name).custom_id: value for name, value in values.items()}
        return replace(
            self, fields=tuple(_with_value(f, given[f.custom_id]) if f.custom_id in given else f for f in self.fields)
        )


def _with_value(form_field: Field, value: Any) -> Field:
    if form_field.type == TEXT_INPUT:
        return replace(form_field, value=str(value or ""))
    if form_field.type not in SELECTS:
        return form_field
    chosen = [value] if isinstance(value, str) else list(value)
    return replace(form_field, chosen=tuple(str(dict(form_field.options).get(each, each)) for each in chosen))


@dataclass(frozen=True, slots=True)
class Button:
    """A button; a link has a `url` and no custom id."""

    label: str
    custom_id: str | None
    disabled: bool = False
    url: str | None = None
    style: int = 2


@dataclass(frozen=True, slots=True)
class Select:
    """A menu in a message; `options` are (label, value)."""

    custom_id: str
    type: int
    placeholder: str | None
    low: int
    high: int
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file in a message, read whole."""

    filename: str
    content_type: str
    content: bytes

    @property
    def text(self) -> str:
        """The file as text."""
        return self.content.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as one human sees it; `raw` is Discord's own wording."""

    id: str
    channel_id: str
    content: str
    embeds: tuple[Json, ...]
    buttons: tuple[Button, ...]
    selects: tuple[Select, ...]
    files: tuple[ShownFile, ...]
    ephemeral: bool
    raw: Json

    @property
    def text(self) -> str:
        """Everything that can be read in the message without opening a file."""
        passages: list[str | None] = [self.content]
        for embed in self.embeds:
            passages += [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
            passages += [f.get(part) for f in embed.get("fields") or [] for part in ("name", "value")]
        passages += [p["content"] for p in walk_components(self.raw["components"]) if p["type"] == TEXT_DISPLAY]
        return "\n".join(p for p in passages if p)

    def button(self, name: str) -> Button:
        """Return the button with this label or custom id."""
        for given in self.buttons:
            if name in (given.label, given.custom_id):
                return given
        raise LookupError(f"no button {name!r} among {[b.label for b in self.buttons]}")


def build_shown(message: Json, files: list[Attachment]) -> Shown:
    """Return the message, with its files, as it appears on a screen."""
    inside = list(walk_components(message["components"]))
    return Shown(
        id=message["id"],
        channel_id=message["channel_id"],
        content=message["content"],
        embeds=tuple(message["embeds"]),
        buttons=tuple(_button(p) for p in inside if p["type"] == BUTTON),
        selects=tuple(_select(p) for p in inside if p["type"] in SELECTS),
        files=tuple(ShownFile(a.filename, a.content_type, a.content) for a in files),
        ephemeral=is_ephemeral(message["flags"]),
        raw=message,
    )


def _button(part: Json) -> Button:
    label, disabled = part.get("label") or "", bool(part.get("disabled"))
    return Button(label, part.get("custom_id"), disabled, part.get("url"), part.get("style", 2))


def _select(part: Json) -> Select:
    low, high = part.get("min_values"), part.get("max_values")
    return Select(
        custom_id=part["custom_id"],
        type=part["type"],
        placeholder=part.get("placeholder"),
        low=1 if low is None else low,
        high=1 if high is None else high,
        options=_options(part),
    )


def _options(part: Json) -> tuple[tuple[str, str], ...]:
    return tuple((o["label"], o["value"]) for o in part.get("options") or [])


def build_modal(data: Json) -> Modal:
    """Return the form that a type 9 answer opens."""
    fields, texts = [], []
    for number, component in enumerate(data["components"], start=1):
        if component["type"] == LABEL:
            fields.append(_field(component["component"], component["label"], component.get("description"), number))
        elif component["type"] == ACTION_ROW:
            inner = component["components"][0]
            fields.append(_field(inner, inner.get("label") or "", None, number, row=True))
        else:
            texts.append(component["content"])
    return Modal(data["title"], data["custom_id"], tuple(fields), tuple(texts))


def _field(part: Json, label: str, description: str | None, number: int, *, row: bool = False) -> Field:
    kind = part["type"]
    required = part.get("required")
    unit = "length" if kind == TEXT_INPUT else "values"
    low, high = part.get(f"min_{unit}"), part.get(f"max_{unit}")
    most = {TEXT_INPUT: 4000, CHECKBOX_GROUP: len(part.get("options") or [])}.get(kind, 1)
    value = part.get("value")
    defaults = [str(d["id"]) for d in part.get("default_values") or []]
    chosen = [o["value"] for o in part.get("options") or [] if o.get("default")] + defaults
    return Field(
        label=label,
        custom_id=part["custom_id"],
        type=kind,
        required=kind != CHECKBOX if required is None else bool(required),
        low=(0 if kind == TEXT_INPUT else 1) if low is None else low,
        high=most if high is None else high,
        value=str(value) if value is not None else None,
        description=description,
        placeholder=part.get("placeholder"),
        options=_options(part),
        chosen=tuple(chosen),
        part=number,
        row=row,
    )


@dataclass(slots=True)
class Screen:
    """One act of a human and everything that came of it; `failed` is the app's own "did not respond"."""

    person_id: str
    channel_id: str
    interaction_id: str
    token: str
    modal: Modal | None = None
    messages: list[Shown] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    answered: bool = False
    failed: bool = False
    _waiters: list[asyncio.Event] = field(default_factory=list)

    @property
    def message(self) -> Shown | None:
        """The newest message, where there is one."""
        return self.messages[-1] if self.messages else None

    @property
    def thinking(self) -> bool:
        """A deferred answer still stands as "thinking"."""
        return any(m.raw["flags"] & LOADING for m in self.messages)

    @property
    def text(self) -> str:
        """All that the messages say, in order."""
        return "\n".join(m.text for m in self.messages)

    async def wait_until_settled(self, timeout_s: float = 5.0) -> "Screen":
        """Wait until the act was answered (or failed) and nothing is "thinking" any more.

        Raises TimeoutError where that is not so within these seconds of wire time.
        """
        return await self.wait_until(lambda s: s.failed or (s.answered and not s.thinking), timeout_s)

    async def wait_until(self, condition: Callable[["Screen"], bool], timeout_s: float = 5.0) -> "Screen":
        """Wait until the condition holds; TimeoutError where it does not within these seconds of wire time."""
        async with asyncio.timeout(timeout_s):
            while not condition(self):
                waiter = asyncio.Event()
                self._waiters.append(waiter)
                await waiter.wait()
        return self

    def find(self, name: str) -> tuple[Shown, Button]:
        """Return the newest message with a button of this label or custom id, and the button."""
        for given in reversed(self.messages):
            if any(name in (b.label, b.custom_id) for b in given.buttons):
                return given, given.button(name)
        raise LookupError(f"no button {name!r} on this screen: {[b.label for m in self.messages for b in m.buttons]}")

    def menu(self, custom_id: str) -> tuple[Shown, Select]:
        """Return the newest message with this menu, and the menu."""
        for given in reversed(self.messages):
            for select in given.selects:
                if custom_id in (select.custom_id, select.placeholder):
                    return given, select
        raise LookupError(f"no menu {custom_id!r} on this screen")

    # -- written by the interactions alone

    def show(self, given: Shown) -> None:
        """Show the message on the screen, in the place of its older self."""
        places = [i for i, m in enumerate(self.messages) if m.id == given.id]
        if places:
            self.messages[places[0]] = given
        else:
            self.messages.append(given)
        self.notify()

    def drop(self, message_id: str) -> None:
        """Take the message off the screen."""
        self.messages = [m for m in self.messages if m.id != message_id]
        self.notify()

    def notify(self) -> None:
        """Let those who wait check again."""
        waiters, self._waiters = self._waiters, []
        for each in waiters:
            each.set()

    def as_json(self) -> dict[str, Any]:
        """Return the screen for another process: everything that can be read, pressed or filled in."""
        return {
            "interaction_id": self.interaction_id,
            "answered": self.answered,
            "failed": self.failed,
            "thinking": self.thinking,
            "modal": self.modal,
            "messages": self.messages,
            "choices": self.choices,
        }
