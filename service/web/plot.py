"""Small plots as SVG that a template writes: a line week by week, and an interval."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 120, 32  # of a plot, in its own units
_EDGE = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A figure week by week.

    Attributes:
        values: Of each week; None where there is nothing to tell. The last week is not over.
        now: The last finished week's.
        before: That of the weeks before it together.
        bottom: The value at the lower edge of the plot.
        top: The value at the upper edge.
    """

    values: tuple[float | None, ...]
    now: float | None
    before: float | None
    bottom: float
    top: float

    @property
    def dots(self) -> list[tuple[float, float] | None]:
        """Where the values are; None where there is none."""
        step = (WIDTH - 2 * _EDGE) / max(1, len(self.values) - 1)
        return [
            None if value is None else (round(_EDGE + i * step, 1), self._y(value))
            for i, value in enumerate(self.values)
        ]

    @property
    def runs(self) -> list[str]:
        """The points of the polylines, which end where a value is missing."""
        together = [list(dots) for there, dots in groupby(self.dots, key=lambda dot: dot is not None) if there]
        return [" ".join(f"{dot[0]},{dot[1]}" for dot in dots if dot) for dots in together]

    @property
    def level(self) -> float | None:
        """The height of what was before."""
        return None if self.before is None else self._y(self.before)

    def _y(self, value: float) -> float:
        return round(HEIGHT - _EDGE - (HEIGHT - 2 * _EDGE) * _part(value, self.bottom, self.top), 1)


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its interval, beside that of all others.

    Attributes:
        middle: The figure.
        low: Lower end.
        high: Upper end.
        others: What it is compared with; None if there is nothing.
        bottom: The value at the left edge of the plot.
        top: The value at the right edge.
    """

    middle: float
    low: float
    high: float
    others: float | None
    bottom: float
    top: float

    def x(self, value: float) -> float:
        """Where a value is."""
        return round(_EDGE + (WIDTH - 2 * _EDGE) * _part(value, self.bottom, self.top), 1)


def bounds(values: Iterable[float | None], low: float, high: float) -> tuple[float, float]:
    """A scale for plots that are looked at together: at least from ``low`` to ``high``, and all values on it."""
    known = [value for value in values if value is not None]
    return min([low, *known]), max([high, *known])


def _part(value: float, bottom: float, top: float) -> float:
    return (value - bottom) / (top - bottom)
