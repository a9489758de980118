"""The way from a list to its tickets and back: carried in the address, and checked."""

import pytest


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: tests of the store see to both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def three(lay):
    """Three tickets of a desk, the newest first, as its list has them."""
    return [lay("orders", after_seconds=n) for n in (2, 1, 0)]


def ways(page):
    return {link.get("rel", ["back"])[0]: link["href"] for link in page.find("nav", class_="way")("a")}


def test_from_a_list_the_next_and_the_previous_ticket_are_one_key_away(person, three, tree):
    newest, middle, oldest = (one.id for one in three)

    page = tree(person("anna", "orders").get(f"/tickets/{middle}?list=/desks/orders"))

    assert ways(page) == {
        "back": "/desks/orders",
        "prev": f"/tickets/{newest}?list=/desks/orders",
        "next": f"/tickets/{oldest}?list=/desks/orders",
    }
    assert [one["data-key"] for one in page.select(".way a[data-key]")] == ["p k", "n j"]


def test_after_an_action_one_is_back_in_the_list_as_it_was(person, three, form, tree):
    client, ticket = person("anna", "orders"), three[1]
    carried = {"list": "/desks/orders?category=order_status&done=closed&undo=x&cursor=1"}
    opened = form(client, ticket, "confirm")

    answer = client.post(opened["path"], data=opened["data"] | carried)

    assert answer.location == f"/desks/orders?category=order_status&done=confirmed&undo={ticket.id}"


ELSEWHERE = (
    "https://example.com/", "//example.com/desks/orders", "/\\example.com", "/desks/finance", "/desks/nowhere",
    "/tickets/1", "javascript:alert(1)", "/desks/orders\n", "/desks/orders/../../x", "x" * 3000, "",
)  # fmt: skip


@pytest.mark.parametrize("given", ELSEWHERE)
def test_nobody_is_led_to_what_is_no_list_of_theirs(person, three, tree, given):
    client = person("anna", "orders")

    page = tree(client.get(f"/tickets/{three[1].id}", query_string={"list": given}))

    assert ways(page) == {"back": "/desks/orders"}


def test_a_list_that_leaves_tickets_out_leads_past_them(person, three, lay, press, tree):
    client = person("anna", "orders", "finance")
    press(client, three[1], "assign", to="me")
    elsewhere, ours = lay("finance", after_seconds=5), lay("orders", after_seconds=6)
    press(client, elsewhere, "assign", to="me")

    def next_in(path):
        page = tree(client.get(f"/tickets/{ours.id}", query_string={"list": path}))
        return page.select_one(".way a").text, ways(page)["next"].partition("?")[0]

    assert next_in("/desks/orders?assigned=me") == ("← Orders", f"/tickets/{three[1].id}")
    assert next_in("/tickets?assigned=me") == ("← All my desks", f"/tickets/{elsewhere.id}")


def test_the_list_of_the_closed_has_neighbours_of_its_own(person, three, press, tree):
    client = person("anna", "orders")
    for ticket in three[:2]:
        press(client, ticket, "close")

    page = tree(client.get(f"/tickets/{three[1].id}", query_string={"list": "/desks/orders?status=closed"}))

    assert ways(page).keys() == {"back", "prev"}
