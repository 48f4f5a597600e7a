"""What a form in the browser says becomes what is typed, chosen and picked in Discord's app. Decides nothing.

Read `read_options` for a command and `read_modal` for a form of the service's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.emulators.discord.client_screen import Field, Modal
from connectors.emulators.discord.commands import BOOLEAN, FILE, GROUP, INTEGER, NUMBER, SUBCOMMAND
from connectors.emulators.discord.forms import CHECKBOX, FILE_UPLOAD, TEXT_INPUT
from connectors.emulators.discord.state import Json
from guardian.web.forms import Form

EXAMPLES: Final[Mapping[str, str]] = {
    "what": "They insult people who ask for help, again and again, after being asked to stop.",
    "text": "I saw it in the help channel, and two people asked me to step in.",
    "summary": "Insulted people who asked for help.",
    "outcome": "A suspension, and a return.",
}
"""What stands in a field of that name already, so that clicking alone leads on; anybody may write something else."""


@dataclass(frozen=True, slots=True)
class OfferedCommand:
    """A command as somebody types it, with its options as Discord describes them."""

    name: str
    description: str
    options: tuple[Json, ...]


def list_offered(commands: list[Json]) -> tuple[OfferedCommand, ...]:
    """Return what can be typed, subcommands each by itself, in the order of the alphabet."""
    found = [each for command in commands for each in _offered(command, "")]
    return tuple(sorted(found, key=lambda each: each.name))


def read_options(command: OfferedCommand, form: Form) -> Mapping[str, Any]:
    """Return the options that were filled in."""
    given = {str(option["name"]): _option(option, form) for option in command.options}
    return {name: value for name, value in given.items() if value is not None}


def read_modal(modal: Modal, form: Form) -> Mapping[str, Any]:
    """Return what was written and chosen in the form, by the fields' custom ids."""
    return {each.custom_id: _field(each, form) for each in modal.fields}


def fill_examples(modal: Modal) -> Mapping[str, str]:
    """Return what stands in the texts of the form at first, by custom id."""
    texts = [each for each in modal.fields if each.type == TEXT_INPUT]
    return {each.custom_id: each.value or (EXAMPLES.get(each.custom_id, "") if each.required else "") for each in texts}


def _offered(command: Json, before: str) -> Iterator[OfferedCommand]:
    name = f"{before} {command['name']}".strip()
    options = command.get("options") or []
    inner = [each for each in options if each["type"] in (SUBCOMMAND, GROUP)]
    if not inner:
        yield OfferedCommand(name, command.get("description") or "", tuple(options))
    for each in inner:
        yield from _offered(each, name)


def _option(option: Json, form: Form) -> Any:
    text = form.one(option["name"])
    if option["type"] == FILE:
        return next(((each.name, each.content) for each in form.files), None)
    if not text:
        return None
    if option["type"] in (INTEGER, NUMBER):
        return int(text) if option["type"] == INTEGER else float(text)
    return text == "yes" if option["type"] == BOOLEAN else text


def _field(each: Field, form: Form) -> Any:
    if each.type == TEXT_INPUT:
        return form.one(each.custom_id)
    if each.type == CHECKBOX:
        return bool(form.one(each.custom_id))
    if each.type == FILE_UPLOAD:
        return [(upload.name, upload.content) for upload in form.files]
    return [value for value in form.all(each.custom_id) if value]
