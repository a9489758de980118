"""A stream in which somebody labels wrongly: what the label check leaves out and the gate blocks, thousand by
thousand, against a stream of honest agents in the same run. Agents are wrong in 5 of 100 labels all the same."""

import random

import numpy as np
import pytest

from model.reading import Reading
from tests.benchmarks import stream

pytestmark = pytest.mark.benchmark
THOUSANDS = 3
KINDS = {
    "honest": {},
    "one agent wrong in 20 of 100": {"poisoners": {"agent-3": 0.2}},
    "one agent calls everything card_arrival": {"flood": ("agent-4", "card_arrival")},
}


@pytest.fixture(scope="module")
def encodings():
    return stream.Encodings()


@pytest.mark.parametrize("kind", KINDS)
def test_poisoned_stream(kind, encodings, tmp_path, monkeypatch):
    if not (stream.DATASETS / "banking77").is_dir():
        pytest.skip(f"{stream.DATASETS / 'banking77'} is not there: set LOKET_DATASETS")
    arm = stream.Stream(tmp_path / "data", stream.banking77(), encodings, monkeypatch)
    arm.agents = stream.Agents(arm.names, random.Random(1), **KINDS[kind])
    arm.begin()
    print(f"\n{kind}: test accuracy {accuracy(arm, encodings):.3f} to begin with", flush=True)
    for start in range(0, THOUSANDS * 1000, 1000):
        found = arm.thousand(arm.rest[start : start + 1000])
        print(f"  {found.row}\n  test accuracy of what serves {accuracy(arm, encodings):.3f}")
        print("".join(f"    {sentence}\n" for sentence in arm.challenger.label_check.sentences()), end="")
        print("".join(f"    falls: {sentence}\n" for sentence in arm.challenger.falls), end="", flush=True)


def accuracy(arm, encodings):
    """Of the champion alone, on texts that are in no stream."""
    registry, test = arm.trainer.registry, stream.read("banking77", "test")
    champion = registry.load(registry.champion()).with_encoder(encodings)
    said = champion.predict([Reading.in_english(text) for text, _ in test])
    return float(np.mean(said == np.array([label for _, label in test])))
