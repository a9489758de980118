"""Who may do what: every operation against every kind of caller, by the statuses of the answers."""

from datetime import UTC, datetime

import pytest

from service import access
from service.access import SCOPES

TEXT = {"text": "Where is my order? It should have been delivered on Monday, the tracking has not moved."}
NEEDS = {
    "POST /api/v1/inquiries": "submit",
    "GET /api/v1/inquiries/{inquiry_id}": "desk",
    "POST /api/v1/classify": "classify",
    "POST /api/v1/classify/batch": "classify",
    "GET /api/v1/desks": "desk",
    "GET /api/v1/desks/{desk}/tickets": "desk",
    "POST /api/v1/tickets/{ticket_id}/confirm": "desk",
    "POST /api/v1/tickets/{ticket_id}/correct": "desk",
    "POST /api/v1/tickets/{ticket_id}/close": "desk",
    "POST /api/v1/tickets/{ticket_id}/undo": "desk",
    "POST /api/v1/tickets/{ticket_id}/assign": "desk",
    "GET /api/v1/clock": "figures",
    "GET /api/v1/events": "events",
    "GET /api/v1/models": "models",
    "POST /api/v1/models/{version}/promote": "models",
    "POST /api/v1/models/{version}/promote-despite-gate": "admin",
    "POST /api/v1/models/rollback": "models",
    "GET /api/v1/desks/{desk}/golden": "desk",
    "POST /api/v1/desks/{desk}/golden": "desk",
    "DELETE /api/v1/desks/{desk}/golden/{golden_id}": "desk",
    "GET /metrics": "admin",
}
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
GRANTED = {
    "POST /api/v1/inquiries": 202,
    "POST /api/v1/models/rollback": 409,  # there is no champion before it
    "POST /api/v1/desks/{desk}/golden": 201,
}
BODIES = {"correct": {"category": "order_change"}, "assign": {"to": None}, "batch": {"inquiries": [TEXT]}}
FREE = {"/healthz": 200, "/readyz": 503, "/openapi.json": 200, "/docs": 200, "/form": 200}
OF_A_TICKET = {name for name in NEEDS if "_id}" in name or "{desk}" in name}


@pytest.fixture
def database_url(tmp_path):
    """One database will do: what is asked of it is tested in test_access_people.py."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def statuses(client, store, decide_all, trained_registry):
    """What every operation answers to a caller, on a ticket that lies on the desk orders."""
    inquiry_id = client.post("/api/v1/inquiries", json=TEXT).json["id"]
    decide_all()
    [ticket] = store.tickets.of_inquiry(inquiry_id)
    golden = store.golden_inquiries.add(NOW, "orders", "Where is my order?", "user:ada")
    known = {
        "golden_id": golden.id,
        "inquiry_id": inquiry_id,
        "ticket_id": ticket.id,
        "desk": "orders",
        "version": trained_registry.champion(),
    }

    def ask(headers):
        found = {}
        for name in NEEDS:
            method, _, path = name.partition(" ")
            body = BODIES.get(path.rpartition("/")[2], TEXT) if method == "POST" else None
            found[name] = client.open(path.format(**known), method=method, json=body, headers=headers).status_code
        return found

    return ask


def granted(name):
    return GRANTED.get(name, 200)


def test_the_table_has_every_operation(client):
    described = client.get("/openapi.json").json["paths"]
    operations = {
        f"{method.upper()} {path}": one.get("x-scope")
        for path, methods in described.items()
        for method, one in methods.items()
    }

    submitting = {"POST /api/v1/inquiries": None}
    signed = {"POST /api/v1/incoming/{target}": None}  # a help desk's: its signature is its right
    assert operations == NEEDS | submitting | signed | {"GET /healthz": None, "GET /readyz": None}


def test_nobody_in_particular_may_only_submit(statuses):
    assert statuses({}) == dict.fromkeys(NEEDS, 401) | {"POST /api/v1/inquiries": 202}


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope != "admin"])
def test_a_key_may_do_what_its_scope_says_and_nothing_else(statuses, key, scope):
    expected = {name: granted(name) if needed == scope else 403 for name, needed in NEEDS.items()}
    assert statuses(key(scope)) == expected


def test_a_key_with_several_scopes_may_do_what_each_says(statuses, key):
    expected = {name: granted(name) if needed in {"submit", "desk"} else 403 for name, needed in NEEDS.items()}
    assert statuses(key("submit", "desk")) == expected


def test_an_administrators_key_may_do_everything(statuses, key):
    assert statuses(key("admin")) == {name: granted(name) for name in NEEDS}


def test_a_key_of_the_desk_may_work_on_its_tickets(statuses, key):
    expected = {name: granted(name) if needed == "desk" else 403 for name, needed in NEEDS.items()}
    assert statuses(key("desk", desks=["hr", "orders"])) == expected


def test_a_key_of_another_desk_finds_none_of_its_tickets(statuses, key):
    expected = {name: 404 if name in OF_A_TICKET else 403 for name in NEEDS} | {"GET /api/v1/desks": 200}
    assert statuses(key("desk", desks=["hr"])) == expected


def test_an_administrators_key_of_another_desk_finds_none_of_its_tickets(statuses, key):
    expected = {name: 404 if name in OF_A_TICKET else granted(name) for name in NEEDS}
    assert statuses(key("admin", desks=["hr"])) == expected | {"GET /api/v1/events": 403}  # it tells of all desks


def test_a_revoked_key_may_nothing_at_all(statuses, store, key, now):
    header = key("admin", name="shop")
    store.people.revoke_key(now, "shop")

    assert statuses(header) == dict.fromkeys(NEEDS, 401)


def test_a_malformed_or_unknown_key_may_nothing_at_all(statuses, key):
    right = key("admin")["Authorization"].removeprefix("Bearer ")
    malformed = [
        "", "Bearer", "Bearer ", f"Basic {right}", right, f"Token {right}", f"Bearer {right}x", f"Bearer x{right}",
        f"Bearer {right[:-1]}", f"Bearer {right.upper()}", "Bearer \xff", "Bearer loket_" + "x" * 5_000,
    ]  # fmt: skip
    found = {header: statuses({"Authorization": header}) for header in malformed}
    assert found == dict.fromkeys(malformed, dict.fromkeys(NEEDS, 401))


def test_the_word_before_the_key_may_be_spelt_in_any_way(client, key):
    right = key("desk")["Authorization"].removeprefix("Bearer ")
    spelt = [f"Bearer {right}", f"bearer {right}", f"BEARER  {right} "]

    found = [client.get("/api/v1/desks", headers={"Authorization": header}).status_code for header in spelt]
    assert found == [200, 200, 200]


def test_a_session_of_the_inbox_is_no_key_of_the_api(statuses, store, now, client):
    access.create_user(store.people, now, "anna", "correct horse battery", "admin", [])
    client.post("/sign-in", data={"name": "anna", "password": "correct horse battery"})

    assert client.get("/desks").status_code == 200
    assert statuses({}) == dict.fromkeys(NEEDS, 401) | {"POST /api/v1/inquiries": 202}


def test_every_text_that_a_key_reads_is_in_the_journal(statuses, store, key):
    statuses(key("desk", name="helpdesk"))

    lines = [line for line in store.whole_journal.last(1_000) if line.kind == "read"]
    assert {(line.actor, line.origin) for line in lines} == {("key:helpdesk", "127.0.0.1")}
    assert {line.details["how"] for line in lines} == {"api", "golden"}


def test_a_webhook_that_nobody_signed_changes_nothing(client, statuses):
    assert client.post("/api/v1/incoming/helpdesk", json={"ticket": {}}).status_code == 401


def test_health_description_and_form_are_for_everybody(client, key):
    for headers in ({}, *(key(scope) for scope in SCOPES)):
        assert {path: client.get(path, headers=headers).status_code for path in FREE} == FREE
