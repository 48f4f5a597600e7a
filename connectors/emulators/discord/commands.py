"""Registered commands on both sides: what Discord accepts as a definition, and how a human's input becomes options."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.emulators.discord.form_filling import FormFilling
from connectors.emulators.discord.refusals import FormErrors
from connectors.emulators.discord.state import DiscordState, Json
from connectors.emulators.shared.control import Declined

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(1, 12)
LOCALES = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja "
    "zh-TW ko".split()
)
COMPLETED: Final[Mapping[int | None, tuple[type, ...]]] = {STRING: (str,), INTEGER: (int,), NUMBER: (int, float)}
"""The kinds of options that have choices or suggestions, and of what type those are."""
CHAT_NAME = re.compile(r"^[-_'\w]{1,32}$")


def register_commands(state: DiscordState, commands: list[Json], guild_id: str | None, now: datetime) -> list[Json]:
    """Return the commands as the platform keeps them: an id each (kept with the name), every default filled in."""
    _check(commands)
    scope = guild_id or ""
    known = {(c["type"], c["name"]): c["id"] for c in state.commands.get(scope, [])}
    stored = []
    for given in commands:
        kind = given.get("type") or 1
        command: Json = {"default_member_permissions": None, "nsfw": False, "description": "", "contexts": None}
        command |= {"integration_types": [0], "dm_permission": True} if guild_id is None else {"guild_id": guild_id}
        command |= {name: value for name, value in given.items() if value is not None}
        needed = command["default_member_permissions"]
        command["default_member_permissions"] = str(needed) if needed is not None else None
        command |= {"type": kind, "application_id": state.application_id, "version": state.new_id(now)}
        stored.append(command | {"id": known.get((kind, given["name"])) or state.new_id(now)})
    state.commands[scope] = stored
    return stored


def _check(commands: list[Json]) -> None:
    form = FormErrors()
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        kind = command.get("type") or 1
        _check_name(form, str(index), command, kind)
        _check_languages(form, str(index), command, kind)
        if (kind, command.get("name", "")) in seen:
            form.add(str(index), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
        seen.add((kind, command.get("name", "")))
        _check_options(form, str(index), command.get("options") or [])
    form.raise_if_faulty()


def _check_languages(form: FormErrors, path: str, given: Json, kind: int) -> None:
    for part, most in (("name_localizations", 32), ("description_localizations", 100)):
        for locale, text in (given.get(part) or {}).items():
            place = f"{path}.{part}.{locale}"
            is_name = kind == 1 and part == "name_localizations"
            if locale not in LOCALES:
                form.add(place, "BASE_TYPE_CHOICES", "Value must be one of the known locales.")
            elif is_name and (not CHAT_NAME.match(text) or text != text.lower()):
                form.add(place, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
            else:
                form.check_length(place, text, 1, most)


def _check_name(form: FormErrors, path: str, given: Json, kind: int) -> None:
    name = str(given.get("name") or "")
    if kind == 1:
        if not CHAT_NAME.match(name) or name != name.lower():
            form.add(f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        form.check_length(f"{path}.description", given.get("description"), 1, 100)
    else:
        form.check_length(f"{path}.name", name, 1, 32)


def _check_options(form: FormErrors, path: str, options: list[Json]) -> None:
    if len(options) > 25:
        form.add(f"{path}.options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    optional = False
    for index, option in enumerate(options):
        place = f"{path}.options.{index}"
        _check_name(form, place, option, 1)
        if option.get("required") and optional:
            form.add(place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options come first.")
        optional = optional or not option.get("required")
        check_choices(form, place, option, option.get("choices") or [])
        if option.get("autocomplete") and (option.get("choices") or option.get("type") not in COMPLETED):
            form.add(f"{place}.autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", "Not on this option.")
        _check_options(form, place, option.get("options") or [])


def check_choices(form: FormErrors, path: str, option: Json, choices: list[Json]) -> None:
    """Note what Discord would not offer of an option as a fault: too many, a name or value that is none."""
    if len(choices) > 25:
        form.add(f"{path}.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, choice in enumerate(choices):
        place, value = f"{path}.choices.{index}", choice.get("value")
        form.check_length(f"{place}.name", choice.get("name"), 1, 100)
        if type(value) not in COMPLETED.get(option.get("type"), ()):
            form.add(f"{place}.value", "BASE_TYPE_CHOICES", "The value is not of the option's type.")
        elif isinstance(value, str):
            form.check_length(f"{place}.value", value, 1, 100)


@dataclass(frozen=True, slots=True)
class ChosenCommand:
    """A command, or the subcommand of it, that a human has picked; `way` are the names between."""

    options: list[Json]
    path: tuple[tuple[str, int], ...] = ()

    def nest_options(self, given: list[Json]) -> list[Json]:
        """Return the options as they travel: inside their subcommand and group."""
        for name, kind in reversed(self.path):
            given = [{"name": name, "type": kind, "options": given}]
        return given


def focused_option(options: list[Json]) -> Json:
    """Return the option that is being typed, whatever subcommand it belongs to."""
    for option in options:
        if option.get("focused"):
            return option
        if inner := focused_option(option.get("options") or []):
            return inner
    return {}


def is_called(given: Json, name: str, locale: str) -> bool:
    """Return whether a human whose app is set to that language finds the command under this name."""
    return name in (given["name"], (given.get("name_localizations") or {}).get(locale))


def find_command(offered: list[Json], name: str, locale: str = "en-US") -> tuple[Json, ChosenCommand]:
    """Return the command with this name among those offered, down to its subcommand."""
    first, *rest = name.split()
    command = next((c for c in offered if is_called(c, first, locale)), None)
    if command is None:
        raise Declined(f"no command /{first} here: {[c['name'] for c in offered]}")
    options, path = list(command.get("options") or []), []
    for step in rest:
        inner = next((o for o in options if o["name"] == step and o["type"] in (SUBCOMMAND, GROUP)), None)
        if inner is None:
            raise Declined(f"no subcommand {step!r} of /{first}: {[o['name'] for o in options]}")
        path.append((step, int(inner["type"])))
        options = list(inner.get("options") or [])
    if any(o["type"] in (SUBCOMMAND, GROUP) for o in options):
        raise Declined(f"/{name} needs a subcommand: {[o['name'] for o in options]}")
    return command, ChosenCommand(options, tuple(path))


def build_options(
    chosen: ChosenCommand, values: Mapping[str, Any], form_filling: FormFilling, *, complete: bool = True
) -> list[Json]:
    """Return the options with the values that the app would send; what it would not send is declined."""
    known = {o["name"]: o for o in chosen.options}
    if unknown := set(values) - set(known):
        raise Declined(f"no option {sorted(unknown)} among {sorted(known)}")
    missing = [o["name"] for o in chosen.options if o.get("required") and o["name"] not in values]
    if missing and complete:
        raise Declined(f"required: {missing}")
    given = [(known[name], value) for name, value in values.items() if value is not None]
    return [{"name": o["name"], "type": o["type"], "value": _value(o, value, form_filling)} for o, value in given]


def _value(option: Json, value: Any, form_filling: FormFilling) -> Any:
    named = {c["name"]: c["value"] for c in option.get("choices") or []}
    match option["type"]:
        case 3:
            return _text(option, str(named.get(value, value)), named)
        case 4 | 10:
            return _number(option, named.get(value, value), named)
        case 5:
            return bool(value)
        case 6 | 7 | 8 | 9:
            return form_filling.resolve(option["type"], str(value))
        case _:
            return form_filling.file(value)


def _text(option: Json, text: str, named: Mapping[str, Any]) -> str:
    low, high = option.get("min_length") or 0, option.get("max_length") or 6000
    if named and text not in named.values():
        raise Declined(f"{option['name']}: one of {sorted(named)}")
    if not low <= len(text) <= high:
        raise Declined(f"{option['name']}: {low} to {high} characters")
    return text


def _number(option: Json, value: Any, named: Mapping[str, Any]) -> int | float:
    number = int(value) if option["type"] == INTEGER else float(value)
    if named and number not in named.values():
        raise Declined(f"{option['name']}: one of {sorted(named)}")
    low, high = option.get("min_value"), option.get("max_value")
    if (low is not None and number < low) or (high is not None and number > high):
        raise Declined(f"{option['name']}: from {low} to {high}")
    return number
