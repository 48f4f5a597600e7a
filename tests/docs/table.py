"""Tables inside a page: written anew from rows that the code gives, while the cells that the page itself says are kept."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_TABLE: Final = re.compile(r"<!-- table: ([\w. -]+) -->\n(.*?)<!-- end -->", re.DOTALL)
_KEY: Final = re.compile(r"^\| `([^`]+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its name, what the code says of it, and how many cells after that the page itself says.

    The first cell stands right after the name, in the same column.
    """

    name: str
    cells: tuple[str, ...]
    said: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name: its columns, and its lines."""

    name: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


def rewritten(page: str, tables: Iterable[Table]) -> str:
    """The page with every table as the code has it; a cell that the page has to say, and does not, is empty."""
    known = {table.name: table for table in tables}

    def written(found: re.Match[str]) -> str:
        table, kept = known[found[1]], _kept(found[2])
        lines = [_line(table.head), _line(["---"] * len(table.head))]
        lines += [_line([f"`{r.name}`{r.cells[0]}", *r.cells[1:], *_said(r, kept)]) for r in table.rows]
        return f"<!-- table: {found[1]} -->\n" + "\n".join(lines) + "\n<!-- end -->"

    return _TABLE.sub(written, page)


def named_in(page: str) -> list[str]:
    """The names of the tables that the page has."""
    return [found[1] for found in _TABLE.finditer(page)]


def unsaid(page: str) -> list[str]:
    """The lines of its tables in which a cell is empty."""
    lines = (line for found in _TABLE.finditer(page) for line in found[2].splitlines())
    return [line for line in lines if _KEY.match(line) and re.search(r"\|\s*\|", line)]


def cell(text: str) -> str:
    """The text as it may stand in a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _kept(table: str) -> Mapping[str, list[str]]:
    """The cells of each line as the page has them."""
    found = ((_KEY.match(line), line) for line in table.splitlines())
    return {key[1]: [each.strip() for each in re.split(r"(?<!\\)\|", line)[1:-1]] for key, line in found if key}


def _said(row: Row, kept: Mapping[str, list[str]]) -> list[str]:
    cells = kept.get(row.name, [])
    return (cells if len(cells) > row.said else [""] * row.said)[-row.said :] if row.said else []


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
