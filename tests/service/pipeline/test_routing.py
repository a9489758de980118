"""The desk of a category from its threshold on, and triage below it."""

import math

import pytest

from service.pipeline.decision import Translation, Untranslated
from service.pipeline.routing import CategoryRoute, Route, Router

ROUTER = Router({"order_status": CategoryRoute("orders", 0.6), "spam": CategoryRoute("junk", 0.9)}, 0.8)
TRANSLATED = Translation(status="translated", text="Where is it?", provider="google")
NOT_NEEDED = Translation(status="not_needed")
UNAVAILABLE = Translation(status="unavailable", reason=Untranslated.TIMEOUT)

TO_ORDERS = Route("orders", automatic=True, reason="category order_status")


@pytest.mark.parametrize("translation", [TRANSLATED, NOT_NEEDED], ids=["translated", "English"])
@pytest.mark.parametrize("confidence", [0.6, math.nextafter(0.6, 1), 1.0])
def test_from_the_threshold_on_the_desk_is_chosen(confidence, translation):
    assert ROUTER.route("order_status", confidence, translation) == TO_ORDERS


@pytest.mark.parametrize("translation", [TRANSLATED, NOT_NEEDED], ids=["translated", "English"])
@pytest.mark.parametrize("confidence", [0.0, 0.59, math.nextafter(0.6, 0)])
def test_below_the_threshold_it_goes_to_triage(confidence, translation):
    route = ROUTER.route("order_status", confidence, translation)

    assert (route.desk, route.automatic) == ("triage", False)


def test_triage_says_what_was_thought_and_how_certain_it_was():
    assert ROUTER.route("order_status", 0.42, NOT_NEEDED).reason == "order_status at 0.42, below 0.60"


def test_the_reason_does_not_contradict_itself():
    assert ROUTER.route("order_status", 0.5999, NOT_NEEDED).reason == "order_status at 0.59, below 0.60"


def test_each_category_has_its_own_threshold():
    assert ROUTER.route("spam", 0.89, NOT_NEEDED).desk == "triage"
    assert ROUTER.route("spam", 0.9, NOT_NEEDED).desk == "junk"


def test_untranslated_needs_the_higher_confidence():
    reason = "not translated; order_status at 0.79"

    assert ROUTER.route("order_status", 0.79, UNAVAILABLE) == Route("triage", automatic=False, reason=reason)
    assert ROUTER.route("order_status", 0.8, UNAVAILABLE) == TO_ORDERS


def test_a_category_without_a_desk_goes_to_triage_however_certain():
    reason = "category warranty has no desk"

    assert ROUTER.route("warranty", 1.0, NOT_NEEDED) == Route("triage", automatic=False, reason=reason)
