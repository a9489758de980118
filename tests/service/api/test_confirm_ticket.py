"""POST /api/v1/tickets/{id}/confirm: category and desk are right, which becomes a label."""

import pytest

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def confirm(client):
    return lambda ticket, header: client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=header)


@pytest.fixture
def correct(client):
    return lambda ticket, header, **what: client.post(
        f"/api/v1/tickets/{ticket.id}/correct", json=what, headers=header
    )


def test_it_works(confirm, store, key, lay):
    ticket = lay()
    answer = confirm(ticket, key("desk", name="anna"))

    changed = store.tickets.get(ticket.id).changed_at
    assert answer.status_code == 200
    assert answer.json == {
        "id": ticket.id,
        "inquiry": ticket.inquiry_id,
        "intent": 0,
        "desk": "orders",
        "category": "order_status",
        "confidence": 0.9,
        "automatic": True,
        "status": "open",
        "review": "confirmed",
        "reviewed_by": "key:anna",
        "version": 2,
        "created_at": "2026-03-02T09:30:00Z",
        "changed_at": changed.isoformat().replace("+00:00", "Z"),
        "priority": "normal",
        "due_at": None,
        "assigned_to": None,
        "unsettled_since": None,
        "note": None,
    }


def test_it_writes_a_label_and_an_event(confirm, store, key, lay):
    ticket = lay()
    confirm(ticket, key("desk", name="anna"))

    [label] = store.labels.of_ticket(ticket.id)
    written = {name: getattr(label, name) for name in ("ticket_id", "category", "source", "by", "model")}
    event = store.journal(ticket.inquiry_id)[-1]
    assert written == {
        "ticket_id": ticket.id,
        "category": "order_status",
        "source": "confirmation",
        "by": "key:anna",
        "model": "20260302-093000-4f2a91",
    }
    assert (event.kind, event.actor, event.ticket_id) == ("confirmed", "key:anna", ticket.id)
    assert event.details == {"category": "order_status", "desk": "orders"}


def test_again_changes_nothing_whoever_does_it(confirm, store, key, lay):
    ticket = lay()
    first = confirm(ticket, key("desk", name="anna"))
    before = store.journal(ticket.inquiry_id)

    assert confirm(ticket, key("desk", name="bob")).json == first.json
    assert store.journal(ticket.inquiry_id) == before


@ON_SQLITE
def test_a_ticket_without_a_category_is_confirmed_without_a_label(confirm, store, key, lay):
    ticket = lay(desk="triage", category=None)

    assert confirm(ticket, key("desk")).json["review"] == "confirmed"
    assert store.labels.of_ticket(ticket.id) == []


def test_what_somebody_else_corrected_is_a_409(confirm, correct, store, problem, key, lay):
    ticket = lay()
    correct(ticket, key("desk", name="anna"), category="complaint")

    answer = confirm(ticket, key("desk", name="bob"))
    assert problem(answer) == (409, [])
    assert answer.json["detail"] == "this ticket was corrected by key:anna meanwhile"
    assert store.tickets.get(ticket.id).reviewed_by == "key:anna"


@ON_SQLITE
def test_whoever_has_seen_that_correction_may_confirm_it(confirm, correct, key, lay):
    ticket = lay()
    seen = correct(ticket, key("desk", name="anna"), category="complaint").json["version"]

    confirmed = confirm(ticket, key("desk", name="bob") | {"If-Match": f'"{seen}"'}).json
    told = ("category", "desk", "review", "reviewed_by", "version")
    assert tuple(confirmed[name] for name in told) == ("complaint", "care", "confirmed", "key:bob", 3)


@ON_SQLITE
def test_whoever_has_seen_an_older_state_gets_a_409(confirm, correct, problem, key, lay):
    ticket = lay()
    correct(ticket, key("desk", name="anna"), category="complaint")

    assert problem(confirm(ticket, key("desk", name="bob") | {"If-Match": "1"})) == (409, [])


@ON_SQLITE
def test_ones_own_correction_is_confirmed_already(confirm, correct, store, key, lay):
    ticket, header = lay(), key("desk")
    corrected = correct(ticket, header, category="complaint").json

    assert confirm(ticket, header).json == corrected


@ON_SQLITE
def test_a_key_of_another_desk_finds_no_ticket(confirm, store, problem, key, lay):
    ticket = lay()

    assert problem(confirm(ticket, key("desk", desks=["hr"]))) == (404, [])
    assert store.tickets.get(ticket.id) == ticket


def test_an_unknown_ticket_is_a_404(client, problem, key):
    for unknown in ("1", "01a20089-c96e-751b-8399-4a11c4cffa90", "%FF"):
        assert problem(client.post(f"/api/v1/tickets/{unknown}/confirm", headers=key("desk"))) == (404, [])


@pytest.mark.parametrize("given", ["*", "", "soon", "-1", "1.5", 'W/"1"', "9" * 20, "²"])
@ON_SQLITE
def test_a_version_that_is_none_is_a_422_that_names_the_header(confirm, problem, key, lay, given):
    assert problem(confirm(lay(), key("desk") | {"If-Match": given})) == (422, ["If-Match"])
