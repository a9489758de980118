"""What the queue's choice of labels is worth: accuracy after as many labels chosen by it, and chosen at random.

From 10 labels per category on; of every 300 inquiries that come in, 20 are labelled. Words alone. The data lie in
the folder LOKET_DATASETS.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from model.classifier import InquiryClassifier
from service.learning.queue import Waiting, next_to_label
from training.dataset import read_file

pytestmark = pytest.mark.benchmark
DATASETS = Path(os.environ.get("LOKET_DATASETS", Path(__file__).parents[3] / "shared" / "datasets"))
SEEDS, FIRST, COMING_IN, LABELLED, TRAINED_AFTER = range(5), 10, 300, 20, (200, 500)


def by_queue(classifier, texts, random):
    likely = np.sort(classifier.predict_proba(texts), axis=1)
    doubts = 1.0 - (likely[:, -1] - likely[:, -2])
    waiting = [Waiting(text, float(doubt)) for text, doubt in zip(texts, doubts, strict=True)]
    return next_to_label(waiting, classifier, LABELLED)


def at_random(classifier, texts, random):
    return random.choice(len(texts), LABELLED, replace=False)


def curve(train, test, choose, seed):
    """Accuracy at the start and after each training."""
    random = np.random.default_rng(seed)
    known, coming = _start([train[i] for i in random.permutation(len(train))])
    classifier = _trained(known)
    found = [_accuracy(classifier, test)]
    for given in range(LABELLED, TRAINED_AFTER[-1] + 1, LABELLED):
        window, coming = coming[:COMING_IN], coming[COMING_IN:]
        known += [window[i] for i in choose(classifier, [one.text for one in window], random)]
        if given in TRAINED_AFTER:
            classifier = _trained(known)
            found.append(_accuracy(classifier, test))
    return found


def _start(inquiries):
    known, coming, counts = [], [], dict.fromkeys((one.label for one in inquiries), 0)
    for one in inquiries:
        (known if counts[one.label] < FIRST else coming).append(one)
        counts[one.label] += 1
    return known, coming


def _trained(inquiries):
    return InquiryClassifier(folds=3).fit([one.text for one in inquiries], [one.label for one in inquiries])


def _accuracy(classifier, test):
    said = classifier.predict([one.text for one in test])
    return float(np.mean(said == np.array([one.label for one in test])))


@pytest.mark.parametrize("name", ["hwu64", "banking77"])
def test_labels_chosen_by_the_queue_teach_more_than_labels_chosen_at_random(name):
    if not (DATASETS / name).is_dir():
        pytest.skip(f"no public data in {DATASETS}: name their folder in LOKET_DATASETS")
    train, test = (read_file(DATASETS / name / f"{part}.jsonl").inquiries for part in ("train", "test"))

    curves = {
        choose.__name__: np.array([curve(train, test, choose, seed) for seed in SEEDS])
        for choose in (at_random, by_queue)
    }

    print(f"\n{name}: accuracy with {FIRST} labels a category, and after {TRAINED_AFTER} more")
    for how, found in curves.items():
        told = "  ".join(f"{mean:.3f} ± {sd:.3f}" for mean, sd in zip(found.mean(0), found.std(0), strict=True))
        print(f"  {how:10} {told}")
    gain = (curves["by_queue"] - curves["at_random"])[:, -1]
    assert gain.mean() > 0
    assert (gain > 0).sum() >= 4
