"""What a number that is left out can be, against every table there is that fits what is published."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.possible_values import PartedTable, width, width_of_whole

NAMES = ("warned", "banned")
ROWS = range(3)
Fitting = tuple[tuple[int, int, int], ...]
"""Of each row what is warned, banned, and neither."""


@st.composite
def tables(draw: st.DrawFn) -> PartedTable:
    """Small ones, with something left out at random; of a row whose whole is left out, so is everything."""
    parts = [draw(st.tuples(*[st.integers(0, 2)] * 3)) for _ in ROWS]
    loose = draw(st.frozensets(st.sampled_from(ROWS), max_size=3))
    left_out = draw(st.frozensets(st.tuples(st.sampled_from(NAMES), st.sampled_from(ROWS))))
    wholes = [sum(each) for each in parts]
    return PartedTable(
        wholes=wholes,
        classes={name: [each[at] for each in parts] for at, name in enumerate(NAMES)},
        left_out=left_out | frozenset(product(NAMES, loose)),
        loose={row: min(1, wholes[row]) for row in loose},
    )


def fitting(table: PartedTable) -> Iterator[Fitting]:
    """Every table that could be the true one."""
    every = range(sum(table.wholes) + 1)
    for warned, banned in product(*[list(_columns(table, name, every)) for name in NAMES]):
        for wholes in _wholes(table, every):
            rest = [whole - one - two for whole, one, two in zip(wholes, warned, banned, strict=True)]
            if min(rest) >= 0:
                yield tuple(zip(warned, banned, rest, strict=True))


def _columns(table: PartedTable, name: str, every: range) -> Iterator[tuple[int, ...]]:
    cells = table.classes[name]
    choices = [every if (name, row) in table.left_out else (cells[row],) for row in ROWS]
    return (each for each in product(*choices) if sum(each) == sum(cells))


def _wholes(table: PartedTable, every: range) -> Iterator[tuple[int, ...]]:
    choices = [every[table.loose[row] :] if row in table.loose else (table.wholes[row],) for row in ROWS]
    return (each for each in product(*choices) if sum(each) == sum(table.wholes))


@pytest.mark.harm("suppressed-cell-worked-out")
@settings(max_examples=25)
@given(tables())
def test_what_a_number_can_be_is_neither_over_nor_understated(table: PartedTable) -> None:
    """P-10.2"""
    every = list(fitting(table))
    for name, row in table.left_out:
        values = {each[row][NAMES.index(name)] for each in every}
        assert width(table, name, row, 99) == max(values) - min(values)
    for row in table.loose:
        wholes = {sum(each[row]) for each in every}
        assert width_of_whole(table, row) == max(wholes) - min(wholes)


def test_where_everybody_is_of_one_kind_the_whole_of_a_row_says_how_many() -> None:
    """P-10.2: of those who were named nobody was not warned."""
    table = PartedTable([4, 6], {"warned": [4, 6]}, frozenset({("warned", 0), ("warned", 1)}), {})
    assert [width(table, "warned", row, 9) for row in (0, 1)] == [0, 0]


def test_where_one_row_alone_is_left_out_it_is_what_remains() -> None:
    """P-10.2"""
    table = PartedTable([4, 6], {"warned": [2, 3]}, frozenset({("warned", 0)}), {0: 1})
    assert (width(table, "warned", 0, 9), width_of_whole(table, 0)) == (0, 0)
