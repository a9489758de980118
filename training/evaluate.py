"""How good a classifier is: accuracy, macro-F1 and calibration, in all, per category and per language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

from model.calibration import Floats, expected_calibration_error
from model.classifier import InquiryClassifier
from model.errors import TrainingDataInvalid
from model.prediction import Prediction
from model.taxonomy import OUT_OF_SCOPE
from model.thresholds import lowest_confidence
from model.views import Answer
from training.dataset import LabelledInquiry


@dataclass(frozen=True)
class Judged:
    """What a classifier said of n inquiries with one category each; the answer's columns follow ``classes``."""

    inquiries: Sequence[LabelledInquiry]
    classes: NDArray[np.str_]
    answer: Answer

    @property
    def truth(self) -> NDArray[np.str_]:
        """The right labels, shape (n,)."""
        return np.array([inquiry.label for inquiry in self.inquiries])

    @property
    def languages(self) -> list[str]:
        """``und`` where it is not known."""
        return [inquiry.language or "und" for inquiry in self.inquiries]

    @property
    def predicted(self) -> NDArray[np.str_]:
        """The most probable labels, shape (n,)."""
        return np.asarray(self.classes[self.answer.probabilities.argmax(axis=1)])

    @property
    def confidence(self) -> Floats:
        """Their probabilities, shape (n,)."""
        return np.asarray(self.answer.probabilities.max(axis=1))

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Which were right, shape (n,)."""
        return np.asarray(self.truth == self.predicted)


def evaluate(
    classifier: InquiryClassifier, inquiries: Sequence[LabelledInquiry], *, untranslated: bool = False
) -> dict[str, Any]:
    """Score a classifier on labelled inquiries that it was not trained on.

    The figures at the top are of the inquiries with one category; those out of scope and the mixed ones have
    figures of their own, where there are any.

    Args:
        classifier: Fitted.
        inquiries: Their ``text_en`` stands for the translation where they have one.
        untranslated: Only the original text is read.

    Raises:
        TrainingDataInvalid: None of them has one category.
    """
    judged = judge(classifier, inquiries, untranslated=untranslated)
    outside = [i for i in inquiries if i.label == OUT_OF_SCOPE]
    mixed = [i for i in inquiries if i.is_mixed]
    result = figures(judged.answer.probabilities, classifier.classes_, judged.truth.tolist(), judged.languages)
    result |= {"encoded": float(judged.answer.encoded.mean())}
    if outside:
        other = classifier.answer([i.reading(untranslated=untranslated) for i in outside])
        result["out_of_scope"] = scope_figures(judged.answer, other)
    if mixed:
        result["mixed"] = mixed_figures(classifier, mixed, judged.inquiries, untranslated=untranslated)
    return result


def judge(classifier: InquiryClassifier, inquiries: Sequence[LabelledInquiry], *, untranslated: bool) -> Judged:
    """What the classifier says of those inquiries that have one category.

    Raises:
        TrainingDataInvalid: None of them has.
    """
    single = [i for i in inquiries if i.has_one_category]
    if not single:
        raise TrainingDataInvalid("no inquiry with one category to measure on")
    answer = classifier.answer([i.reading(untranslated=untranslated) for i in single])
    return Judged(single, classifier.classes_, answer)


def held_out_figures(classifier: InquiryClassifier, languages: Sequence[str]) -> dict[str, Any]:
    """The figures of the inquiries that a classifier learned from, each while it was held out.

    Those at the top are of the texts as they would be met: English, or translated where there is a translation.
    """
    truth, names = classifier.held_out_truth_, np.append(classifier.classes_, OUT_OF_SCOPE)
    parts = {}
    for situation, held in classifier.held_out_.items():
        within = truth[held.rows] < len(classifier.classes_)
        if within.any():
            rows = held.rows[within]
            labels, spoken = names[truth[rows]].tolist(), [languages[i] for i in rows]
            parts[str(situation)] = (held.probabilities[within], labels, spoken)
    if not parts:
        return {"n": 0}
    met = [parts[name] for name in ("english", "translated") if name in parts] or list(parts.values())
    situations = {name: _overall_of(classifier, rows, labels) for name, (rows, labels, _) in parts.items()}
    together = figures(
        np.concatenate([rows for rows, _, _ in met]),
        classifier.classes_,
        [label for _, labels, _ in met for label in labels],
        [language for _, _, spoken in met for language in spoken],
    )
    return together | {"per_situation": situations}


def mixed_figures(
    classifier: InquiryClassifier,
    mixed: Sequence[LabelledInquiry],
    single: Sequence[LabelledInquiry],
    *,
    untranslated: bool = False,
) -> dict[str, float]:
    """How well the categories of mixed inquiries are found, and how many single ones are cut in two by mistake."""
    found = [_categories(one) for one in classifier.classify([i.reading(untranslated=untranslated) for i in mixed])]
    right = [set(inquiry.labels) for inquiry in mixed]
    hits = sum(len(a & b) for a, b in zip(found, right, strict=True))
    others = classifier.classify([i.reading(untranslated=untranslated) for i in single])
    return {
        "n": len(mixed),
        "f1": 2 * hits / (sum(map(len, found)) + sum(map(len, right))),
        "all_found": float(np.mean([a == b for a, b in zip(found, right, strict=True)])),
        "single_cut": float(np.mean([len(_categories(one)) > 1 for one in others])),
    }


def _categories(prediction: Prediction) -> set[str]:
    return {part.category for part in prediction.parts} or {prediction.category}


def scope_figures(within: Answer, outside: Answer) -> dict[str, float]:
    """How well messages out of scope are told from inquiries within."""
    truth = np.r_[np.ones(len(within.scope)), np.zeros(len(outside.scope))]
    return {
        "n": len(outside.scope),
        "auroc": float(roc_auc_score(truth, np.r_[within.scope, outside.scope])),
        "found": float((~outside.within_scope).mean()),
        "inquiries_lost": float((~within.within_scope).mean()),
    }


def calibration_interval(
    confidence: Floats, correct: NDArray[np.bool_], *, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the expected calibration error."""
    random = np.random.default_rng(seed)
    rows = (random.integers(0, len(correct), len(correct)) for _ in range(draws))
    found = [expected_calibration_error(confidence[row], correct[row]) for row in rows]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def automatic_share(confidence: Floats, correct: NDArray[np.bool_], precision: float = 0.97) -> float:
    """The largest share of inquiries, most confident first, of which this share is right."""
    if not len(confidence):
        return 0.0
    return float((confidence >= lowest_confidence(confidence, correct, precision)).mean())


def figures(
    probabilities: Floats, classes: NDArray[np.str_], labels: Sequence[str], languages: Sequence[str]
) -> dict[str, Any]:
    """All figures from probabilities (n, n_labels), whose columns follow ``classes``."""
    truth, predicted = np.asarray(labels), classes[probabilities.argmax(axis=1)]
    correct, confidence = predicted == truth, probabilities.max(axis=1).astype(np.float64)
    return _overall(truth, predicted, confidence) | {
        "per_category": _per_category(truth, predicted),
        "per_language": _per_language(truth, predicted, confidence, np.asarray(languages)),
        "confident_errors": int(((confidence >= 0.9) & ~correct).sum()),
    }


def _overall(truth: NDArray[Any], predicted: NDArray[Any], confidence: Floats) -> dict[str, Any]:
    correct = truth == predicted
    return {
        "n": len(truth),
        "accuracy": float(correct.mean()),
        "macro_f1": float(f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0)),
        "ece": expected_calibration_error(confidence, correct),
        "automatic_at_97": automatic_share(confidence, correct),
    }


def _overall_of(classifier: InquiryClassifier, probabilities: Floats, labels: Sequence[str]) -> dict[str, Any]:
    predicted = classifier.classes_[probabilities.argmax(axis=1)]
    return _overall(np.asarray(labels), predicted, probabilities.max(axis=1))


def _per_language(
    truth: NDArray[Any], predicted: NDArray[Any], confidence: Floats, languages: NDArray[Any]
) -> dict[str, dict[str, Any]]:
    groups = ((str(language), languages == language) for language in np.unique(languages))
    return {language: _overall(truth[rows], predicted[rows], confidence[rows]) for language, rows in groups}


def _per_category(truth: NDArray[Any], predicted: NDArray[Any]) -> dict[str, dict[str, float]]:
    categories = np.unique(truth)
    rows = precision_recall_fscore_support(truth, predicted, labels=categories, zero_division=0)
    return {
        str(category): {"n": int(n), "precision": float(p), "recall": float(r), "f1": float(f)}
        for category, p, r, f, n in zip(categories, *rows, strict=True)
    }


def _beside(result: dict[str, Any]) -> list[str]:
    """What is measured beside the inquiries with one category."""
    lines = []
    if outside := result.get("out_of_scope"):
        lines.append(
            f"out of scope {outside['n']}   AUROC {outside['auroc']:.3f}   to a person {outside['found']:.1%}, "
            f"and {outside['inquiries_lost']:.1%} of the inquiries"
        )
    if mixed := result.get("mixed"):
        lines.append(
            f"mixed {mixed['n']}   F1 of their categories {mixed['f1']:.3f}   "
            f"inquiries with one request cut in two {mixed['single_cut']:.1%}"
        )
    return ["", *lines] if lines else []


def table(result: dict[str, Any]) -> str:
    """The figures as a person reads them in a terminal."""
    lines = [
        f"inquiries {result['n']}   accuracy {result['accuracy']:.3f}   "
        f"macro-F1 {result['macro_f1']:.3f}   calibration error {result['ece']:.3f}",
        "",
        f"{'category':32} {'n':>6} {'precision':>9} {'recall':>7} {'F1':>6}",
    ]
    lines += [
        f"{name:32} {row['n']:6} {row['precision']:9.3f} {row['recall']:7.3f} {row['f1']:6.3f}"
        for name, row in result["per_category"].items()
    ]
    lines += _beside(result)
    lines += ["", f"{'language':32} {'n':>6} {'accuracy':>9} {'macro-F1':>8}"]
    lines += [
        f"{name:32} {row['n']:6} {row['accuracy']:9.3f} {row['macro_f1']:8.3f}"
        for name, row in result["per_language"].items()
    ]
    return "\n".join(lines)
