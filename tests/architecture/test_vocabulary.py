"""One word for each thing: the glossary is what the code says, and retired names do not come back.

`retired.toml`, beside this, has the names that are over, each with what is said now.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

import pytest

from guardian.storage.tables.all_tables import metadata
from tests.architecture.source import PRODUCT, ROOT, Module, modules
from tests.docs.glossary import Entry, entries
from tests.shape import measured, product

SERVICES: Final = "guardian.services"
NOUNS: Final = frozenset({"linking", "unlinking", "merging", "joining", "closing"})
"""The nouns in -ing that modules of services may be named by."""
APART: Final = re.compile(r"(^|/)(emulators?|emulation|stories|migrations)/")
QUESTIONS: Final = 20
_PATH: Final = re.compile(r"`([\w./-]+)`")
_BETWEEN: Final = re.compile(r"[\s_#-]+")


def test_a_module_of_services_is_named_by_a_noun() -> None:
    names = [module.name for module in modules("guardian") if module.name.startswith(f"{SERVICES}.")]
    assert names, "there are no services"
    assert [name for name in names if _stem(name).endswith("ing") and _stem(name) not in NOUNS] == []


def test_no_class_name_stands_for_two_things() -> None:
    assert measured(product()).names_used_twice == ()


@pytest.mark.parametrize("entry", entries(), ids=[entry.term for entry in entries()])
def test_a_term_of_the_glossary_is_what_the_code_says(entry: Entry) -> None:
    unknown = [name for name in entry.names if not any(fnmatchcase(known, _glob(name)) for known in _known())]
    unsaid = [words for words in entry.words if _run_together(words) not in _said()]
    assert unknown + unsaid == []


def test_no_retired_name_is_defined_anywhere() -> None:
    found = {
        f"{module.path}:{line} {name}": f"say {say}"
        for module in modules(*PRODUCT)
        if not APART.search(module.path)
        for name, line, say in _retired_in(module)
    }
    assert found == {}


def test_no_retired_module_is_there() -> None:
    names = sorted(module.name for module in modules(*PRODUCT))
    retired = _retired()["modules"]
    assert {name: say for old, say in retired.items() for name in names if fnmatchcase(name, old)} == {}


def test_a_table_bears_the_name_by_which_the_code_calls_it() -> None:
    tables = [module for module in modules("guardian") if module.name.startswith("guardian.storage.tables.")]
    named = {name: table for module in tables for name, table in _tables_of(module)}
    assert len(named) == len(metadata.tables)
    assert {name: table for name, table in named.items() if name != table} == {}


def test_whoever_wants_to_change_something_is_led_to_files_that_are_there() -> None:
    rows = _rows_of("To change")
    assert len(rows) >= QUESTIONS
    paths = [path for row in rows for path in _PATH.findall(row[1])]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [row[0] for row in rows if not _PATH.findall(row[1])] == []


@pytest.mark.parametrize(
    "text",
    [
        "class Desk: ...",
        "def tell_members(): ...",
        "def act(desk): ...",
        "desk = 1",
        "class Case:\n    desk: int",
        "from cases import context as desk",
        "class LiftingCause:\n    ADOPTED = 1",
    ],
)
def test_a_definition_by_a_retired_name_is_noticed(text: str) -> None:
    assert list(_retired_in(Module("guardian/sample.py", "guardian.sample", ast.parse(text), text)))


@pytest.mark.parametrize("text", ["from collections import Counter", "class Other:\n    ADOPTED = 1", "view.desktop()"])
def test_what_others_are_named_is_not_taken_for_a_retired_name(text: str) -> None:
    assert list(_retired_in(Module("guardian/sample.py", "guardian.sample", ast.parse(text), text))) == []


def _tables_of(module: Module) -> Iterator[tuple[str, str]]:
    """The tables that the module makes: the name of the variable, and that in the database."""
    for node in module.tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call):
            made = node.value
            if isinstance(made.func, ast.Name) and made.func.id == "Table" and isinstance(made.args[0], ast.Constant):
                yield node.target.id, str(made.args[0].value)


@cache
def _retired() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((ROOT / "tests" / "architecture" / "retired.toml").read_text(encoding="utf-8"))


def _retired_in(module: Module) -> Iterator[tuple[str, int, str]]:
    """The names that the module defines and that are over, each with its line and what is said instead."""
    exact, patterns = _identifiers()
    for name, line in _defined(module.tree):
        if name in exact:
            yield name, line, exact[name]
        yield from ((name, line, say) for pattern, say in patterns.items() if fnmatchcase(name, pattern))


@cache
def _identifiers() -> tuple[Mapping[str, str], Mapping[str, str]]:
    retired = _retired()["identifiers"]
    return ({k: v for k, v in retired.items() if "*" not in k}, {k: v for k, v in retired.items() if "*" in k})


def _defined(tree: ast.AST, own_class: str = "") -> Iterator[tuple[str, int]]:
    """Every name that is defined, once by itself and once with its class before it where it stands in one."""
    for node in ast.iter_child_nodes(tree):
        for name in _names(node):
            line = getattr(node, "lineno", 0)
            yield name, line
            if own_class:
                yield f"{own_class}.{name}", line
        yield from _defined(node, node.name if isinstance(node, ast.ClassDef) else _class_of(node, own_class))


def _class_of(node: ast.AST, own_class: str) -> str:
    """What is assigned in a function is no longer of the class that the function is in."""
    return "" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) else own_class


def _names(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    if isinstance(node, ast.alias) and node.asname:
        return [node.asname]
    return []


@cache
def _known() -> frozenset[str]:
    """Every name that the product defines."""
    return frozenset(name for module in modules(*PRODUCT) for name, _ in _defined(module.tree))


@cache
def _said() -> str:
    """All that the product and its tests say, names of modules too: in lower case, words and the parts of names run together."""
    told = [part for module in modules(*PRODUCT, "tests") for part in (module.name, module.text)]
    return _run_together("\n".join(told))


def _run_together(text: str) -> str:
    return _BETWEEN.sub("", text).casefold()


def _stem(name: str) -> str:
    return name.rpartition(".")[2]


def _glob(name: str) -> str:
    return name.replace("…", "*")


def _rows_of(head: str) -> list[list[str]]:
    """The rows of the table of the guide whose first column is headed so."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition(f"| {head} ")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
