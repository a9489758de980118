"""Undo: on the page after the change and on the ticket, for ten minutes; nothing is told that is not one's own."""

import pytest

from service.storage.engine import writing
from service.storage.tables import tickets


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: tests of the store see to both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def offered(tree):
    """The form that undoes, on an answer's page; None without one."""
    return lambda answer: tree(answer).find("form", action=lambda path: path and path.endswith("/undo"))


@pytest.fixture
def send():
    """Send a form as it stands on the page."""

    def act(client, form):
        data = {one["name"]: one["value"] for one in form.find_all("input", type="hidden")}
        return client.post(form["action"], data=data)

    return act


def state(ticket):
    return ticket.category, ticket.desk, ticket.status, ticket.review, ticket.reviewed_by


DONE = {"confirm": {}, "close": {}, "correct": {"category": "billing_invoice"}}


@pytest.mark.parametrize("button", DONE)
def test_the_next_page_undoes_the_last_change_and_leads_back(
    person, lay, press, store, tree, offered, send, button
):
    client, ticket = person("anna", "orders"), lay("orders")
    next_page = client.get(press(client, ticket, button, **DONE[button]).location)

    answer = send(client, offered(next_page))

    back = tree(client.get(answer.location))
    assert answer.location.partition("&")[0] == f"/tickets/{ticket.id}?done=undone"
    assert back.find(role="status").text == "The last change is undone."
    assert state(store.tickets.get(ticket.id)) == state(ticket)
    assert [one.source for one in store.labels.of_ticket(ticket.id)][1:] in ([], ["retraction"])


def test_after_an_undo_there_is_nothing_to_undo(person, lay, press, offered, send):
    client, ticket = person("anna", "orders"), lay("orders")
    answer = send(client, offered(client.get(press(client, ticket, "confirm").location)))

    assert offered(client.get(answer.location)) is None


def test_the_tickets_own_page_offers_it_too(person, lay, press, offered):
    client, ticket = person("anna", "orders"), lay("orders")
    press(client, ticket, "confirm")

    assert offered(client.get(f"/tickets/{ticket.id}")).button["data-key"] == "u"


def test_a_ticket_that_moved_out_of_sight_is_brought_back_unseen(person, lay, press, store, tree, offered, send):
    client, ticket = person("anna", "orders"), lay("orders", subject="My lamp")
    location = press(client, ticket, "correct", category="billing_invoice").location

    next_page = client.get(location)
    assert "My lamp" not in next_page.text
    assert client.get(f"/tickets/{ticket.id}").status_code == 404
    assert send(client, offered(next_page)).status_code == 303
    assert tree(client.get(f"/tickets/{ticket.id}")).h1.text == "My lamp"


def test_nobody_is_offered_to_undo_what_another_did(person, lay, press, offered):
    anna, bob, ticket = person("anna", "orders"), person("bob", "orders"), lay("orders")
    location = press(anna, ticket, "confirm").location

    assert offered(bob.get(location)) is None
    assert offered(bob.get(f"/tickets/{ticket.id}")) is None


@pytest.mark.parametrize("ticket_id", ["", "1", "' OR 1=1", "00000000-0000-7000-8000-000000000000"])
def test_an_address_that_names_no_ticket_offers_nothing(person, offered, ticket_id):
    client = person("anna", "orders")

    assert offered(client.get("/desks/orders", query_string={"done": "closed", "undo": ticket_id})) is None


def test_what_was_done_ten_minutes_ago_is_refused_and_the_ticket_shown(
    person, lay, press, store, tree, offered, send
):
    client, ticket = person("anna", "orders"), lay("orders")
    form = offered(client.get(press(client, ticket, "confirm").location))
    old = store.tickets.get(ticket.id).previous | {"at": "2026-03-02T09:00:00+00:00"}
    with writing(store.engine) as connection:
        connection.execute(tickets.update().values(previous=old))

    answer = send(client, form)

    assert (answer.status_code, tree(answer).find(role="alert").text.strip()) == (
        409, "There is nothing to undo any more.",
    )  # fmt: skip
    assert store.tickets.get(ticket.id).review == "confirmed"
    assert offered(client.get(f"/tickets/{ticket.id}")) is None


def test_another_agent_who_tries_learns_nothing(person, lay, press, form):
    anna, ticket = person("anna", "orders"), lay("orders")
    stranger = person("carol", "care")
    press(anna, ticket, "confirm")
    token = form(anna, ticket, "undo")["data"]["token"]

    assert stranger.post(f"/tickets/{ticket.id}/undo", data={"token": token}).status_code == 403
    page = stranger.get("/desks/care").text
    own = page.split('name="token" value="')[1].split('"')[0] if 'name="token"' in page else ""
    assert stranger.post(f"/tickets/{ticket.id}/undo", data={"token": own}).status_code in {403, 404}


def test_a_form_without_our_token_undoes_nothing(person, lay, press, store):
    client, ticket = person("anna", "orders"), lay("orders")
    press(client, ticket, "confirm")

    assert client.post(f"/tickets/{ticket.id}/undo").status_code == 403
    assert store.tickets.get(ticket.id).review == "confirmed"
