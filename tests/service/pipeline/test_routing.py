"""The desk of a category from its threshold on; triage below it, out of scope, and where nothing was calibrated."""

import math
from dataclasses import replace

import pytest

from model.prediction import Prediction
from model.reading import Reading
from model.thresholds import NEVER, Policy, judged, share_at
from service.pipeline.classification import Serving
from service.pipeline.routing import CategoryRoute, Route, Router

DESKS = {"order_status": "orders", "return_refund": "returns", "account_access": "support"}
FIXED = {"order_status": CategoryRoute("orders", 0.6), "return_refund": CategoryRoute("returns", 0.9)}
SURE = Prediction("order_status", 1.0, alternatives=(), explanation=())
TO_ORDERS = Route("orders", automatic=True, reason="category order_status")


@pytest.fixture(scope="session")
def serving(classifier):
    return Serving("20260302-093000-4f2a91", classifier)


@pytest.fixture(scope="session")
def found(classifier):
    """What was held out when the classifier was trained, as it would be routed."""
    return judged(classifier, DESKS)


@pytest.fixture
def route(serving):
    """Route one request by fixed thresholds."""
    router = Router(FIXED, {})
    return lambda category, confidence, prediction=SURE: router.route(prediction, category, confidence, serving)


@pytest.fixture
def thresholds(serving):
    """The thresholds of desks with these policies."""

    def of(**policies):
        return Router({name: CategoryRoute(desk) for name, desk in DESKS.items()}, policies).thresholds(serving)

    return of


@pytest.mark.parametrize("confidence", [0.6, math.nextafter(0.6, 1), 1.0])
def test_from_the_threshold_on_the_desk_is_chosen(route, confidence):
    assert route("order_status", confidence) == TO_ORDERS


@pytest.mark.parametrize("confidence", [0.0, 0.59, math.nextafter(0.6, 0)])
def test_low_confidence_goes_to_triage(route, confidence):
    assert (route("order_status", confidence).desk, route("order_status", confidence).automatic) == (
        "triage",
        False,
    )


def test_triage_says_what_was_thought_and_how_certain_it_was(route):
    assert route("order_status", 0.42).reason == "order_status at 0.42, below 0.60"


def test_the_reason_does_not_contradict_itself(route):
    assert route("order_status", 0.5999).reason == "order_status at 0.59, below 0.60"


@pytest.mark.parametrize("fixed", [0.07, 0.28, 0.55])
def test_a_threshold_is_told_as_it_was_fixed(serving, fixed):
    router = Router({"order_status": CategoryRoute("orders", fixed)}, {})

    assert router.route(SURE, "order_status", 0.01, serving).reason == f"order_status at 0.01, below {fixed:.2f}"


def test_each_category_has_its_own_threshold(route):
    assert (route("return_refund", 0.89).desk, route("return_refund", 0.9).desk) == ("triage", "returns")


def test_a_category_without_a_desk_goes_to_triage_however_certain(route):
    expected = Route("triage", automatic=False, reason="category warranty has no desk")

    assert route("warranty", 1.0) == expected


@pytest.mark.parametrize("text", ["I cannot log in to my account.", "Where is my order?", ""])
def test_triage_may_get_every_text(serving, text):
    assert "triage" in Router(FIXED, {}).possible_desks(Reading(text, None), serving)


def test_out_of_scope_goes_to_triage_however_certain(route):
    outside = replace(SURE, within_scope=False)

    assert route("order_status", 1.0, outside) == Route(
        "triage", automatic=False, reason="unlike what any desk answers; order_status at 1.00"
    )


def test_a_situation_that_was_not_calibrated_goes_to_triage_however_certain(route):
    untried = replace(SURE, calibrated=False)

    assert route("order_status", 1.0, untried) == Route(
        "triage", automatic=False, reason="the model was not tried on such texts; order_status at 1.00"
    )


@pytest.mark.parametrize("target", [0.5, 0.97, 1.0])
def test_at_a_desks_threshold_its_target_precision_is_reached_on_held_out_inquiries(thresholds, found, target):
    share = share_at(found, thresholds(orders=Policy(target))["orders"])

    assert share.precision[0] >= target
    assert share.automatic[0] > 0


def test_a_higher_target_precision_makes_a_higher_threshold(thresholds):
    made = thresholds(orders=Policy(0.5), returns=Policy(1.0))

    assert made["orders"] < made["returns"]


def test_at_a_desks_threshold_errors_and_looks_cost_least(thresholds, found):
    def cost(least):
        routed = found.confidence >= least
        return 30.0 * (routed & ~found.correct).sum() + 1.0 * (~routed).sum()

    [threshold] = thresholds(orders=Policy(misroute_cost=30.0, look_cost=1.0)).values()

    assert cost(threshold) == min(cost(least) for least in [*found.confidence, NEVER])


def test_where_errors_cost_more_a_desk_needs_more_certainty(thresholds):
    made = thresholds(
        orders=Policy(misroute_cost=1.0, look_cost=2.0), returns=Policy(misroute_cost=500.0, look_cost=1.0)
    )

    assert made["orders"] < made["returns"]


def test_where_a_look_costs_nothing_next_to_an_error_it_still_routes_what_was_never_wrong(thresholds, found):
    [threshold] = thresholds(orders=Policy(misroute_cost=1e9, look_cost=1e-3)).values()

    assert found.correct[found.confidence >= threshold].all()
    assert threshold < NEVER


def test_a_policy_decides_where_no_threshold_is_fixed(serving, thresholds):
    policies = {"orders": Policy(1.0)}
    least = thresholds(**policies)["orders"]
    router = Router({name: CategoryRoute(desk) for name, desk in DESKS.items()}, policies)

    assert router.route(SURE, "order_status", least, serving) == TO_ORDERS
    assert router.route(SURE, "order_status", math.nextafter(least, 0), serving).desk == "triage"


@pytest.mark.parametrize(("fixed", "desk"), [(0.0, "orders"), (0.99, "triage")])
def test_a_fixed_threshold_wins_over_the_desks_policy(serving, fixed, desk):
    router = Router({"order_status": CategoryRoute("orders", fixed)}, {"orders": Policy(0.97)})

    assert router.route(SURE, "order_status", 0.98 if desk == "triage" else 0.01, serving).desk == desk


def test_a_desk_without_threshold_and_policy_gets_nothing_unseen(serving):
    router = Router({"order_status": CategoryRoute("orders")}, {})

    assert router.route(SURE, "order_status", 1.0, serving) == Route(
        "triage", automatic=False, reason="order_status at 1.00, below any"
    )


def test_a_category_that_lost_its_desk_does_not_stop_the_other_desks(serving, found):
    routes = {name: CategoryRoute(desk) for name, desk in DESKS.items() if name != "return_refund"}
    policies = {"orders": Policy(1.0), "support": Policy(1.0)}

    least = Router(routes, policies).thresholds(serving)["orders"]

    assert found.confidence[(found.desk == "orders") & found.correct].min() >= least


def test_another_model_has_its_own_thresholds(serving, found):
    router = Router({name: CategoryRoute(desk) for name, desk in DESKS.items()}, {"orders": Policy(1.0)})
    before = router.thresholds(serving)
    held = {
        situation: replace(one, probabilities=one.probabilities / 2)
        for situation, one in serving.classifier.held_out_.items()
    }
    other = _copy(serving.classifier)
    other._held_out = {False: held, True: held}

    after = router.thresholds(Serving("20260303-093000-4f2a91", other))

    assert after["orders"] == pytest.approx(before["orders"] / 2)


def _copy(classifier):
    copied = type(classifier)()
    copied.__dict__.update(classifier.__dict__)
    return copied
