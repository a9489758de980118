"""Whether somebody does something more often than others do under equal conditions: an exact test, by strata."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from model.calibration import Floats, Indices

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Compared:
    """Somebody beside the others.

    Attributes:
        n: How many of theirs have others to compare with.
        found: In how many of these it is so.
        expected: In how many it would be, by the others' share in each stratum.
        p: The chance of as many or more if there were no difference.
    """

    n: int
    found: int
    expected: float
    p: float


def compare(so: Mask, theirs: Mask, strata: Indices) -> Compared:
    """Compare theirs with the rest: given how many of a stratum are so, how many of them are theirs by chance.

    Args:
        so: Of each case whether it is so, shape (n,).
        theirs: Which cases are theirs, shape (n,).
        strata: Cases with the same number are alike, shape (n,); one with theirs or others' alone says nothing.
    """
    n, found, expected, chances = 0, 0, 0.0, np.ones(1)
    for here in _informative(theirs, strata):
        mine, others = here & theirs, here & ~theirs
        n, found = n + int(mine.sum()), found + int(so[mine].sum())
        expected += float(mine.sum() * so[others].mean())
        chances = np.convolve(chances, _by_chance(here, mine, so))
    return Compared(n, found, expected, min(1.0, float(chances[found:].sum())))


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for how many there are (Holm 1979), in the same order."""
    order = np.argsort(chances, kind="stable")
    scaled = np.asarray(chances)[order] * np.arange(len(chances), 0, -1)
    corrected = np.empty(len(chances))
    corrected[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return [float(one) for one in corrected]


def _informative(theirs: Mask, strata: Indices) -> Iterator[Mask]:
    for number in np.intersect1d(strata[theirs], strata[~theirs]):
        yield strata == number


def _by_chance(here: Mask, mine: Mask, so: Mask) -> Floats:
    """The chance of each number of theirs that are so, from 0 on."""
    of, drawn = int(so[here].sum()), int(mine.sum())
    numbers = np.arange(min(of, drawn) + 1)
    return np.asarray(hypergeom.pmf(numbers, int(here.sum()), of, drawn), dtype=np.float64)
