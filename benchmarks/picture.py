"""A chart of time and memory against rows, for light and dark pages."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

from . import batch
from .process import Measured

# The size of a panel and its margins, in pixels.
_WIDTH, _HEIGHT = 310, 260
_LEFT, _TOP, _BELOW = 62, 32, 100
# The colour of each way, which is visible on white and on black, and its mark.
_WAYS = {
    batch.MERGED: ("#e5534b", "M-4-4L4 4M-4 4L4-4"),
    batch.PLAIN: ("#808890", "M0-5V5M-5 0H5"),
    batch.FILES: ("#c77d15", "M-4-4H4V4H-4Z"),
    batch.JSONL: ("#2da44e", "M0-5L5 4H-5Z"),
    batch.MBOX: ("#2f81f7", "M0-5L5 0L0 5L-5 0Z"),
    batch.MBOX_BY_TWO: ("#a371f7", "M0 5L5-4H-5Z"),
}
_STYLE = """
text { font: 13px sans-serif; fill: #77808a }
.title { font-weight: bold }
.grid { stroke: #808890; stroke-opacity: 0.3 }
.way { fill: none; stroke-width: 2 }
"""

# MB that the axis always shows.
_MEMORIES = (10, batch.MEMORY_BAR)

_Lines = Mapping[str, Sequence[tuple[float, float]]]


def picture(sizes: Sequence[Measured]) -> str:
    """Return the measurements with rosters of several *sizes* as an SVG."""
    time = _panel("Time (seconds)", _lines(sizes, "wall"))
    memory = _panel("Memory (MB, largest process)", _lines(sizes, "memory"), *_MEMORIES)
    parts = (
        _at(_LEFT, _TOP, time),
        _at(_LEFT + _WIDTH + _LEFT, _TOP, memory),
        _at(_LEFT, _TOP + _HEIGHT + 60, _legend()),
    )
    width, height = 2 * (_LEFT + _WIDTH) + 34, _TOP + _HEIGHT + _BELOW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">\n'
        "<title>Time and memory of a batch against the rows of its roster</title>\n"
        f"<style>{_STYLE}</style>\n{''.join(parts)}</svg>\n"
    )


def _lines(sizes: Sequence[Measured], field: str) -> _Lines:
    """Return the measured points of each way."""
    points = {
        way: [
            (size.letters, getattr(usage, field))
            for size in sizes
            if (usage := size.middle(way)) and getattr(usage, field)
        ]
        for way in _WAYS
    }
    return {way: line for way, line in points.items() if line}


def _panel(title: str, lines: _Lines, *heights: float) -> str:
    """Draw the *lines* of ways over axes; the vertical one includes *heights*."""
    across = _Axis([x for line in lines.values() for x, _ in line], _WIDTH)
    up = _Axis([*heights, *(y for line in lines.values() for _, y in line)], _HEIGHT)
    parts = [_text(0, -14, title, 'class="title"')]
    for figure in across.ticks():
        x = across.place(figure)
        parts.append(f'<path class="grid" d="M{x:.1f} 0V{_HEIGHT}"/>\n')
        parts.append(_text(x, _HEIGHT + 18, f"{figure:,.9g}", 'text-anchor="middle"'))
    parts.append(_text(_WIDTH / 2, _HEIGHT + 38, "rows", 'text-anchor="middle"'))
    for figure in up.ticks():
        y = _HEIGHT - up.place(figure)
        parts.append(f'<path class="grid" d="M0 {y:.1f}H{_WIDTH}"/>\n')
        parts.append(_text(-8, y + 4, f"{figure:,.9g}", 'text-anchor="end"'))
    for way, line in lines.items():
        places = [(across.place(x), _HEIGHT - up.place(y)) for x, y in line]
        parts.append(_way(way, places))
    return "".join(parts)


def _legend() -> str:
    """Draw the names of the lines, in three columns."""
    parts = []
    for i, way in enumerate(_WAYS):
        x, y = 230 * (i % 3), 24 * (i // 3)
        parts.append(_way(way, [(x, y), (x + 28, y)]))
        parts.append(_text(x + 40, y + 4, way))
    return "".join(parts)


def _way(way: str, places: Sequence[tuple[float, float]]) -> str:
    colour, mark = _WAYS[way]
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    marks = "".join(
        f'<path d="{mark}" transform="translate({x:.1f} {y:.1f})"/>' for x, y in places
    )
    return f'<g class="way" stroke="{colour}"><path d="M{line}"/>{marks}</g>\n'


def _text(x: float, y: float, words: str, attributes: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{words}</text>\n'


def _at(x: float, y: float, drawing: str) -> str:
    return f'<g transform="translate({x} {y})">\n{drawing}</g>\n'


class _Axis:
    """A logarithmic axis for *figures*, which is *pixels* long."""

    def __init__(self, figures: Sequence[float], pixels: float) -> None:
        low, high = log10(min(figures)), log10(max(figures))
        room = max(0.06 * (high - low), 0.1)
        self._low, self._high = low - room, high + room
        self._pixels = pixels

    def place(self, figure: float) -> float:
        """Return the distance of *figure* from the start, in pixels."""
        return self._pixels * (log10(figure) - self._low) / (self._high - self._low)

    def ticks(self) -> Iterator[float]:
        """Yield the round figures to label."""
        for power in range(-3, 8):
            for digit in (1, 2, 5) if self._high - self._low < 2 else (1,):
                figure = digit * 10.0**power
                if 0 <= self.place(figure) <= self._pixels:
                    yield figure
