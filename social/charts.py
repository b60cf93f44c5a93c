"""A small curve over time as the numbers of an SVG; drawn by a template, with neither script nor style of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 240, 64
# Room for the line's thickness and the last count's dot.
EDGE = 4


@dataclass(frozen=True, slots=True)
class Chart:
    """A curve within WIDTH × HEIGHT: `line` for a polyline, `area` for the polygon below it, and where its last point is."""

    line: str
    area: str
    x: str
    y: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(points: Sequence[tuple[datetime, int]]) -> Chart | None:
    """Return the curve of counts (moment, number), oldest first, from zero to the largest; None where there is none.

    Time passes evenly from the first count to the last, which stands at the right edge.
    """
    if not points:
        return None
    begin, end = points[0][0], points[-1][0]
    span, most = (end - begin).total_seconds(), max(number for _at, number in points)
    places = [
        (_across((at - begin).total_seconds() / span if span else 1.0), _up(number / most if most else 0.0))
        for at, number in points
    ]
    line = " ".join(f"{x},{y}" for x, y in places)
    floor = _up(0.0)
    return Chart(line, f"{places[0][0]},{floor} {line} {places[-1][0]},{floor}", *places[-1])


def _across(part: float) -> str:
    return f"{EDGE + part * (WIDTH - 2 * EDGE):.1f}"


def _up(part: float) -> str:
    return f"{HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE):.1f}"
