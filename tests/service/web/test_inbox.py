"""The inbox: an agent sees the tickets of their own desks, newest first, and nobody else's."""

import re

import pytest

from service.web.inbox import PAGE

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these


def desks_on(page):
    return {link["href"]: link.span.text for link in page.find("main").find_all("a", href=re.compile("^/desks/"))}


def shown(page):
    return [link.text for link in page.select(".entry .what a")]


@one_database
@pytest.mark.parametrize("path", ["/desks", "/desks/orders", "/tickets/1"])
def test_nobody_sees_the_inbox_without_signing_in(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.location) == (303, f"/sign-in?next={path}")


def test_an_agent_sees_their_desks_and_what_is_open_on_each(person, lay, tree):
    for desk in ("orders", "orders", "returns", "finance"):
        lay(desk)

    page = tree(person("anna", "orders", "returns", "support").get("/desks"))

    assert desks_on(page) == {"/desks/orders": "2 open", "/desks/returns": "1 open", "/desks/support": "0 open"}


@one_database
def test_an_administrator_sees_every_desk(person, loket, tree):
    page = tree(person("bob", role="admin").get("/desks"))

    assert list(desks_on(page)) == [f"/desks/{desk}" for desk in loket.settings.desks]


@one_database
def test_an_agent_without_a_desk_is_told_so(person, tree):
    page = tree(person("anna").get("/desks"))

    assert desks_on(page) == {}
    assert page.find("main").p.text == "No desk is yours yet. An administrator can give you one."


def test_a_desk_shows_its_open_tickets_newest_first(person, lay, tree):
    lay("orders", subject="First")
    lay("orders", after_seconds=1, subject="Second")
    lay("returns", after_seconds=2, subject="Elsewhere")

    page = tree(person("anna", "orders", "returns").get("/desks/orders"))

    assert (page.h1.text, shown(page)) == ("Orders", ["Second", "First"])
    side = [" ".join(link.stripped_strings) for link in page.select(".side a")]
    assert side == ["All my desks 3", "Orders 2 2 unassigned", "Returns and repairs 1 1 unassigned"]


def test_a_closed_ticket_moves_to_the_closed_ones(person, lay, press, tree):
    client = person("anna", "orders")
    press(client, lay("orders", subject="Answered"), "close")
    lay("orders", after_seconds=1, subject="Waiting")

    opened, closed = (tree(client.get(f"/desks/orders?status={status}")) for status in ("open", "closed"))

    assert (shown(opened), shown(closed)) == (["Waiting"], ["Answered"])
    assert [page.select_one(".tabs [aria-current]").text for page in (opened, closed)] == ["Open", "Closed"]


@one_database
def test_an_empty_desk_says_so(person, tree):
    page = tree(person("anna", "orders").get("/desks/orders"))

    assert page.find(class_="empty").text == "Nothing open here."


@one_database
@pytest.mark.parametrize("path", ["/desks/finance", "/desks/nowhere", "/desks/Orders", "/tickets/nothing"])
def test_what_is_not_the_agents_or_not_there_is_not_found(person, lay, path):
    lay("finance")

    assert person("anna", "orders").get(path).status_code == 404


def test_a_ticket_of_another_desk_can_be_neither_seen_nor_changed(person, lay, press, store):
    anna, bob, ticket = person("anna", "orders"), person("bob", "finance"), lay("finance")
    own = lay("orders")

    answers = [anna.get(f"/tickets/{ticket.id}")]
    token = {"token": _token(anna, own)}
    answers += [
        anna.post(f"/tickets/{ticket.id}/{button}", data=token | {"category": "order_status"})
        for button in ("confirm", "correct", "close")
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert store.tickets.get(ticket.id) == ticket
    assert bob.get(f"/tickets/{ticket.id}").status_code == 200


def _token(client, ticket):
    return re.search(r'name="token" value="(\w+)"', client.get(f"/tickets/{ticket.id}").text)[1]


@one_database
@pytest.mark.parametrize("path", ["/desks", "/desks/orders", "/tickets/nothing"])
def test_a_scientist_has_no_inbox(person, path):
    assert person("charlie", "orders", role="scientist").get(path).status_code == 403


@one_database
def test_a_lead_has_an_inbox(person, tree):
    assert list(desks_on(tree(person("charlie", "orders", role="lead").get("/desks")))) == ["/desks/orders"]


@one_database
@pytest.mark.parametrize("more", [0, 1, PAGE + 1])
def test_older_tickets_are_on_further_pages_each_once(person, lay, tree, more):
    for number in range(PAGE + more):
        lay("orders", after_seconds=number, subject=f"Ticket {number}")
    client = person("anna", "orders")

    pages, path = [], "/desks/orders"
    while path:
        page = tree(client.get(path))
        pages.append(shown(page))
        further = page.find("a", rel="next")
        path = further and further["href"]

    everything = [f"Ticket {number}" for number in reversed(range(PAGE + more))]
    assert pages == [everything[at : at + PAGE] for at in range(0, len(everything), PAGE)]


@one_database
def test_the_page_of_closed_tickets_leads_to_older_closed_ones(person, lay, press, tree):
    client = person("anna", "orders")
    for number in range(PAGE + 1):
        press(client, lay("orders", after_seconds=number, subject=f"Ticket {number}"), "close")
    lay("orders", after_seconds=-1, subject="Open")

    further = tree(client.get("/desks/orders?status=closed")).find("a", rel="next")["href"]

    assert shown(tree(client.get(further))) == ["Ticket 0"]


@pytest.mark.parametrize("cursor", ["x", "'; DROP TABLE tickets; --", "\u00e9", ""], ids=ascii)
def test_a_made_up_cursor_is_no_error(person, lay, cursor):
    lay("orders")

    assert person("anna", "orders").get("/desks/orders", query_string={"cursor": cursor}).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/tickets/%00", 404), ("/desks/orders?cursor=%00", 200)])
def test_a_nul_in_an_address_is_no_error(person, path, status):
    assert person("anna", "orders").get(path).status_code == status
