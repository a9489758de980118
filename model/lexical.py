"""The lexical view: a linear SVM on the words and letter sequences of the English text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, cpu_count, delayed
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.svm import LinearSVC

from model.calibration import Floats, Indices
from model.errors import TrainingDataInvalid
from model.explanation import terms_that_spoke
from model.features import lexical_view
from model.prediction import Term

Progress = Callable[[int, int], None]

_WORTH_PROCESSES = 2000  # texts; each further process takes two seconds to start


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts, the number of each one's label, and how much each counts, both of shape (n,)."""

    texts: list[str]
    truth: Indices
    weights: Floats

    def and_these(self, others: "Labelled") -> "Labelled":
        """These texts before others."""
        return Labelled(
            [*self.texts, *others.texts],
            np.concatenate([self.truth, others.truth]),
            np.concatenate([self.weights, others.weights]),
        )

    def at(self, rows: Indices) -> "Labelled":
        """Some of them."""
        return Labelled([self.texts[i] for i in rows], self.truth[rows], self.weights[rows])


class LexicalView(BaseEstimator):
    """TF-IDF and a linear SVM, one column of scores per label."""

    def __init__(self, regularisation: float = 1.0, folds: int = 5, seed: int = 0) -> None:
        self.regularisation = regularisation
        self.folds = folds
        self.seed = seed

    def fit(self, known: Labelled) -> "LexicalView":
        """Learn from English texts; every label must occur."""
        self.vectorizer_ = lexical_view()
        self.svm_ = LinearSVC(C=self.regularisation, random_state=self.seed)
        try:
            vectors = self.vectorizer_.fit_transform(known.texts)
        except ValueError as error:  # scikit-learn's empty vocabulary
            raise TrainingDataInvalid("too few inquiries hold a word") from error
        self.svm_.fit(vectors, known.truth, sample_weight=known.weights)
        return self

    def held_out_scores(
        self, asked: Labelled, also: Sequence[str], always: Labelled, tell: Progress
    ) -> tuple[Floats, Floats]:
        """Out-of-fold scores of the texts, and of other texts of the same inquiries, both (n, n_labels).

        What is in ``always`` is learned from in every fold.
        """
        labels = int(max(asked.truth.max(), always.truth.max(initial=0))) + 1
        scores, splitter = np.zeros((2, len(asked.texts), labels)), self._splitter(asked.truth)
        folds = list(splitter.split(np.zeros(len(asked.truth)), asked.truth))
        jobs = min(cpu_count(), len(folds)) if len(asked.texts) >= _WORTH_PROCESSES else 1
        known = (always.and_these(asked.at(learn)) for learn, _ in folds)
        left_out = ([[of[i] for i in test] for of in (asked.texts, also)] for _, test in folds)
        work = (delayed(_scores_of)(clone(self), *one) for one in zip(known, left_out, strict=True))
        for done, found in enumerate(Parallel(jobs, return_as="generator")(work)):
            tell(done, len(folds) + 1)
            scores[:, folds[done][1]] = found
        return scores[0], scores[1]

    def _splitter(self, truth: Indices) -> StratifiedKFold | KFold:
        rarest = int(np.bincount(truth)[np.unique(truth)].min())
        if rarest < 2:
            return KFold(min(self.folds, len(truth)), shuffle=True, random_state=self.seed)
        return StratifiedKFold(min(self.folds, rarest), shuffle=True, random_state=self.seed)

    def scores(self, texts: Sequence[str]) -> Floats:
        """Decision scores (n, n_labels); scikit-learn gives one column for two labels, here they get two."""
        if not texts:
            return np.zeros((0, max(2, len(self.svm_.coef_))))
        scores = np.asarray(self.svm_.decision_function(self.vectorizer_.transform(texts)), dtype=np.float64)
        return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores

    def terms(self, text: str, label: int) -> tuple[Term, ...]:
        """The words of a text that spoke most for a label."""
        return terms_that_spoke(text, self.vectorizer_, self.vectorizer_.transform([text])[0], self._weights(label))

    def _weights(self, label: int) -> Floats:
        if len(self.svm_.coef_) == 1:
            return np.asarray(self.svm_.coef_[0] if label == 1 else -self.svm_.coef_[0])
        return np.asarray(self.svm_.coef_[label])


def _scores_of(view: LexicalView, known: Labelled, asked: list[list[str]]) -> list[Floats]:
    view.fit(known)
    return [view.scores(texts) for texts in asked]
