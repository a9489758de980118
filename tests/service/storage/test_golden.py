"""Golden inquiries are kept once by text, belong to one desk, and their tickets tell of them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event

from service.storage.inquiries import NewTicket
from service.storage.store import Store
from service.submission import Submission

DECISION = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m1"}


@pytest.fixture
def add(store, now):
    def make(text, desk="orders", after=0, **known):
        return store.golden_inquiries.add(now + timedelta(minutes=after), desk, text, "user:anna", **known)

    return make


def test_one_is_given_back_as_it_was_kept(store, add, now):
    added = add("Waar blijft het?", text_en="Where is it?", language="nl")

    assert store.golden_inquiries.all() == [added]
    assert (added.desk, added.text, added.text_en, added.language, added.added_at, added.by) == (
        "orders", "Waar blijft het?", "Where is it?", "nl", now, "user:anna",
    )  # fmt: skip


def test_they_come_oldest_first_and_by_desk(store, add):
    added = [add("one", after=1), add("two", "care", after=2), add("three", after=3)]

    assert store.golden_inquiries.all() == added
    assert store.golden_inquiries.all("orders") == [added[0], added[2]]
    assert store.golden_inquiries.all("press") == []


def test_a_text_that_is_golden_already_goes_to_the_desk_named_last(store, add):
    first = add("Where is\n it?")
    again = add(" Where  is it? ", "care", after=1)

    assert again.id == first.id
    assert [(one.id, one.desk) for one in store.golden_inquiries.all()] == [(first.id, "care")]


def test_two_who_keep_the_same_text_at_the_same_moment_keep_it_once(store, database_url, now, request):
    both_looked = Barrier(2)

    def wait(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO golden_inquiries"):
            with suppress(BrokenBarrierError):
                both_looked.wait(1)

    with closing(Store.at(database_url)) as other, ThreadPoolExecutor(2) as pool:
        for one in (store, other):
            event.listen(one.engine, "before_cursor_execute", wait)
        list(pool.map(lambda one: one.golden_inquiries.add(now, "care", "Where?", "user:anna"), (store, other)))

    assert len(store.golden_inquiries.all()) == 1


def test_removed_it_is_gone_and_others_stay(store, add):
    first, second = add("one"), add("two", after=1)

    assert store.golden_inquiries.remove(first.id)
    assert store.golden_inquiries.all() == [second]
    assert not store.golden_inquiries.remove(first.id)


@pytest.mark.parametrize("unknown", ["", "x", "' OR 1=1 --", "0190a000-0000-7000-8000-000000000000"])
def test_what_is_not_there_cannot_be_removed(store, add, unknown):
    add("one")

    assert not store.golden_inquiries.remove(unknown)
    assert len(store.golden_inquiries.all()) == 1


def test_made_of_a_ticket_its_journal_tells_of_it_without_the_text(store, add, now):
    inquiry = store.inquiries.add(now, Submission(text="Where is it?").values() | {"submitted_by": None})
    [claimed] = store.inquiries.claim(now, 1, 60)
    store.inquiries.decide(now, claimed, DECISION, [NewTicket("orders", "order_status", 0.9, True)])
    [ticket] = store.tickets.of_inquiry(inquiry.id)

    add("Where is it?", "care", ticket=ticket)

    last = store.journal(inquiry.id)[-1]
    assert (last.kind, last.actor, last.ticket_id, last.details) == (
        "golden", "user:anna", ticket.id, {"desk": "care"},
    )  # fmt: skip
