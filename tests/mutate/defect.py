"""A defect: a few words of the source that are replaced, anchored by their text, with the harm that this would do.

The table stands in `tests/mutate/defects`, a file for each part of the product. Read `Defect` first.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from tests.changed import ROOT

TABLE: Final = ROOT / "tests" / "mutate" / "defects"
_FILES_AT_ONCE: Final = 64
"""The defects of one file of the table are about few sources: these are parsed once for all of them."""


class Misplaced(Exception):
    """The text of a defect is not in the source, or more than once."""


@dataclass(frozen=True, slots=True)
class Defect:
    """`text`, found once in `file` (within the function or class `inside`, where that is given), replaced by `becomes`.

    `test`: the file, or one test of it, that is asked first. `asked`: the tests that are asked in place of those near the
    source. `explained`: why no test has to notice it. `inside` may be a section of a policy file, as `[reports]`.
    """

    name: str
    file: str
    text: str
    becomes: str
    harm: str
    inside: str = ""
    test: str = ""
    explained: str = ""
    asked: tuple[str, ...] = ()

    def plant(self, source: str) -> str:
        """Return the source with the defect in it."""
        start, end = _range_of(source, self.inside)
        found = source.count(self.text, start, end)
        if found != 1 or self.text == self.becomes:
            where = f"{self.file}, in {self.inside}" if self.inside else self.file
            raise Misplaced(f"{self.name}: found {found} times in {where}: {self.text!r}")
        at = source.index(self.text, start, end)
        return source[:at] + self.becomes + source[at + len(self.text) :]


@cache
def table() -> tuple[Defect, ...]:
    """Return every defect, by the names of their files and in the order of each."""
    return tuple(defect for path in sorted(TABLE.glob("*.toml")) for defect in _read(path))


def _read(path: Path) -> Iterator[Defect]:
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        yield _defect(name, entry)


def _defect(name: str, entry: Mapping[str, Any]) -> Defect:
    return Defect(
        name=name,
        file=entry["file"],
        text=entry["text"],
        becomes=entry["becomes"],
        harm=entry["harm"],
        inside=entry.get("in", ""),
        test=entry.get("test", ""),
        explained=entry.get("explained", ""),
    )


def _range_of(source: str, name: str) -> tuple[int, int]:
    """The characters of the function or class of that name; a method is named with its class, as `Loop.start`."""
    if not name:
        return 0, len(source)
    if name.startswith("["):
        start = source.index(name)
        end = source.find("\n[", start)
        return start, len(source) if end < 0 else end + 1
    node: ast.AST = _parsed(source)
    for part in name.split("."):
        node = _named(node, part, name)
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts[node.lineno - 1], starts[node.end_lineno or node.lineno]


@lru_cache(maxsize=_FILES_AT_ONCE)
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _named(within: ast.AST, part: str, name: str) -> ast.AST:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node for node in ast.iter_child_nodes(within) if isinstance(node, kinds) and node.name == part]
    if len(found) != 1:
        raise Misplaced(f"there are {len(found)} of the name {name}")
    return found[0]
