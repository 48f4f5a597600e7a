"""`docs/glossary.md` as data: its rows, the names of code that they show, and the words that they explain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.architecture.source import ROOT

PAGE: Final = ROOT / "docs" / "glossary.md"
_CODE: Final = re.compile(r"`([^`]+)`")
_ASIDE: Final = re.compile(r"\([^()]*\)")
_NAME: Final = re.compile(r"[\w…]+")
_RULER: Final = {"---"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the term with its names, what it means, and what it is said instead of."""

    term: str
    meaning: str
    instead_of: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of code in the row, without brackets; `…` stands for anything."""
        return tuple(name for code in _CODE.findall(f"{self.term} {self.meaning}") for name in _NAME.findall(code))

    @property
    def words(self) -> tuple[str, ...]:
        """The plain words of the term, without the names of code."""
        plain = _CODE.sub("", _ASIDE.sub("", self.term))
        return tuple(each.strip() for each in plain.split(",") if each.strip())


@cache
def entries() -> tuple[Entry, ...]:
    """Return the rows of the table, in their order."""
    return tuple(_entries(PAGE.read_text(encoding="utf-8")))


def _entries(text: str) -> Iterator[Entry]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    yield from (Entry(*row) for row in rows[1:] if set(row) != _RULER)
