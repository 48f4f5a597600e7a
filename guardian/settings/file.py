"""Reads tables of the configuration file key by key, and gathers every fault in the file's own terms.

Which keys there are is said by `reading`. Secrets come from files of their own, never from the file itself.
"""

import os
import re
import stat
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

C = TypeVar("C", bound=StrEnum)

_OTHERS: Final = 0o077
_LARGEST_SECRET: Final = 64 * 1024
_DURATION: Final = re.compile(r"([0-9]{1,7})(ms|s|m|h|d)")
_UNITS: Final[Mapping[str, timedelta]] = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


class Table:
    """One table of the file. Each reading takes its key; what nobody took is unknown, and said so by `end`."""

    def __init__(self, where: str, body: object, folder: Path, faults: list[str]) -> None:
        self.where = where
        self.folder = folder
        self._faults = faults
        self._read: list[str] = []
        self._body: Mapping[str, Any] = body if isinstance(body, dict) else {}
        if not isinstance(body, dict):
            self.fault("", f"is a section; write it as [{where}] with its keys below")

    def fault(self, key: str, sentence: str) -> None:
        """The sentence is among the faults, under the key's full name."""
        self._faults.append(f"{'.'.join(part for part in (self.where, key) if part)}: {sentence}")

    def known(self, *keys: str) -> None:
        """The keys are no fault, whether they are read or not."""
        self._read.extend(keys)

    def has(self, key: str) -> bool:
        """Whether the file says anything about the key."""
        return key in self._body

    def text(self, key: str, default: str | None = None, *, example: str = "…") -> str:
        """The text of the key; without a default it has to be there."""
        entry = self._entry(key)
        if entry is None:
            if default is None:
                self.fault(key, f'is missing; write it as {key} = "{example}"')
            return default or ""
        if not isinstance(entry, str) or not entry.strip():
            self.fault(key, f'{_quoted(entry)} is not a text; write it as {key} = "{example}"')
            return default or ""
        if not entry.strip().isprintable():
            self.fault(key, f"{entry!r} has a line break or another control character in it; write it in one line")
        return entry.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts of the key; empty where it is not there."""
        entry = self._entry(key)
        if entry is None:
            return ()
        if not isinstance(entry, list) or not all(isinstance(each, str) and each.strip() for each in entry):
            self.fault(key, f'is not a list of texts; write it as {key} = ["…", "…"]')
            return ()
        return tuple(each.strip() for each in entry)

    def number(self, key: str, default: float | None = None, *, least: float = 0, whole: bool = True) -> float:
        """The number of the key, at least `least`; without a default it has to be there."""
        entry = self._entry(key)
        if entry is None:
            if default is None:
                self.fault(key, f"is missing; write it as {key} = 1")
            return default or 0
        if isinstance(entry, bool) or not isinstance(entry, int | float) or (whole and not isinstance(entry, int)):
            self.fault(key, f"{_quoted(entry)} is not a {'whole ' if whole else ''}number; write it without quotes")
            return default or 0
        if entry < least:
            self.fault(key, f"{entry} is too little; the least is {least:g}")
        return entry

    def switch(self, key: str, *, default: bool) -> bool:
        """Yes or no, written as true or false."""
        entry = self._entry(key)
        if entry is None:
            return default
        if not isinstance(entry, bool):
            self.fault(key, f"{_quoted(entry)} is neither true nor false (without quotes)")
            return default
        return entry

    def span(self, key: str, default: timedelta, *, least: timedelta = timedelta(milliseconds=1)) -> timedelta:
        """A duration, written as 30s, 15m, 48h or 7d."""
        entry = self._entry(key)
        if entry is None:
            return default
        match = _DURATION.fullmatch(entry) if isinstance(entry, str) else None
        if match is None:
            self.fault(key, f'{_quoted(entry)} is not a duration; write it as "30s", "15m", "48h" or "7d"')
            return default
        span = int(match[1]) * _UNITS[match[2]]
        if span < least:
            self.fault(key, f"{entry} is too short")
        return span

    def choice(self, key: str, kind: type[C], default: C) -> C:
        """One of the choices."""
        entry = self._entry(key)
        found = next((choice for choice in kind if choice.value == entry), None)
        if entry is not None and found is None:
            self.fault(key, f"{_quoted(entry)} is not one of: {', '.join(kind)}")
        return default if found is None else found

    def url(self, key: str, default: str | None = None, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
        """An address with one of the schemes, without a slash at its end."""
        address = self.text(key, default, example=f"{schemes[0]}://…")
        if not address:
            return address
        try:
            parts = urlsplit(address)
            sound = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            sound = False
        if not sound:
            self.fault(key, f"{_quoted(address)} is not an address; it begins with {' or '.join(schemes)}://")
        return address.rstrip("/")

    def path(self, key: str, default: Path | None = None, *, instead: str | None = None) -> Path:
        """A path, taken from the configuration file's own folder; `instead` is what the environment says."""
        self.known(key)
        entry = instead or self.text(key, str(default) if default else None, example="/path")
        return self.folder / Path(entry).expanduser()

    def secret(self, key: str, *, needed: bool = True) -> str | None:
        """The content of the file that `<key>_file` names, which only its owner may read."""
        name = f"{key}_file"
        if self.has(key):
            self._entry(key)
            self.fault(key, f"a secret does not stand in this file; write it to a file of its own and set {name}")
            return None
        self.known(name)
        if not self.has(name) and not needed:
            return None
        if not self.has(name):
            self.fault(name, f'is missing; write it as {name} = "secrets/{key}"')
            return None
        return self._secret_in(self.path(name), name)

    def tables(self, key: str) -> Mapping[str, Any]:
        """The tables below the key, by their names."""
        entry = self._entry(key)
        if entry is None:
            return {}
        if not isinstance(entry, dict):
            self.fault(key, f"is a group of sections; write them as [{key}.name]")
            return {}
        return entry

    def end(self) -> None:
        """What nobody has read is named as unknown."""
        for key in self._body:
            if key not in self._read:
                close = get_close_matches(key, self._read, n=1)
                self.fault(key, f"there is no such key{f'; did you mean {close[0]}?' if close else ''}")

    def _entry(self, key: str) -> Any:
        self._read.append(key)
        return self._body.get(key)

    def _secret_in(self, path: Path, name: str) -> str | None:
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                    self.fault(name, f"others than its owner may read {path}; run chmod 600 {path}")
                content = file.read(_LARGEST_SECRET).decode().strip()
        except OSError as error:
            self.fault(name, f"{path} cannot be read: {error.strerror}")
            return None
        except ValueError:
            self.fault(name, f"{path} is not a text; does it hold the secret?")
            return None
        if not content:
            self.fault(name, f"{path} is empty; write the secret into it")
        return content or None


def mode_switched(text: str, space: str, mode: str) -> str | None:
    """The file's text with another mode for the space; None where it has no section of that space."""
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


def _quoted(entry: object) -> str:
    return f"'{entry}'" if isinstance(entry, str) else repr(entry)
