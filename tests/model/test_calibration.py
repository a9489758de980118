"""How far confidences are off is measured as by hand."""

import numpy as np
import pytest

from model.calibration import expected_calibration_error


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
