"""Reads a policy file (TOML) into the frozen Policy, or names every fault of it at once in the file's own terms.

It knows how values are written; what they mean, and which contradict each other, is said by `rules.policy`. Read
`read_policy` first.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from typing import Any

from guardian.errors import Misconfigured
from rules.policy import Policy, PolicyValue, policy_sections, policy_texts, policy_values
from rules.policy_sections.orders import ValueOrder, find_contradictions
from rules.policy_sections.source import Number

_DURATION = re.compile(r"(\d{1,5})([mhd])")
_FRACTION = re.compile(r"(\d{1,4})/(\d{1,4})")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_UNIT_WORDS = {"minute": "m", "min": "m", "hour": "h", "hr": "h", "day": "d"}


class _Unreadable(Exception):
    """One value is not what its key asks for; the text finishes the sentence that begins with the key."""


def read_policy(text: str) -> Policy:
    """Return the policy that the text sets out; raise Misconfigured with all of its faults.

    Policy: P-5.1 and the others.
    """
    table = _parse(text)
    known = {value.path: value for value in _every_entry()}
    faults = [*_unknown_sections(table), *_unknown_keys(table, known)]
    read: dict[str, object] = {}
    for path, value in known.items():
        try:
            read[path] = _read(_entry(table, value), value)
        except _Unreadable as fault:
            faults.append(f"{path}: {fault}")
    faults.extend(_contradiction(order, read) for order in find_contradictions(read))
    if faults:
        raise Misconfigured(faults)
    return _build(read)


def written(item: object) -> str:
    """Return a value as a policy file writes it: "24h", "2/3", "lift", a list in brackets."""
    if isinstance(item, tuple):
        return "[" + ", ".join(written(part) for part in item) + "]"
    if isinstance(item, timedelta):
        return _written_duration(item)
    if isinstance(item, Fraction):
        return f"{item.numerator}/{item.denominator}"
    return str(item)


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured([f"the policy file is not valid TOML: {error}"]) from error


def _unknown_sections(table: Mapping[str, Any]) -> Iterable[str]:
    known = list(policy_sections())
    for name, body in table.items():
        if name not in known:
            yield f"{name}: there is no such section{_perhaps(name, known)}"
        elif not isinstance(body, dict):
            yield f"{name}: is a section; write it as [{name}] with its keys below"


def _unknown_keys(table: Mapping[str, Any], known: Mapping[str, PolicyValue]) -> Iterable[str]:
    for section in policy_sections():
        body = table.get(section)
        keys = [value.key for value in known.values() if value.section == section]
        for key in body if isinstance(body, dict) else ():
            if key not in keys:
                yield f"{section}.{key}: there is no such key{_perhaps(key, keys)}"


def _perhaps(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _every_entry() -> tuple[PolicyValue, ...]:
    return (*policy_values(), *policy_texts())


def _entry(table: Mapping[str, Any], value: PolicyValue) -> object:
    body = table.get(value.section)
    if value.kind is str and value.key not in (body if isinstance(body, dict) else {}):
        return [] if value.is_list else ""
    if not isinstance(body, dict) or value.key not in body:
        raise _Unreadable(f"is missing; write it as {_example(value)} (rule {value.source.rule})")
    return body[value.key]


def _read(entry: object, value: PolicyValue) -> object:
    if not value.is_list:
        return _read_one(entry, value)
    if not isinstance(entry, list):
        raise _Unreadable(f"{_quoted(entry)} is not a list; write it as {_example(value)}")
    if not entry and value.source.least is not None:
        raise _Unreadable(f"is empty; write it as {_example(value)}")
    items = tuple(_read_one(item, value) for item in entry)
    if len(set(items)) < len(items):
        raise _Unreadable("names the same thing twice")
    return items


def _read_one(entry: object, value: PolicyValue) -> object:
    if issubclass(value.kind, StrEnum):
        return _read_choice(entry, value.kind)
    if value.kind is timedelta:
        return _within(_read_duration(entry), value)
    if value.kind is Fraction:
        return _within(_read_fraction(entry), value)
    if value.kind is str:
        return _read_words(entry)
    return _within(_read_count(entry), value)


def _read_words(entry: object) -> str:
    if not isinstance(entry, str):
        raise _Unreadable(f"{_quoted(entry)} is no text; write it in quotes")
    return " ".join(entry.split())


def _read_choice(entry: object, choices: type[StrEnum]) -> StrEnum:
    found = next((choice for choice in choices if choice.value == entry), None)
    if found is None:
        raise _Unreadable(f"{_quoted(entry)} is not one of: {', '.join(choices)}")
    return found


def _read_duration(entry: object) -> timedelta:
    match = _DURATION.fullmatch(entry) if isinstance(entry, str) else None
    if match is None:
        raise _Unreadable(f"{_quoted(entry)} is not a duration; write it as {_suggested_duration(entry)}")
    return int(match[1]) * _UNITS[match[2]]


def _read_fraction(entry: object) -> Fraction:
    match = _FRACTION.fullmatch(entry) if isinstance(entry, str) else None
    if match is None or int(match[2]) == 0:
        raise _Unreadable(f'{_quoted(entry)} is not a share; write it as "2/3"')
    return Fraction(int(match[1]), int(match[2]))


def _read_count(entry: object) -> int:
    if isinstance(entry, bool) or not isinstance(entry, int):
        raise _Unreadable(f"{_quoted(entry)} is not a whole number; write it without quotes, as 3")
    return entry


def _within(number: Number, value: PolicyValue) -> Number:
    """Return the number itself, if it lies within the bounds of its entry; numbers and bounds are of one kind."""
    least, most = value.source.least, value.source.most
    if least is not None and _measure(number) < _measure(least):
        raise _Unreadable(f"{written(number)} is too little; the least is {written(least)}")
    if most is not None and _measure(number) > _measure(most):
        raise _Unreadable(f"{written(number)} is too much; the most is {written(most)}")
    return number


def _measure(number: Number) -> Fraction:
    return Fraction(number // timedelta(seconds=1)) if isinstance(number, timedelta) else Fraction(number)


def _contradiction(order: ValueOrder, read: Mapping[str, object]) -> str:
    relation = "is not less than" if order.strict else "is more than"
    return (
        f"{order.smaller}: {written(read[order.smaller])} {relation} "
        f"{order.larger} ({written(read[order.larger])}), but {order.reason}"
    )


def _build(read: Mapping[str, object]) -> Policy:
    groups: dict[str, Any] = {
        section: group(**{value.key: read[value.path] for value in _every_entry() if value.section == section})
        for section, group in policy_sections().items()
    }
    return Policy(**groups)


def _example(value: PolicyValue) -> str:
    one = f'"{next(iter(value.kind))}"' if issubclass(value.kind, StrEnum) else _SAMPLES[value.kind]
    return f"{value.key} = [{one}]" if value.is_list else f"{value.key} = {one}"


_SAMPLES: Mapping[type, str] = {timedelta: '"48h"', Fraction: '"2/3"', int: "3", str: '"…"'}


def _suggested_duration(entry: object) -> str:
    """Return what the writer probably meant, else a sample: "48 hrs" becomes 48h."""
    match = re.fullmatch(r"\s*(\d{1,5})\s*([a-z]+?)s?\s*", entry.lower()) if isinstance(entry, str) else None
    unit = None if match is None else _UNIT_WORDS.get(match[2], match[2] if match[2] in _UNITS else None)
    if match is None or unit is None:
        return "15m, 48h or 7d"
    return match[1] + unit


def _written_duration(duration: timedelta) -> str:
    for unit, size in reversed(_UNITS.items()):
        if duration % size == timedelta(0) and (duration or unit == "d"):
            return f"{duration // size}{unit}"
    return str(duration)


def _quoted(entry: object) -> str:
    return f"'{entry}'" if isinstance(entry, str) else repr(entry)
