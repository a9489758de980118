"""Which words spoke for a category: the exact contributions of the linear model's word features."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.prediction import Term

_TERMS = 5  # chosen by hand: what fits on one line of the inbox


def terms_that_spoke(
    vector: Any, words: NDArray[np.object_], weights: NDArray[np.float64]
) -> tuple[Term, ...]:
    """The strongest positive contributions, strongest first.

    Args:
        vector: One sparse row (1, n_features) whose first ``len(words)`` columns are the word view.
        words: The word view's terms, in column order.
        weights: The category's weight for every feature, shape (n_features,).
    """
    contributions = [
        Term(str(words[column]), round(float(value * weights[column]), 4))
        for column, value in zip(vector.indices, vector.data, strict=True)
        if column < len(words)
    ]
    positive = [term for term in contributions if term.weight > 0]
    return tuple(sorted(positive, key=lambda term: -term.weight)[:_TERMS])
