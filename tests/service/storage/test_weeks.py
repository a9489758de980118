"""What became of the inquiries of some weeks, as both databases tell it."""

from datetime import timedelta

import pytest

from model import configuration
from service import desk_work, intake
from service.access import Actor
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Correction, Submission

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAD = Actor("user:lead", frozenset({"desk"}), None)


@pytest.fixture
def settings(tmp_path):
    return check(configuration.read({"LOKET_DATA_DIR": str(tmp_path)}))


@pytest.fixture
def lay(store):
    """Store an inquiry as it is decided; answers its main ticket."""

    def make(at, category="order_status", *, english="Where is my order?", intents=("orders",), **sent):
        submission = Submission(**{"text": "Waar blijft mijn bestelling?"} | sent)
        intake.submit(store, at, submission, intake.Sender(None, "127.0.0.1"))
        (claimed,) = store.inquiries.claim(at, 1, 60)
        decision = {
            "language": {"code": "nl", "confidence": 0.9, "source": "detector"},
            "translation": {"status": "translated", "text": english} if english else {"status": "unavailable"},
            "category": category, "confidence": 0.875, "desk": "orders", "automatic": True, "model": "m",
        }  # fmt: skip
        tickets = [NewTicket(desk, category, 0.875, True, i) for i, desk in enumerate(intents)]
        assert store.inquiries.decide(at, claimed, decision, tickets)
        return store.tickets.of_inquiry(claimed.inquiry.id)[0]

    return make


def test_a_decision_is_told_with_what_became_of_it(store, lay, settings, now):
    ticket = lay(now, intents=("orders", "finance"))
    correction = Correction(category="return_refund")
    desk_work.correct(store, settings, now + HOUR, LEAD, ticket.id, correction)

    (found,) = store.weeks.between(now, now + DAY)

    assert (found.inquiry, found.received_at, found.language) == (ticket.inquiry_id, now, "nl")
    assert (found.category, found.desk, found.confidence, found.automatic) == (
        "order_status",
        "orders",
        0.875,
        True,
    )
    assert found.reviewed_at == found.overruled_at == now + HOUR


def test_only_another_category_overrules(store, lay, settings, now):
    confirmed, moved, closed, untouched = (lay(now + i * HOUR) for i in range(4))
    desk_work.confirm(store, now + DAY, LEAD, confirmed.id)
    desk_work.correct(store, settings, now + DAY, LEAD, moved.id, Correction(desk="finance"))
    desk_work.close(store, now + DAY, LEAD, closed.id)

    found = {one.inquiry: one for one in store.weeks.between(now, now + DAY)}

    assert {one.overruled_at for one in found.values()} == {None}
    assert found.pop(untouched.inquiry_id).reviewed_at is None
    assert {one.reviewed_at for one in found.values()} == {now + DAY}


def test_a_decision_without_a_category_is_not_overruled(store, lay, settings, now):
    ticket = lay(now, category=None)
    desk_work.correct(store, settings, now + HOUR, LEAD, ticket.id, Correction(category="return_refund"))

    (found,) = store.weeks.between(now, now + DAY)

    assert (found.category, found.overruled_at, found.reviewed_at) == (None, None, now + HOUR)


@pytest.mark.parametrize("chunk", [1, 2, 100])
def test_all_of_the_time_asked_for_are_read_in_whatever_chunks(store, lay, now, chunk):
    laid = [lay(now + i * DAY).inquiry_id for i in range(6)]

    found = [one.inquiry for one in store.weeks.between(now + DAY, now + 5 * DAY, chunk)]

    assert found == laid[1:5]


def test_what_is_not_decided_is_left_out(store, now):
    intake.submit(store, now, Submission(text="Hallo"), intake.Sender(None, "127.0.0.1"))

    assert list(store.weeks.between(now - DAY, now + DAY)) == []


def test_texts_are_english_where_they_can_be_and_senders_are_not_named(store, lay, now):
    ids = [
        lay(now, email="anna@example.org").inquiry_id,
        lay(now + HOUR, english=None, subject="Lamp", email="Anna@Example.org").inquiry_id,
        lay(now + 2 * HOUR).inquiry_id,
    ]

    first, second, third = store.weeks.texts(ids)

    assert [one.inquiry for one in (first, second, third)] == ids
    assert first.text == "Where is my order?"
    assert second.text == "Lamp\n\nWaar blijft mijn bestelling?"
    assert first.sender == second.sender != third.sender
    assert "anna" not in first.sender
