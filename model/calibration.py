"""How far off a set of confidences is."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


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
