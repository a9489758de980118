"""The semantic view's held-out scores are those of a real refit, and its explanation is its score."""

import copy
import io

import joblib
import numpy as np
import pytest

from model import semantic
from model.semantic import SemanticView

LABELS = 3


def drawn(groups=20, seed=4):
    """Points of inquiries with two texts each, whose centre stays where it is whichever inquiry is left out."""
    half = np.random.default_rng(seed).normal(size=(groups, 6)).astype(np.float32)
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    points = np.stack([half, -half], axis=1).reshape(2 * groups, 6)
    truth = np.repeat(np.arange(groups) % LABELS, 2)
    return points, truth, np.repeat(np.arange(groups), 2)


@pytest.fixture
def problem():
    return drawn()


@pytest.fixture
def view(problem):
    return SemanticView().fit(*problem, LABELS)


def test_held_out_scores_equal_those_of_a_refit_without_the_inquiry(problem, view):
    points, truth, groups = problem
    scores, nearness = view.held_out(points)

    for group in np.unique(groups):
        out = groups == group
        refit = SemanticView().fit(points[~out], truth[~out], groups[~out], LABELS)
        refit_scores, refit_nearness = refit.scores_and_nearness(points[out])
        assert scores[out] == pytest.approx(refit_scores, abs=1e-4)
        assert nearness[out] == pytest.approx(refit_nearness, abs=1e-5)


def test_the_texts_of_an_inquiry_need_not_stand_together(problem, view):
    points, truth, groups = problem
    mixed = np.random.default_rng(1).permutation(len(points))
    other = SemanticView().fit(points[mixed], truth[mixed], groups[mixed], LABELS)

    scores, nearness = view.held_out(points)
    mixed_scores, mixed_nearness = other.held_out(points[mixed])

    assert mixed_scores == pytest.approx(scores[mixed], abs=1e-4)
    assert mixed_nearness == pytest.approx(nearness[mixed], abs=1e-5)


def test_what_was_held_out_differs_from_what_was_learned(problem, view):
    points, truth, _ = problem

    learned, learned_nearness = view.scores_and_nearness(points)
    scores, nearness = view.held_out(points)

    assert (learned.argmax(axis=1) == truth).mean() > (scores.argmax(axis=1) == truth).mean()
    assert learned_nearness == pytest.approx(np.ones(len(points)), abs=1e-5)
    assert nearness.max() < 0.999


@pytest.mark.parametrize("label", range(LABELS))
def test_the_shares_of_all_points_add_up_to_the_score(view, label):
    asked = drawn(1, seed=9)[0][0]
    against = copy.copy(view)
    against.weights_ = -view.weights_

    speaking, contradicting = view.speaking_for(asked, label, 99), against.speaking_for(asked, label, 99)

    total = sum(share for _, share in speaking) - sum(share for _, share in contradicting)
    assert total == pytest.approx(view.scores(asked[None])[0, label], abs=1e-5)
    assert len({place for place, _ in [*speaking, *contradicting]}) == 40


def test_the_strongest_speak_first_and_none_against(problem, view):
    points, truth, _ = problem

    spoke = view.speaking_for(points[6], int(truth[6]), 3)

    shares = [share for _, share in spoke]
    assert spoke[0][0] == 6
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)
    assert min(shares) > 0


def test_the_nearest_point_of_another_label_is_not_the_text_itself(problem, view):
    points, truth, _ = problem
    cosines = view.centred(points[6][None])[0] @ view.points_.T

    assert view.nearest_but(int(truth[6]), points[6]) == pytest.approx(cosines[truth != truth[6]].max(), abs=1e-5)
    assert view.nearest_but(int(truth[6]) + 1, points[6]) == pytest.approx(1, abs=1e-5)


def test_labels_that_no_point_has_score_low(problem):
    points, truth, groups = problem
    view = SemanticView().fit(points, truth, groups, LABELS + 1)

    assert view.scores(points).shape == (len(points), LABELS + 1)
    assert view.scores(points)[:, LABELS].max() < 0


def test_points_that_are_all_the_same_point_are_survived():
    view = SemanticView().fit(np.ones((4, 5), dtype=np.float32), np.array([0, 0, 0, 1]), np.arange(4), 2)

    scores, _ = view.held_out(np.ones((4, 5), dtype=np.float32))

    assert np.isfinite(scores).all()
    assert view.scores(np.ones((1, 5), dtype=np.float32))[0].argmax() == 0


def test_no_texts_have_no_scores(view):
    scores, nearness = view.scores_and_nearness(np.empty((0, 6), dtype=np.float32))

    assert (scores.shape, nearness.shape) == ((0, LABELS), (0,))


def test_what_is_held_out_is_not_stored_with_the_view(problem, view):
    points = problem[0]
    view.held_out(points)
    stored = io.BytesIO()
    joblib.dump(view, stored)
    restored = joblib.load(stored)

    assert np.array_equal(restored.scores(points), view.scores(points))
    assert {name for name in vars(restored) if "left_out" in name} == set()


def test_of_too_many_points_the_same_sample_stays(monkeypatch, problem):
    monkeypatch.setattr(semantic, "MOST_POINTS", 12)

    one, other = SemanticView(seed=3).fit(*problem, LABELS), SemanticView(seed=3).fit(*problem, LABELS)

    assert one.points_.shape == (12, 6)
    assert np.array_equal(one.kept_, other.kept_)
    assert {place for place, _ in one.speaking_for(problem[0][0], 0, 99)} <= set(one.kept_.tolist())
    assert [part.shape for part in one.held_out(problem[0])] == [(40, LABELS), (40,)]


def test_a_sample_holds_whole_inquiries_so_that_held_out_is_held_out(monkeypatch, problem):
    monkeypatch.setattr(semantic, "MOST_POINTS", 12)
    view = SemanticView().fit(*problem, LABELS)
    kept = np.isin(np.arange(40), view.kept_)
    groups = problem[2]

    assert not set(groups[kept]) & set(groups[~kept])
