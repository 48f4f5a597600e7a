"""Secrets, and what proves one, are compared by `guardian.secrets.are_equal` alone: `==` tells by its time how far they agree."""

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture.source import PRODUCT, modules, nodes

SECRET = re.compile(r"(^|_)(signature|token|digest|mac|secret|password|hmac|verifier|nonce)$")
HELPER = "guardian.secrets"
EMULATORS = "connectors.emulators"
"""They share nothing with Guardian, and compare with the standard library's own function."""


def unsafe_comparisons(among: Iterable[ast.AST]) -> Iterator[int]:
    """The lines on which something named as a secret is compared by `==`, `!=`, or a pattern; columns of tables are SQL."""
    for node in among:
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = (node.left, *node.comparators)
            if any(map(_is_secret, sides)) and not any(_is_harmless(side) for side in sides):
                yield node.lineno


def _is_secret(side: ast.expr) -> bool:
    match side:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return SECRET.search(name) is not None
        case ast.Call(func=ast.Attribute(attr="hexdigest" | "digest")):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name.startswith("digest_")
    return False


def _is_harmless(side: ast.expr) -> bool:
    """A constant of the code, or a column of a table, which the database compares."""
    match side:
        case ast.Constant():
            return True
        case ast.Attribute(value=ast.Attribute(attr="c")):
            return True
    return False


@pytest.mark.harm("secret-found-by-time")
def test_no_secret_is_compared_in_a_time_that_tells_how_far_it_agrees() -> None:
    found = [
        f"{module.path}:{line}"
        for module in modules(*PRODUCT)
        if not module.name.startswith(EMULATORS)
        for line in unsafe_comparisons(nodes(module))
    ]
    assert found == []


@pytest.mark.harm("secret-found-by-time")
def test_one_function_compares_secrets() -> None:
    found = [
        module.name
        for module in modules(*PRODUCT)
        if "compare_digest" in module.text and module.name != HELPER and not module.name.startswith(EMULATORS)
    ]
    assert found == []


@pytest.mark.harm("secret-found-by-time")
def test_that_function_compares_nothing_itself() -> None:
    """It hands both to the standard library's own, which reads to the end whatever the first signs are."""
    (helper,) = [module for module in modules(*PRODUCT) if module.name == HELPER]
    compared = [node for node in ast.walk(helper.tree) if isinstance(node, ast.Compare)]
    assert compared == []
    assert "hmac.compare_digest(" in helper.text


@pytest.mark.parametrize(
    "source",
    [
        "given == expected_signature",
        "if self._token != token: pass",
        "row.mac == mac",
        "hmac.new(key, body, 'sha256').hexdigest() == given",
        "digest_secret(typed) == pending",
        "headers['x_signature'] == made",
    ],
)
def test_a_comparison_by_equality_is_found(source: str) -> None:
    assert list(unsafe_comparisons(ast.walk(ast.parse(source)))) == [1]


@pytest.mark.parametrize(
    "source", ["receipts.c.digest == digest", "token == ''", "are_equal(token, given)", "code == 429"]
)
def test_what_tells_nothing_is_left_alone(source: str) -> None:
    assert list(unsafe_comparisons(ast.walk(ast.parse(source)))) == []
