"""The feed is complete and in order, however its pages are cut and however many write to the journal at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from service import intake
from service.storage import journal
from service.storage.engine import writing
from service.storage.store import Store
from service.submission import Submission

only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def read_all(journeys, limit=100, steps=()):
    """Every event, page by page, as a receiver does."""
    found, cursor, more = [], 0, True
    while more:
        page = journeys.page(cursor, limit, steps)
        found, cursor, more = found + page.events, page.cursor, page.more
    return found


def take_and_give_up(store, now, inquiry):
    """A number of the journal that nobody will ever see."""
    with store.engine.connect() as connection:
        journal.record(connection, now, "opened", "user:anna", inquiry.id)
        connection.rollback()


def test_pages_of_any_size_hold_the_same_events_in_the_same_order(journeys, submit, decide):
    for minute in range(7):
        submit(minutes=minute)
    decide(minutes=10)
    whole = read_all(journeys)

    assert [event["id"] for event in whole] == [str(number) for number in range(1, 22)]
    assert read_all(journeys, 1) == read_all(journeys, 5) == read_all(journeys, 21) == whole


def test_what_is_not_asked_for_is_left_out_and_passed_by(journeys, submit, decide):
    submit()
    decide()
    submit(minutes=1)

    page = journeys.page(0, 3, ["received"])

    assert [event["id"] for event in page.events] == ["1"]
    assert (page.cursor, page.more) == (3, True)
    assert [event["id"] for event in read_all(journeys, 3, ["received"])] == ["1", "4"]


def test_an_empty_feed_is_a_page_without_more(journeys):
    page = journeys.page(0, 10)

    assert (page.events, page.cursor, page.more) == ([], 0, False)


@only_postgresql
def test_an_event_that_commits_after_a_later_one_is_not_passed_by(journeys, submit, store, now):
    """Two transactions: the first takes number 2, the second takes 3 and commits at once."""
    inquiry = submit()

    with writing(store.engine) as slow:
        journal.record(slow, now, "opened", "user:anna", inquiry.id)
        with writing(store.engine) as quick:
            journal.record(quick, now, "closed", "user:anna", inquiry.id)
        during = journeys.page(0, 10)
    after = journeys.page(during.cursor, 10)

    assert [event["id"] for event in during.events] == ["1"]
    assert [(event["id"], event["data"]["step"]) for event in after.events] == [("2", "opened"), ("3", "closed")]


@only_postgresql
def test_an_event_of_a_transaction_that_began_first_and_wrote_last_is_not_passed_by(journeys, submit, store, now):
    """Transaction ids and numbers in opposite order: neither alone tells what may still come."""
    first, second = submit(), submit(minutes=1)

    with writing(store.engine) as young:
        with writing(store.engine) as old:
            old.execute(text("SELECT pg_current_xact_id()"))
            young.execute(text("SELECT pg_current_xact_id()"))
            journal.record(young, now, "opened", "user:anna", first.id)
            journal.record(old, now, "opened", "user:anna", second.id)
        during = journeys.page(0, 10)
    after = journeys.page(during.cursor, 10)

    assert [event["id"] for event in during.events + after.events] == ["1", "2", "3", "4"]


@only_postgresql
def test_a_number_that_was_taken_and_given_up_does_not_hold_up_the_feed(journeys, submit, store, now):
    inquiry = submit()
    take_and_give_up(store, now, inquiry)
    submit(minutes=1)

    assert [event["id"] for event in read_all(journeys)] == ["1", "3"]


@only_postgresql
def test_somebody_who_writes_elsewhere_does_not_hold_up_the_feed(journeys, submit, store, now):
    """A transaction of hours, such as a backup's or a report's, has not written to the journal."""
    inquiry = submit()
    take_and_give_up(store, now, inquiry)

    with writing(store.engine) as elsewhere:
        elsewhere.execute(text("CREATE TABLE report (id integer)"))
        submit(minutes=1)

        assert [event["id"] for event in read_all(journeys)] == ["1", "3"]


def test_a_reader_beside_many_writers_gets_every_event_once_and_in_order(journeys, database_url, now):
    done = threading.Event()
    seen = []

    def write(number):
        own = Store.at(database_url)
        for second in range(15):
            at = now + timedelta(seconds=second)
            intake.submit(own, at, Submission(text=f"Hello {number}"), intake.Sender(None, "192.0.2.1"))
        own.close()

    def read():
        cursor = 0
        while True:
            was_done = done.is_set()
            page = journeys.page(cursor, 7)
            seen.extend(int(event["id"]) for event in page.events)
            cursor = page.cursor
            if was_done and not page.more and not page.events:
                return

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    done.set()
    reader.join(60)

    assert len(seen) == 60
    assert seen == sorted(set(seen))
