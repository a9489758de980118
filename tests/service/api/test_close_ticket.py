"""POST /api/v1/tickets/{id}/close: it is answered."""


def test_it_works(client, store, key, lay):
    ticket = lay()
    answer = client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk", name="anna"))

    told = ("id", "status", "review", "reviewed_by", "version")
    event = store.journal(ticket.inquiry_id)[-1]
    assert answer.status_code == 200
    assert tuple(answer.json[name] for name in told) == (ticket.id, "closed", None, None, 2)
    assert (event.kind, event.actor, event.ticket_id, event.details) == ("closed", "key:anna", ticket.id, {})


def test_it_is_no_label(client, store, key, lay):
    ticket = lay()
    client.post(f"/api/v1/tickets/{ticket.id}/close", headers=key("desk"))

    assert store.tickets.latest_labels([ticket.inquiry_id]) == {}


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
