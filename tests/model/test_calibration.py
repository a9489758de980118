"""Confidences mean what they say, and what is off is measured as by hand."""

import numpy as np
import pytest
from scipy.special import softmax

from model.calibration import expected_calibration_error, fit_temperature, probabilities


def log_loss(rows, truth):
    return -np.log(rows[np.arange(len(truth)), truth]).mean()


def drawn(n=2000):
    """Scores whose softmax is the truth's own distribution."""
    random = np.random.default_rng(5)
    scores = random.normal(size=(n, 4)) * 2
    truth = np.array([random.choice(4, p=row) for row in softmax(scores, axis=1)])
    return scores, truth


def test_scores_become_probabilities():
    assert probabilities(np.array([[np.log(3), 0.0]]), 1.0) == pytest.approx(np.array([[0.75, 0.25]]))
    assert probabilities(np.array([[2 * np.log(3), 0.0]]), 2.0) == pytest.approx(np.array([[0.75, 0.25]]))


def test_very_large_scores_do_not_overflow():
    assert probabilities(np.array([[1e6, -1e6, 0.0]]), 0.01).tolist() == [[1.0, 0.0, 0.0]]


@pytest.mark.parametrize("score", [0.2, 1.0, 5.0], ids=["underconfident", "nearly_right", "overconfident"])
def test_three_right_of_four_equal_scores_become_three_quarters(score):
    scores, truth = np.tile([score, 0.0], (4_000, 1)), np.tile([0, 0, 0, 1], 1_000)

    temperature = fit_temperature(scores, truth)

    assert temperature == pytest.approx(score / np.log(3), rel=1e-3)
    assert probabilities(scores, temperature)[0] == pytest.approx([0.75, 0.25], abs=1e-3)


def test_temperature_undoes_overconfidence_and_improves_log_loss():
    scores, truth = drawn()

    temperature = fit_temperature(scores * 8, truth)

    assert temperature == pytest.approx(8, rel=0.1)
    assert (
        log_loss(probabilities(scores * 8, temperature), truth)
        < log_loss(probabilities(scores * 8, 1.0), truth) / 2
    )
    assert log_loss(probabilities(scores * 8, temperature), truth) == pytest.approx(
        log_loss(softmax(scores, axis=1), truth), abs=0.01
    )


def test_temperature_lowers_the_calibration_error_and_changes_no_ranking():
    scores, truth = drawn()
    loud = scores * 8
    right = loud.argmax(axis=1) == truth
    calm = probabilities(loud, fit_temperature(loud, truth))

    before = expected_calibration_error(probabilities(loud, 1.0).max(axis=1), right)

    assert expected_calibration_error(calm.max(axis=1), right) < 0.04 < 0.2 < before
    assert np.array_equal(calm.argmax(axis=1), loud.argmax(axis=1))


@pytest.mark.parametrize(
    ("confidence", "correct", "bins", "error"),
    [
        pytest.param([0.25] * 4 + [0.75] * 4, [1, 0, 0, 0, 1, 1, 1, 0], 2, 0.0, id="perfect"),
        pytest.param([1.0] * 6, [1] * 6, 10, 0.0, id="certain_and_right"),
        pytest.param([1.0] * 6, [0] * 6, 10, 1.0, id="certain_and_wrong"),
        pytest.param([0.6, 0.6, 0.9, 0.9], [1, 0, 1, 1], 2, 0.1, id="half_tenth_over_half_tenth_under"),
        pytest.param([0.9, 0.5, 0.7], [1, 1, 0], 2, (2 * 0.1 + 1 * 0.1) / 3, id="bins_weighed_by_size"),
        pytest.param([0.8], [1], 10, 0.2, id="one_inquiry"),
    ],
)
def test_calibration_error_is_the_mean_gap_of_bins_of_equal_mass(confidence, correct, bins, error):
    found = expected_calibration_error(np.array(confidence), np.array(correct, dtype=bool), bins)

    assert found == pytest.approx(error)


def test_calibration_error_does_not_depend_on_the_order_of_different_confidences():
    random = np.random.default_rng(1)
    confidence, correct, mixed = random.random(200), random.random(200) < 0.5, random.permutation(200)

    assert expected_calibration_error(confidence[mixed], correct[mixed]) == pytest.approx(
        expected_calibration_error(confidence, correct)
    )


def test_calibration_error_does_not_depend_on_the_order_of_equal_confidences():
    confidence, correct = np.full(20, 0.5), np.array([True] * 10 + [False] * 10)

    assert expected_calibration_error(confidence, correct) == pytest.approx(0.0)
