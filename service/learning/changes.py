"""Whether a week differs from the weeks before it by more than chance.

Weeks differ by more than single inquiries do: a campaign, a holiday. How much the weeks before differ among
themselves is therefore held against every change, as Rao and Scott (1981) do for clustered counts: they are divided
by the dispersion where it is above one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from scipy.stats import hypergeom, t


@dataclass(slots=True)
class Tally:
    """What was counted of some inquiries: sums, so that any number of them takes the same room.

    Attributes:
        n: Inquiries.
        automatic: Of these, those whose confidence chose the desk.
        reviewed: Of these, those that a person judged or closed.
        overruled: Of the reviewed, those whose category a person changed.
        confidence: Sum of the confidences.
        squares: Sum of their squares.
    """

    n: int = 0
    automatic: int = 0
    reviewed: int = 0
    overruled: int = 0
    confidence: float = 0.0
    squares: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))

    def add(self, confidence: float, *, automatic: bool, reviewed: bool, overruled: bool) -> None:
        """Count one more."""
        self.n += 1
        self.automatic += automatic
        self.reviewed += reviewed
        self.overruled += overruled
        self.confidence += confidence
        self.squares += confidence**2

    @property
    def mean(self) -> float:
        """Of the confidences; 0 of nothing."""
        return self.confidence / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of the confidences; 0 of fewer than two."""
        return max(0.0, self.squares - self.n * self.mean**2) / (self.n - 1) if self.n > 1 else 0.0

    @property
    def overrides(self) -> float | None:
        """The share overruled of those reviewed; None when nobody reviewed any."""
        return self.overruled / self.reviewed if self.reviewed else None


def rise(count: int, n: int, before: Sequence[tuple[int, int]]) -> float:
    """How probable so large a share is by chance, or a larger one: Fisher's exact test, one-sided, of which equal
    counts weigh half (the mid-p value, Lancaster 1961): in full, it finds too little where few were overruled.

    Args:
        count: How many of this week's.
        n: This week's.
        before: The same of each week before.
    """
    spread = dispersion(before)
    hits, all_ = (round(sum(week[i] for week in before) / spread) for i in (0, 1))
    count, n = round(count / spread), round(n / spread)
    if not n or not all_:
        return 1.0
    chance = hypergeom(n + all_, count + hits, n)
    return float(chance.sf(count) + chance.pmf(count) / 2)


def shift(count: int, n: int, before: Sequence[tuple[int, int]]) -> float:
    """The same for a change either way: twice the smaller side."""
    fall = rise(n - count, n, [(all_ - hits, all_) for hits, all_ in before])
    return min(1.0, 2 * min(rise(count, n, before), fall))


def fall(now: Tally, before: Sequence[Tally]) -> float:
    """How probable so low a mean confidence is by chance, or a lower one: Welch's test, one-sided."""
    all_ = sum(before, Tally())
    if min(now.n, all_.n) < 2:
        return 1.0
    wide = _dispersion_of_means(before, all_)
    error = math.sqrt(wide * (now.variance / now.n + all_.variance / all_.n))
    if error == 0.0:
        return 1.0 if now.mean >= all_.mean else 0.0
    return float(t.cdf((now.mean - all_.mean) / error, min(now.n, all_.n) - 1))


def dispersion(weeks: Sequence[tuple[int, int]]) -> float:
    """How much more a share varies from week to week than it would by chance; at least 1."""
    hits, all_ = (sum(week[i] for week in weeks) for i in (0, 1))
    if not 0 < hits < all_:
        return 1.0
    share = hits / all_
    apart = sum((k - n * share) ** 2 / n for k, n in weeks if n) / (share * (1 - share))
    return max(1.0, apart / max(1, sum(n > 0 for _, n in weeks) - 1))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for how many there are (Holm 1979), in the same order."""
    corrected, least = [0.0] * len(chances), 0.0
    for place, i in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        least = max(least, min(1.0, chances[i] * (len(chances) - place)))
        corrected[i] = least
    return corrected


def _dispersion_of_means(weeks: Sequence[Tally], all_: Tally) -> float:
    some = [week for week in weeks if week.n]
    if all_.variance == 0.0 or len(some) < 2:
        return 1.0
    apart = sum(week.n * (week.mean - all_.mean) ** 2 for week in some) / all_.variance
    return max(1.0, apart / (len(some) - 1))
