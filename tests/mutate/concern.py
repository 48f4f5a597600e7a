"""Which tests concern a module: its mirror, that one's neighbours, those that import it or what imports it, and its layer's.

Read `Concern.circles` first.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from tests.changed import PRODUCT, Changed

_TESTS = "tests"
_UNASKED = (
    "tests/architecture/",
    "tests/docs/",
    "tests/stories/",
    "tests/crash/",
    "tests/browser/",
    "tests/postgresql",
)
"""They read every source as text, or wait."""
_FEW = 12
"""A mirror of more test files is that of a whole layer: it is asked last."""


class Concern:
    """The imports of a repository at `root`, read once."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def circles(self, file: str) -> tuple[tuple[str, ...], ...]:
        """Return the test files to ask about a source file, nearest first: each circle without those before it."""
        importers = tuple(self._importers(file, self._product))
        mirror = tuple(test for test in self._mirror(file) if not test.startswith(_UNASKED))
        is_own = len(mirror) <= _FEW
        rings = (
            mirror if is_own else (),
            self._neighbours(mirror) if is_own else (),
            self._importers(file, self._tests),
            (test for importer in importers for test in self._importers(importer, self._tests)),
            mirror if not is_own else (),
        )
        asked: set[str] = set()
        circles: list[tuple[str, ...]] = []
        for ring in rings:
            circle = tuple(sorted({test for test in ring if not test.startswith(_UNASKED)} - asked))
            asked |= set(circle)
            circles.append(circle)
        return tuple(circle for circle in circles if circle)

    def _mirror(self, file: str) -> Iterator[str]:
        for place in Changed((file,), self._root).tests:
            at = self._root / place
            yield from (
                (str(path.relative_to(self._root)) for path in at.rglob("test_*.py")) if at.is_dir() else (place,)
            )

    def _neighbours(self, mirror: Iterable[str]) -> Iterator[str]:
        folders = {Path(test).parent for test in mirror}
        return (test for test in self._tests if Path(test).parent in folders)

    def _importers(self, file: str, among: Iterable[str]) -> Iterator[str]:
        module = _module(file)
        return (path for path in among if module in self._imports[path])

    @cached_property
    def _product(self) -> tuple[str, ...]:
        return tuple(path for path in self._imports if not path.startswith(f"{_TESTS}/"))

    @cached_property
    def _tests(self) -> tuple[str, ...]:
        return tuple(path for path in self._imports if Path(path).name.startswith("test_"))

    @cached_property
    def _imports(self) -> dict[str, frozenset[str]]:
        paths = (path for folder in (*PRODUCT, _TESTS) for path in sorted((self._root / folder).rglob("*.py")))
        return {str(path.relative_to(self._root)): frozenset(_imported(path)) for path in paths}


def _imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports; of `from a import b` both `a` and `a.b`, since `b` may be a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
