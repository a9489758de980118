"""An evaluation as one page that needs nothing else, with the same numbers as JSON and the model card."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment
from numpy.typing import NDArray
from sklearn.base import clone

from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.errors import ModelError
from model.prediction import Prediction
from model.thresholds import with_interval
from training import plots
from training.card import model_card
from training.dataset import LabelledInquiry
from training.evaluate import Judged, automatic_share, calibration_interval, judge

_ERRORS_SHOWN = 20
_SHOWN_CHARS = 400
Point = tuple[int, float, float]


def write_report(
    folder: Path,
    classifier: InquiryClassifier,
    manifest: Manifest,
    inquiries: Sequence[LabelledInquiry],
    result: dict[str, Any],
    *,
    untranslated: bool = False,
    curve: Sequence[Point] = (),
) -> Path:
    """Write report.html, report.json and card.md into a folder; answers the page's path.

    Args:
        folder: Made if need be.
        classifier: What was measured.
        manifest: Its.
        inquiries: What it was measured on.
        result: Its figures, see `training.evaluate.evaluate`.
        untranslated: Whether only the originals were read.
        curve: Inquiries learned from, accuracy, share automatic: points of a learning curve.

    Raises:
        ModelError: The folder cannot be written.
    """
    judged = judge(classifier, inquiries, untranslated=untranslated)
    facts = _facts(judged, result, manifest, curve)
    page = _page(judged, classifier, facts, curve, untranslated)
    contents = {"report.html": page, "report.json": json.dumps(facts, indent=1), "card.md": model_card(manifest)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (folder / name).write_text(content, "utf-8")
    except OSError as error:
        raise ModelError(f"{folder}: the report cannot be written: {error.strerror}") from error
    return folder / "report.html"


def learning_curve(
    classifier: InquiryClassifier,
    learned: Sequence[LabelledInquiry],
    measured: Sequence[LabelledInquiry],
    *,
    untranslated: bool = False,
    parts: Sequence[int] = (32, 16, 8, 4, 2),
) -> list[Point]:
    """How good classifiers like this one are that learn from a 32nd, a 16th … of the inquiries."""
    order = np.random.default_rng(classifier.seed).permutation(len(learned))
    points = []
    for part in parts:
        some = [learned[i] for i in order[: max(2, len(learned) // part)]]
        fresh: InquiryClassifier = clone(classifier)
        fresh.fit([i.reading() for i in some], [i.label for i in some])
        judged = judge(fresh, measured, untranslated=untranslated)
        points.append((len(some), float(judged.correct.mean()), automatic_share(judged.confidence, judged.correct)))
    return points


def _facts(judged: Judged, result: dict[str, Any], manifest: Manifest, curve: Sequence[Point]) -> dict[str, Any]:
    names = ("inquiries", "accuracy", "automatic_at_97")
    return {
        "model": manifest.version,
        "encoder": manifest.encoder,
        **result,
        "accuracy_interval": with_interval(int(judged.correct.sum()), len(judged.correct)),
        "ece_interval": calibration_interval(judged.confidence, judged.correct),
        "intervals": {
            "language": _by_group(np.array(judged.languages), judged.correct),
            "category": _by_group(judged.truth, judged.correct),
        },
        "learning_curve": [dict(zip(names, point, strict=True)) for point in curve],
    }


def _by_group(groups: NDArray[np.str_], correct: NDArray[np.bool_]) -> dict[str, tuple[float, float, float]]:
    rows = {str(name): groups == name for name in np.unique(groups)}
    return {name: with_interval(int(correct[row].sum()), int(row.sum())) for name, row in rows.items()}


def _page(
    judged: Judged, classifier: InquiryClassifier, facts: dict[str, Any], curve: Sequence[Point], untranslated: bool
) -> str:
    drawn = {
        "reliability": plots.reliability(judged.confidence, judged.correct),
        "coverage": plots.coverage(judged.confidence, judged.correct),
        "confusion": plots.confusion(judged.truth, judged.predicted, [str(name) for name in classifier.classes_]),
        "language": plots.intervals(facts["intervals"]["language"], "Accuracy per language"),
        "category": plots.intervals(facts["intervals"]["category"], "Accuracy per category"),
        "curve": plots.learning_curve(curve) if curve else "",
    }
    template = Environment(autoescape=True).from_string(
        files("training").joinpath("templates", "report.html").read_text("utf-8")
    )
    errors = _worst_errors(judged, classifier, untranslated)
    return template.render(facts=facts, plots=drawn, errors=errors, untranslated=untranslated)


def _worst_errors(judged: Judged, classifier: InquiryClassifier, untranslated: bool) -> list[dict[str, Any]]:
    """The errors of which the classifier was surest, with what spoke for them."""
    wrong = np.flatnonzero(~judged.correct)
    wrong = wrong[np.argsort(-judged.confidence[wrong], kind="stable")][:_ERRORS_SHOWN]
    inquiries = [judged.inquiries[int(i)] for i in wrong]
    said = classifier.classify([i.reading(untranslated=untranslated) for i in inquiries])
    return [_error(inquiry, one) for inquiry, one in zip(inquiries, said, strict=True)]


def _error(inquiry: LabelledInquiry, said: Prediction) -> dict[str, Any]:
    return {
        "text": inquiry.text[:_SHOWN_CHARS],
        "english": (inquiry.text_en or "")[:_SHOWN_CHARS] if inquiry.text_en != inquiry.text else "",
        "language": inquiry.language or "und",
        "right": inquiry.label,
        "said": said,
    }
