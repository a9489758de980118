"""What stands around a ticket: the same customer's inquiries, similar answered ones, and whose they are to see."""

from datetime import timedelta

import pytest

from service import desk_work, history
from service.access import Actor
from service.pipeline.decision import Decision, Language, SimilarInquiry, Translation
from service.similar import answered_like
from service.storage.inquiries import NewTicket
from service.storage.records import Claimed
from service.submission import Submission

DESKS = ("orders", "care", "returns")


def an_actor(*desks, name="user:anna"):
    return Actor(name, frozenset({"desk"}), frozenset(desks or DESKS))


@pytest.fixture
def lay(store, now):
    """Lay an inquiry on desks; answers its main ticket."""
    count = iter(range(1000))

    def make(text="Where is my order?", *desks, category="order_status", english=None, similar=(), **sent):
        at = now + timedelta(minutes=next(count))
        inquiry = store.inquiries.add(at, Submission(text=text, **sent).values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        decision = Decision(
            language=Language(code="nl" if english else "en", confidence=0.99, source="detector"),
            translation=Translation(status="translated" if english else "not_needed", text=english),
            category=category, confidence=0.9, desk="orders", automatic=True, reason="", similar=similar, model="m",
        )  # fmt: skip
        laid = [NewTicket(desk, category, 0.9, True, n) for n, desk in enumerate(desks or ("orders",))]
        assert store.inquiries.decide(at, claimed, decision.model_dump(mode="json"), laid)
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make


@pytest.fixture
def close(store, now):
    """Close a ticket; answers its inquiry's id."""

    def act(ticket):
        desk_work.close(store, now + timedelta(days=1), an_actor(), ticket.id)
        return ticket.inquiry_id

    return act


@pytest.fixture
def similar(store):
    """The inquiries that are found to be like a ticket's, the most similar first."""

    def find(ticket, actor=None):
        inquiry = store.inquiries.get(ticket.inquiry_id)
        decision = Decision.model_validate(inquiry.decision)
        found = answered_like(store, actor or an_actor(), DESKS, ticket, inquiry, decision)
        return [one.answered.inquiry_id for one in found]

    return find


def shown(store, ticket, *desks):
    found = history.of_customer(store, an_actor(*desks), ticket.inquiry_id)
    return [one.inquiry_id for one in found.shown], found.more, found.elsewhere


def test_an_address_in_any_case_is_the_same_customers(store, lay):
    first, second = lay(email="Bob@Example.org"), lay(email="bob@example.ORG")
    lay(email="carol@example.org")
    lay()

    assert shown(store, second) == ([first.inquiry_id], 0, 0)
    assert shown(store, first) == ([second.inquiry_id], 0, 0)


def test_who_left_no_address_has_no_other_inquiries(store, lay):
    lay()

    assert not history.of_customer(store, an_actor(), lay().inquiry_id)


def test_of_other_desks_only_the_number_is_told(store, lay):
    lay("Give me a refund", "returns", email="bob@example.org")
    lay("I am angry", "care", email="bob@example.org")

    assert shown(store, lay(email="bob@example.org"), "orders") == ([], 0, 2)


def test_an_inquiry_on_two_desks_is_shown_where_one_may_be_seen(store, lay):
    both = lay("Order and refund", "orders", "returns", email="bob@example.org")

    assert shown(store, lay(email="bob@example.org"), "orders") == ([both.inquiry_id], 0, 0)


def test_one_that_waits_to_be_decided_is_counted(store, lay, now):
    ticket = lay(email="bob@example.org")
    store.inquiries.add(now, Submission(text="And?", email="BOB@example.org").values() | {"submitted_by": None})

    assert shown(store, ticket) == ([], 0, 1)


def test_the_newest_are_shown_and_the_others_counted(store, lay):
    ids = [lay(email="bob@example.org").inquiry_id for _ in range(12)]

    assert shown(store, lay(email="bob@example.org")) == (ids[:3:-1], 4, 0)


def test_the_answered_inquiry_with_the_most_words_in_common_comes_first(lay, close, similar):
    lamp = close(lay("When does the lamp that I ordered come? It should have been here on Monday."))
    parcel = close(lay("Where is the parcel with my lamp? I ordered it on Monday."))
    close(lay("Thanks, everything is fine"))

    assert similar(lay("Where is my parcel? I ordered a lamp on Monday.")) == [parcel, lamp]


def test_an_inquiry_in_another_language_is_compared_by_its_english_text(lay, close, similar):
    dutch = close(lay("Waar blijft mijn pakket?", english="Where is my parcel?"))

    assert similar(lay("Wo bleibt mein Paket?", english="Where is my parcel?")) == [dutch]


def test_what_is_open_or_of_another_category_is_not_offered(lay, close, similar):
    lay("Where is my parcel?")
    close(lay("Where is my parcel?", "care", category="complaint"))

    assert similar(lay("Where is my parcel?")) == []


def test_what_a_later_decision_withdrew_was_answered_by_nobody(store, lay, now, similar):
    ticket = lay("Where is my parcel?", "orders", "returns")
    claimed = Claimed(store.inquiries.get(ticket.inquiry_id), None)
    decision, laid = claimed.inquiry.decision, [NewTicket("orders", "order_status", 0.9, True)]
    assert store.late_translations.decide(now, claimed, decision, laid) == "rerouted"

    assert similar(lay("Where is my parcel?")) == []


def test_what_the_decision_was_made_by_is_offered_in_whatever_words(lay, close, similar):
    cited = close(lay("My package never arrived", category="complaint"))
    spoke = SimilarInquiry(text="", category="complaint", weight=0.5, inquiry=cited)

    assert similar(lay("Where is my order?", similar=(spoke,))) == [cited]


def test_an_answered_inquiry_of_another_desk_is_not_offered(lay, close, similar):
    close(lay("Where is my parcel?", "care"))

    assert similar(lay("Where is my parcel?"), an_actor("orders")) == []


def test_what_happened_since_a_version_is_told_in_order(store, lay, now):
    ticket, anna, bob = lay(), an_actor(), an_actor(name="user:bob")
    desk_work.open_ticket(store, now, anna, ticket)
    desk_work.assign(store, now, anna, ticket.id, anna.name)
    seen = desk_work.confirm(store, now, anna, ticket.id)
    desk_work.close(store, now, bob, ticket.id)
    last = desk_work.undo(store, now, bob, ticket.id)

    def since(version):
        return [(one.kind, one.actor) for one in history.changes_since(store, last, version)]

    assert since(seen.version) == [("closed", "user:bob"), ("undone", "user:bob")]
    assert since(None) == [("undone", "user:bob")]
    assert since(last.version) == []
