"""Defects that nobody has to write down: each value of the policies changed in turn, each row of a state table left out.

Such a defect is asked of the tests that cite the rule behind it, since a rule is carried only by a test that fails without
it. What another community sets otherwise than Django is changed in its own file. Read `drawn_defects` first.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import Any, Final

from guardian.cases.case import CASE_MACHINE
from guardian.cases.conditions import CONDITION_MACHINE
from guardian.cases.drafts import DRAFT_MACHINE
from guardian.cases.procedure import STEP_MACHINE
from guardian.cases.state_machine import StateMachine
from guardian.cases.talks import TALK_MACHINE
from guardian.cases.unilateral_acts import ACT_MACHINE, STOP_MACHINE
from guardian.errors import Misconfigured
from guardian.policy_file import read_policy, written
from rules.policy import PolicyValue, policy_values
from tests.changed import ROOT
from tests.mutate.defect import Defect

POLICIES: Final = "config/policies"
USUAL: Final = "django"
OTHERS: Final = ("chipy", "small", "contributor-covenant")
MACHINES: Final[Mapping[str, tuple[StateMachine[Any, Any], str]]] = {
    "CASE_MACHINE": (CASE_MACHINE, "guardian/cases/case.py"),
    "CONDITION_MACHINE": (CONDITION_MACHINE, "guardian/cases/conditions.py"),
    "TALK_MACHINE": (TALK_MACHINE, "guardian/cases/talks.py"),
    "DRAFT_MACHINE": (DRAFT_MACHINE, "guardian/cases/drafts.py"),
    "STEP_MACHINE": (STEP_MACHINE, "guardian/cases/procedure.py"),
    "ACT_MACHINE": (ACT_MACHINE, "guardian/cases/unilateral_acts.py"),
    "STOP_MACHINE": (STOP_MACHINE, "guardian/cases/unilateral_acts.py"),
}
_ASKED: Final = ("tests/rules", "tests/guardian", "tests/connectors")
_COMPARES_FILES: Final = "tests/rules/test_presets.py::test_the_presets_differ_where_the_documents_do_and_nowhere_else"
"""It sees every change of a file, and says nothing of whether anybody goes by it: that is shown by Django's values."""
_DURATION: Final = re.compile(r"(\d+)([mhd])")
_ENOUGH: Final = 120
"""A rule that more tests than these cite is asked of the first ones: those of the rules, then of the services."""


@cache
def drawn_defects() -> tuple[Defect, ...]:
    """Return every drawn defect: the values in the order of the files, then the rows of the state tables."""
    return (*_values(), *_rows())


@cache
def citing_tests() -> Mapping[str, tuple[str, ...]]:
    """Return the tests whose docstrings cite a rule, by the rule; those of the rules come first."""
    found: dict[str, list[str]] = {}
    for folder in _ASKED:
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            tests = dict(_tests_in(path.read_text(encoding="utf-8")))
            for name, docstring in tests.items():
                if _COMPARES_FILES.endswith(f"::{name}"):
                    continue
                for rule in dict.fromkeys(re.findall(r"P-\d+\.\d+", docstring)):
                    found.setdefault(rule, []).append(f"{path.relative_to(ROOT)}::{name}")
    return {rule: tuple(tests) for rule, tests in found.items()}


def _tests_in(source: str) -> Iterator[tuple[str, str]]:
    """The tests of a module with what they say of themselves; one that says nothing has what its module says."""
    module = ast.parse(source)
    general = ast.get_docstring(module) or ""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or general


def _values() -> Iterator[Defect]:
    usual = _text_of(USUAL)
    for name in (USUAL, *OTHERS):
        text = _text_of(name)
        for value in policy_values():
            entry = _entry(text, value)
            if entry is not None and (name == USUAL or entry != _entry(usual, value)):
                becomes = _changed(text, value, entry)
                if becomes is not None:
                    yield _value_defect(name, value, *becomes)


def _value_defect(name: str, value: PolicyValue, line: str, changed: str) -> Defect:
    rule = value.source.rule
    asked = citing_tests().get(rule, ())[:_ENOUGH]
    return Defect(
        name=f"{name}.{value.path}",
        file=f"{POLICIES}/{name}.toml",
        text=line,
        becomes=changed,
        harm=f"What the policy says of {value.path} is not what happens ({rule}).",
        inside=f"[{value.section}]",
        asked=asked if name == USUAL else (*asked, _COMPARES_FILES),
    )


def _changed(text: str, value: PolicyValue, entry: object) -> tuple[str, str] | None:
    """The line of the value, and what it becomes: the nearest other value with which the file can still be read."""
    line = re.search(rf"^{value.key} = .*\n", text[text.index(f"[{value.section}]") :], re.MULTILINE)
    if line is None:
        return None
    for other in _others(value, entry):
        becomes = f"{value.key} = {_toml(other)}\n"
        start = text.index(f"[{value.section}]")
        changed = text[:start] + text[start:].replace(line[0], becomes, 1)
        try:
            read_policy(changed)
        except Misconfigured:
            continue
        return line[0], becomes
    return None


def _others(value: PolicyValue, entry: object) -> Iterator[object]:
    if isinstance(entry, list):
        yield entry[:-1] if entry else [next(_others(value, _first_choice(value)))]
        yield from ([*entry[:-1], other] for other in islice(_others(value, entry[-1]), 8) if entry)
    elif issubclass(value.kind, StrEnum):
        yield from (str(choice) for choice in value.kind if choice != entry)
    elif value.kind is timedelta:
        yield from _other_durations(str(entry))
    elif value.kind is Fraction:
        yield from (
            written(each) for each in map(Fraction, ("2/3", "1/2", "3/4", "1/3", "1/1")) if written(each) != entry
        )
    elif isinstance(entry, bool):
        yield not entry
    elif isinstance(entry, int):
        yield from (entry + 1, entry - 1, entry + 2)


def _other_durations(entry: str) -> Iterator[str]:
    found = _DURATION.fullmatch(entry)
    assert found is not None
    count, unit = int(found[1]), found[2]
    yield from (
        f"{each}{unit}" for each in (count * 2, count // 2, count + 1, count - 1) if each >= 0 and each != count
    )


def _first_choice(value: PolicyValue) -> object:
    return "1d" if value.kind is timedelta else 1


def _toml(item: object) -> str:
    if isinstance(item, list):
        return "[" + ", ".join(map(_toml, item)) + "]"
    if isinstance(item, bool):
        return str(item).lower()
    return str(item) if isinstance(item, int) else f'"{item}"'


def _entry(text: str, value: PolicyValue) -> object:
    return tomllib.loads(text).get(value.section, {}).get(value.key)


@cache
def _text_of(name: str) -> str:
    return (ROOT / POLICIES / f"{name}.toml").read_text(encoding="utf-8")


def _rows() -> Iterator[Defect]:
    for name, (machine, file) in MACHINES.items():
        source = (ROOT / file).read_text(encoding="utf-8")
        start = source.index(f"{name}: Final = StateMachine(")
        definition = source[start : source.index("\n)\n", start) + len("\n)\n")]
        after = source[source.index("\n)\n", start) :].partition("\n\n\n")[0]
        rules = dict.fromkeys((machine.rule, *re.findall(r"P-\d+\.\d+", after)))
        asked = tuple(dict.fromkeys(test for rule in rules for test in citing_tests().get(rule, ())[:_ENOUGH]))
        for state, event in machine.table:
            row = f"({type(state).__name__}({str(state)!r}), {type(event).__name__}({str(event)!r}))"
            rest = f"{{key: value for key, value in {name}.table.items() if key != {row}}}"
            yield Defect(
                name=f"{machine.subject}.{state}.{event}",
                file=file,
                text=definition,
                becomes=f"{definition}{name} = StateMachine({name}.subject, {rest}, {name}.labels, {name}.rule)\n",
                harm=f"A {machine.subject} that is {state} knows no {event} any more ({machine.rule}).",
                asked=asked,
            )
