"""No cell that a published table leaves out can be worked out from all published tables: judged by linear programs."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from rules.statistics import COUNT_NAMES, Counts
from rules.suppression import Breakdown, ProtectedTable, join, pool_years, protect

K = 5
Cell = tuple[str, str]
Matrix = np.ndarray[Any, np.dtype[np.float64]]


def recoverable(table: ProtectedTable, totals: Counts) -> list[tuple[Cell, float, float]]:
    """The cells left out whose possible values, by everything that is published, are fewer than K apart."""
    place = {(row, column): at for at, (row, column) in enumerate(product(table.rows, COUNT_NAMES))}
    known = {
        (row, column): value
        for column, shown in table.columns.items()
        for row, value in zip(table.rows, shown, strict=True)
    }
    equal = [_row(place, [(row, column) for row in table.rows]) for column in COUNT_NAMES]
    right = [float(getattr(totals, column)) for column in COUNT_NAMES]
    for cell, value in known.items():
        if value is not None:
            equal.append(_row(place, [cell]))
            right.append(value)
    found = []
    for cell in (cell for cell, value in known.items() if value is None):
        low, high = _interval(place[cell], np.array(equal), right)
        if high - low < K - 1e-6:
            found.append((cell, low, high))
    return found


def _row(place: Mapping[Cell, int], cells: list[Cell]) -> Matrix:
    line = np.zeros(len(place))
    for cell in cells:
        line[place[cell]] = 1
    return line


def _interval(at: int, equal: Matrix, right: list[float]) -> tuple[float, float]:
    ends = []
    for sign in (1, -1):
        aim = np.zeros(equal.shape[1])
        aim[at] = sign
        solved = linprog(aim, A_eq=equal, b_eq=right, method="highs")
        assert solved.success
        ends.append(sign * float(solved.fun or 0))
    return ends[0], ends[1]


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """The numbers of one row, as they can be."""
    reports = draw(st.integers(0, 30))
    people = draw(st.integers(0, 30))
    of_reports = _parts(draw, reports, 3)
    of_people = _parts(draw, people, 4)
    return Counts(
        reports=reports,
        people_named=people,
        acted=draw(st.integers(0, reports)),
        acted_locally=draw(st.integers(0, reports)),
        not_a_violation=of_reports[0],
        out_of_scope=of_reports[1],
        no_action=of_reports[2],
        warned=of_people[0],
        suspended=of_people[1],
        banned=of_people[2],
        other=of_people[3],
    )


def _parts(draw: st.DrawFn, whole: int, parts: int) -> list[int]:
    found = []
    for _ in range(parts):
        found.append(draw(st.integers(0, whole)))
        whole -= found[-1]
    return found


BREAKDOWNS = st.builds(
    Breakdown, st.fixed_dictionaries({name: counts() for name in ("discord", "forum", "github", "event")})
)


@pytest.mark.harm("suppressed-cell-worked-out")
@settings(max_examples=12)
@given(st.lists(BREAKDOWNS, min_size=2, max_size=2))
def test_consecutive_reports_give_no_cell_away(years: list[Breakdown]) -> None:
    """P-10.2: no year stands in two tables of one kind, so that each can be judged by itself."""
    by_year = {2020 + number: breakdown for number, breakdown in enumerate(years)}
    used: list[int] = []
    for year in by_year:
        if pool := pool_years(by_year, year, used, K):
            assert not set(used) & set(pool)
            used += pool
            joined = join(by_year[each] for each in pool)
            assert recoverable(protect(joined, K), joined.totals) == []


def test_the_judge_finds_what_a_naive_table_gives_away() -> None:
    """The comparison above can fail: one cell alone left out of a column is the total less the others."""
    naive = ProtectedTable(("a", "b"), {"reports": (20, None)}, Counts(reports=23))
    assert [cell for cell, _, _ in recoverable(naive, naive.totals)] == [("b", "reports")]


def test_years_with_few_reports_are_broken_down_together_and_each_once() -> None:
    """P-10.2"""
    few = Breakdown({"discord": Counts(reports=4), "forum": Counts(reports=3)})
    by_year = {2020: few, 2021: few, 2022: few}
    assert pool_years(by_year, 2020, (), K) == ()
    assert pool_years(by_year, 2021, (), K) == (2021, 2020)
    assert pool_years(by_year, 2022, (2021, 2020), K) == ()


def test_a_large_table_is_published_whole() -> None:
    """P-10.2"""
    table = protect(Breakdown({"discord": Counts(reports=40), "forum": Counts(reports=30)}), K)
    assert table.columns == {"reports": (40, 30)}
