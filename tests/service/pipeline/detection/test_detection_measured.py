"""How often the default engines are right, on messages written only to measure with (tests/data/README.md)."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from model.text import clean
from service.pipeline.decision import Language
from service.pipeline.detection.detector import NO_HINTS, Hints
from service.pipeline.detection.languages import LanguageCode

FOLDER = Path(__file__).parents[3] / "data" / "detection" / "test"
KINDS = (
    "capitals", "unaccented", "transliterated", "mixed", "no_language", "quoted", "close", "loanwords", "names",
    "international",
)  # fmt: skip


@dataclass
class Row:
    """A message, every right answer, and the answer."""

    text: str
    right: set
    kind: str | None
    told: Language | None = None

    @property
    def is_right(self):
        return self.told.code in self.right

    @property
    def is_wrong(self):
        return not self.is_right and self.told.code != "und"


def read(path):
    found = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Row(one["text"], set(one.get("accept", [one.get("language")])), one.get("kind")) for one in found]


def messages():
    return [row for path in sorted(FOLDER.glob("??.jsonl")) for row in read(path)]


def detected(detector, rows, hints=lambda _: NO_HINTS):
    for number, row in enumerate(rows):
        row.told = detector.detect(clean(row.text), hints(number))
    return rows


def share(of, rows):
    return sum(of) / len(rows)


@pytest.fixture(scope="module")
def without_hints(detector):
    return detected(detector, messages())


@pytest.fixture(scope="module")
def with_form(detector):
    """On forms in the customer's language, but for every fifth one, which is in another."""
    rows = messages()
    chance = random.Random(0)
    codes = sorted(set().union(*(row.right for row in rows)))
    wrong = set(chance.sample(range(len(rows)), len(rows) // 5))

    def form(number):
        right = rows[number].right
        code = chance.choice([code for code in codes if code not in right]) if number in wrong else min(right)
        return Hints(LanguageCode(code))

    return detected(detector, rows, form)


@pytest.fixture(scope="module")
def hard(detector):
    return detected(detector, read(FOLDER / "hard.jsonl"))


def test_there_are_enough_messages_to_measure_with(without_hints, hard):
    assert len(without_hints) == 38 * 30
    assert {row.kind for row in hard} == set(KINDS)


def test_without_hints_at_least_95_in_100_are_right(without_hints):
    assert share((row.is_right for row in without_hints), without_hints) >= 0.95


def test_with_a_form_that_is_wrong_one_time_in_five_at_least_985_in_1000_are_right(with_form):
    assert share((row.is_right for row in with_form), with_form) >= 0.985


def test_less_than_one_in_100_is_wrong_and_sure_of_itself(without_hints, hard):
    rows = [*without_hints, *hard]

    assert share((row.is_wrong and row.told.confidence >= 0.9 for row in rows), rows) < 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_a_hard_case_is_right_or_unknown_at_least_85_times_in_100(hard, kind):
    rows = [row for row in hard if row.kind == kind]

    assert share((not row.is_wrong for row in rows), rows) >= 0.85
