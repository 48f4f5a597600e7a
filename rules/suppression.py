"""Tables of small numbers, made so that none of what is left out can be worked out from all that is published.

A breakdown parts each of the totals, which are published, among rows. Cells below `k` are left out, and further ones until
what is left out of a column is at least `k` and belongs to several rows; a column that cannot be protected so is not broken
down at all. What a cell may be at most by its row is reckoned with as well: nobody warns more people than were named.
Read `protect` first. Policy: P-10.2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as counting
from typing import Final

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
    table = _Protection(names, cells, breakdown.totals, k)
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

    def __init__(self, rows: Sequence[str], cells: Mapping[str, list[int]], totals: Counts, k: int) -> None:
        self._rows = range(len(rows))
        self._cells, self._k = cells, k
        self.hidden: dict[str, frozenset[int]] = {
            column: frozenset(number for number in self._rows if cells[column][number] < k)
            for column in COUNT_NAMES
            if getattr(totals, column) >= k
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
        """Whether a cell was found that is not protected, so that more of its column had to be left out."""
        possible = _Bounds(self._rows, self._cells, self.hidden)
        possible.narrow()
        for column, hidden in self.hidden.items():
            if all(possible.width(column, number) >= self._k for number in hidden):
                continue
            shown = [number for number in self._rows if number not in hidden]
            least = min(shown, key=lambda number: (self._cells[column][number], number))
            self.hidden[column] = hidden | {least}
            return True
        return False


_Cell = tuple[str, int]


class _Bounds:
    """Between which values every cell must lie, by all that is published: narrowed until nothing more follows."""

    def __init__(self, rows: range, cells: Mapping[str, list[int]], hidden: Mapping[str, frozenset[int]]) -> None:
        self._rows = rows
        self._totals = {column: sum(values) for column, values in cells.items()}
        shown = {(column, number) for column, left_out in hidden.items() for number in rows if number not in left_out}
        every = [(column, number) for column in cells for number in rows]
        self._low = {cell: cells[cell[0]][cell[1]] if cell in shown else 0 for cell in every}
        self._high = {cell: cells[cell[0]][cell[1]] if cell in shown else self._totals[cell[0]] for cell in every}

    def width(self, column: str, number: int) -> int:
        """Return how far apart the least and the most are."""
        return self._high[column, number] - self._low[column, number]

    def narrow(self) -> None:
        """Draw every conclusion from the sums of columns and from what excludes each other in a row."""
        before = None
        while before != (now := (dict(self._low), dict(self._high))):
            before = now
            for column, total in self._totals.items():
                self._narrow_sum([(column, number) for number in self._rows], total)
            for number in self._rows:
                for group in _EXCLUDING_EACH_OTHER:
                    self._narrow_part([(column, number) for column in group], (_PARENTS[UNITS[group[0]]], number))

    def _narrow_sum(self, cells: Sequence[_Cell], total: int) -> None:
        low, high = sum(self._low[cell] for cell in cells), sum(self._high[cell] for cell in cells)
        for cell in cells:
            self._high[cell] = min(self._high[cell], total - (low - self._low[cell]))
            self._low[cell] = max(self._low[cell], total - (high - self._high[cell]))
            low, high = sum(self._low[each] for each in cells), sum(self._high[each] for each in cells)

    def _narrow_part(self, cells: Sequence[_Cell], parent: _Cell) -> None:
        low = sum(self._low[cell] for cell in cells)
        self._low[parent] = max(self._low[parent], low)
        for cell in cells:
            self._high[cell] = min(self._high[cell], self._high[parent] - (low - self._low[cell]))


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
