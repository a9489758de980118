"""The journal: who read what; it is only ever added to, and what cannot be written there is not read."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service import intake
from service.access import operator
from service.errors import StorageUnavailable
from service.storage.engine import writing
from service.submission import Submission

MINUTE = timedelta(minutes=1)
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"
A, B, C = "inquiry-a", "inquiry-b", "inquiry-c"


@pytest.fixture
def lines(store):
    """The journal of reads: who, of what, how and from where."""

    def read():
        found = store.whole_journal.last(1_000)
        return [(one.actor, one.inquiry, one.details["how"], one.origin) for one in found if one.kind == "read"]

    return read


def test_who_read_what_how_and_from_where(store, now, lines):
    store.reads.add(now, "user:anna", HERE, "list", [A, B, A])
    store.reads.add(now, "command", None, "export", [C])

    assert lines() == [
        ("user:anna", A, "list", HERE), ("user:anna", B, "list", HERE), ("command", C, "export", None),
    ]  # fmt: skip


def test_a_list_that_updates_itself_is_noted_once_a_minute(store, now, lines):
    for seconds in (0, 10, 50):
        store.reads.add(now + timedelta(seconds=seconds), "user:anna", HERE, "list", [A, B])

    assert len(lines()) == 2
    store.reads.add(now + MINUTE, "user:anna", HERE, "list", [A, B])
    assert len(lines()) == 4


def test_what_comes_new_to_a_list_is_noted_and_the_rest_not_again(store, now, lines):
    store.reads.add(now, "user:anna", HERE, "list", [A])
    store.reads.add(now, "user:anna", HERE, "list", [A, B])

    assert [line[1] for line in lines()] == [A, B]


@pytest.mark.parametrize(
    "other", [("user:bob", HERE, "list"), ("user:anna", ELSEWHERE, "list"), ("user:anna", HERE, "ticket")]
)
def test_another_reader_place_or_way_is_another_read(store, now, lines, other):
    store.reads.add(now, "user:anna", HERE, "list", [A])
    store.reads.add(now, *other, [A])

    assert len(lines()) == 2


def test_many_are_noted_at_once(store, now, lines):
    store.reads.add(now, "command", None, "export", [f"inquiry-{number}" for number in range(1_234)])
    assert len(store.whole_journal.last(2_000)) == 1_234


def test_reading_nothing_is_not_noted(store, now, lines):
    store.reads.add(now, "user:anna", HERE, "list", [])
    assert lines() == []


def test_what_cannot_be_noted_is_told(store, now):
    with writing(store.engine) as connection:
        connection.execute(text("DROP TABLE reads"))

    with pytest.raises(StorageUnavailable):
        store.reads.add(now, "user:anna", HERE, "ticket", [A])


@pytest.fixture
def written(store, now):
    """A row in each table of the journal, and a label."""
    inquiry = intake.submit(store, now, Submission(text="Hallo"), intake.Sender(None, HERE))
    store.reads.add(now, "user:anna", HERE, "ticket", [inquiry.id])
    store.people.note(operator().entry(now, "journal_read"))
    row = {"text": "Hallo", "text_en": None, "language": "nl", "category": "spam", "at": now, "by": "import"}
    assert store.labels.add_examples(now, [row]) == 1
    return inquiry


@pytest.mark.parametrize("table", ["events", "reads", "labels", "admin_events"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_what_was_written(store, written, table, change):
    with pytest.raises((DBAPIError, StorageUnavailable)) as refused, writing(store.engine) as connection:
        connection.execute(text(change.format(table)))

    told = str(refused.value) + str(refused.value.__cause__)
    assert f"{table} is only ever added to" in told


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has no TRUNCATE
@pytest.mark.parametrize("table", ["events", "reads", "labels", "admin_events"])
def test_a_postgresql_table_of_the_journal_cannot_be_emptied(store, written, table):
    with pytest.raises((DBAPIError, StorageUnavailable)), writing(store.engine) as connection:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


def test_the_whole_journal_is_one_list_in_order(store, now, written):
    assert [line.kind for line in store.whole_journal.last(10)] == ["received", "read", "journal_read"]
    assert [line.kind for line in store.whole_journal.last(2)] == ["read", "journal_read"]
    assert [line.kind for line in store.whole_journal.last(10, inquiry=written.id)] == ["received", "read"]
    assert [line.kind for line in store.whole_journal.last(10, actor="command")] == ["journal_read"]
    assert store.whole_journal.last(10, since=now + MINUTE) == []
    assert (
        store.whole_journal.inquiry_of(written.receipt) == store.whole_journal.inquiry_of(written.id) == written.id
    )
    assert store.whole_journal.inquiry_of("LK-0000-0000") is None
