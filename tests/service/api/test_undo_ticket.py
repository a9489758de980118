"""POST /api/v1/tickets/{id}/undo: one's own last change, for ten minutes."""

from service.storage.engine import writing
from service.storage.tables import tickets


def undo(client, ticket, header):
    return client.post(f"/api/v1/tickets/{ticket.id}/undo", headers=header)


def test_it_works(client, store, key, lay):
    ticket, header = lay(), key("desk", name="anna")
    client.post(f"/api/v1/tickets/{ticket.id}/correct", headers=header, json={"category": "complaint"})

    answer = undo(client, ticket, header)

    told = ("id", "category", "desk", "review", "version")
    assert answer.status_code == 200
    assert tuple(answer.json[name] for name in told) == (ticket.id, "order_status", "orders", None, 3)
    assert [one.source for one in store.labels.of_ticket(ticket.id)] in (
        [], ["correction", "retraction"],
    )  # fmt: skip
    event = store.journal(ticket.inquiry_id)[-1]
    assert (event.kind, event.actor, event.details) == ("undone", "key:anna", {"what": "corrected"})


def test_a_ticket_that_went_to_a_desk_of_others_comes_back(client, key, lay):
    ticket, header = lay(), key("desk", desks=["orders"])
    client.post(f"/api/v1/tickets/{ticket.id}/correct", headers=header, json={"desk": "care"})

    assert undo(client, ticket, header).json["desk"] == "orders"


def test_there_is_nothing_to_undo_twice(client, problem, key, lay):
    ticket, header = lay(), key("desk")
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=header)

    assert [undo(client, ticket, header).status_code for _ in range(2)] == [200, 409]
    assert problem(undo(client, ticket, header)) == (409, [])


def test_what_another_did_stays(client, store, key, lay):
    ticket = lay()
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=key("desk", name="anna"))

    assert undo(client, ticket, key("desk", name="bob")).status_code == 409
    assert store.tickets.get(ticket.id).review == "confirmed"


def test_after_ten_minutes_it_stays(client, store, key, lay):
    ticket, header = lay(), key("desk")
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=header)
    old = store.tickets.get(ticket.id).previous | {"at": "2026-03-02T09:00:00+00:00"}
    with writing(store.engine) as connection:
        connection.execute(tickets.update().values(previous=old))

    assert undo(client, ticket, header).status_code == 409


def test_a_key_of_another_desk_finds_no_ticket(client, problem, key, lay):
    ticket = lay()
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=key("desk"))

    assert problem(undo(client, ticket, key("desk", desks=["hr"]))) == (404, [])


def test_an_unknown_ticket_is_a_404(client, problem, key):
    assert problem(client.post("/api/v1/tickets/1/undo", headers=key("desk"))) == (404, [])
