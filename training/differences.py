"""Two models on the same inquiries, group by group: how far apart they are, and whether that can be chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

Verdict = Literal["better", "worse", "same", "few"]
Rights = tuple[NDArray[np.bool_], NDArray[np.bool_]]  # which the champion and the challenger had right, each (n,)

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Difference:
    """Champion and challenger on the inquiries of one group.

    Attributes:
        group: The name of the desk, the category or the language; empty for all inquiries.
        n: How many inquiries.
        champion: The share that the champion had right.
        challenger: The share that the challenger had right.
        low: Lower end of the 95 % interval of challenger less champion.
        high: Upper end of it.
        p_fall: How probable so many falls against rises, or more, are if neither model is better; of this group
            alone, while the verdict takes into account how many groups were looked at.
        verdict: ``same`` where no difference was found; ``few`` where none could be, whatever the models said.
    """

    group: str
    n: int
    champion: float
    challenger: float
    low: float
    high: float
    p_fall: float
    verdict: Verdict

    def __str__(self) -> str:
        """As in ``0.910 -> 0.780 of 120 (p 0.001)``."""
        return f"{self.champion:.3f} -> {self.challenger:.3f} of {self.n} ({self.chance})"

    @property
    def chance(self) -> str:
        """The probability as it is written in a sentence."""
        return "p < 0.001" if self.p_fall < 0.001 else f"p {self.p_fall:.3f}"

    @property
    def change(self) -> float:
        """Challenger less champion."""
        return self.challenger - self.champion


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Of n inquiries: how many only the champion had right, only the challenger, and both."""

    n: int
    fell: int
    rose: int
    both: int

    @classmethod
    def of(cls, champion: NDArray[np.bool_], challenger: NDArray[np.bool_]) -> "_Pairs":
        fell, rose = int((champion & ~challenger).sum()), int((~champion & challenger).sum())
        return cls(len(champion), fell, rose, int((champion & challenger).sum()))

    @property
    def least_p(self) -> float:
        """The smallest p that a test of these pairs can have: all of them on one side."""
        return float(0.5 ** (self.fell + self.rose))

    def p_fall(self) -> float:
        return self._p(self.fell)

    def p_rise(self) -> float:
        return self._p(self.rose)

    def _p(self, successes: int) -> float:
        """One-sided exact test (McNemar 1947, with the binomial distribution)."""
        return float(bdtrc(successes - 1, self.fell + self.rose, 0.5)) if successes else 1.0

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference of paired shares (Bonett and Price 2012).

        Chosen because it stays near 95 % where pairs are few or all agree, in one line; so found in the review of
        Fagerland, Lydersen and Laake 2014, and measured by tests/benchmarks/test_gate.py.
        """
        rose, fell = (self.rose + 1) / (self.n + 2), (self.fell + 1) / (self.n + 2)
        half = _Z * np.sqrt((rose + fell - (rose - fell) ** 2) / (self.n + 2))
        return float(max(-1.0, rose - fell - half)), float(min(1.0, rose - fell + half))


def differences(groups: Mapping[str, Rights], alpha: float) -> list[Difference]:
    """One difference for each group, in order.

    Args:
        groups: A family that is judged together.
        alpha: How probable it may be at most that any of them is called worse if the models are equally good;
            the same for better.
    """
    pairs = [_Pairs.of(*rights) for rights in groups.values()]
    least = [one.least_p for one in pairs]
    worse = _surely([one.p_fall() for one in pairs], least, alpha)
    better = _surely([one.p_rise() for one in pairs], least, alpha)
    verdicts: list[Verdict] = [
        "few" if 0.5**one.n > alpha else "worse" if i in worse else "better" if i in better else "same"
        for i, one in enumerate(pairs)
    ]
    return [_difference(*row) for row in zip(groups, pairs, verdicts, strict=True)]


def _difference(group: str, pairs: _Pairs, verdict: Verdict) -> Difference:
    n, (low, high) = max(1, pairs.n), pairs.interval()
    champion, challenger = (pairs.both + pairs.fell) / n, (pairs.both + pairs.rose) / n
    return Difference(group, pairs.n, champion, challenger, low, high, pairs.p_fall(), verdict)


def _surely(p: list[float], least: list[float], alpha: float) -> set[int]:
    """Which are significant together (Holm 1979), among those that can be at all (Tarone 1990).

    A group in which the models hardly disagree cannot reach significance, so it need not make the others pay:
    of 77 categories most are such. Which these are is known from how often the models disagree, not from who
    was right, so leaving them out spoils nothing.
    """
    tests = next(m for m in count(1) if sum(one <= alpha / m for one in least) <= m)
    able = [i for i, one in enumerate(least) if one <= alpha / tests]
    found: set[int] = set()
    for place, i in enumerate(sorted(able, key=p.__getitem__)):
        if p[i] > alpha / (len(able) - place):
            break
        found.add(i)
    return found
