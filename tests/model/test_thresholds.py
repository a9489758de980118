"""The threshold of a desk is the lowest confidence that keeps what was promised about it."""

from types import SimpleNamespace

import numpy as np
import pytest

from model.board import HeldOut
from model.reading import Situation
from model.thresholds import NEVER, Judged, Policy, judged, share_at, threshold, thresholds, with_interval

NINE_OF_TEN = Policy(target_precision=0.9)


def found(*pairs, desk="orders"):
    """Pairs of confidence and whether the desk was right."""
    confidence, correct = zip(*pairs, strict=True) if pairs else ((), ())
    return Judged(np.full(len(pairs), desk), np.array(confidence, dtype=float), np.array(correct, dtype=bool))


def joined(*parts):
    return Judged(*(np.concatenate([getattr(one, name) for one in parts]) for name in Judged.__match_args__))


def test_the_threshold_is_the_lowest_confidence_that_keeps_the_precision():
    ten = [(0.9 - i / 100, i != 9) for i in range(10)]

    assert threshold(found(*ten, (0.5, False), (0.4, True)), NINE_OF_TEN) == pytest.approx(0.81)


def test_a_mistake_at_the_top_is_made_up_for_below():
    assert threshold(found((0.99, False), *[(0.8, True)] * 9), NINE_OF_TEN) == 0.8


def test_equal_confidences_stand_on_one_side_of_the_threshold():
    assert threshold(found((0.9, True), (0.8, True), (0.8, False)), NINE_OF_TEN) == 0.9
    assert threshold(found((0.8, True), (0.8, False)), NINE_OF_TEN) == NEVER


def test_a_precision_that_is_never_reached_is_no_threshold():
    assert threshold(found((1.0, False), (0.9, True)), NINE_OF_TEN) == NEVER
    assert NEVER > 1


@pytest.mark.parametrize("policy", [Policy(), Policy(misroute_cost=9.0, look_cost=1.0)], ids=["target", "costs"])
def test_nothing_held_out_gives_no_threshold(policy):
    assert threshold(found(), policy) == NEVER
    assert thresholds(found(), {"orders": policy}) == {"orders": NEVER}


def test_costs_choose_the_threshold_that_saves_most():
    policy = Policy(misroute_cost=3.0, look_cost=1.0)

    assert threshold(found((0.9, True), (0.8, True), (0.7, False), (0.6, True)), policy) == 0.8
    assert threshold(found((0.9, True), (0.8, False), *[(0.5, True)] * 3), policy) == 0.5


def test_a_misroute_that_costs_too_much_is_never_risked():
    assert threshold(found((0.9, False), (0.8, True)), Policy(misroute_cost=99.0, look_cost=1.0)) == NEVER


def test_what_costs_nothing_to_get_wrong_is_routed_all():
    assert threshold(found((0.9, False), (0.1, False)), Policy(misroute_cost=0.0, look_cost=1.0)) == 0.1


def test_costs_may_be_whole_numbers():
    assert threshold(found((0.9, True), (0.8, False)), Policy(misroute_cost=3, look_cost=1)) == 0.9


def test_each_desk_is_judged_by_its_own_inquiries_when_there_are_enough():
    good = found(*[(0.5, True)] * 60, desk="orders")
    bad = found(*[(0.9, True)] * 30, *[(0.6, False)] * 30, desk="billing")

    assert thresholds(joined(good, bad), dict.fromkeys(["orders", "billing"], NINE_OF_TEN)) == {
        "orders": 0.5,
        "billing": 0.9,
    }


def test_a_desk_with_few_inquiries_gets_the_threshold_of_all_together():
    many = found(*[(0.7, True)] * 60, *[(0.6, False)] * 60, desk="orders")
    few = found(*[(0.1, True)] * 59, desk="press")

    assert thresholds(joined(many, few), {"press": NINE_OF_TEN, "new": NINE_OF_TEN}) == {"press": 0.7, "new": 0.7}


def held_out(rows, probabilities, within_scope):
    n = len(rows)
    return HeldOut(
        np.array(rows, dtype=int),
        np.array(probabilities, dtype=float).reshape(n, 3),
        np.ones(n),
        np.array(within_scope, dtype=bool),
        np.zeros(n, dtype=bool),
    )


def classifier(*truth, **held):
    """What `judged` reads of a classifier of lost, late and press."""
    empty = held_out([], [], [])
    return SimpleNamespace(
        classes_=np.array(["lost", "late", "press"]),
        held_out_truth_=np.array(truth),
        held_out_={situation: held.get(situation.value, empty) for situation in Situation},
    )


def test_another_category_of_the_same_desk_is_right():
    held = held_out([0, 1], [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]], [True, True])

    result = judged(classifier(1, 0, english=held), {"lost": "orders", "late": "orders", "press": "office"})

    assert result.desk.tolist() == ["orders", "office"]
    assert result.confidence.tolist() == [0.8, 0.8]
    assert result.correct.tolist() == [True, False]


def test_what_is_out_of_scope_is_never_right_and_what_was_found_out_is_not_counted():
    held = held_out([0, 1], [[0.8, 0.1, 0.1]] * 2, [True, False])

    result = judged(classifier(3, 3, english=held), {"lost": "orders", "late": "orders", "press": "office"})

    assert result.correct.tolist() == [False]


def test_all_situations_are_judged_together():
    held = held_out([1], [[0.8, 0.1, 0.1]], [True])

    result = judged(classifier(2, 0, translated=held, untranslated=held), {"lost": "orders", "press": "office"})

    assert result.correct.tolist() == [True, True]


def test_a_category_without_a_desk_is_not_right_for_another_without_one():
    held = held_out([0], [[0.8, 0.1, 0.1]], [True])

    assert not judged(classifier(1, english=held), {"press": "office"}).correct.any()


def test_a_share_is_told_with_its_interval():
    share = share_at(found((0.9, True), (0.8, False), (0.8, True), (0.1, True)), 0.8)

    assert (share.threshold, share.n, share.automatic[0], share.precision[0]) == (0.8, 4, 0.75, 2 / 3)
    assert share_at(found(), 0.8).precision == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("successes", "n", "interval"),
    [
        (0, 0, (0.0, 0.0, 1.0)),
        (5, 10, (0.5, 0.2366, 0.7634)),
        (10, 10, (1.0, 0.7225, 1.0)),
        (0, 10, (0.0, 0.0, 0.2775)),
    ],
    ids=str,
)
def test_intervals_are_wilson_s(successes, n, interval):
    assert with_interval(successes, n) == pytest.approx(interval, abs=1e-4)
