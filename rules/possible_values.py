"""Between which values a number that is left out of a table must lie, by all that is published of the table.

Of classes that exclude each other, each report or person is in one or in none: so the classes of a row part its whole, and
the rows of a class part its total. That is a flow of units from the classes to the rows, and a cell can be as much more as
units can be led round through cells that are left out. The answer is exact, and in whole numbers. Read `width` first.
Policy: P-10.2.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

REST: Final = "none of them"
_Node = str | int | None
_Capacity = dict[_Node, dict[_Node, int]]
_ALL_ROWS: Final = None


@dataclass(frozen=True, slots=True)
class PartedTable:
    """Classes that part the whole of each row, as they are in truth, and what of it is left out.

    `left_out` are cells, each by class and row. `loose` are the rows whose whole is left out, each with the least that
    everybody knows it to be.
    """

    wholes: Sequence[int]
    classes: Mapping[str, Sequence[int]]
    left_out: frozenset[tuple[str, int]]
    loose: Mapping[int, int]

    @property
    def rest(self) -> Sequence[int]:
        """Return what of each row is in no class: nobody publishes it, and it follows from the others."""
        return [whole - sum(cells[row] for cells in self.classes.values()) for row, whole in enumerate(self.wholes)]


def width(table: PartedTable, name: str, row: int, enough: int) -> int:
    """Return how far apart the least and the most are that the cell can be; at most `enough`.

    Nothing is known but what is not left out, the totals, and that each unit is in one class at most.
    """
    room = _room_to_move(table, name, row)
    more = _led(room, row, name, enough)
    less = _led(room, name, row, min(enough - more, table.classes[name][row]))
    return more + less


def width_of_whole(table: PartedTable, row: int) -> int:
    """Return how far apart the least and the most are that the whole of a row can be which is left out.

    What it has more another has less, and its classes follow: everything of both rows is left out.
    """
    others = sum(table.wholes[each] - least for each, least in table.loose.items() if each != row)
    return others + table.wholes[row] - table.loose[row] if len(table.loose) > 1 else 0


def _room_to_move(table: PartedTable, name: str, row: int) -> _Capacity:
    """By how many units each cell, but the one that is asked for, and each whole can be more or less."""
    room: _Capacity = {}
    every = sum(table.wholes)
    for each, cells in {**table.classes, REST: table.rest}.items():
        for number, value in enumerate(cells):
            if (each, number) != (name, row) and (each == REST or (each, number) in table.left_out):
                room.setdefault(each, {})[number] = every
                room.setdefault(number, {})[each] = value
    for number, least in table.loose.items():
        room.setdefault(number, {})[_ALL_ROWS] = every
        room.setdefault(_ALL_ROWS, {})[number] = table.wholes[number] - least
    return room


def _led(room: _Capacity, start: _Node, end: _Node, most: int) -> int:
    """How many units can be led from one to the other, up to the most that is asked for."""
    left = {node: dict(ways) for node, ways in room.items()}
    led = 0
    while led < most and (path := _path(left, start, end)):
        steps = tuple(pairwise(path))
        units = min(most - led, *(left[one][other] for one, other in steps))
        for one, other in steps:
            left[one][other] -= units
            back = left.setdefault(other, {})
            back[one] = back.get(one, 0) + units
        led += units
    return led


def _path(room: _Capacity, start: _Node, end: _Node) -> tuple[_Node, ...]:
    """The shortest way on which something can be led; empty where there is none."""
    reached: dict[_Node, tuple[_Node, ...]] = {start: (start,)}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for following, units in room.get(node, {}).items():
            if units > 0 and following not in reached:
                reached[following] = (*reached[node], following)
                if following == end:
                    return reached[following]
                waiting.append(following)
    return ()
