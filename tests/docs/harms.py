"""`docs/harms.md`: what must never be done to a person, and the tests that show it is not. `page` writes it from `tests/harms`."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.architecture.source import ROOT
from tests.docs.table import cell

PAGE: Final = ROOT / "docs" / "harms.md"
CATALOGUE: Final = ROOT / "tests" / "harms"
MARK: Final = "harm"
_HEAD: Final = """# Harms

What this service must never do to a person, by kind, and the tests that would fail if it did. Somebody was hurt by each
of these, here or in a system like this one, or was found to be about to be. A test is marked `harm("name")`; the names
stand in `tests/harms`, and `python -m tests.docs` writes this page from both.
"""


@dataclass(frozen=True, slots=True)
class Harm:
    """One harm by its name: what happens to whom, and the rules against it."""

    name: str
    harm: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """The harms of one kind, in the order of their file."""

    title: str
    harms: tuple[Harm, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind of harm, by the names of their files."""
    return tuple(_kind(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(CATALOGUE.glob("*.toml")))


def names() -> list[str]:
    """Return the name of each harm, once for each time that it is listed."""
    return [harm.name for kind in kinds() for harm in kind.harms]


@cache
def shown_by() -> Mapping[str, tuple[str, ...]]:
    """Return the tests by the name of the harm that they are marked with, each as `path::function`, or as its path."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, test in _marked(path):
            where = str(path.relative_to(ROOT))
            found.setdefault(name, []).append(f"{where}::{test}" if test else where)
    return {name: tuple(each) for name, each in found.items()}


def page() -> str:
    """Return the page as the catalogue and the marks have it."""
    return "\n".join([_HEAD, *(line for kind in kinds() for line in _section(kind))])


def _kind(read: Mapping[str, Any]) -> Kind:
    return Kind(read["title"], tuple(_harm(name, each) for name, each in read.items() if isinstance(each, dict)))


def _harm(name: str, read: Mapping[str, Any]) -> Harm:
    rule = read.get("rule", [])
    return Harm(name, read["harm"], (rule,) if isinstance(rule, str) else tuple(rule))


def _section(kind: Kind) -> Iterator[str]:
    yield from (f"## {kind.title}", "", "| Harm | Rules | Tests |", "| --- | --- | --- |")
    for harm in kind.harms:
        shown = "<br>".join(f"`{test}`" for test in shown_by().get(harm.name, ()))
        yield f"| {cell(harm.harm)} | {', '.join(harm.rules)} | {shown} |"
    yield ""


def _marked(path: Path) -> Iterator[tuple[str, str]]:
    """The names of harms in the file's marks, each with the function or class that is marked; empty for all of it."""
    text = path.read_text(encoding="utf-8")
    if f"mark.{MARK}(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from ((name, node.name) for mark in node.decorator_list for name in _named(mark))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            yield from (
                (name, "") for mark in ast.walk(node.value) if isinstance(mark, ast.Call) for name in _named(mark)
            )


def _named(mark: ast.expr) -> Iterator[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{MARK}":
        yield from (ast.literal_eval(each) for each in mark.args)
