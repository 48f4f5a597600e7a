"""When sanctions began and when they end, as bars of a drawing. Read `timeline_of` first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guardian.services.cases.overview import RunningSanction

WIDTH: Final = 1000
ROW: Final = 40
_MARGIN: Final = timedelta(days=14)
_LONGEST: Final = timedelta(days=400)
_SHORTEST_BAR: Final = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One sanction: from where to where it is drawn. `goes_on`: its end is not on the drawing, or not known."""

    reference: str
    label: str
    x: int
    width: int
    y: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: its bars, where today is, and which span it shows."""

    bars: tuple[Bar, ...]
    today: int
    height: int
    first: datetime
    last: datetime


def timeline_of(sanctions: Sequence[RunningSanction], now: datetime) -> Timeline:
    """Return the drawing of the sanctions, in their order, at most some months to both sides of now."""
    first = max(min([each.starts for each in sanctions], default=now), now - _LONGEST) - _MARGIN
    ends = [each.until for each in sanctions if each.until is not None]
    last = min(max(ends, default=now), now + _LONGEST) + _MARGIN

    def place(instant: datetime) -> int:
        return round(WIDTH * (min(max(instant, first), last) - first) / (last - first))

    bars = []
    for number, each in enumerate(sanctions):
        x, end = place(each.starts), place(each.until or last)
        bars.append(
            Bar(
                reference=each.reference,
                label=each.person,
                x=x,
                width=max(end - x, _SHORTEST_BAR),
                y=number * ROW,
                goes_on=each.until is None or each.until > last,
            )
        )
    return Timeline(tuple(bars), place(now), max(len(bars), 1) * ROW, first, last)
