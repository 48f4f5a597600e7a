"""Tables of small numbers, made so that none of what is left out can be worked out from all that is published.

A breakdown parts each of the totals, which are published, among rows. Cells below `k` are left out, and further ones until
what is left out of a column is at least `k` and belongs to several rows; a column that cannot be protected so is not broken
down at all. What everybody knows is reckoned with as well: nobody warns more people than were named, and no more reports were
acted on than came.
Read `protect` first. Policy: P-10.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as counting
from itertools import product
from typing import Final

from rules.possible_values import PartedTable, width, width_of_whole
from rules.statistics import COUNT_NAMES, UNITS, Counts, StatisticsUnit

TOGETHER: Final = "all others together"
_PARENTS: Final = {StatisticsUnit.REPORTS: "reports", StatisticsUnit.PEOPLE: "people_named"}
_EXCLUDING_EACH_OTHER: Final = (
    ("not_a_violation", "out_of_scope", "no_action"),
    ("warned", "suspended", "banned", "other"),
    ("acted",),
    ("acted_locally",),
)
"""Columns of which each report, or each person, is in one at most."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The eleven numbers by row. The rows part each total: what is in several, or in none, is a row of its own."""

    rows: Mapping[str, Counts]

    @property
    def totals(self) -> Counts:
        """Return the sums, which are published."""
        return sum(self.rows.values(), Counts())


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """What of a breakdown is published. In a column, None stands for a number that is left out.

    A column that is missing is not broken down: only its total is published. `merged` are the rows that stand together.
    """

    rows: tuple[str, ...]
    columns: Mapping[str, tuple[int | None, ...]]
    totals: Counts
    merged: tuple[str, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Return whether anything is broken down."""
        return bool(self.columns) and len(self.rows) > 1


def protect(breakdown: Breakdown, k: int) -> ProtectedTable:
    """Return what may be published of the breakdown: no cell that is left out lies within fewer than `k` of possible values.

    Rows too small to say anything are put together first. Policy: P-10.2.
    """
    merged, rows = _merge_small(breakdown, k)
    names = tuple(rows)
    cells = {column: [getattr(rows[name], column) for name in names] for column in COUNT_NAMES}
    # A row is listed because something fell in it, which is known of it without its number.
    stand_for = {name: len(merged) if name == TOGETHER else 1 for name in names}
    table = _Protection(cells, [min(stand_for[name], rows[name].reports) for name in names], k)
    table.run()
    columns = {
        column: tuple(None if number in hidden else cells[column][number] for number in range(len(names)))
        for column, hidden in table.hidden.items()
    }
    return ProtectedTable(names, columns, breakdown.totals, merged)


def _merge_small(breakdown: Breakdown, k: int) -> tuple[tuple[str, ...], Mapping[str, Counts]]:
    """The rows, with those of fewer than `k` reports put together."""
    small = tuple(name for name, counts in breakdown.rows.items() if counts.reports < k)
    if len(small) < 2:
        return (), breakdown.rows
    rows = {name: counts for name, counts in breakdown.rows.items() if name not in small}
    together = sum((breakdown.rows[name] for name in small), Counts())
    return small, {**rows, TOGETHER: together}


class _Protection:
    """Chooses which cells of which columns are left out, until every one of them is protected."""

    def __init__(self, cells: Mapping[str, list[int]], least: Sequence[int], k: int) -> None:
        self._rows = range(len(least))
        self._cells, self._least, self._k = cells, least, k
        self.hidden: dict[str, frozenset[int]] = {
            column: frozenset(number for number in self._rows if cells[column][number] < k)
            for column in COUNT_NAMES
            if sum(cells[column]) >= k
        }

    def run(self) -> None:
        """Leave out more until every cell that is left out is protected."""
        while any(self._follow_parent(column) for column in tuple(self.hidden)) or self._mend():
            pass

    def _follow_parent(self, column: str) -> bool:
        """Whether the column had to change: where the reports of a row are left out, so is everything of them."""
        parent = _PARENTS[UNITS[column]]
        hidden = self.hidden[column] | self.hidden.get(parent, frozenset())
        if parent not in self.hidden or len(hidden) == len(self._rows):
            del self.hidden[column]
            return True
        self.hidden[column], before = hidden, self.hidden[column]
        return hidden != before

    def _mend(self) -> bool:
        """Whether something was found that is not protected, so that more had to be left out."""
        return any(self._mend_whole(parent) for parent in _PARENTS.values()) or any(
            self._mend_part(group) for group in _EXCLUDING_EACH_OTHER
        )

    def _mend_whole(self, parent: str) -> bool:
        if parent not in self.hidden:
            return False
        table = self._parted(parent, ())
        if all(width_of_whole(table, number) >= self._k for number in self.hidden[parent]):
            return False
        return self._leave_out([parent])

    def _mend_part(self, group: Sequence[str]) -> bool:
        broken_down = [column for column in group if column in self.hidden]
        if not broken_down:
            return False
        table = self._parted(_PARENTS[UNITS[group[0]]], group)
        for column, number in sorted(table.left_out):
            needed = self._needed(table, column, number)
            if width(table, column, number, needed) < needed:
                # A column that is not broken down is worked out from those beside it, so they are to say less.
                return self._leave_out([column] if column in self.hidden else broken_down)
        return False

    def _needed(self, table: PartedTable, column: str, number: int) -> int:
        """How far apart the values have to be: of a column that is not broken down the total says how far they can."""
        if column in self.hidden:
            return self._k
        most = self._k if number in table.loose else table.wholes[number]
        return min(self._k, most, sum(table.classes[column]))

    def _leave_out(self, columns: Iterable[str]) -> bool:
        """Leave out the least number of these columns that is shown."""
        shown = [(self._cells[c][n], n, c) for c in columns for n in self._rows if n not in self.hidden[c]]
        _, number, column = min(shown)
        self.hidden[column] |= {number}
        return True

    def _parted(self, parent: str, group: Sequence[str]) -> PartedTable:
        every = product(group, self._rows)
        loose = self.hidden.get(parent, frozenset())
        return PartedTable(
            wholes=self._cells[parent],
            classes={column: self._cells[column] for column in group},
            left_out=frozenset((c, n) for c, n in every if c not in self.hidden or n in self.hidden[c]),
            loose={number: self._least[number] if parent == "reports" else 0 for number in loose},
        )


def pool_years(by_year: Mapping[int, Breakdown], year: int, used: Iterable[int], k: int) -> tuple[int, ...]:
    """Return the years, the latest first, that are broken down together: as few as make the table readable.

    `used` are years that were broken down before: each is in one published table only, so that no two tables of one kind
    overlap and one cannot be taken from the other. Empty where no pooling helps. Policy: P-10.2.
    """
    taken = frozenset(used)
    pool: tuple[int, ...] = ()
    for current in counting(year, -1):
        if current in taken or current not in by_year:
            return ()
        pool = (*pool, current)
        if protect(join(by_year[each] for each in pool), k).is_readable:
            return pool
    return ()


def join(breakdowns: Iterable[Breakdown]) -> Breakdown:
    """Return several years' breakdowns as one."""
    rows: dict[str, Counts] = {}
    for breakdown in breakdowns:
        for name, counts in breakdown.rows.items():
            rows[name] = rows.get(name, Counts()) + counts
    return Breakdown(rows)
