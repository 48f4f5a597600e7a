"""`python -m tests.docs.picture` draws `docs/architecture.svg`: the packages in their layers, and who imports whom.

Read `drawing` first. It is made of the layers contracts and of the code's own imports; the same code gives the same bytes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape

from tests.architecture.source import ROOT
from tests.docs.layers import Layers, contracts, imports, needed

PICTURE: Final = ROOT / "docs" / "architecture.svg"
_LETTER: Final = 7.3
_PADDING: Final = 14.0
_HEIGHT: Final = 28.0
_BESIDE: Final = 34.0
_BELOW: Final = 52.0
_LANE: Final = 6.0
_MARGIN: Final = 24.0
_TITLE: Final = 20.0
_HEAD: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">
<title>The packages of Guardian in their layers, and what they import</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="#5b6776"/></marker></defs>
<style>text {{ font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1c2733; }} .name {{ text-anchor: middle; }}
.title {{ font-weight: bold; }} rect {{ fill: #eef3f8; stroke: #5b6776; }}
.arrow {{ fill: none; stroke: #5b6776; stroke-width: 1.2; marker-end: url(#tip); }}</style>
<rect width="100%" height="100%" style="fill: #ffffff; stroke: none"/>"""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Box:
    """A package as it is drawn: its row, the highest being 0, its upper left corner and its width."""

    row: int
    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + _HEIGHT


def drawing() -> str:
    """Return the picture as SVG: one panel for each layers contract, one below the other."""
    width = max(_width(row) for layers in contracts() for row in layers.rows) + 2 * (_MARGIN + _BESIDE)
    lines: list[str] = []
    top = _MARGIN
    for layers in contracts():
        lines += _panel(layers, width, top)
        top += _TITLE + len(layers.rows) * (_HEIGHT + _BELOW)
    return "\n".join([_HEAD.format(width=width, height=top), *lines, "</svg>"]) + "\n"


def _panel(layers: Layers, width: float, top: float) -> Iterator[str]:
    yield f'<text class="title" x="{_MARGIN:.0f}" y="{top:.0f}">{escape(layers.name)}</text>'
    boxes = dict(_boxes(layers, width, top + _TITLE))
    yield from map(_curve, _routes(boxes, sorted(needed(imports(layers)))))
    for package, box in boxes.items():
        yield f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{_HEIGHT:.0f}" rx="4"/>'
        yield f'<text class="name" x="{box.middle:.1f}" y="{box.top + 18:.1f}">{escape(package)}</text>'


def _boxes(layers: Layers, width: float, top: float) -> Iterator[tuple[str, _Box]]:
    for number, row in enumerate(layers.rows):
        left = (width - _width(row)) / 2
        for package in row:
            yield package, _Box(number, left, top + number * (_HEIGHT + _BELOW), _breadth(package))
            left += _breadth(package) + _BESIDE


def _routes(boxes: Mapping[str, _Box], arrows: Sequence[tuple[str, str]]) -> Iterator[list[Point]]:
    """The points that each arrow goes through: a place below its importer, gaps between boxes, a place on its target."""
    taken: Counter[Point] = Counter()
    leaving, coming = _spread(boxes, arrows, 0), _spread(boxes, arrows, 1)
    for arrow in arrows:
        importer, target = (boxes[package] for package in arrow)
        points = [(leaving[arrow], importer.bottom)]
        for row in range(importer.row + 1, target.row):
            share = (row - importer.row) / (target.row - importer.row)
            aim = importer.middle + (target.middle - importer.middle) * share
            gap = min(_gaps([box for box in boxes.values() if box.row == row]), key=lambda g: (abs(g[0] - aim), g))
            taken[gap] += 1
            lane = taken[gap] // 2 * (1 if taken[gap] % 2 else -1) * _LANE
            points += [(gap[0] + lane, gap[1]), (gap[0] + lane, gap[1] + _HEIGHT)]
        yield [*points, (coming[arrow], target.top)]


def _spread(boxes: Mapping[str, _Box], arrows: Iterable[tuple[str, str]], end: int) -> Mapping[tuple[str, str], float]:
    """Where each arrow touches the box at one of its ends: side by side, in the order in which the other ends lie."""
    found: dict[tuple[str, str], float] = {}
    for package, box in boxes.items():
        mine = sorted((each for each in arrows if each[end] == package), key=lambda each: boxes[each[1 - end]].middle)
        found |= {each: box.left + box.width * place / (len(mine) + 1) for place, each in enumerate(mine, 1)}
    return found


def _gaps(row: Sequence[_Box]) -> Iterator[Point]:
    """The middles of the gaps of a row, those at both of its sides among them."""
    yield row[0].left - _BESIDE / 2, row[0].top
    yield from (((box.right + after.left) / 2, box.top) for box, after in pairwise(row))
    yield row[-1].right + _BESIDE / 2, row[0].top


def _curve(points: Sequence[Point]) -> str:
    """A line that leaves and arrives straight, and bends between rows only."""
    (x, y), *rest = points
    path = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        bend = (to_y - y) / 2
        path.append(f"C{x:.1f} {y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    return f'<path class="arrow" d="{" ".join(path)}"/>'


def _width(row: tuple[str, ...]) -> float:
    return sum(map(_breadth, row)) + _BESIDE * (len(row) - 1)


def _breadth(package: str) -> float:
    return len(package) * _LETTER + 2 * _PADDING


def main() -> None:
    """Write the picture anew."""
    PICTURE.write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
