"""The classifier of inquiries: scikit-learn conventions outside, one probability per category."""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted

from model.calibration import Floats, fit_temperature, probabilities
from model.errors import TrainingDataInvalid
from model.explanation import terms_that_spoke
from model.features import lexical_view
from model.prediction import Prediction, Scored

Progress = Callable[[int, int], None]
_ALTERNATIVES = 4  # an agent chooses among the first few; the case of Uber's COTA showed three


class InquiryClassifier(ClassifierMixin, BaseEstimator):
    """A linear SVM on the lexical view, its scores made probabilities by a temperature.

    The temperature is fitted on out-of-fold scores, so that no inquiry is judged by a model that saw it.
    """

    def __init__(self, regularisation: float = 1.0, folds: int = 5, seed: int = 0) -> None:
        self.regularisation = regularisation
        self.folds = folds
        self.seed = seed

    def fit(
        self, texts: Sequence[str], labels: Sequence[str], progress: Progress | None = None
    ) -> "InquiryClassifier":
        """Learn from cleaned English texts and their labels, both of length n.

        Attributes set: ``classes_`` (n_labels,), ``temperature_``, ``held_out_probabilities_``
        (n, n_labels), the calibrated out-of-fold probabilities in the order of the texts.

        Raises:
            TrainingDataInvalid: Fewer than two categories, or one with a single inquiry.
        """
        _check(texts, labels)
        self.classes_, truth = np.unique(np.asarray(labels), return_inverse=True)
        tell = progress or (lambda done, of: None)
        folds = min(self.folds, int(np.bincount(truth).min()))
        scores = self._out_of_fold_scores(texts, truth, folds, tell)
        self.temperature_ = fit_temperature(scores, truth)
        self.held_out_probabilities_ = probabilities(scores, self.temperature_)
        self.view_, self.svm_ = self._fit_once(texts, truth)
        tell(folds + 1, folds + 1)
        return self

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Calibrated probabilities, shape (n, n_labels); rows sum to 1, columns follow ``classes_``."""
        check_is_fitted(self)
        return probabilities(_scores(self.svm_, self.view_.transform(texts)), self.temperature_)

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """The most probable label of each text, shape (n,)."""
        best = self.predict_proba(texts).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def classify(self, texts: Sequence[str]) -> list[Prediction]:
        """Label, confidence, alternatives and explanation of each text, in order."""
        check_is_fitted(self)
        if not texts:
            return []
        vectors = self.view_.transform(texts)
        rows = probabilities(_scores(self.svm_, vectors), self.temperature_)
        return [self._prediction(text, vectors[i], rows[i]) for i, text in enumerate(texts)]

    def _prediction(self, text: str, vector: object, row: Floats) -> Prediction:
        order = np.argsort(-row, kind="stable")
        best = int(order[0])
        scored = [Scored(str(self.classes_[i]), float(row[i])) for i in order[: _ALTERNATIVES + 1]]
        explanation = terms_that_spoke(text, self.view_, vector, _weights(self.svm_, best))
        return Prediction(scored[0].category, scored[0].confidence, tuple(scored[1:]), explanation)

    def _out_of_fold_scores(
        self, texts: Sequence[str], truth: NDArray[np.intp], folds: int, tell: Progress
    ) -> Floats:
        scores = np.zeros((len(texts), len(self.classes_)))
        splitter = StratifiedKFold(folds, shuffle=True, random_state=self.seed)
        for done, (learn, test) in enumerate(splitter.split(np.zeros(len(truth)), truth)):
            tell(done, folds + 1)
            view, svm = self._fit_once([texts[i] for i in learn], truth[learn])
            scores[test] = _scores(svm, view.transform([texts[i] for i in test]))
        return scores

    def _fit_once(self, texts: Sequence[str], truth: NDArray[np.intp]) -> tuple[FeatureUnion, LinearSVC]:
        view = lexical_view()
        svm = LinearSVC(C=self.regularisation, random_state=self.seed)
        try:
            vectors = view.fit_transform(texts)
        except ValueError as error:  # scikit-learn's empty vocabulary
            raise TrainingDataInvalid("too few inquiries hold a word") from error
        return view, svm.fit(vectors, truth)


def _scores(svm: LinearSVC, vectors: object) -> Floats:
    """Decision scores (n, n_labels); scikit-learn gives one column for two labels, here they get two."""
    scores = np.asarray(svm.decision_function(vectors), dtype=np.float64)
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores


def _weights(svm: LinearSVC, label_index: int) -> Floats:
    if len(svm.coef_) == 1:
        return np.asarray(svm.coef_[0] if label_index == 1 else -svm.coef_[0])
    return np.asarray(svm.coef_[label_index])


def _check(texts: Sequence[str], labels: Sequence[str]) -> None:
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
    counts = Counter(labels)
    if len(counts) < 2:
        raise TrainingDataInvalid(f"a classifier needs at least two categories, found {len(counts)}")
    single = sorted(label for label, count in counts.items() if count < 2)
    if single:
        raise TrainingDataInvalid(f"a category needs at least two inquiries, {single[0]!r} has one")
