"""A database that is locked, full, damaged or gone is a 503 with Retry-After, and nothing is half stored."""

import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from service.app import create_app
from service.storage.engine import make_engine, writing
from service.storage.store import Store

URL = "/api/v1/inquiries"
SENT = {"text": "Waar blijft mijn bestelling?"}
LARGE = {"text": "x" * 20_000, "fields": {str(i): "y" * 2_000 for i in range(20)}}


@pytest.fixture
def database_url(tmp_path):
    """How SQLite is locked and filled is its own."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def client_of(loket):
    """A client of a process with another store."""
    stores = []

    def make(url, pages=None):
        engine = make_engine(url, busy_seconds=0.05)
        if pages is not None:
            event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))
        stores.append(Store(engine))
        return create_app(replace(loket, store=stores[-1])).test_client()

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def locked(store, tmp_path):
    """Another connection that holds the only right to write, until it is closed."""
    connection = sqlite3.connect(tmp_path / "loket.sqlite3", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield connection
    connection.close()


def rows(tmp_path):
    """How many rows the tables of an inquiry have."""
    connection = sqlite3.connect(tmp_path / "loket.sqlite3")
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM inquiries), (SELECT count(*) FROM events)"
    ).fetchone()
    connection.close()
    return list(counted)


def test_submitting_to_a_locked_database_is_a_503_and_stores_nothing(
    client_of, database_url, problem, locked, tmp_path
):
    answer = client_of(database_url).post(URL, json=SENT)

    assert problem(answer) == (503, [])
    assert int(answer.headers["Retry-After"]) > 0
    assert rows(tmp_path) == [0, 0]


def test_when_the_lock_is_gone_the_same_post_is_stored_once(client_of, database_url, locked, tmp_path):
    client, once = client_of(database_url), {"Idempotency-Key": "once"}
    statuses = [client.post(URL, json=SENT, headers=once).status_code]
    locked.close()
    statuses += [client.post(URL, json=SENT, headers=once).status_code for _ in range(2)]

    assert statuses == [503, 202, 202]
    assert rows(tmp_path) == [1, 1]


def test_while_it_is_locked_what_only_reads_goes_on(client_of, database_url, key, store, tmp_path):
    client, header = client_of(database_url), key("admin")
    connection = sqlite3.connect(tmp_path / "loket.sqlite3", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")

    read = ("/api/v1/desks", "/api/v1/desks/orders/tickets", "/api/v1/models", "/metrics", "/healthz")
    statuses = {path: client.get(path, headers=header).status_code for path in read}
    classified = client.post("/api/v1/classify", json=SENT, headers=header).status_code
    connection.close()
    assert statuses == dict.fromkeys(read, 200)
    assert classified == 200


@pytest.mark.parametrize("what", ["confirm", "correct", "close"])
def test_a_ticket_of_a_locked_database_is_left_as_it_is(
    client_of, database_url, problem, key, lay, store, tmp_path, what
):
    client, ticket, header = client_of(database_url), lay(), key("desk")
    connection = sqlite3.connect(tmp_path / "loket.sqlite3", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")

    answer = client.post(f"/api/v1/tickets/{ticket.id}/{what}", json={"category": "complaint"}, headers=header)
    connection.close()
    assert problem(answer) == (503, [])
    assert store.tickets.get(ticket.id) == ticket


def test_submitting_to_a_full_database_is_a_503_and_stores_nothing(
    client_of, database_url, problem, store, tmp_path
):
    answer = client_of(database_url, pages=1).post(URL, json=LARGE)

    assert problem(answer) == (503, [])
    assert int(answer.headers["Retry-After"]) > 0
    assert rows(tmp_path) == [0, 0]


def test_until_it_is_full_every_inquiry_is_stored_whole_or_not_at_all(client_of, database_url, store, tmp_path):
    client, statuses = client_of(database_url, pages=150), []
    while len(statuses) < 200 and statuses[-3:] != [503] * 3:
        statuses.append(client.post(URL, json=LARGE | {"subject": "x" * len(statuses)}).status_code)

    accepted = statuses.count(202)
    assert statuses[-3:] == [503] * 3
    assert set(statuses) == {202, 503}
    assert rows(tmp_path) == [accepted, accepted]


def test_what_cannot_be_written_in_the_journal_is_not_stored_either(client_of, database_url, problem, store):
    with writing(store.engine) as connection:
        connection.execute(text("DROP TABLE events"))

    assert problem(client_of(database_url).post(URL, json=SENT)) == (503, [])
    assert store.inquiries.count_received() == 0


def test_a_file_that_is_no_database_is_a_503(client_of, problem, tmp_path):
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"This was a database once. " * 400)

    assert problem(client_of(f"sqlite:///{damaged}").post(URL, json=SENT)) == (503, [])


def test_a_folder_in_its_place_is_a_503(client_of, problem, tmp_path):
    client = client_of(f"sqlite:///{tmp_path}")

    assert problem(client.post(URL, json=SENT)) == (503, [])
    assert problem(client.get("/api/v1/desks", headers={"Authorization": "Bearer any"})) == (503, [])


def test_a_database_server_that_does_not_answer_is_a_503(client_of, problem, tmp_path):
    client = client_of(f"postgresql://loket@/loket?host={tmp_path}")

    assert problem(client.post(URL, json=SENT)) == (503, [])


def test_a_database_without_tables_is_a_503(client_of, problem, tmp_path):
    assert problem(client_of(f"sqlite:///{tmp_path / 'new.sqlite3'}").post(URL, json=SENT)) == (503, [])


def test_a_database_server_without_tables_is_a_503(client_of, problem, postgres_server, needs):
    needs(bool(postgres_server), "PostgreSQL")
    client = client_of(postgres_server.format(database="postgres"))

    assert problem(client.post(URL, json=SENT)) == (503, [])
