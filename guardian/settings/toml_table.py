"""Checks tables of a TOML file against the dataclasses that they fill; every fault gets its place and a remedy.

A dataclass says which keys there are; the kinds of value that a key may have stand here. Read `TableReader` first.
"""

import json
import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, TypeVar, get_type_hints
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticKnownError

T = TypeVar("T")

_OTHERS: Final = 0o077
_LARGEST_SECRET: Final = 64 * 1024
_DURATION: Final = re.compile(r"([0-9]{1,7})(ms|s|m|h|d)")
_UNITS: Final = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SENTENCES: Final = {
    "bool_type": "{entry} is neither true nor false (without quotes)",
    "dataclass_type": "is a section; write it as [{place}] with its keys below",
    "dict_type": "is a group of sections; write them as [{place}.name]",
    "enum": "{entry} is not one of: {expected}",
    "float_type": "{entry} is not a number; write it without quotes",
    "greater_than_equal": "{entry} is too little; the least is {ge:g}",
    "int_type": "{entry} is not a whole number; write it without quotes",
    "missing": "is missing; write it as {key} = {example}",
    "string_type": "{entry} is not a text; write it as {key} = {example}",
    "tuple_type": 'is not a list of texts; write it as {key} = ["…", "…"]',
}
"""Our words for each fault that pydantic finds by itself. The checks below raise the others, in our words already."""


class TableReader:
    """Reads the tables of one file, whose paths are taken from `folder`; what is wrong with them is in `faults`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []

    def read(self, kind: type[T], place: str, body: object, *beside: str, **given: object) -> T | None:
        """Return what stands at the place as a value of that kind; None if it has a fault.

        `beside` are keys that are read elsewhere; `given` goes before what the file says.
        """
        keys = keys_of(kind)
        if is_dataclass(kind) and isinstance(body, dict):
            self.refuse_unknown(place, body, *keys, *beside)
            body = {**body, **given}
        try:
            adapter = _adapter(kind)  # type: ignore[arg-type]  # a type can be hashed
            read: T = adapter.validate_python(body, context=self.folder)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                if fault["type"] == "default_factory_not_called":  # it rests on a key whose own fault is named
                    continue
                key = ".".join(str(part) for part in fault["loc"])
                key = f"{key}_file" if f"{key}_file" in keys else key  # what is left out is named after its field
                for sentence in _sentences(fault, f"{place}.{key}".strip("."), keys.get(key)):
                    self.fault(place, key, sentence)
            return None
        return read

    def refuse_unknown(self, place: str, body: Iterable[str], *known: str) -> None:
        """Name each key that there is not, with the one that was probably meant."""
        for key in body:
            if f"{key}_file" in known:
                remedy = f"write it to a file of its own and set {key}_file"
                self.fault(place, key, f"a secret does not stand in this file; {remedy}")
            elif key not in known:
                close = get_close_matches(key, known, n=1)
                self.fault(place, key, f"there is no such key{f'; did you mean {close[0]}?' if close else ''}")

    def fault(self, place: str, key: str, sentence: str) -> None:
        """Add the sentence to the faults, under the key's full name."""
        self.faults.append(f"{place}.{key}".strip(".") + f": {sentence}")


def keys_of(kind: type) -> Mapping[str, FieldInfo]:
    """Return the keys of the table that fills the dataclass; none for another kind of value."""
    hints = get_type_hints(kind, include_extras=True) if is_dataclass(kind) else {}
    infos = {name: FieldInfo.from_annotation(hint) for name, hint in hints.items()}
    return {info.alias or name: info for name, info in infos.items() if not info.exclude}


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _sentences(fault: ErrorDetails, place: str, key: FieldInfo | None) -> tuple[str, ...]:
    """What the check that found the fault says of it, or what we say where pydantic found it."""
    entry, more, name = fault["input"], fault.get("ctx", {}), place.rpartition(".")[2]
    if "error" in more:
        return tuple(more["error"].args)
    usual = f"secrets/{name.removesuffix('_file')}" if name.endswith("_file") else "…"
    example = key.examples[0] if key is not None and key.examples else usual
    sentence = _SENTENCES[fault["type"]].format(
        place=place,
        key=name,
        entry=quoted(entry),
        example=json.dumps(example, ensure_ascii=False),
        ge=more.get("ge"),
        expected=str(more.get("expected")).replace("'", "").replace(" or ", ", "),
    )
    return (sentence,)


def quoted(entry: object) -> str:
    """Return the entry as a sentence repeats it."""
    return f"'{entry}'" if isinstance(entry, str) else repr(entry)


def _text(entry: object) -> str:
    if not isinstance(entry, str) or not entry.strip():
        raise PydanticKnownError("string_type")
    if not entry.strip().isprintable():
        raise ValueError(f"{entry!r} has a line break or another control character in it; write it in one line")
    return entry.strip()


def _texts(entry: object) -> tuple[str, ...]:
    if not isinstance(entry, list) or not all(isinstance(each, str) and each.strip() for each in entry):
        raise PydanticKnownError("tuple_type")
    return tuple(each.strip() for each in entry)


def _in_folder(entry: str, info: ValidationInfo[Path]) -> Path:
    return info.context / Path(entry).expanduser()


def _secret(path: Path) -> str:
    """The content of the file, which only its owner may read."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                raise ValueError(f"others than its owner may read {path}; run chmod 600 {path}")
            content = file.read(_LARGEST_SECRET).decode().strip()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text; does it hold the secret?") from error
    if not content:
        raise ValueError(f"{path} is empty; write the secret into it")
    return content


def matching(pattern: str, otherwise: str) -> AfterValidator:
    """Check that a text is wholly of that pattern; `otherwise` finishes the sentence that begins with any other text."""

    def check(entry: str) -> str:
        if not re.fullmatch(pattern, entry):
            raise ValueError(f"'{entry}' {otherwise}")
        return entry

    return AfterValidator(check)


def duration(least: timedelta = timedelta(milliseconds=1), most: timedelta = timedelta.max) -> PlainValidator:
    """Read a duration of at least and at most so much, written as 30s, 15m, 48h or 7d."""

    def check(entry: object) -> timedelta:
        if isinstance(entry, timedelta):  # a default
            return entry
        match = _DURATION.fullmatch(entry) if isinstance(entry, str) else None
        if match is None:
            raise ValueError(f'{quoted(entry)} is not a duration; write it as "30s", "15m", "48h" or "7d"')
        span = timedelta(**{_UNITS[match[2]]: int(match[1])})
        if span < least:
            raise ValueError(f"{entry} is too short")
        if span > most:
            raise ValueError(f"{entry} is too long")
        return span

    return PlainValidator(check)


def address(*schemes: str) -> AfterValidator:
    """Check that a text is an address with one of the schemes, and take the slash from its end."""

    def check(entry: str) -> str:
        try:
            parts = urlsplit(entry)
            sound = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(f"{quoted(entry)} is not an address; it begins with {' or '.join(schemes)}://")
        return entry.rstrip("/")

    return AfterValidator(check)


class Listen(NamedTuple):
    """Where we listen; port 0 is any free one."""

    host: str
    port: int


def _listen(entry: str) -> Listen:
    host, _, port = entry.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"'{entry}' is not an address with a port, such as 127.0.0.1:8420")
    return Listen(host.strip("[]"), int(port))


TEXT: Final = BeforeValidator(_text)
GIVEN: Final = Field(exclude=True)
"""Marks a field that is no key of the file: its reader gives it."""
Text = Annotated[str, TEXT]
Texts = Annotated[tuple[str, ...], PlainValidator(_texts)]
Count = Annotated[int, Field(strict=True, ge=1, examples=[1])]
Rate = Annotated[float, Field(strict=True, ge=1)]
FilePath = Annotated[Path, BeforeValidator(_in_folder), TEXT, Field(examples=["/path"])]
Secret = Annotated[str, BeforeValidator(_secret), BeforeValidator(_in_folder), TEXT]
"""The content of the file that the key names: its key is that of the field with `_file` behind it."""
Duration = Annotated[timedelta, duration()]
Seconds = Annotated[timedelta, duration(least=timedelta(seconds=1))]
Url = Annotated[Text, address("https", "http"), Field(examples=["https://…"])]
ListenAddress = Annotated[Listen, BeforeValidator(_listen), TEXT]


def mode_switched(text: str, space: str, mode: str) -> str | None:
    """Return the file's text with another mode for the space; None where it has no section of that space."""
    lines = text.splitlines(keepends=True)
    header = re.compile(rf'^\s*\[\s*spaces\s*\.\s*"?{re.escape(space)}"?\s*\]\s*(#.*)?$')
    start = next((number for number, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        return None
    following = (number for number in range(start + 1, len(lines)) if re.match(r"^\s*\[", lines[number]))
    end = next(following, len(lines))
    for number in range(start + 1, end):
        if found := re.match(r'^(\s*mode\s*=\s*)(["\'])[^"\']*\2(.*)$', lines[number], re.DOTALL):
            lines[number] = f'{found[1]}"{mode}"{found[3]}'
            return "".join(lines)
    if not lines[start].endswith("\n"):
        lines[start] += "\n"
    lines.insert(start + 1, f'mode = "{mode}"\n')
    return "".join(lines)
