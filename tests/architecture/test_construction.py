"""Dataclasses of six fields and more are built by keyword: read at the call, and safe when a field is added."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from tests.architecture.source import PRODUCT, Module, dotted, modules, nodes

MOST_BY_POSITION: Final = 5
"""A dataclass of more fields than this is built by keyword."""


@dataclass(frozen=True, slots=True)
class Found:
    """A class of the tree, with the module in which it stands."""

    module: Module
    node: ast.ClassDef


class Tree:
    """The modules by their dotted names, with what each defines and imports at any depth."""

    def __init__(self, source: tuple[Module, ...]) -> None:
        self.modules = {module.name: module for module in source}
        self._classes = {module.name: _classes(module) for module in source}
        self._imports = {module.name: _imports(module) for module in source}

    def resolve(self, module: str, name: str, depth: int = 8) -> Found | None:
        """Return the class that the name means in the module, through imports and imports again."""
        own = self._classes[module].get(name)
        if own is not None:
            return Found(self.modules[module], own)
        head, _, rest = name.partition(".")
        full = self._imports[module].get(head)
        if full is None or depth == 0:
            return None
        parts = [*full.split("."), *(rest.split(".") if rest else ())]
        for end in range(len(parts) - 1, 0, -1):
            if (origin := ".".join(parts[:end])) in self.modules:
                return self.resolve(origin, ".".join(parts[end:]), depth - 1)
        return None

    def fields(self, found: Found) -> frozenset[str]:
        """Return the names of the fields by which a dataclass is built, those of its bases among them."""
        if not _is_dataclass(found.node):
            return frozenset()
        names = {name for node in found.node.body if (name := _field(node))}
        for base in found.node.bases:
            above = self.resolve(found.module.name, dotted(base.value if isinstance(base, ast.Subscript) else base))
            if above is not None:
                names |= self.fields(above)
        return frozenset(names)


def built_by_position(source: tuple[Module, ...]) -> Iterator[str]:
    """Return each place where a dataclass of more than five fields is given something by position."""
    tree = Tree(source)
    for module in source:
        for call, own in _calls(module):
            found = _built_class(tree, module, call, own)
            if found is not None and len(tree.fields(found)) > MOST_BY_POSITION:
                yield f"{module.path}:{call.lineno} {found.node.name}"


def test_dataclasses_of_many_fields_are_built_by_keyword() -> None:
    assert list(built_by_position(modules(*PRODUCT, "tests"))) == []


_SIX: Final = """
from dataclasses import dataclass
@dataclass
class Wide:
    a: int
    b: int
    c: int
    d: int
    e: int
    f: int = 0
@dataclass
class Narrow:
    a: int
@dataclass
class Wider(Wide):
    g: int = 0
    @classmethod
    def of(cls):
        return {}
"""


@pytest.mark.parametrize(
    ("inside", "outside", "found"),
    [
        ("cls(1, 2)", "None", ["rules/values.py:19 Wider"]),
        ("cls(a=1)", "Wide(a=1, b=2)", []),
        ("cls(a=1)", "Wide(1, b=2)", ["rules/use.py:3 Wide"]),
        ("cls(a=1)", "values.Wider(1)", ["rules/use.py:3 Wider"]),
        ("cls(a=1)", "values.Narrow(1)", []),
        ("cls(a=1)", "unknown.Wide(1)", []),
    ],
)
def test_what_is_built_by_position_is_found_through_imports(inside: str, outside: str, found: list[str]) -> None:
    values = _sample("rules/values.py", _SIX.format(inside))
    use = _sample("rules/use.py", f"from rules import values\nfrom rules.values import Wide\nthis = {outside}\n")
    assert list(built_by_position((values, use))) == found


def _sample(path: str, text: str) -> Module:
    return Module(path, path.removesuffix(".py").replace("/", "."), ast.parse(text), text)


def _built_class(tree: Tree, module: Module, call: ast.Call, own: ast.ClassDef | None) -> Found | None:
    if not call.args:
        return None
    name = dotted(call.func.value if isinstance(call.func, ast.Subscript) else call.func)
    if name == "cls" and own is not None:
        return Found(module, own)
    return tree.resolve(module.name, name) if name else None


def _calls(module: Module) -> Iterator[tuple[ast.Call, ast.ClassDef | None]]:
    """Every call; one of `cls` with the innermost class in which it stands."""
    own: dict[int, ast.ClassDef] = {}
    if "cls" in module.text:  # a class comes before those within it, so that the innermost is noted last
        for each in (node for node in nodes(module) if isinstance(node, ast.ClassDef)):
            own |= {id(node): each for node in ast.walk(each)}
    yield from ((node, own.get(id(node))) for node in nodes(module) if isinstance(node, ast.Call))


def _classes(module: Module) -> Mapping[str, ast.ClassDef]:
    return {node.name: node for node in nodes(module) if isinstance(node, ast.ClassDef)}


def _imports(module: Module) -> Mapping[str, str]:
    """What each imported name stands for, in full."""
    names: dict[str, str] = {}
    for node in nodes(module):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
            names |= {root: root for alias in node.names if (root := alias.name.partition(".")[0])}
    return names


def _is_dataclass(node: ast.ClassDef) -> bool:
    made = [dotted(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list]
    writes_own = any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body)
    return bool({"dataclass", "dataclasses.dataclass"} & set(made)) and not writes_own


def _field(node: ast.stmt) -> str:
    """The name of a field that is given when the object is built; the empty string for any other statement."""
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
        return ""
    made = node.value if isinstance(node.value, ast.Call) and dotted(node.value.func) == "field" else None
    is_left_out = made is not None and any(k.arg == "init" and ast.unparse(k.value) == "False" for k in made.keywords)
    return "" if is_left_out or "ClassVar" in ast.unparse(node.annotation) else node.target.id
