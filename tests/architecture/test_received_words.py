"""What parties wrote is made into what is kept by one module alone, which takes out receipts: no way in goes past it."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import PRODUCT, dotted, modules

KEPT = frozenset({"Report", "Addition", "Evidence"})
TEXTS = frozenset({"what_happened", "who", "answers", "text", "file_name", "author_handle", "reporter_handle"})
MAKER = "guardian/cases/submissions.py"
STORE = "guardian/storage/report_store.py"
"""It reads back what was made before."""


def makings(tree: ast.AST) -> Iterator[str]:
    """The types of which a value is made here, by their names as they are called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func).rpartition(".")[2]) in KEPT:
            yield name


def rewordings(tree: ast.AST) -> Iterator[str]:
    """The words of a report that are changed here, past the functions that make one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).endswith("save_report"):
            changes = [each for each in ast.walk(node) if isinstance(each, ast.keyword)]
            yield from (each.arg for each in changes if each.arg in TEXTS - {"answers"})


@pytest.mark.harm("receipt-shown-in-kept-words")
def test_what_parties_wrote_is_made_into_what_is_kept_in_one_place() -> None:
    """P-2.6"""
    made = {module.path for module in modules(*PRODUCT) if set(makings(module.tree))}
    assert made == {MAKER, STORE}


@pytest.mark.harm("receipt-shown-in-kept-words")
def test_no_words_of_a_report_are_changed_past_that_place() -> None:
    """P-2.6"""
    assert {module.path: found for module in modules(*PRODUCT) if (found := list(rewordings(module.tree)))} == {}


@pytest.mark.parametrize("source", ["Addition(text=text)", "reports.Report(who=who)", "add(Evidence(text=text))"])
def test_another_way_to_make_one_is_seen(source: str) -> None:
    assert list(makings(ast.parse(source)))
