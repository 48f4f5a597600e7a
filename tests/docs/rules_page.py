"""`docs/rules.md`: where each rule of the policy stands in code and tests, and which test fails without it.

What is known to fail is what `python -m tests.mutate --write` has kept. Read `page` first.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT
from tests.docs.policy import CITATION, CODE, NOT_PRODUCT, rules
from tests.mutate.__main__ import known_tests

PAGE: Final[Path] = ROOT / "docs" / "rules.md"
_MOST: Final = 4
_HEAD: Final = """# Where each rule stands

Which code carries out a rule of [the policy](policy.md), which tests try it, and which of them is known to fail where a
defect is planted in what it tries (`python -m tests.mutate`). `python -m tests.docs` writes this page. A rule without a
test in the last column is tried, but nobody has shown yet that its test can fail.

| Rule | Code | Tests | Fails without it |
| --- | --- | --- | --- |
"""


def page() -> str:
    """Return the page as code, tests and kept results have it."""
    return _HEAD + "".join(f"{_row(rule)}\n" for rule in rules())


def shown_to_fail() -> Mapping[str, tuple[str, ...]]:
    """Return the tests that cite a rule and are known to notice a planted defect, by the rule."""
    found: dict[str, dict[str, None]] = {}
    for noticed in sorted(set(known_tests().values())):
        test = re.sub(r"\[.*", "", noticed, flags=re.DOTALL)
        for rule in _cited_by_tests().get(test, ()):
            found.setdefault(rule, {})[test] = None
    return {rule: tuple(tests) for rule, tests in found.items()}


def _row(rule: str) -> str:
    code = [f"[{_short(path)}](../{path})" for path in _code().get(rule, ())]
    tests = [test for test, cited in _cited_by_tests().items() if rule in cited]
    files = [f"[{_short(path)}](../{path})" for path in dict.fromkeys(test.partition("::")[0] for test in tests)]
    failing = [f"`{test.partition('::')[2]}`" for test in shown_to_fail().get(rule, ())]
    return f'| <a id="{rule}"></a>{rule} | {_some(code)} | {_some(files)} | {_some(failing[:1]) if failing else "none yet"} |'


def _some(found: list[str]) -> str:
    more = len(found) - _MOST
    return "<br>".join([*found[:_MOST], *([f"and {more} more"] if more > 0 else [])])


def _short(path: str) -> str:
    return path.removeprefix("guardian/").removeprefix("tests/guardian/").removeprefix("tests/").removesuffix(".py")


@cache
def _code() -> Mapping[str, tuple[str, ...]]:
    """The modules of the product that cite a rule, those first that cite it most often."""
    counts: dict[str, dict[str, int]] = {}
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if NOT_PRODUCT in path.parents:
                continue
            for rule in CITATION.findall(path.read_text(encoding="utf-8")):
                by_path = counts.setdefault(rule, {})
                by_path[str(path.relative_to(ROOT))] = by_path.get(str(path.relative_to(ROOT)), 0) + 1
    return {rule: tuple(sorted(paths, key=lambda path: (-paths[path], path))) for rule, paths in counts.items()}


@cache
def _cited_by_tests() -> Mapping[str, frozenset[str]]:
    """The rules that each test cites, by its file and name; one that says nothing itself cites what its module does."""
    return {
        f"{path.relative_to(ROOT)}::{name}": frozenset(CITATION.findall(docstring))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for name, docstring in _tests_in(path.read_text(encoding="utf-8"))
    }


def _tests_in(source: str) -> Iterator[tuple[str, str]]:
    module = ast.parse(source)
    general = ast.get_docstring(module) or ""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or general
