"""Several views, one probability: a weighted logarithmic opinion pool, fitted on held-out scores.

Each view's scores are multiplied by its weight and added up, and a softmax makes probabilities of them (Genest
and Zidek 1986; with one view it is temperature scaling, Guo et al. 2017). Views that agree make each other's
confidence higher, views that disagree make it lower; how much each counts is found from inquiries held out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, logsumexp, softmax

from model.calibration import Floats, Indices

ENOUGH = 50  # held-out inquiries below which a pool's confidence is a guess


@dataclass(frozen=True, slots=True)
class Pool:
    """The weight of each view, and whether enough inquiries were held out to trust the confidence."""

    weights: tuple[float, ...]
    calibrated: bool

    def scores(self, views: Sequence[Floats]) -> Floats:
        """The weighted sum of the views' scores, shape (n, n_labels)."""
        return np.asarray(sum(weight * scores for weight, scores in zip(self.weights, views, strict=True)))

    def probabilities(self, views: Sequence[Floats]) -> Floats:
        """Rows that sum to 1, shape (n, n_labels)."""
        return np.asarray(softmax(self.scores(views), axis=1), dtype=np.float64)

    def energy(self, views: Sequence[Floats]) -> Floats:
        """The log of the summed exponentials, shape (n,): low where no label fits (Liu et al. 2020)."""
        return np.asarray(logsumexp(self.scores(views), axis=1), dtype=np.float64)


def fit_pool(views: Sequence[Floats], truth: Indices) -> Pool:
    """Find the weights that make the right labels most probable.

    The right label counts for a little less than all, as in Platt (1999): a small set on which nothing was
    mistaken would otherwise make every confidence 1.

    Args:
        views: Held-out scores of each view, each (n, n_labels).
        truth: Column index of the right label, shape (n,).
    """
    doubt = 1.0 / (len(truth) + 2.0)
    stacked = np.stack(views)

    def loss(logarithms: Floats) -> float:
        rows = log_softmax(np.tensordot(np.exp(logarithms), stacked, axes=1), axis=1)
        right = rows[np.arange(len(truth)), truth]
        return float(-((1.0 - doubt) * right + doubt * rows.mean(axis=1)).mean())

    found = minimize(loss, np.ones(len(views)), method="L-BFGS-B", bounds=[(-5.0, 5.0)] * len(views))
    return Pool(tuple(float(weight) for weight in np.exp(found.x)), calibrated=len(truth) >= ENOUGH)
