"""Views are pooled so that confidences mean what they say, and the better view counts for more."""

import numpy as np
import pytest
from scipy.special import softmax

from model.calibration import expected_calibration_error
from model.pool import ENOUGH, Pool, fit_pool


def drawn(n=2000, seed=5):
    """Scores whose softmax is the truth's own distribution."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=(n, 4)) * 2
    truth = np.array([random.choice(4, p=row) for row in softmax(scores, axis=1)])
    return scores, truth


def test_scores_are_weighed_added_and_made_probabilities():
    pool = Pool((2.0, 0.5), calibrated=True)
    views = [np.array([[np.log(3) / 2, 0.0]]), np.array([[0.0, 2 * np.log(3)]])]

    assert pool.scores(views) == pytest.approx(np.array([[np.log(3), np.log(3)]]))
    assert pool.probabilities(views) == pytest.approx(np.array([[0.5, 0.5]]))
    assert pool.energy(views) == pytest.approx(np.array([np.log(6)]))


def test_very_large_scores_do_not_overflow():
    assert Pool((100.0,), calibrated=True).probabilities([np.array([[1e6, -1e6, 0.0]])]).tolist() == [[1, 0, 0]]


def test_a_view_too_few_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        Pool((1.0, 1.0), calibrated=True).probabilities([np.zeros((1, 2))])


def test_no_texts_have_no_probabilities():
    assert Pool((1.0,), calibrated=True).probabilities([np.zeros((0, 3))]).shape == (0, 3)


@pytest.mark.parametrize("score", [0.2, 1.0, 5.0], ids=["underconfident", "nearly_right", "overconfident"])
def test_three_right_of_four_equal_scores_become_three_quarters(score):
    scores, truth = np.tile([score, 0.0], (4_000, 1)), np.tile([0, 0, 0, 1], 1_000)

    pool = fit_pool([scores], truth)

    assert pool.weights[0] == pytest.approx(np.log(3) / score, rel=0.01)
    assert pool.probabilities([scores])[0] == pytest.approx([0.75, 0.25], abs=2e-3)


def test_overconfidence_is_undone_without_changing_a_ranking():
    scores, truth = drawn()
    loud = scores * 8
    right = loud.argmax(axis=1) == truth

    calm = fit_pool([loud], truth).probabilities([loud])

    assert expected_calibration_error(softmax(loud, axis=1).max(axis=1), right) > 0.2
    assert expected_calibration_error(calm.max(axis=1), right) < 0.04
    assert np.array_equal(calm.argmax(axis=1), loud.argmax(axis=1))


def test_a_view_that_knows_nothing_counts_for_little():
    scores, truth = drawn()
    noise = np.random.default_rng(8).normal(size=scores.shape) * 2

    knowing, guessing = fit_pool([scores, noise], truth).weights

    assert knowing == pytest.approx(1.0, rel=0.1)
    assert guessing < 0.1


def test_two_views_of_the_same_make_no_more_sure_than_one():
    scores, truth = drawn()

    alone = fit_pool([scores], truth).probabilities([scores])
    twice = fit_pool([scores, scores], truth).probabilities([scores, scores])

    assert twice == pytest.approx(alone, abs=0.01)


def test_a_small_set_without_a_mistake_does_not_make_every_confidence_one():
    scores, truth = np.eye(2)[[0, 1] * 5], np.array([0, 1] * 5)

    found = fit_pool([scores], truth).probabilities([scores]).max(axis=1)

    assert found == pytest.approx(np.full(10, 1 - 1 / 24), abs=0.01)


@pytest.mark.parametrize(("n", "calibrated"), [(ENOUGH - 1, False), (ENOUGH, True)])
def test_few_held_out_inquiries_are_told_to_be_too_few(n, calibrated):
    scores, truth = drawn(n)

    assert fit_pool([scores], truth).calibrated is calibrated
