"""POST /api/v1/tickets/{id}/close: it is answered."""


def test_it_works(client, store, key, lay):
    ticket = lay()
    answer = client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk", name="anna"))

    told = ("id", "status", "review", "reviewed_by", "version")
    event = store.journal(ticket.inquiry_id)[-1]
    assert answer.status_code == 200
    assert tuple(answer.json[name] for name in told) == (ticket.id, "closed", None, None, 2)
    assert (event.kind, event.actor, event.ticket_id, event.details) == ("closed", "key:anna", ticket.id, {})


def test_what_a_desk_closes_unchanged_is_a_weak_label(client, store, key, lay):
    ticket = lay()
    client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk", name="anna"))

    [label] = store.labels.of_ticket(ticket.id)
    assert (label.category, label.source, label.by, label.desk) == ("order_status", "closed", "key:anna", "orders")


def test_what_triage_closes_is_no_label(client, store, key, lay):
    ticket = lay("triage", automatic=False)
    client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk"))

    assert store.tickets.get(ticket.id).status == "closed"
    assert store.labels.of_ticket(ticket.id) == []


def test_what_was_reviewed_is_closed_without_a_further_label(client, store, key, lay):
    ticket, header = lay(), key("desk")
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=header)
    client.post(f"/api/v1/tickets/{ticket.id}/close", headers=header)

    assert store.tickets.get(ticket.id).status == "closed"
    assert [label.source for label in store.labels.of_ticket(ticket.id)] == ["confirmation"]


def test_again_changes_nothing(client, store, key, lay):
    ticket, header = lay(), key("desk")
    first, again = (client.post(f"/api/v1/tickets/{ticket.id}/close", headers=header) for _ in range(2))

    assert (again.status_code, again.json) == (200, first.json)
    assert [event.kind for event in store.journal(ticket.inquiry_id)] == [
        "received", "decided", "laid_on_desk", "closed",
    ]  # fmt: skip


def test_what_another_reviewed_can_be_closed(client, key, lay):
    ticket = lay()
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=key("desk", name="anna"))

    closed = client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk", name="bob")).json
    assert (closed["status"], closed["review"], closed["reviewed_by"]) == ("closed", "confirmed", "key:anna")


def test_a_key_of_another_desk_finds_no_ticket(client, store, problem, key, lay):
    ticket = lay()

    answer = client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk", desks=["hr"]))
    assert problem(answer) == (404, [])
    assert store.tickets.get(ticket.id) == ticket


def test_an_unknown_ticket_is_a_404(client, problem, key):
    assert problem(client.post("/api/v1/tickets/1/close", headers=key("desk"))) == (404, [])
