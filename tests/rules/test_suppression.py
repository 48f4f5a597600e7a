"""No cell that a published table leaves out can be worked out from all that is published: judged by whole-number programs.

The judge shares nothing with the product but the numbers: for each cell it asks a solver for the least and the most that
fit everything that is published, and what anybody knows of such tables.
"""

from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from rules.statistics import COUNT_NAMES, CountedCase, CountedPerson, CountedReport, Counts, count
from rules.suppression import Breakdown, ProtectedTable, join, pool_years, protect
from rules.tracking_sheet import SheetConsequence
from tests.rules.community import DJANGO

K = 5
Cell = tuple[str, str]
AT_MOST = {
    "reports": (("not_a_violation", "out_of_scope", "no_action"), ("acted",), ("acted_locally",)),
    "people_named": (("warned", "suspended", "banned", "other"),),
}
"""What anybody knows: of what the numbers of a row are parts."""


class Attacker:
    """Knows a table as it is published, and that parts are no more than their whole; asks what a cell can be."""

    def __init__(self, table: ProtectedTable) -> None:
        self._place = {cell: at for at, cell in enumerate(product(table.rows, COUNT_NAMES))}
        low, high = np.zeros(len(self._place)), np.full(len(self._place), np.inf)
        for row in table.rows:
            # A row is listed where a report fell in it.
            low[self._place[row, "reports"]] = 1
        for column, shown in table.columns.items():
            for row, value in zip(table.rows, shown, strict=True):
                if value is not None:
                    low[self._place[row, column]] = high[self._place[row, column]] = value
        self._bounds = Bounds(low, high)
        self._known = [
            self._sum({(row, column): 1 for row in table.rows}, *[getattr(table.totals, column)] * 2)
            for column in COUNT_NAMES
        ]
        for row, (whole, groups) in product(table.rows, AT_MOST.items()):
            self._known += [
                self._sum({(row, whole): 1, **{(row, part): -1 for part in group}}, 0, np.inf) for group in groups
            ]

    def range_of(self, cell: Cell) -> tuple[int, int]:
        """The least and the most that the cell can be."""
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(self._place))
            aim[self._place[cell]] = sign
            ones = np.ones(len(self._place), dtype=np.int_)
            solved = milp(aim, constraints=self._known, bounds=self._bounds, integrality=ones)
            assert solved.success, "what is published is true, so something fits it"
            ends.append(sign * round(solved.fun))
        return ends[0], ends[1]

    def _sum(self, factors: dict[Cell, int], low: float, high: float) -> LinearConstraint:
        line = np.zeros(len(self._place))
        for cell, factor in factors.items():
            line[self._place[cell]] = factor
        return LinearConstraint(line[np.newaxis, :], low, high)


def recoverable(table: ProtectedTable) -> list[tuple[Cell, Any]]:
    """The cells left out whose possible values are fewer than K apart, and those of whole columns that come out exactly.

    A column that is not broken down keeps to its total: of its cells the total alone may say how far they go.
    """
    attacker, found = Attacker(table), list[tuple[Cell, Any]]()
    for column, (number, row) in product(COUNT_NAMES, enumerate(table.rows)):
        shown = table.columns.get(column)
        if shown is None and not _is_beside_shown(table, column):
            continue
        if shown is not None and shown[number] is not None:
            continue
        low, high = attacker.range_of((row, column))
        if high - low < (K if shown is not None else min(1, getattr(table.totals, column))):
            found.append(((row, column), (low, high)))
    return found


def _is_beside_shown(table: ProtectedTable, column: str) -> bool:
    """Whether others of those that exclude it are broken down, so that it could be what is left of the whole."""
    return any(column in group and set(group) & set(table.columns) for groups in AT_MOST.values() for group in groups)


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """The numbers of one row, as they can be."""
    reports = draw(st.integers(1, 30))
    people = draw(st.integers(0, 30))
    of_reports = _parts(draw, reports, 3)
    of_people = _parts(draw, people, 4)
    return Counts(
        reports=reports,
        people_named=people,
        acted=draw(_few_many_or_all(reports)),
        acted_locally=draw(_few_many_or_all(reports)),
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
        found.append(draw(_few_many_or_all(whole)))
        whole -= found[-1]
    return found


def _few_many_or_all(whole: int) -> st.SearchStrategy[int]:
    """Where everything is of one kind, or nothing, the inequalities say most."""
    return st.sampled_from([0, whole]) | st.integers(0, whole)


BREAKDOWNS = st.builds(
    Breakdown, st.fixed_dictionaries({name: counts() for name in ("discord", "forum", "github", "event")})
)


def test_a_column_that_is_not_broken_down_is_not_what_remains_of_the_others() -> None:
    """P-10.2: every report is one of three, two of which stand in the table: so the third would stand there, too."""
    rows = {
        "discord": Counts(reports=20, not_a_violation=10, out_of_scope=7, no_action=3),
        "forum": Counts(reports=15, not_a_violation=8, out_of_scope=7),
        "github": Counts(reports=16, not_a_violation=8, out_of_scope=8),
    }
    table = protect(Breakdown(rows), K)
    assert "no_action" not in table.columns
    assert recoverable(table) == []
    assert None not in table.columns["reports"]


def test_what_all_reports_of_a_table_were_is_not_worked_out_for_those_that_are_left_out() -> None:
    """P-10.2: nobody acts on more reports than came, so a row whose number is left out is known where all were acted on."""
    rows = {
        "discord": Counts(reports=12, acted=12),
        "forum": Counts(reports=9, acted=4),
        "github": Counts(reports=8, acted=8),
    }
    assert recoverable(protect(Breakdown(rows), K)) == []


PLACES = ("discord", "forum", "github", "event")
CASES = st.builds(
    lambda day, place, consequence, people, acted: CountedCase(
        reports=(CountedReport(date(2020, 1, 1) + timedelta(days=day)),),
        people=tuple(CountedPerson(f"{place}-{who}", came) for who, came in people.items()),
        consequence=consequence,
        acted=acted[0],
        acted_locally=acted[1],
        place=place,
    ),
    st.integers(0, 730),
    st.sampled_from(PLACES),
    st.sampled_from(SheetConsequence),
    st.dictionaries(st.integers(0, 40), st.sampled_from(SheetConsequence), max_size=2),
    st.tuples(st.booleans(), st.booleans()),
)


def breakdown_of(history: list[CountedCase], year: int) -> Breakdown:
    """The year's numbers by place, as the yearly report has them."""
    ours = [case for case in history if case.received_on.year == year]
    since, until = date(year, 1, 1), date(year + 1, 1, 1)
    of_place = {place: [case for case in ours if case.place == place] for place in PLACES}
    return Breakdown({place: count(found, since, until) for place, found in of_place.items() if found})


def judge_reports(by_year: dict[int, Breakdown]) -> None:
    """Publish a report for one year after the other; no year stands in two tables of one kind."""
    used: list[int] = []
    for year in by_year:
        if pool := pool_years(by_year, year, used, K):
            assert not set(used) & set(pool)
            used += pool
            assert recoverable(protect(join(by_year[each] for each in pool), K)) == []


@pytest.mark.harm("suppressed-cell-worked-out")
@settings(max_examples=12)
@given(st.lists(BREAKDOWNS, min_size=2, max_size=2))
def test_consecutive_reports_give_no_cell_away(years: list[Breakdown]) -> None:
    """P-10.2"""
    judge_reports({2020 + number: breakdown for number, breakdown in enumerate(years)})


@pytest.mark.harm("suppressed-cell-worked-out")
@settings(max_examples=8)
@given(st.lists(CASES, min_size=20, max_size=160))
def test_consecutive_reports_of_any_history_give_no_cell_away(history: list[CountedCase]) -> None:
    """P-10.2"""
    judge_reports({year: breakdown_of(history, year) for year in (2020, 2021)})


def test_the_judge_finds_what_a_naive_table_gives_away() -> None:
    """The comparison above can fail: one cell alone left out of a column is the total less the others."""
    naive = ProtectedTable(("a", "b"), {"reports": (20, None)}, Counts(reports=23))
    assert [cell for cell, _ in recoverable(naive)] == [("b", "reports")]


def test_the_judge_finds_what_only_the_inequalities_give_away() -> None:
    """The sums leave both numbers open from 0 to 24; that nobody warns more people than were named does not."""
    columns: dict[str, tuple[int | None, ...]] = {"reports": (30, 30), "people_named": (20, 6), "warned": (None, None)}
    naive = ProtectedTable(("a", "b"), columns, Counts(reports=60, people_named=26, warned=24))
    assert [(cell, ends) for cell, ends in recoverable(naive)] == [
        (("a", "warned"), (18, 20)),
        (("b", "warned"), (4, 6)),
    ]


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


@pytest.mark.parametrize(("small", "shown"), [(4, (20, None, None)), (5, (20, 5, 9))])
def test_from_five_on_a_number_is_published(small: int, shown: tuple[int | None, ...]) -> None:
    """P-10.2"""
    rows = {"discord": Counts(reports=20), "forum": Counts(reports=small), "github": Counts(reports=9)}
    assert protect(Breakdown(rows), DJANGO.records.suppress_below).columns["reports"] == shown
