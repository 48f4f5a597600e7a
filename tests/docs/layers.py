"""The layers that import-linter holds, as `pyproject.toml` says them, and what their packages import of each other."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.architecture.source import PRODUCT, ROOT, Module, imported, modules
from tests.docs.table import Row, Table, cell

_SEPARATORS: Final = str.maketrans({"|": " ", ":": " ", "(": " ", ")": " "})
_DEEPEST: Final = 3
_ROOT: Final = "guardian"


@dataclass(frozen=True, slots=True)
class Layers:
    """One layers contract: its name, and the packages of each layer that are there, the highest layer first."""

    name: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def packages(self) -> tuple[str, ...]:
        return tuple(package for row in self.rows for package in row)

    def package_of(self, module: str) -> str | None:
        """Return the package of this contract that the module is in; None where it is in none."""
        holding = [each for each in self.packages if module == each or module.startswith(f"{each}.")]
        return max(holding, key=len, default=None)


@cache
def contracts() -> tuple[Layers, ...]:
    """Return every layers contract, in the order of `pyproject.toml`; one with containers counts once for each."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return tuple(layers for contract in said if contract["type"] == "layers" for layers in _read(contract))


@cache
def imports(layers: Layers) -> frozenset[tuple[str, str]]:
    """Return which package of the contract imports which other."""
    return frozenset(
        (importer, target)
        for module in modules(*PRODUCT)
        if (importer := layers.package_of(module.name)) is not None
        for name, _ in imported(module)
        if (target := layers.package_of(name)) is not None and target != importer
    )


def needed(arrows: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return the arrows without those that others imply: from a to c where one goes from a to b and on to c."""
    reached = {importer: _reached(importer, arrows) for importer, _ in arrows}
    implied = {
        (importer, target)
        for importer, target in arrows
        for between, _ in arrows
        if (importer, between) in arrows and between != target and target in reached[between]
    }
    return arrows - implied


def packages_table() -> Table:
    """Return every package of the product, and each module that is a layer, with what it says of itself."""
    layered = {package for layers in contracts() for package in layers.packages}
    shown = {
        module.name: module
        for module in modules(*PRODUCT)
        if module.name in layered or (module.is_package_file and module.name.count(".") < _DEEPEST)
    }
    names = sorted(shown.keys() - {_ROOT}, key=_rank)
    return Table("packages", ("Package", "What it is for"), tuple(Row(n, ("", _first(shown[n]))) for n in names))


def _read(contract: Mapping[str, object]) -> Iterator[Layers]:
    layers, containers = contract["layers"], contract.get("containers") or [""]
    if not isinstance(layers, list) or not isinstance(containers, list):
        raise TypeError(contract["name"])
    there = {module.name for module in modules(*PRODUCT)}
    for container in containers:
        before = f"{container}." if container else ""
        rows = [[f"{before}{name}" for name in layer.translate(_SEPARATORS).split()] for layer in layers]
        known = (tuple(name for name in row if name in there) for row in rows)
        yield Layers(str(contract["name"]), tuple(row for row in known if row))


def _reached(start: str, arrows: frozenset[tuple[str, str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        after = {target for importer, target in arrows if importer == here} - found
        found |= after
        waiting += after
    return frozenset(found)


def _rank(package: str) -> tuple[tuple[int, str], ...]:
    """Where the package comes in the table: by its layer, then by name; what lies within another follows it."""
    parts = package.split(".")
    above = [".".join(parts[: length + 1]) for length in range(len(parts))]
    return tuple((_layer_of(each), each) for each in above if each != _ROOT)


def _layer_of(package: str) -> int:
    rows = (row for layers in contracts() for row in enumerate(layers.rows))
    return next((place for place, row in rows if package in row), -1)


def _first(module: Module) -> str:
    """The first sentence of what the module says of itself."""
    said = cell((ast.get_docstring(module.tree) or "").partition("\n\n")[0])
    first, dot, _ = said.partition(". ")
    return f"{first}." if dot else said
