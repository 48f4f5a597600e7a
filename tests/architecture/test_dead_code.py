"""Everything public that the product defines is used by the product: what only tests use belongs to the tests.

A use is any mention but a definition: by name or attribute, in an import, in a template, or in a string that is nothing
but a name; and what a decorator registers is used by whatever it is told to. Read first: `unused`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final

import pytest

from tests.architecture.source import PRODUCT, ROOT, Module, modules, nodes

APART: Final = ("connectors/emulators", "guardian/sandbox", "guardian/storage/migrations/versions")
"""Instruments that tests drive, and steps that alembic runs by the names of their functions."""

CALLED_BY_LIBRARIES: Final = frozenset(
    {
        "emit",  # logging.Handler
        "capture_signals",  # uvicorn.Server
        "process_bind_param",  # sqlalchemy.TypeDecorator
        "process_result_value",  # sqlalchemy.TypeDecorator
        "setup_hook",  # discord.Client
        "interaction_check",  # discord.app_commands.CommandTree
        "handle_RCPT",  # aiosmtpd
        "handle_DATA",  # aiosmtpd
        "handle_exception",  # aiosmtpd
    }
)
FOR_TESTS: Final = frozenset(
    {
        "REQUIREMENTS",  # the guides are held against all that a connector needs
        "describe_api",  # the description in the documentation, where no service runs
        "create_tables",  # an empty database without the way through every release
    }
)
BY_NAME: Final = re.compile(r"^(on|handle|visit)_\w+$")
"""Events of discord.py, which calls its own by name."""

_NAME_ALONE: Final = re.compile(r"^[\w.:/-]+$")
_WORD: Final = re.compile(r"\w+")


def test_nothing_public_is_for_tests_alone() -> None:
    templates = [path.read_text(encoding="utf-8") for room in PRODUCT for path in sorted((ROOT / room).rglob("*.*ml"))]
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert unused(modules(*PRODUCT), [*templates, settings]) == []


SAMPLE = """
LIMIT = 1
SEEN = 2
ActId = NewType("ActId", str)
def asked(): return SEEN
class Store:
    def kept(self): ...
    def lost(self): ...
"""


def test_what_only_a_definition_mentions_is_noticed() -> None:
    asker = _sample("from guardian.sample import asked, Store\nasked(Store().kept)", "guardian.asker")
    found = unused([_sample(SAMPLE), asker], [])
    assert [line.rpartition(" ")[2] for line in found] == ["LIMIT", "ActId", "lost"]


@pytest.mark.parametrize(
    "text", ["{{ store.lost }} {{ LIMIT }} {{ ActId }}", 'entry = "guardian.sample:lost" # LIMIT ActId']
)
def test_a_template_uses_what_it_mentions(text: str) -> None:
    asker = _sample("from guardian.sample import asked, Store\nasked(Store().kept)", "guardian.asker")
    assert unused([_sample(SAMPLE), asker], [text]) == []


def unused(sources: Iterable[Module], texts: Iterable[str]) -> list[str]:
    """Return the place and name of each public definition that nothing in the sources and texts mentions."""
    everything = tuple(sources)
    used = {word for text in texts for word in _WORD.findall(text)}
    used.update(word for module in everything for word in _mentioned(module))
    used |= CALLED_BY_LIBRARIES | FOR_TESTS
    return [
        f"{module.path}:{node.lineno} {name}"
        for module in everything
        if not module.within(*APART)
        for name, node in _defined(module.tree)
        if name not in used and not BY_NAME.match(name)
    ]


def _defined(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.stmt]]:
    """The public functions and classes, the methods, and the constants of the module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not node.name.startswith("_") and not any(map(_registers, node.decorator_list)):
                yield node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _defined(node)
        elif isinstance(tree, ast.Module) and isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((each.id, node) for each in targets if isinstance(each, ast.Name) and each.id[0] != "_")


def _mentioned(module: Module) -> Iterator[str]:
    own_names = {
        id(arg) for node in nodes(module) if isinstance(node, ast.Call) and _is_new_type(node) for arg in node.args
    }
    for node in nodes(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in own_names:
            yield from _WORD.findall(node.value) if _NAME_ALONE.match(node.value) else ()


def _registers(decorator: ast.expr) -> bool:
    """Whether something is told of what it decorates, as in `@commands.button("hear")`."""
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)


def _is_new_type(call: ast.Call) -> bool:
    """Whether the call is told the name that it is assigned to."""
    return isinstance(call.func, ast.Name) and call.func.id in {"NewType", "TypeVar"}


def _sample(text: str, name: str = "guardian.sample") -> Module:
    return Module(f"{name.replace('.', '/')}.py", name, ast.parse(text), text)
