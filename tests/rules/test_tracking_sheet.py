"""The tracking sheet's rows: what a cell may say, what contradicts what, and that no cell runs in anybody's program."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.sheet_cells import neutralize, restore
from rules.tracking_sheet import (
    COLUMNS,
    CellFault,
    ResolutionSource,
    SheetAnswer,
    SheetConsequence,
    SheetRow,
    SheetStatus,
    cells_of,
    read_row,
)

TODAY = date(2027, 3, 1)
ROW = SheetRow(
    received_on=date(2026, 2, 3),
    case="amber-anchor",
    person="linen-lantern",
    status=SheetStatus.RESOLVED,
    source=ResolutionSource.OTHER,
    source_words="an event's own team",
    resolved_on=date(2026, 3, 1),
    safety_risk=True,
    ongoing=SheetAnswer.NO,
    consequence=SheetConsequence.OTHER,
    consequence_words="talked with both",
    document="https://guardian.example/console/cases/amber-anchor",
    acted=True,
)


def read(row: SheetRow = ROW, **changed: str) -> SheetRow | tuple[CellFault, ...]:
    """What the row's cells say, with some of them changed."""
    cells = dict(zip(COLUMNS, cells_of(row), strict=True))
    return read_row({**cells, **{column: text for column, text in changed.items() if column in cells}}, TODAY)


def test_a_row_is_read_as_it_was_written() -> None:
    """P-9.1"""
    assert read() == ROW
    assert read(replace(ROW, person="", consequence=SheetConsequence.NO_VIOLATION, consequence_words="")) is not ROW


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("Date of report", ""),
        ("Date of report", "03/02/2026"),
        ("Date of report", "2026-02-31"),
        ("Date of report", "2027-03-02"),
        ("Case code name", ""),
        ("Person code name", "Ann Example <ann@example.org>"),
        ("Status", "done"),
        ("Resolution source", "the pope"),
        ("Resolution date", "2026-01-01"),
        ("Resolution date", ""),
        ("Safety risk", "perhaps"),
        ("Ongoing harassment", "often"),
        ("Consequences", "jail"),
        ("Consequences", ""),
    ],
)
def test_what_a_cell_may_not_say_is_named_by_its_column(column: str, text: str) -> None:
    """P-9.1"""
    found = read(ROW, **{column: text})
    assert isinstance(found, tuple)
    assert [fault.column for fault in found] == [column]


def test_whoever_was_banned_has_a_code_name() -> None:
    """P-9.1"""
    found = read(replace(ROW, consequence=SheetConsequence.BAN, consequence_words="", person=""))
    assert isinstance(found, tuple)
    assert found[0].column == "Person code name"


def test_the_columns_of_the_statistics_follow_from_the_others_where_they_are_missing() -> None:
    """P-10.1"""
    row = replace(ROW, consequence=SheetConsequence.WARNING, consequence_words="", source=ResolutionSource.BOARD)
    row = replace(row, source_words="")
    cells = dict(zip(COLUMNS[:-2], cells_of(row), strict=False))
    found = read_row(cells, TODAY)
    assert isinstance(found, SheetRow)
    assert (found.acted, found.acted_locally) == (True, False)


@pytest.mark.harm("sheet-runs-a-formula")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "'=1", "\uff1d1"])
def test_no_cell_of_the_sheet_is_taken_for_a_formula(text: str) -> None:
    """P-9.1"""
    assert neutralize(text).startswith("'")
    assert restore(neutralize(text)) == text


@given(st.text(alphabet=st.sampled_from("'=+-@ \t\r\nab"), max_size=8))
def test_a_harmless_cell_comes_back_as_it_was(text: str) -> None:
    """P-9.1"""
    assert restore(neutralize(text)) == text
