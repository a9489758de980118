"""Where a label helps most: what is doubted, and what many others are like; each kind once."""

from dataclasses import replace

import pytest

from model.classifier import InquiryClassifier
from service import desk_work
from service.access import Actor
from service.learning.queue import Waiting, next_tickets, next_to_label, suggested, waiting
from service.pipeline.decision import Alternative, Decision, Language, Translation
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Submission

PARCELS = ["where is my parcel", "my parcel has not come", "when does the parcel come", "is my parcel lost"]
INVOICES = ["the invoice is wrong", "send me the invoice again", "no invoice came", "an invoice without VAT"]
ANNA = Actor("user:anna", frozenset({"desk"}), None)


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit([*PARCELS, *INVOICES], ["parcel"] * 4 + ["invoice"] * 4)


@pytest.fixture
def lay(store, now):
    """Store a decided inquiry with one ticket; answers both."""

    def make(text="Where is my order?", desk="orders", **decided):
        values = {
            "language": Language(code="en", confidence=0.99, source="detector"),
            "translation": Translation(status="not_needed"),
            "category": "order_status",
            "confidence": 0.9,
            "desk": desk,
            "automatic": desk != "triage",
            "reason": "category order_status",
            "model": None,
        }
        decision = Decision(**values | decided)
        inquiry = store.inquiries.add(now, Submission(text=text).values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(now, 1, 60)
        laid = NewTicket(desk, decision.category, decision.confidence, decision.automatic)
        assert store.inquiries.decide(now, claimed, decision.model_dump(mode="json"), [laid])
        return store.tickets.of_inquiry(inquiry.id)[0], store.inquiries.get(inquiry.id)

    return make


def test_what_is_doubted_goes_before_what_is_certain(classifier):
    candidates = [Waiting(PARCELS[0], 0.1), Waiting(INVOICES[0], 0.8), Waiting("hello", 0.3)]

    assert next_to_label(candidates, classifier, 3) == [1, 2, 0]
    assert next_to_label(candidates, None, 2) == [1, 2]


def test_twenty_inquiries_of_one_kind_are_asked_about_once(classifier):
    alike = [Waiting(f"where is my parcel {number}", 0.9) for number in range(20)]

    first, second, *_ = next_to_label([*alike, Waiting("the invoice is wrong", 0.2)], classifier, 21)

    assert (first in range(20), second) == (True, 20)


def test_of_equal_doubts_the_one_that_most_others_are_like_goes_first(classifier):
    candidates = [Waiting("an invoice without VAT", 0.5), *(Waiting(text, 0.5) for text in PARCELS)]

    assert next_to_label(candidates, classifier, 5)[0] in range(1, 5)


def test_no_ticket_is_named_twice_and_none_where_none_waits(classifier):
    same = [Waiting("where is my parcel", 0.0)] * 3

    assert sorted(next_to_label(same, classifier, 9)) == [0, 1, 2]
    assert next_to_label([], classifier, 9) == []
    assert next_to_label([Waiting("", 1.0), Waiting("中文", 1.0)], classifier, 2) == [0, 1]


def doubt_of(laid):
    return waiting(*laid).doubt


def test_a_near_alternative_a_low_confidence_and_what_is_unlike_anything_are_doubted(lay, loket, now):
    sure, near = lay(), lay(confidence=0.5, alternatives=(Alternative(category="complaint", confidence=0.45),))
    nothing = lay(desk="triage", category=None, confidence=0.0)
    unlike = lay(desk="triage", reason="unlike what any desk answers; order_status at 0.90")

    assert doubt_of(sure) == pytest.approx(0.1)
    assert doubt_of(near) == pytest.approx(0.95)
    assert (doubt_of(nothing), doubt_of(unlike)) == (1.0, 1.0)


def test_the_words_are_those_of_the_translation(lay):
    translated = Translation(status="translated", text="Where is my order?", provider="google")

    assert waiting(*lay("Waar blijft mijn bestelling?", translation=translated)).text == "Where is my order?"
    assert waiting(*lay("Waar blijft mijn bestelling?")).text == "Waar blijft mijn bestelling?"


def test_only_what_lies_open_and_unreviewed_on_these_desks_waits(store, now, lay, classifier):
    open_, closed, confirmed, elsewhere = (lay(desk=desk)[0] for desk in ("orders", "orders", "orders", "hr"))
    desk_work.close(store, now, ANNA, closed.id)
    desk_work.confirm(store, now, ANNA, confirmed.id)

    assert next_tickets(store, classifier, ["orders", "triage"], 9) == [open_.id]
    assert set(next_tickets(store, classifier, ["orders", "hr"], 9)) == {open_.id, elsewhere.id}
    assert (next_tickets(store, classifier, [], 9), store.tickets.count_unreviewed([])) == ([], 0)
    assert store.tickets.count_unreviewed(["orders", "hr"]) == 2


def test_triage_goes_first_and_what_somebody_opened_last(store, now, lay, classifier):
    skipped, doubted, certain = lay(desk="triage")[0], lay(confidence=0.3)[0], lay()[0]
    on_triage = lay(desk="triage", confidence=0.99)[0]
    desk_work.open_ticket(store, now, ANNA, skipped)

    order = next_tickets(store, classifier, ["orders", "triage"], 9)

    assert (order[0], order[-1]) == (on_triage.id, skipped.id)
    assert set(order[1:3]) == {doubted.id, certain.id}
    assert next_tickets(store, classifier, ["orders", "triage"], 1) == [on_triage.id]


def test_categories_are_suggested_by_the_decision_and_then_by_words(loket, lay, trained_registry):
    champion = trained_registry.load(trained_registry.champion())
    laid = lay("My lamp broke", alternatives=(Alternative(category="complaint", confidence=0.05),))

    found = suggested(*laid, champion, loket.settings, 9)

    assert found[:2] == ["order_status", "complaint"]
    assert (len(found), len(set(found))) == (9, 9)
    assert "warranty_repair" in found[2:5]
    assert suggested(*laid, None, loket.settings, 9) == ["order_status", "complaint"]


def test_a_category_that_was_renamed_is_suggested_by_its_present_name(configure, lay):
    renamed = check(configure(LOKET_CATEGORIES__FEEDBACK__FORMERLY='["praise"]'))
    ticket, inquiry = lay(category="praise", alternatives=(Alternative(category="gone", confidence=0.05),))

    assert suggested(replace(ticket, category="praise"), inquiry, None, renamed, 9) == ["feedback"]
