"""POST /api/v1/tickets/{id}/assign: who answers a ticket."""

import pytest


@pytest.fixture
def bob(store, now):
    """Somebody on the desk orders."""
    store.people.add_user(now, "bob", "hash", "agent", ["orders"])
    return "user:bob"


def assign(client, ticket, header, to):
    return client.post(f"/api/v1/tickets/{ticket.id}/assign", headers=header, json={"to": to})


def test_it_works(client, store, key, lay, bob):
    ticket = lay()

    answer = assign(client, ticket, key("desk", name="anna"), bob)

    assert (answer.status_code, answer.json["assigned_to"], answer.json["version"]) == (200, bob, 2)
    event = store.journal(ticket.inquiry_id)[-1]
    assert (event.kind, event.actor, event.details) == ("assigned", "key:anna", {"to": bob})


def test_it_is_released(client, key, lay, bob):
    ticket, header = lay(), key("desk")
    seen = assign(client, ticket, header, bob).json["version"]

    answer = assign(client, ticket, header | {"If-Match": str(seen)}, None)
    assert (answer.status_code, answer.json["assigned_to"]) == (200, None)


def test_a_program_may_take_it_itself(client, key, lay):
    assert assign(client, lay(), key("desk", name="anna"), "key:anna").json["assigned_to"] == "key:anna"


@pytest.mark.parametrize("to", ["user:carol", "bob", "key:other", "x" * 301])
def test_nobody_else_is_given_a_ticket(client, store, problem, key, lay, bob, to):
    ticket = lay()

    assert problem(assign(client, ticket, key("desk"), to)) == (422, ["to"])
    assert store.tickets.get(ticket.id) == ticket


@pytest.mark.parametrize("body", [{}, {"to": 1}, {"to": None, "desk": "care"}, []])
def test_a_wrong_body_is_refused(client, problem, key, lay, body):
    answer = client.post(f"/api/v1/tickets/{lay().id}/assign", headers=key("desk"), json=body)

    assert problem(answer)[0] == 422


def test_what_another_has_is_given_on_only_by_who_saw_that(client, problem, key, lay, bob):
    ticket, header = lay(), key("desk")
    seen = assign(client, ticket, header, bob).json["version"]

    assert problem(assign(client, ticket, header, None)) == (409, [])
    assert problem(assign(client, ticket, header | {"If-Match": "1"}, None)) == (409, [])
    assert assign(client, ticket, header | {"If-Match": str(seen)}, None).status_code == 200


def test_a_key_of_another_desk_finds_no_ticket(client, problem, key, lay, bob):
    assert problem(assign(client, lay(), key("desk", desks=["hr"]), bob)) == (404, [])
