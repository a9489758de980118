"""Several engines as one: their weighted logarithms add up, and what an engine does not know it does not deny."""

import math
from dataclasses import dataclass

import pytest

from service.pipeline.detection.engine import by_code, code_of, log_likelihoods, readable


@dataclass
class Says:
    """An engine that always gives the same answer."""

    answer: dict
    languages: frozenset = frozenset({"nl", "de"})
    weight: float = 2.0
    floor: float = 0.01

    def probabilities(self, text, among):
        return self.answer


def test_what_an_engine_says_is_weighed_and_never_quite_impossible():
    said = log_likelihoods([Says({"nl": 0.8})], "Waar?", ["nl", "de"])

    assert said == pytest.approx({"nl": 2.0 * math.log(0.81), "de": 2.0 * math.log(0.01)})


def test_engines_add_up():
    one, other = Says({"nl": 0.8}), Says({"de": 0.6}, weight=0.5)

    alone = [log_likelihoods([engine], "Waar?", ["nl", "de"]) for engine in (one, other)]
    both = log_likelihoods([one, other], "Waar?", ["nl", "de"])

    assert both == pytest.approx({code: sum(said[code] for said in alone) for code in ("nl", "de")})


def test_of_a_language_that_it_was_never_taught_an_engine_says_as_much_as_of_any():
    said = log_likelihoods([Says({"nl": 0.8})], "Hvar?", ["nl", "de", "is"])

    assert said["is"] == pytest.approx(2.0 * math.log(1 / 2 + 0.01))


def test_an_engine_with_nothing_to_say_does_not_count():
    silent, other = Says({}), Says({"nl": 0.8})

    assert log_likelihoods([silent, other], "Waar?", ["nl"]) == log_likelihoods([other], "Waar?", ["nl"])
    assert log_likelihoods([silent, silent], "Waar?", ["nl"]) == {}


def test_an_engines_labels_add_up_under_their_codes():
    labels = {"zh-Hant": 0.25, "zh": 0.25, "nb": 0.125, "nn": 0.125, "iw": 0.125, "xx-Zyyy": 0.0625, "war": 0.0625}

    assert by_code(labels) == {"zh": 0.5, "no": 0.25, "he": 0.125}


@pytest.mark.parametrize(("label", "code"), [("NB", "no"), ("zh-Hant", "zh"), ("un", None), ("unknown", None)])
def test_an_engines_label_has_a_code_or_none(label, code):
    assert code_of(label) == code


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("MEINE LAMPE", "meine lampe"),
        ("MEINE Lampe", "meine lampe"),
        ("Meine LAMPE ist defekt", "Meine LAMPE ist defekt"),
        ("AB cd", "AB cd"),
        ("我爱 123", "我爱 123"),
    ],
)
def test_a_text_mostly_in_capitals_is_read_in_lower_case(text, read):
    assert readable(text) == read
