"""The house's own source as syntax trees, for the checks that no tool makes."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("guardian", "connectors", "rules")


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its path inside the house, its dotted name, and its tree."""

    path: str
    name: str
    tree: ast.Module
    text: str

    @property
    def is_package_file(self) -> bool:
        """Whether this is a room's `__init__.py`."""
        return self.path.endswith("__init__.py")

    def within(self, *places: str) -> bool:
        """Whether the file is one of the places, or lies in one of them."""
        return any(self.path == place or self.path.startswith(f"{place}/") for place in places)


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """Every Python file of the rooms, in the order of their paths."""
    paths = sorted(path for room in packages for path in (ROOT / room).rglob("*.py"))
    return tuple(_read(path) for path in paths)


@cache
def nodes(module: Module) -> tuple[ast.AST, ...]:
    """Every node of the module, in the order of `ast.walk`: walked once for all checks."""
    return tuple(ast.walk(module.tree))


@cache
def imported(module: Module) -> tuple[tuple[str, int], ...]:
    """The full names that a module imports, with their lines; `from a import b` gives `a.b`."""
    return tuple(_imported(module))


def _imported(module: Module) -> Iterator[tuple[str, int]]:
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for such an expression; the empty string for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


@cache
def _read(path: Path) -> Module:
    relative = path.relative_to(ROOT)
    text = path.read_text(encoding="utf-8")
    parts = relative.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(str(relative), name, ast.parse(text, str(relative)), text)
