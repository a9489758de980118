"""Tables, migrations, times and identifiers."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert
from sqlalchemy.exc import StatementError

from service import intake
from service.errors import CannotStart, StorageUnavailable
from service.storage import migrate
from service.storage.engine import make_engine, reading, writing
from service.storage.identifiers import new_id, new_receipt
from service.storage.inquiries import NewTicket
from service.storage.migrate import is_current, upgrade
from service.storage.store import Store
from service.storage.tables import metadata, workers
from service.submission import Submission


def test_migrations_make_exactly_the_tables(store):
    with reading(store.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})

        assert compare_metadata(context, metadata) == []


def _is_ours(name, _kind, _parents):
    """The full-text search's index is each database's own, made by the migration alone."""
    return not (name or "").startswith("search_index")


def test_an_empty_database_is_not_current_and_upgraded_it_is(database_url):
    engine = make_engine(database_url)

    before = is_current(engine)
    upgrade(engine)

    assert (before, is_current(engine)) == (False, True)
    engine.dispose()


def test_inquiries_and_tickets_outlive_a_migration_forth_and_back(store, now):
    inquiry = intake.submit(store, now, Submission(text="Hallo"), intake.Sender(None, "192.0.2.1"))
    [claimed] = store.inquiries.claim(now, 1, 60)
    decision = {"category": None, "confidence": 0.0, "desk": "triage", "automatic": False, "model": None}
    assert store.inquiries.decide(now, claimed, decision, [NewTicket("triage", None, 0.0, automatic=False)])

    with writing(store.engine) as connection:
        command.downgrade(migrate._config(connection), "0001")
    upgrade(store.engine)

    assert [one.id for one in store.inquiries.all()] == [inquiry.id]
    assert [one.desk for one in store.tickets.of_inquiry(inquiry.id)] == ["triage"]


def test_processes_that_start_together_migrate_once(database_url):
    engines = [make_engine(database_url) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        revisions = set(pool.map(upgrade, engines))

    assert len(revisions) == 1
    for engine in engines:
        engine.dispose()


def test_a_transaction_that_fails_leaves_nothing(store, now):
    class Interrupted(Exception):
        pass

    row = {"id": "w", "host": "h", "started_at": now, "seen_at": now}

    def begin_and_fail():
        with writing(store.engine) as connection:
            connection.execute(insert(workers).values(row))
            raise Interrupted

    with pytest.raises(Interrupted):
        begin_and_fail()

    assert store.heartbeats.last_seen() is None


def test_times_come_back_aware_and_in_utc(store):
    elsewhere = datetime(2026, 3, 2, 11, 30, tzinfo=timezone(timedelta(hours=2)))

    store.heartbeats.beat(elsewhere, "w", "host")

    assert store.heartbeats.last_seen().isoformat() == "2026-03-02T09:30:00+00:00"


def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(StatementError, match="without a zone"):
        store.heartbeats.beat(datetime(2026, 3, 2, 9, 30), "w", "host")  # noqa: DTZ001 - the point of the test


def test_a_worker_that_stops_is_no_longer_seen(store, now):
    store.heartbeats.beat(now, "w", "host")
    store.heartbeats.beat(now + timedelta(seconds=5), "w", "host")
    store.heartbeats.stop("w")

    assert store.heartbeats.last_seen() is None


def test_identifiers_are_uuids_of_version_7_and_sort_by_time():
    start = datetime(2026, 3, 2, tzinfo=UTC)
    ids = [new_id(start + timedelta(milliseconds=number)) for number in range(100)]

    assert ids == sorted(ids)
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in ids} == {(7, uuid.RFC_4122)}


def test_receipts_are_not_repeated_and_easy_to_read_out():
    receipts = {new_receipt() for _ in range(2_000)}

    assert len(receipts) == 2_000
    assert not set("".join(receipts).replace("LK-", "")) & set("01OILU")


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite"])
def test_an_address_of_no_supported_database_stops_the_start(url):
    with pytest.raises(CannotStart, match=r"database\.url"):
        make_engine(url)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_threads_that_queue_to_write_are_told_in_time_that_the_database_is_locked(store, database_url, now):
    waiting = Store(make_engine(database_url, busy_seconds=0.2))
    outcomes = []

    def beat():
        try:
            waiting.heartbeats.beat(now, "w", "host")
        except StorageUnavailable:
            outcomes.append("unavailable")

    with writing(store.engine):
        threads = [threading.Thread(target=beat) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)

    assert outcomes == ["unavailable"] * 8
    waiting.close()
