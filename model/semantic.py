"""The semantic view: kernel ridge regression on embeddings, one column of scores per label.

Every labelled inquiry stays in the model as a point; a text's score for a label is the sum of what each point
says. So the same points tell which labelled inquiries spoke for a category, and how far a text is from all.
On five-fold cross-validation of BANKING77's training split it scores 0.930 alone, a linear SVM on the same
embeddings 0.908; of kernel widths 0.5 to 2 and ridges 0.03 to 0.3 none is better by more than 0.001 there,
on HWU64 or on the seed inquiries.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from sklearn.base import BaseEstimator

from model.calibration import Floats, Indices
from model.encoder import Embeddings

MOST_POINTS = 16_000  # the kernel matrix of 16,000 points takes 1 GB; more inquiries than that are sampled


class SemanticView(BaseEstimator):
    """Kernel ridge regression with a Gaussian kernel on centred embeddings.

    Args:
        width: The kernel is exp(-width * squared distance).
        ridge: What is added to the kernel matrix's diagonal.
        seed: Decides which points stay when there are more than `MOST_POINTS`.
    """

    def __init__(self, width: float = 1.0, ridge: float = 0.1, seed: int = 0) -> None:
        self.width = width
        self.ridge = ridge
        self.seed = seed

    def fit(
        self, embeddings: Embeddings, truth: Indices, groups: Indices, labels: int, weights: Floats | None = None
    ) -> "SemanticView":
        """Learn from points.

        Args:
            embeddings: Shape (n, dimensions).
            truth: Each point's label, shape (n,), below ``labels``.
            groups: Points of one inquiry (its original and its English text) share a number, shape (n,).
            labels: How many labels there are.
            weights: How much each point counts, shape (n,): a point's ridge is divided by its weight.

        Attributes set: ``points_`` (m, dimensions), ``kept_`` (m,) their places among the n, ``labels_`` (m,)
        theirs, ``weights_`` (m, labels).
        """
        self.kept_ = self._kept(groups)
        self.centre_ = embeddings.mean(axis=0)
        self.points_ = self.centred(embeddings[self.kept_])
        self.labels_ = truth[self.kept_]
        targets = _targets(self.labels_, labels)
        similarity = self.points_ @ self.points_.T
        counts = np.ones(len(targets)) if weights is None else weights[self.kept_]
        factor = cho_factor(self._ridged(similarity, counts), lower=True, overwrite_a=True)
        self.weights_ = cho_solve(factor, targets)
        inverse = cho_solve(factor, np.eye(len(targets), dtype=np.float32), overwrite_b=True)
        members = _members(groups[self.kept_])
        self._left_out_scores = _left_out(targets, self.weights_, inverse, members)
        self._left_out_nearness = _nearness_of_others(similarity, members)
        return self

    def held_out(self, embeddings: Embeddings) -> tuple[Floats, Floats]:
        """What the view says of the points it was just fitted on when their inquiry is left out.

        Answers scores (n, labels) and the cosine to the nearest point of another inquiry (n,). Asked once:
        what it tells is not kept with the model.
        """
        scores, nearness = self.scores_and_nearness(embeddings)
        scores[self.kept_], nearness[self.kept_] = self._left_out_scores, self._left_out_nearness
        del self._left_out_scores, self._left_out_nearness
        return scores, nearness

    def scores(self, embeddings: Embeddings) -> Floats:
        """Scores of texts, shape (n, labels): about the label's share less its mean share."""
        return self.scores_and_nearness(embeddings)[0]

    def scores_and_nearness(self, embeddings: Embeddings) -> tuple[Floats, Floats]:
        """The scores with each text's cosine to the nearest labelled point, shape (n,)."""
        similarity = self._similarity(embeddings)
        scores = self._kernel(similarity) @ self.weights_
        return np.asarray(scores, dtype=np.float64), np.asarray(similarity.max(axis=1), dtype=np.float64)

    def speaking_for(self, embedding: Embeddings, label: int, count: int) -> list[tuple[int, float]]:
        """The points that spoke most for a label: their places among the n learned from, and their exact shares."""
        shares = self._kernel(self._similarity(embedding[None]))[0] * self.weights_[:, label]
        strongest = np.argsort(-shares, kind="stable")[:count]
        return [(int(self.kept_[i]), float(shares[i])) for i in strongest if shares[i] > 0]

    def nearest_but(self, label: int, embedding: Embeddings) -> float:
        """The cosine of a text to the nearest labelled point that is not of this label."""
        return float(self._similarity(embedding[None])[0].max(where=self.labels_ != label, initial=-1.0))

    def centred(self, embeddings: Embeddings) -> Embeddings:
        """Embeddings as this view compares them: less the mean of what it learned from, of unit length."""
        moved = embeddings - self.centre_
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)

    def _kept(self, groups: Indices) -> Indices:
        if len(groups) <= MOST_POINTS:
            return np.arange(len(groups))
        numbers = np.random.default_rng(self.seed).permutation(np.unique(groups))
        # Whole groups stay: none is held out beside its twin.
        kept = numbers[: MOST_POINTS * len(numbers) // len(groups)]
        return np.flatnonzero(np.isin(groups, kept))

    def _similarity(self, embeddings: Embeddings) -> Embeddings:
        return np.asarray(self.centred(embeddings) @ self.points_.T, dtype=np.float32)

    def _kernel(self, similarity: Embeddings) -> Embeddings:
        return gaussian(similarity, self.width)

    def _ridged(self, similarity: Embeddings, weights: Floats) -> Embeddings:
        kernel = self._kernel(similarity)
        kernel[np.diag_indices(len(kernel))] += np.asarray(self.ridge / weights, dtype=np.float32)
        return kernel


def gaussian(similarity: Embeddings, width: float) -> Embeddings:
    """exp(-width * squared distance) of points of unit length whose cosines these are."""
    return np.asarray(np.exp(np.float32(2 * width) * (similarity - 1)), dtype=np.float32)


def _targets(truth: Indices, labels: int) -> Embeddings:
    targets = np.full((len(truth), labels), -1.0 / labels, dtype=np.float32)
    targets[np.arange(len(truth)), truth] += 1.0
    return targets


def _members(groups: Indices) -> list[Indices]:
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def _left_out(targets: Embeddings, weights: Embeddings, inverse: Embeddings, members: Sequence[Indices]) -> Floats:
    """What the regression without a group says of it, exactly (Rifkin and Lippert 2007, for single points)."""
    scores = np.empty(targets.shape, dtype=np.float64)
    for rows in members:
        scores[rows] = targets[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], weights[rows])
    return scores


def _nearness_of_others(similarity: Embeddings, members: Sequence[Indices]) -> Floats:
    for rows in members:
        similarity[np.ix_(rows, rows)] = -1.0
    return np.asarray(similarity.max(axis=1), dtype=np.float64)
