"""Who looks at a ticket: known for a minute, to everybody but oneself."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service import intake
from service.storage.desk_tables import presence
from service.storage.engine import reading
from service.storage.inquiries import NewTicket
from service.storage.presence import Looking
from service.submission import Submission

ANNA, BOB = "user:anna", "user:bob"


@pytest.fixture
def ticket(store, now):
    inquiry = intake.submit(store, now, Submission(text="Where is my order?"), intake.Sender(None, "192.0.2.1"))
    [claimed] = store.inquiries.claim(now, 1, 60)
    decision = {"category": None, "confidence": 0.0, "desk": "triage", "automatic": False, "model": None}
    store.inquiries.decide(now, claimed, decision, [NewTicket("triage", None, 0.0, automatic=False)])
    return store.tickets.of_inquiry(inquiry.id)[0].id


def rows(store):
    with reading(store.engine) as connection:
        return connection.execute(select(func.count()).select_from(presence)).scalar_one()


def test_the_second_is_told_of_the_first_and_then_the_first_of_the_second(store, ticket, now):
    soon = now + timedelta(seconds=5)

    assert store.presence.look(now, ticket, ANNA) == []
    assert store.presence.look(soon, ticket, BOB) == [Looking(ANNA, now)]
    assert store.presence.look(soon, ticket, ANNA) == [Looking(BOB, soon)]


def test_who_stays_is_there_since_they_came(store, ticket, now):
    for seconds in range(0, 300, 5):
        store.presence.look(now + timedelta(seconds=seconds), ticket, ANNA)

    assert store.presence.look(now + timedelta(seconds=330), ticket, BOB) == [Looking(ANNA, now)]


def test_who_went_is_forgotten_after_a_minute_and_so_is_the_note(store, ticket, now):
    store.presence.look(now, ticket, ANNA)

    assert store.presence.look(now + timedelta(seconds=60), ticket, BOB) == []
    assert rows(store) == 1


def test_who_acted_is_forgotten_at_once(store, ticket, now):
    store.presence.look(now, ticket, ANNA)
    store.presence.leave(ticket, ANNA)

    assert store.presence.look(now, ticket, BOB) == []


def test_an_open_page_that_asks_every_few_seconds_writes_three_times_a_minute(store, ticket, now, monkeypatch):
    writes = []
    renew = store.presence._renew
    monkeypatch.setattr(store.presence, "_renew", lambda *a, **k: (writes.append(1), renew(*a, **k)))

    for seconds in range(0, 60, 5):
        store.presence.look(now + timedelta(seconds=seconds), ticket, ANNA)

    assert len(writes) == 3
