"""The defects that `python -m tests.mutate` plants still fit the source, and each says what it would do to somebody."""

import ast
import re
from pathlib import Path
from types import ModuleType

import pytest

from rules.policy import policy_values
from tests.architecture.source import modules
from tests.changed import ROOT
from tests.mutate.concern import Concern
from tests.mutate.defect import TABLE, Defect, Misplaced, table
from tests.mutate.drawn import MACHINES, USUAL, drawn_defects
from tests.mutate.exchange import exchange

_HOW = "where the code says the same in other words, the defect's `text` in tests/mutate/defects has to say it, too"


def test_every_defect_can_still_be_planted() -> None:
    misplaced = [fault for defect in table() if (fault := _fault(defect))]

    assert not misplaced, f"{_HOW}: {misplaced}"


def test_every_value_of_the_policy_and_every_row_of_a_state_table_can_be_changed() -> None:
    drawn = {defect.name: defect for defect in drawn_defects()}
    rows = {f"{machine.subject}.{state}.{event}" for machine, _ in MACHINES.values() for state, event in machine.table}

    assert [fault for defect in drawn.values() if (fault := _fault(defect))] == []
    assert {f"{USUAL}.{value.path}" for value in policy_values()} | rows <= drawn.keys()
    assert [name for name, defect in drawn.items() if not defect.asked] == [], "no test cites the rule behind them"


def test_every_state_machine_of_the_product_is_drawn_from() -> None:
    tables = re.compile(r"^(\w+): Final = StateMachine\(", re.MULTILINE)
    found = {
        name for module in modules("guardian", "rules") for name in tables.findall(Path(ROOT / module.path).read_text())
    }

    assert found == set(MACHINES)


def test_every_defect_has_a_name_of_its_own() -> None:
    names = [defect.name for defect in table()]

    assert len(names) == len(set(names))


def test_every_defect_says_in_a_sentence_whom_it_would_hurt() -> None:
    assert [defect.name for defect in table() if not defect.harm.endswith(".") or not defect.harm[0].isupper()] == []


def test_there_are_defects_for_every_part_that_decides_holds_or_keeps_anything() -> None:
    parts = ("rules/", "guardian/reconciler/", "guardian/sanctions/", "guardian/services/", "guardian/storage/")
    counts = {part: sum(defect.file.startswith(part) for defect in table()) for part in (*parts, "connectors/")}

    assert len(table()) >= 150
    assert min(counts.values()) >= 10, counts


def test_every_test_that_a_defect_names_is_there() -> None:
    named = {defect.test.partition("::")[0] for defect in table() if defect.test}

    assert [test for test in sorted(named) if not (ROOT / test).exists()] == []


def test_a_defect_moves_with_its_text() -> None:
    defect = Defect(name="late", file="a.py", text="a < b", becomes="a <= b", harm="Somebody waits.", inside="f")

    assert defect.plant("\n\ndef g():\n    return a < b\n\n\ndef f():\n    return a < b\n").endswith("return a <= b\n")


def test_a_text_that_stands_twice_is_no_anchor() -> None:
    with pytest.raises(Misplaced):
        Defect(name="twice", file="a.py", text="a < b", becomes="a <= b", harm="Somebody waits.").plant(
            "a < b\na < b\n"
        )


def test_a_modules_own_tests_are_asked_before_all_others(tmp_path: Path) -> None:
    importing = "from rules.quorum import Tally\n"
    texts = {
        "rules/quorum.py": "class Tally: ...\n",
        "tests/architecture/test_all.py": importing,
        "tests/guardian/test_tally.py": importing,
        "tests/rules/test_deadlines.py": importing,
        "tests/rules/test_quorum.py": importing,
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert Concern(tmp_path).circles("rules/quorum.py") == (
        ("tests/rules/test_quorum.py",),
        ("tests/rules/test_deadlines.py",),
        ("tests/guardian/test_tally.py",),
    )


def _fault(defect: Defect) -> str:
    try:
        ast.parse(defect.plant((ROOT / defect.file).read_text(encoding="utf-8")))
    except (Misplaced, SyntaxError, FileNotFoundError) as fault:
        return f"{TABLE.name}: {fault}"
    return ""


def test_a_defect_in_a_function_is_brought_into_what_is_loaded() -> None:
    before, after = "def f(a, b):\n    return a < b\n", "def f(a, b):\n    return a <= b\n"
    module = loaded(before)

    assert exchange(module, before, after)
    assert module.f(1, 1)


def test_a_defect_outside_every_function_has_to_be_loaded_anew() -> None:
    before, after = "LIMIT = 1\n", "LIMIT = 2\n"

    assert not exchange(loaded(before), before, after)


def loaded(source: str) -> ModuleType:
    """A module of that source, as it is loaded."""
    module = ModuleType("sample")
    module.__file__ = "sample.py"
    exec(compile(source, "sample.py", "exec"), vars(module))
    return module
