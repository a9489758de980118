"""Two agents at one ticket: each is told of the other, and nothing is overwritten unseen."""

import pytest

from service.storage.desk_tables import presence
from service.storage.engine import writing


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: tests of the store see to both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def both(person, lay):
    """Two agents of one desk, and a ticket on it."""
    return person("anna", "orders"), person("bob", "orders"), lay("orders")


def state(store, ticket):
    now = store.tickets.get(ticket.id)
    return now.category, now.desk, now.status, now.review, now.reviewed_by, now.comment


def now_of(client, ticket, version=1, tag=None):
    headers = {"If-None-Match": tag} if tag else {}
    return client.get(f"/tickets/{ticket.id}/now", query_string={"version": version}, headers=headers)


def test_the_second_is_told_who_looks_at_it_since_when(both, tree):
    anna, bob, ticket = both
    assert tree(anna.get(f"/tickets/{ticket.id}")).find(id="now").text.strip() == ""

    told = tree(bob.get(f"/tickets/{ticket.id}")).find(id="now")

    assert told.text.strip().startswith("anna is looking at this since ")
    assert told["role"] == "status"


def test_the_first_hears_of_the_second_by_asking_again(both):
    anna, bob, ticket = both
    anna.get(f"/tickets/{ticket.id}")
    tag = now_of(anna, ticket).headers["ETag"]
    assert now_of(anna, ticket, tag=tag).status_code == 304

    bob.get(f"/tickets/{ticket.id}")

    answer = now_of(anna, ticket, tag=tag)
    assert answer.status_code == 200
    assert "bob is looking at this since" in answer.text
    assert now_of(anna, ticket, tag=answer.headers["ETag"]).status_code == 304


def test_who_went_away_is_not_told_of(both, store, now):
    anna, bob, ticket = both
    anna.get(f"/tickets/{ticket.id}")
    with writing(store.engine) as connection:
        connection.execute(presence.update().values(seen_at=now))

    assert "anna" not in now_of(bob, ticket).text


def test_an_open_page_is_told_what_the_other_did(both, press):
    anna, bob, ticket = both
    anna.get(f"/tickets/{ticket.id}")
    press(bob, ticket, "correct", category="order_change")

    told = now_of(anna, ticket).text

    assert "bob corrected it from order_status (Orders) to order_change (Orders)" in told
    assert f'href="/tickets/{ticket.id}"' in told
    assert "corrected" not in now_of(anna, ticket, version=2).text


def test_an_open_page_whose_ticket_went_to_another_desk_is_not_told_where(both, press):
    anna, bob, ticket = both
    press(bob, ticket, "correct", category="billing_invoice")

    assert now_of(anna, ticket).status_code == 404


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999", "٣"])
def test_a_version_that_is_none_is_no_error(both, version):
    assert now_of(both[0], both[2], version).status_code == 200


def test_a_correction_of_what_was_not_seen_keeps_what_was_typed_and_offers_it_anew(both, form, press, store, tree):
    anna, bob, ticket = both
    opened = form(anna, ticket, "correct")
    press(bob, ticket, "correct", category="order_change", comment="called us")
    opened["data"] |= {"category": "return_refund", "desk": "care", "comment": "Wants <b>money</b>"}

    answer = anna.post(**opened)

    again = tree(answer).select_one(".again form")
    chosen = [one.find("option", selected=True)["value"] if one.find("option", selected=True).has_attr("value")
              else one.find("option", selected=True).text for one in again.find_all("select")]  # fmt: skip
    assert (answer.status_code, state(store, ticket)[0]) == (409, "order_change")
    assert (chosen, again.find("input", attrs={"name": "comment"})["value"]) == (
        ["return_refund", "care"], "Wants <b>money</b>",
    )  # fmt: skip
    assert "bob corrected it" in tree(answer).find(role="alert").text

    carried = {one["name"]: one["value"] for one in again.find_all("input")}
    typed = {"category": chosen[0], "desk": chosen[1]}
    assert anna.post(again["action"], data=carried | typed).status_code == 303
    assert state(store, ticket) == ("return_refund", "care", "open", "corrected", "user:anna", "Wants <b>money</b>")


@pytest.mark.parametrize(
    ("button", "outcome"), [("confirm", ("open", "confirmed")), ("close", ("closed", "corrected"))]
)
def test_what_was_not_seen_is_confirmed_or_closed_only_once_it_was_shown(
    both, form, press, store, tree, button, outcome
):
    anna, bob, ticket = both
    opened = form(anna, ticket, button)
    press(bob, ticket, "correct", category="order_change")
    changed = store.tickets.get(ticket.id)

    answer = anna.post(**opened)

    assert (answer.status_code, store.tickets.get(ticket.id)) == (409, changed)
    anyway = tree(answer).select_one(".refused form")
    assert (
        anna.post(anyway["action"], data={one["name"]: one["value"] for one in anyway("input")}).status_code == 303
    )
    assert state(store, ticket)[2:4] == outcome


def test_a_ticket_that_another_took_is_not_taken_unseen(both, form, press, store, tree):
    anna, bob, ticket = both
    opened = form(anna, ticket, "assign")
    press(bob, ticket, "assign", to="me")

    answer = anna.post(opened["path"], data=opened["data"] | {"to": "me"})

    assert (answer.status_code, store.tickets.get(ticket.id).assigned_to) == (409, "user:bob")
    assert "bob took it" in tree(answer).find(role="alert").text
    anyway = tree(answer).select_one(".refused form")
    anna.post(anyway["action"], data={one["name"]: one["value"] for one in anyway("input")})
    assert store.tickets.get(ticket.id).assigned_to == "user:anna"


def test_who_acted_is_not_said_to_be_looking(both, press):
    anna, bob, ticket = both
    press(anna, ticket, "confirm")

    assert "looking" not in now_of(bob, ticket, version=2).text
