"""Confidences that mean what they say: temperature scaling, and how far off a set of confidences is."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

Floats = NDArray[np.float64]


def fit_temperature(scores: Floats, truth: NDArray[np.intp]) -> float:
    """Find the temperature that makes softmax(scores / temperature) most probable (Guo et al. 2017).

    The right label counts for a little less than all, as in Platt (1999): a small training set on which
    nothing was mistaken would otherwise make every confidence 1.

    Args:
        scores: Decision scores on data not trained on, shape (n, n_labels).
        truth: Column index of the right label, shape (n,).
    """

    doubt = 1.0 / (len(truth) + 2.0)

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(scores / np.exp(log_temperature), axis=1)
        right = log_probabilities[np.arange(len(truth)), truth]
        return float(-((1.0 - doubt) * right + doubt * log_probabilities.mean(axis=1)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-5.0, 3.0), method="bounded").x))


def probabilities(scores: Floats, temperature: float) -> Floats:
    """Turn decision scores (n, n_labels) into rows that sum to 1."""
    return np.asarray(softmax(scores / temperature, axis=1), dtype=np.float64)


def expected_calibration_error(confidence: Floats, correct: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over bins of equal mass, weighted by their size.

    A perfectly calibrated model does not score 0 on a small sample: about 0.022 at n = 768.
    """
    _, ties = np.unique(confidence, return_inverse=True)
    accuracy = (np.bincount(ties, correct) / np.bincount(ties))[ties]  # the same for equal confidences
    order = np.argsort(confidence, kind="stable")
    gaps = [
        len(part) * abs(confidence[part].mean() - accuracy[part].mean())
        for part in np.array_split(order, min(bins, len(order)))
    ]
    return float(sum(gaps) / len(confidence))
