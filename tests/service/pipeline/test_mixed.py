"""An inquiry that asks two things: both are found, and each desk that has something to answer gets one ticket."""

import pytest

from service.handover import tickets_of
from service.pipeline.classification import Champion
from service.pipeline.pipeline import InquiryText, Pipeline
from service.pipeline.routing import CategoryRoute, Router
from service.pipeline.translation.provider import Limits
from service.storage.inquiries import NewTicket

ORDER = "Where is my parcel, when will my order be delivered?"
LOGIN = "I cannot log in to my account because I forgot my password."
RETURN = "I want to return the lamp and get a refund."
MIXED = f"{ORDER} {LOGIN}"
ROUTES = {
    "order_status": CategoryRoute("orders", 0.8),
    "return_refund": CategoryRoute("orders", 0.8),
    "account_access": CategoryRoute("support", 0.8),
}


class Phrasebook:
    """Translates from Dutch the one text it is given."""

    name, local, limits = "phrasebook", False, Limits()

    def __init__(self, english):
        self.english = english

    def translate(self, text, source):
        return self.english


@pytest.fixture
def decide(detector, translator_of, registry, add_version, now):
    """Decide a text, with thresholds other than the usual ones where some are given."""
    registry.promote(add_version(now), set(ROUTES))

    def run(text, *providers, **routes):
        router = Router(ROUTES | routes, {})
        pipeline = Pipeline(detector, translator_of(*providers), Champion(registry), router)
        return pipeline.decide(InquiryText(text))

    return run


def desks_of(decision):
    return [(ticket.desk, ticket.category, ticket.automatic, ticket.intent) for ticket in tickets_of(decision)]


def test_both_requests_are_found_with_their_words(decide):
    decision = decide(MIXED)

    assert [(intent.category, intent.text) for intent in decision.intents] == [
        ("order_status", ORDER),
        ("account_access", LOGIN),
    ]


def test_the_decision_is_the_main_requests_and_the_reason_tells_of_both(decide):
    decision = decide(MIXED)

    main = decision.intents[0]
    assert (decision.category, decision.confidence) == (main.category, main.confidence)
    assert (decision.desk, decision.automatic) == ("orders", True)
    assert decision.reason == "2 requests: category order_status; category account_access"


def test_what_was_found_is_no_alternative(decide):
    assert [other.category for other in decide(MIXED).alternatives] == ["return_refund"]


def test_each_desk_gets_one_ticket_the_main_one_first(decide):
    assert desks_of(decide(MIXED)) == [
        ("orders", "order_status", True, 0),
        ("support", "account_access", True, 1),
    ]


def test_the_other_way_round_the_other_one_is_the_main_one(decide):
    assert desks_of(decide(f"{LOGIN} {ORDER}")) == [
        ("support", "account_access", True, 0),
        ("orders", "order_status", True, 1),
    ]


def test_two_requests_of_one_desk_make_one_ticket(decide):
    decision = decide(f"{ORDER} {RETURN}")

    assert [intent.category for intent in decision.intents] == ["order_status", "return_refund"]
    assert desks_of(decision) == [("orders", "order_status", True, 0)]


def test_an_uncertain_request_goes_to_triage_and_the_certain_one_to_its_desk(decide):
    decision = decide(MIXED, account_access=CategoryRoute("support", 1.0))

    assert desks_of(decision) == [("orders", "order_status", True, 0), ("triage", "account_access", False, 1)]
    assert decision.reason.startswith("2 requests: category order_status; account_access at 0.9")


def test_an_uncertain_main_request_leaves_the_other_one_its_desk(decide):
    decision = decide(MIXED, order_status=CategoryRoute("orders", 1.0))

    assert desks_of(decision) == [("triage", "order_status", False, 0), ("support", "account_access", True, 1)]


def test_two_uncertain_requests_make_one_ticket_on_triage(decide):
    unsure = {name: CategoryRoute("orders", 1.0) for name in ROUTES}

    assert desks_of(decide(MIXED, **unsure)) == [("triage", "order_status", False, 0)]


def test_two_sentences_with_one_request_make_one_ticket(decide):
    decision = decide(f"{LOGIN} My account is locked after too many login attempts.")

    assert len(decision.intents) == 1
    assert desks_of(decision) == [("support", "account_access", True, 0)]


def test_a_translated_inquirys_requests_are_told_in_the_customers_words(decide):
    dutch = ["Waar blijft mijn pakket, wanneer wordt het bezorgd?", "Ik ben mijn wachtwoord vergeten."]

    decision = decide(" ".join(dutch), Phrasebook(MIXED))

    assert [(intent.category, intent.text) for intent in decision.intents] == [
        ("order_status", dutch[0]),
        ("account_access", dutch[1]),
    ]


def test_what_no_model_understood_makes_one_ticket_on_triage(decide):
    decision = decide(ORDER).model_copy(update={"intents": (), "desk": "triage", "category": None})

    assert tickets_of(decision) == [NewTicket("triage", None, decision.confidence, automatic=True)]


def test_the_first_is_the_main_one_where_both_begin_alike(decide):
    decision = decide("I want to return the lamp for a refund. I want to log in but my password is wrong.")

    assert [intent.category for intent in decision.intents] == ["return_refund", "account_access"]


def test_the_first_of_a_list_is_the_main_one(decide):
    decision = decide("- I forgot my password and cannot log in.\n- I want to return the lamp for a refund.")

    assert [intent.category for intent in decision.intents] == ["account_access", "return_refund"]


def test_the_words_that_spoke_spoke_for_the_decisions_category(decide):
    decision = decide("Where is my parcel, when will it arrive? I also want to return the lamp and get a refund.")

    assert decision.category == "order_status"
    assert {"parcel", "arrive"} & {spoke.term for spoke in decision.explanation}
