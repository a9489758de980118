"""From which confidence a desk gets an inquiry without a person looking first, found on inquiries held out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.calibration import Floats
from model.classifier import InquiryClassifier

NEVER = 1.01  # no confidence reaches it
_ENOUGH = 60  # held-out inquiries of one desk, below which those of all desks decide


@dataclass(frozen=True, slots=True)
class Policy:
    """What a desk's errors cost, or how often it must be right.

    Attributes:
        target_precision: The share of the inquiries routed to it that must belong there.
        misroute_cost: What a wrong one costs; with ``look_cost``, used instead of the target.
        look_cost: What it costs that a person looks first.
    """

    target_precision: float = 0.97
    misroute_cost: float | None = None
    look_cost: float | None = None


@dataclass(frozen=True)
class Judged:
    """Held-out inquiries as they would be routed: the desk chosen, how surely, and whether rightly, each (n,)."""

    desk: NDArray[np.str_]
    confidence: Floats
    correct: NDArray[np.bool_]

    def of(self, desk: str) -> "Judged":
        """Those for which this desk was chosen."""
        rows = self.desk == desk
        return Judged(self.desk[rows], self.confidence[rows], self.correct[rows])


def judged(classifier: InquiryClassifier, desks: Mapping[str, str]) -> Judged:
    """What was held out when a classifier was trained, in all situations; what is out of scope is never correct.

    Args:
        classifier: Fitted.
        desks: The desk of each category.
    """
    of_label = np.array([*(desks.get(str(name), "") for name in classifier.classes_), "(none)"])
    desk, confidence, correct = [], [], []
    for held in classifier.held_out_.values():
        chosen = of_label[held.probabilities.argmax(axis=1)] if len(held.rows) else of_label[:0]
        stays = held.within_scope & (chosen != "")
        desk.append(chosen[stays])
        confidence.append(held.probabilities.max(axis=1)[stays] if len(held.rows) else np.zeros(0))
        right = of_label[classifier.held_out_truth_[held.rows]]
        correct.append((chosen == right)[stays])
    return Judged(np.concatenate(desk), np.concatenate(confidence), np.concatenate(correct))


def thresholds(found: Judged, policies: Mapping[str, Policy]) -> dict[str, float]:
    """The threshold of each desk; a desk with few inquiries gets the one that all of them together give."""
    result = {}
    for desk, policy in policies.items():
        own = found.of(desk)
        result[desk] = threshold(own if len(own.desk) >= _ENOUGH else found, policy)
    return result


def threshold(found: Judged, policy: Policy) -> float:
    """The lowest confidence that reaches the precision, or that costs least; `NEVER` when there is none."""
    if policy.misroute_cost is not None and policy.look_cost is not None:
        return _cheapest(found, policy.misroute_cost, policy.look_cost)
    return lowest_confidence(found.confidence, found.correct, policy.target_precision)


def lowest_confidence(confidence: Floats, correct: NDArray[np.bool_], precision: float) -> float:
    """The lowest confidence from which on this share is right; `NEVER` when there is none."""
    confidence, right, ends = _surest_first(confidence, correct)
    fine = np.flatnonzero((np.cumsum(right) / np.arange(1, len(right) + 1) >= precision) & ends)
    return float(confidence[fine[-1]]) if len(fine) else NEVER


def _cheapest(found: Judged, misroute_cost: float, look_cost: float) -> float:
    confidence, right, ends = _surest_first(found.confidence, found.correct)
    saved = np.cumsum(look_cost - misroute_cost * ~right, dtype=np.float64)
    saved[~ends] = -np.inf
    return float(confidence[int(saved.argmax())]) if len(saved) and saved.max() > 0 else NEVER


def _surest_first(
    confidence: Floats, correct: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Both in order, and which are the last of their confidence: equal ones are routed together or not at all."""
    order = np.argsort(-confidence, kind="stable")
    confidence = confidence[order]
    ends = np.append(np.diff(confidence) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    return confidence, correct[order], ends


@dataclass(frozen=True, slots=True)
class Share:
    """What a threshold (None: each desk's own) would do, with 95 % intervals (Wilson 1927)."""

    threshold: float | None
    n: int
    automatic: tuple[float, float, float]
    precision: tuple[float, float, float]


def share_at(found: Judged, least: float) -> Share:
    """The share routed automatically at a threshold, and how much of it is right; each with its interval."""
    return _share(found, found.confidence >= least, least)


def share_of_all(found: Judged, least: Mapping[str, float]) -> Share:
    """The same over all these desks, each with its own threshold; inquiries of other desks do not count."""
    rows = np.isin(found.desk, list(least))
    some = Judged(found.desk[rows], found.confidence[rows], found.correct[rows])
    own = np.array([least[str(desk)] for desk in some.desk])
    return _share(some, some.confidence >= own, None)


def _share(found: Judged, routed: NDArray[np.bool_], least: float | None) -> Share:
    n, automatic, right = len(routed), int(routed.sum()), int(found.correct[routed].sum())
    return Share(least, n, with_interval(automatic, n), with_interval(right, automatic))


def with_interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float, float]:
    """A share and its Wilson interval; (0, 0, 1) of nothing."""
    if n == 0:
        return 0.0, 0.0, 1.0
    share, spread = successes / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return share, float(max(0.0, middle - half)), float(min(1.0, middle + half))
