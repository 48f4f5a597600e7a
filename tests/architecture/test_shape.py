"""What `python -m tests.shape` counts is what it says it counts."""

import ast
from dataclasses import replace
from typing import Any

import pytest

from tests.architecture.source import Module
from tests.shape import Figures, body_lines, functions, lines, main, measured, nearest, parameters

COUNTED = '''
@decorated
def counted(
    some: int, *, others: int
) -> int:
    """Return both.

    Two more lines."""
    # a reason

    total = sum(
        [some, others]
    )

    return total
'''
NESTED = """
def outer():
    def inner():
        return 1
    return inner
"""
STORES = '''
class Store(Protocol):
    def keep(self):
        """Keep it."""
        ...
class SqlStore:
    def keep(self):
        return 1
    def other(self):
        return 1
class Another:
    def keeps(self):
        return 1
'''


def test_a_function_is_as_long_as_its_statements() -> None:
    (function,) = functions(_sample(COUNTED))
    assert body_lines(function) == 4


def test_a_function_within_another_counts_twice() -> None:
    assert measured([_sample(NESTED)]).function_lines == (1, 3)


def test_a_stub_has_no_length() -> None:
    assert (
        measured([_sample("class Port(Protocol):\n    def ask(self):\n        'Ask.'\n        ...\n")]).function_lines
        == ()
    )


def test_every_parameter_counts_but_the_object_itself() -> None:
    (method,) = functions(_sample("class A:\n    def act(self, a, /, b, *more, c, **rest):\n        return a\n"))
    assert parameters(method) == 5


@pytest.mark.parametrize(
    ("code", "path", "many"),
    [
        ("def act(a, b, c, d, e, f, g, h):\n    return a", "guardian/sample.py", 1),
        ("def act(a, b, c, d, e, f, g):\n    return a", "guardian/sample.py", 0),
        ("@tree.command(name='act')\ndef act(a, b, c, d, e, f, g, h):\n    return a", "connectors/sample.py", 0),
        ("def command(a, b, c, d, e, f, g, h):\n    return a", "guardian/cli/sample.py", 0),
        ("def command(a, b, c, d, e, f, g, h):\n    return a", "guardian/web/sample.py", 1),
    ],
)
def test_a_signature_that_a_framework_reads_may_be_long(code: str, path: str, many: int) -> None:
    assert len(measured([_sample(code, path)]).many_parameters) == many


def test_a_method_of_a_port_is_documented_by_the_port() -> None:
    assert [name.rpartition(" ")[2] for name in measured([_sample(STORES)]).undocumented] == [
        "SqlStore.other",
        "Another.keeps",
    ]


def test_a_name_is_used_twice_where_two_classes_of_the_core_bear_it() -> None:
    one, other = _sample("class Line: ..."), _sample("class Line: ...\nclass _Own: ...", "rules/sample.py")
    story = _sample("class Line: ...", "guardian/sandbox/sample.py")
    assert measured([one, story]).names_used_twice == ()
    assert measured([one, other, story]).names_used_twice == ("Line: guardian/sample.py:1, rules/sample.py:1",)


@pytest.mark.parametrize(("share", "size"), [(0.5, 5), (0.9, 9), (1.0, 10)])
def test_nine_of_ten_do_not_exceed_the_ninth(share: float, size: int) -> None:
    assert nearest(range(1, 11), share) == size


AIMS_MET = Figures(
    function_lines=(5,),
    module_lines={"a": 400},
    many_parameters=(),
    public_functions=100,
    undocumented=("f",) * 5,
    without_own=5,
    names_used_twice=(),
)


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({}, []),
        ({"function_lines": (6,)}, ["function lines, median"]),
        ({"function_lines": (5, 16)}, ["function lines, 90 %"]),
        ({"module_lines": {"a": 401}}, ["module lines, longest"]),
        ({"many_parameters": ("f (8)",)}, ["functions with over 7 parameters"]),
        ({"undocumented": ("f",) * 6}, ["public functions documented"]),
        ({"names_used_twice": ("A",)}, ["class names used twice"]),
    ],
)
def test_an_aim_that_is_missed_is_named(changed: dict[str, Any], missed: list[str]) -> None:
    assert [line.what for line in lines(replace(AIMS_MET, **changed)) if not line.is_met] == missed


def test_the_figures_are_printed_with_their_aims(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "function lines, median" in capsys.readouterr().out


def _sample(text: str, path: str = "guardian/sample.py") -> Module:
    return Module(path, path.removesuffix(".py").replace("/", "."), ast.parse(text), text)
