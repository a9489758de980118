"""What belongs to no category is told from what does, as soon as there are examples of it."""

import numpy as np
import pytest

from model.scope import ENOUGH, Evidence, fit_scope


def evidence(n, sure, seed=2):
    random = np.random.default_rng(seed)
    level = 1.0 if sure else -1.0
    return Evidence(
        top_probability=np.full(n, 0.95 if sure else 0.4),
        energy=level + random.normal(size=n) / 4,
        outside_score=-level + random.normal(size=n) / 4,
        nearness=0.5 + level / 4 + random.normal(size=n) / 20,
    )


def together(within, outside):
    names = Evidence.__slots__
    one, other = evidence(within, True), evidence(outside, False, seed=3)
    both = Evidence(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in names))
    return both, np.arange(within + outside) < within


def test_what_belongs_nowhere_scores_below_the_threshold():
    scope = fit_scope(*together(100, 40))

    assert (scope.scores(evidence(50, False, seed=7)) < scope.threshold).all()
    assert (scope.scores(evidence(50, True, seed=7)) >= scope.threshold).mean() > 0.9


def test_scores_lie_between_nothing_and_one():
    scores = fit_scope(*together(100, 40)).scores(together(10, 10)[0])

    assert scores.min() >= 0
    assert scores.max() <= 1


def test_one_of_fifty_inquiries_within_scope_may_be_lost():
    known, within = together(500, 100)
    scope = fit_scope(known, within)

    assert (scope.scores(known)[within] < scope.threshold).mean() == pytest.approx(0.02, abs=0.002)


@pytest.mark.parametrize(("within", "outside"), [(100, ENOUGH - 1), (ENOUGH - 1, 100), (100, 0), (0, 100)], ids=str)
def test_too_few_examples_of_either_teach_nothing(within, outside):
    assert fit_scope(*together(within, outside)) is None


def test_just_enough_examples_teach():
    assert fit_scope(*together(ENOUGH, ENOUGH)) is not None


@pytest.mark.parametrize("top", [0.0, 1.0])
def test_a_probability_of_nothing_or_of_one_is_survived(top):
    scope = fit_scope(*together(100, 40))
    extreme = Evidence(np.array([top]), np.array([900.0]), np.array([0.0]), np.array([-1.0]))

    assert np.isfinite(scope.scores(extreme)).all()
