"""How good a classifier is: accuracy, macro-F1 and calibration, in all, per category and per language."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_fscore_support

from model.calibration import Floats, expected_calibration_error
from model.classifier import InquiryClassifier
from training.dataset import LabelledInquiry


def evaluate(
    classifier: InquiryClassifier, inquiries: Sequence[LabelledInquiry], *, untranslated: bool = False
) -> dict[str, Any]:
    """Score a classifier on labelled inquiries that it was not trained on.

    Args:
        classifier: Fitted.
        inquiries: Their ``text_en`` stands for the translation where they have one.
        untranslated: Only the original text is read.
    """
    texts = [inquiry.english(untranslated=untranslated) for inquiry in inquiries]
    languages = [inquiry.language or "und" for inquiry in inquiries]
    labels = [inquiry.label for inquiry in inquiries]
    return figures(classifier.predict_proba(texts), classifier.classes_, labels, languages)


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
    }


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
    lines += ["", f"{'language':32} {'n':>6} {'accuracy':>9} {'macro-F1':>8}"]
    lines += [
        f"{name:32} {row['n']:6} {row['accuracy']:9.3f} {row['macro_f1']:8.3f}"
        for name, row in result["per_language"].items()
    ]
    return "\n".join(lines)
