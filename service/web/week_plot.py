"""Medians week by week on a logarithmic scale, as SVG that a template writes: seconds and days fit on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_TICKS = (1, 10, 60, 600, 3_600, 36_000, 360_000, 3_600_000)  # seconds; business time has no days
_LEFT, _TOP, _BOTTOM = 56, 12, 26  # margins, in the plot's own units
_LABEL_HEIGHT = 17
_LABELS_OF_WEEKS = 6

Dot = tuple[float, float, bool]


@dataclass(frozen=True, slots=True)
class Series:
    """One line.

    Attributes:
        name: What stands at its end.
        kind: The class by which a style sheet draws it.
        seconds: Of each week; None where there is nothing to tell.
    """

    name: str
    kind: str
    seconds: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line as it is drawn: its dots, each with whether it counts, the points of its pieces, and its label."""

    series: Series
    dots: list[Dot]
    runs: list[str]
    label: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """Where everything is.

    Attributes:
        weeks: Their names, oldest first.
        series: At least one.
        counts: Of each week, whether its figures count: it is over, and of more than a few tickets.
        width: In units of its own.
        height: The same.
        right: How much of the width is kept for the labels.
    """

    weeks: Sequence[str]
    series: Sequence[Series]
    counts: Sequence[bool]
    width: int
    height: int
    right: int

    @property
    def ticks(self) -> list[tuple[int, float]]:
        """The seconds that are marked, and at which height."""
        low, high = self._bounds()
        return [(tick, self._y(tick)) for tick in _TICKS if low <= tick <= high]

    @property
    def labelled(self) -> list[tuple[str, float]]:
        """The weeks that are named, and where."""
        step = math.ceil(len(self.weeks) / _LABELS_OF_WEEKS)
        return [(name, self._x(i)) for i, name in enumerate(self.weeks) if (len(self.weeks) - 1 - i) % step == 0]

    @property
    def lines(self) -> list[Drawn]:
        """Each line; labels that would lie over one another are moved apart."""
        drawn = [self._drawn(one) for one in self.series]
        heights = {id(one): one.label[1] for one in drawn if one.label}
        lowest = float(self.height - _BOTTOM + _LABEL_HEIGHT)
        for one in sorted((one for one in drawn if one.label), key=lambda one: -heights[id(one)]):
            lowest = min(lowest - _LABEL_HEIGHT, heights[id(one)])
            heights[id(one)] = lowest
        return [
            Drawn(one.series, one.dots, one.runs, (one.label[0], heights[id(one)]) if one.label else None)
            for one in drawn
        ]

    @property
    def edges(self) -> tuple[int, int]:
        """Where the lines of the scale begin and end."""
        return _LEFT, self.width - self.right

    @property
    def foot(self) -> int:
        """Where the names of the weeks stand."""
        return self.height - 6

    def _drawn(self, series: Series) -> Drawn:
        dots: list[Dot | None] = [
            None if seconds is None else (self._x(i), self._y(seconds), bool(self.counts[i]))
            for i, seconds in enumerate(series.seconds)
        ]
        pieces = [list(piece) for there, piece in groupby(dots, key=lambda dot: dot is not None) if there]
        known = [dot for dot in dots if dot]
        runs = [" ".join(f"{dot[0]},{dot[1]}" for dot in piece if dot) for piece in pieces]
        label = (float(self.edges[1] + 8), known[-1][1] + 4) if known else None
        return Drawn(series, known, runs, label)

    def _bounds(self) -> tuple[float, float]:
        """From one tick to another, with all values between them."""
        known = [max(one, _TICKS[0]) for series in self.series for one in series.seconds if one is not None]
        low, high = min(known, default=1), max(known, default=3_600)
        below = [tick for tick in _TICKS if tick <= low]
        above = [tick for tick in _TICKS if tick >= high]
        bottom = below[-1]
        top = above[0] if above else high
        return bottom, max(top, bottom * 10)

    def _x(self, place: int) -> float:
        left, right = self.edges
        return round(left + 6 + (right - left - 12) * (place / max(1, len(self.weeks) - 1)), 1)

    def _y(self, seconds: float) -> float:
        low, high = self._bounds()
        part = math.log(max(seconds, low) / low) / math.log(high / low)
        return round(self.height - _BOTTOM - (self.height - _TOP - _BOTTOM) * min(part, 1.0), 1)
