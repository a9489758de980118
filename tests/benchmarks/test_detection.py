"""Which engine tells the language of short messages best, at what cost: alone, and inside the Detector.

Each engine is measured in a process of its own. Accuracy is on `tests/data/detection`;
"hints" is the form's language, of which one in five is wrong.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.text import clean
from service.pipeline.detection.detector import NO_HINTS, Detector, Hints
from service.pipeline.detection.engines import NAMES, open_engines
from service.pipeline.detection.languages import LanguageCode

MESSAGES = Path(__file__).parents[1] / "data" / "detection" / "test"
SITE = ("en", "nl", "de", "fr", "es")
CONFIDENT = 0.9
ARRANGEMENTS = [*([name] for name in NAMES), ["py3langid", "cld2"], ["py3langid", "cld2", "eldc"]]


@pytest.mark.benchmark
def test_detection_accuracy_time_and_memory():
    columns = ("raw", "ms", "none", "wrong", "hints", "wrong", "hard", "wrong", "ms", "MB")
    print(f"\n{'engines':24}" + "".join(f"{column:>8}" for column in columns))
    for names in ARRANGEMENTS:
        run = [sys.executable, __file__, *names]
        told = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
        print(f"{'+'.join(names):24}" + "".join(f"{value:>8}" for value in told))
        assert len(told) == len(columns)


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def resident_megabytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def raw_accuracy(engine, rows):
    """The engine's first choice, without anything around it."""
    first = [
        max(found, key=found.get, default="und")
        for found in (engine.probabilities(row["text"], engine.languages) for row in rows)
    ]
    return sum(code == row["language"] for code, row in zip(first, rows, strict=True)) / len(rows)


def told(detector, rows, hints):
    """Accuracy, and the share of answers that are wrong and confident."""
    found = [detector.detect(clean(row["text"]), hint) for row, hint in zip(rows, hints, strict=True)]
    right = sum(one.code == row["language"] for one, row in zip(found, rows, strict=True))
    wrong = sum(
        one.code not in {row["language"], "und"} and one.confidence >= CONFIDENT
        for one, row in zip(found, rows, strict=True)
    )
    return right / len(rows), wrong / len(rows)


def hints_for(rows):
    chance, codes = random.Random(0), sorted({row["language"] for row in rows})
    for row in rows:
        others = [code for code in codes if code != row["language"]]
        code = row["language"] if chance.random() >= 0.2 else chance.choice(others)
        yield Hints(LanguageCode(code))


def hard(detector, rows):
    """Right or unknown, and wrong with confidence."""
    found = [detector.detect(clean(row["text"])) for row in rows]
    wrong = [
        one for one, row in zip(found, rows, strict=True) if one.code != "und" and one.code not in row["accept"]
    ]
    return 1 - len(wrong) / len(rows), sum(one.confidence >= CONFIDENT for one in wrong) / len(rows)


def main(names):
    rows = [row for path in sorted(MESSAGES.glob("*.jsonl")) if path.stem != "hard" for row in read(path)]
    before = resident_megabytes()
    engines = open_engines(names)
    detector = Detector(engines, SITE)
    began = time.perf_counter()
    raw = raw_accuracy(engines[0], rows) if len(engines) == 1 else None
    raw_ms = (time.perf_counter() - began) / len(rows) * 1000
    began = time.perf_counter()
    none = told(detector, rows, [NO_HINTS] * len(rows))
    ms = (time.perf_counter() - began) / len(rows) * 1000
    hinted = told(detector, rows, list(hints_for(rows)))
    difficult = hard(detector, read(MESSAGES / "hard.jsonl"))
    memory = resident_megabytes() - before
    print(
        json.dumps(
            [
                f"{raw:.4f}" if raw is not None else "", f"{raw_ms:.2f}" if raw is not None else "",
                *(f"{value:.4f}" for value in (*none, *hinted, *difficult)), f"{ms:.2f}", f"{memory:.0f}",
            ]
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
