"""The figures of an evaluation are those that one counts by hand."""

import numpy as np
import pytest

from training.evaluate import automatic_share, figures, table

CLASSES = np.array(["a", "b", "c"])
#         language, truth, what is predicted, how sure
COUNTED = [
    ("nl", "a", "a", 0.8),
    ("nl", "a", "b", 0.6),
    ("de", "b", "b", 0.9),
    ("de", "b", "b", 0.7),
    ("de", "unknown", "a", 0.95),
]


def row(label, confidence):
    return np.where(label == CLASSES, confidence, (1 - confidence) / 2)


def counted():
    languages, truth, predicted, confidence = zip(*COUNTED, strict=True)
    rows = np.array([row(*one) for one in zip(predicted, confidence, strict=True)])
    return figures(rows, CLASSES, truth, languages)


def test_overall_figures():
    result = counted()
    overall = {name: result[name] for name in ("n", "accuracy", "macro_f1", "ece", "confident_errors")}

    # F1: a 1/2, b 4/5, unknown 0; gaps between confidence and truth: 0.2, 0.6, 0.1, 0.3 and 0.95
    assert overall == pytest.approx(
        {"n": 5, "accuracy": 3 / 5, "macro_f1": 1.3 / 3, "ece": 2.15 / 5, "confident_errors": 1}
    )


def test_figures_of_each_category():
    assert counted()["per_category"] == {
        "a": pytest.approx({"n": 2, "precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2}),
        "b": pytest.approx({"n": 2, "precision": 2 / 3, "recall": 1.0, "f1": 4 / 5}),
        "unknown": pytest.approx({"n": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0}),
    }


def test_figures_of_each_language():
    assert counted()["per_language"] == {
        "de": pytest.approx(
            {"n": 3, "accuracy": 2 / 3, "macro_f1": 1 / 2, "ece": (0.1 + 0.3 + 0.95) / 3, "automatic_at_97": 0.0}
        ),
        "nl": pytest.approx(
            {"n": 2, "accuracy": 1 / 2, "macro_f1": 2 / 3, "ece": (0.2 + 0.6) / 2, "automatic_at_97": 1 / 2}
        ),
    }


def test_labels_that_the_model_does_not_know_count_as_wrong():
    result = figures(np.array([row("a", 0.9)] * 2), CLASSES, ["a_longer_unknown", "other"], ["en", "en"])

    assert (result["accuracy"], result["macro_f1"], result["confident_errors"]) == (0.0, 0.0, 2)
    assert set(result["per_category"]) == {"a_longer_unknown", "other"}


def test_categories_that_nobody_asked_do_not_lower_the_figures():
    result = figures(np.array([row("a", 0.9), row("b", 0.9)]), CLASSES, ["a", "b"], ["en", "en"])

    assert (result["accuracy"], result["macro_f1"]) == (1.0, 1.0)
    assert set(result["per_category"]) == {"a", "b"}


def test_the_table_has_a_line_for_all_each_category_and_each_language():
    lines = [" ".join(line.split()) for line in table(counted()).splitlines()]

    assert lines == [
        "inquiries 5 accuracy 0.600 macro-F1 0.433 calibration error 0.430",
        "",
        "category n precision recall F1",
        "a 2 0.500 0.500 0.500",
        "b 2 0.667 1.000 0.800",
        "unknown 1 0.000 0.000 0.000",
        "",
        "language n accuracy macro-F1",
        "de 3 0.667 0.500",
        "nl 2 0.500 0.667",
    ]


@pytest.mark.parametrize(
    ("confidence", "correct", "share"),
    [
        ([0.9, 0.8, 0.7, 0.6], [1, 1, 1, 0], 0.75),
        ([0.6, 0.7, 0.8, 0.9], [0, 1, 1, 1], 0.75),
        ([0.9, 0.8], [1, 1], 1.0),
        ([0.9, 0.8], [0, 1], 0.0),
        ([0.9, 0.7, 0.7], [1, 1, 0], 1 / 3),
        ([], [], 0.0),
    ],
    ids=["most_confident", "unordered", "all", "none", "ties_stay_together", "nothing"],
)
def test_the_automatic_share_is_what_is_sure_and_right_often_enough(confidence, correct, share):
    assert automatic_share(np.array(confidence), np.array(correct, dtype=bool)) == pytest.approx(share)


def test_one_error_in_forty_may_be_routed_automatically_but_not_one_in_thirty():
    for n, share in ((40, 1.0), (30, 29 / 30)):
        correct = np.arange(n) != n - 1

        assert automatic_share(np.linspace(0.9, 0.5, n), correct) == pytest.approx(share)
