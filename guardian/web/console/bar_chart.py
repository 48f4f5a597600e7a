"""How many reports came in each half year, as bars of a drawing. Read `chart_of` first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guardian.services.records.statistics import HalfYearLine

HEIGHT: Final = 240
WIDTH: Final = 1000
_MOST: Final = 12
_FOOT: Final = 30
_HEAD: Final = 30


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One half year: where its bar is drawn, and what stands below and above it."""

    label: str
    number: int
    x: int
    y: int
    width: int
    height: int


def chart_of(lines: Sequence[HalfYearLine]) -> tuple[ChartBar, ...]:
    """Return the bars of the latest half years, the oldest first."""
    shown = sorted(lines, key=lambda line: line.period)[-_MOST:]
    most = max((line.counts.reports for line in shown), default=0) or 1
    step = WIDTH // max(len(shown), 1)
    bars = []
    for number, line in enumerate(shown):
        height = round((HEIGHT - _FOOT - _HEAD) * line.counts.reports / most)
        bars.append(
            ChartBar(
                label=str(line.period),
                number=line.counts.reports,
                x=number * step + step // 8,
                y=HEIGHT - _FOOT - height,
                width=step * 3 // 4,
                height=height,
            )
        )
    return tuple(bars)
