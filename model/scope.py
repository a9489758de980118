"""Whether an inquiry belongs to any category at all: from its probability, its energy and its distance.

What belongs nowhere is far from every labelled inquiry, gives no label a high score, and is near the examples of
such messages. A logistic regression on held-out figures weighs these against each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from model.calibration import Floats

ENOUGH = 20  # messages out of scope, below which there is nothing to learn from
_LOST = 0.02  # the share of inquiries within scope that may go to a person for this reason


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of n texts, each of shape (n,)."""

    top_probability: Floats
    energy: Floats
    outside_score: Floats  # the semantic view's score for being out of scope
    nearness: Floats  # the cosine to the nearest labelled inquiry

    def columns(self) -> Floats:
        """Shape (n, 4)."""
        doubt = np.log1p(1e-6 - self.top_probability)
        return np.column_stack([doubt, self.energy, self.outside_score, self.nearness])


class Scope:
    """How much an inquiry looks like one that some desk answers, and from where on it does not."""

    def __init__(self, regression: Pipeline, threshold: float) -> None:
        self._regression = regression
        self.threshold = threshold

    def scores(self, evidence: Evidence) -> Floats:
        """A number in [0, 1] per text, 1 for surely within scope, shape (n,)."""
        return np.asarray(self._regression.predict_proba(evidence.columns())[:, 1], dtype=np.float64)


def fit_scope(evidence: Evidence, within: NDArray[np.bool_]) -> Scope | None:
    """Learn from held-out evidence; None when too few messages are out of scope to learn from."""
    if min(int((~within).sum()), int(within.sum())) < ENOUGH:
        return None
    regression = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
    regression.fit(evidence.columns(), within)
    scope = Scope(regression, 0.0)
    scope.threshold = float(np.quantile(scope.scores(evidence)[within], _LOST))
    return scope
