"""What an agent does with a ticket: confirm, correct, close; never over what they have not seen."""

import pytest


def state(store, ticket):
    now = store.tickets.get(ticket.id)
    return now.category, now.desk, now.status, now.review, now.reviewed_by


def label(store, ticket):
    found = store.labels.of_ticket(ticket.id)
    return (found[-1].category, found[-1].source, found[-1].by) if found else None


def told(page):
    return page.find(attrs={"role": ["status", "alert"]}).text


one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these


def test_a_confirmed_ticket_stays_and_becomes_a_label(person, lay, press, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    answer = press(client, ticket, "confirm")

    desk = tree(client.get(answer.location))
    assert (answer.status_code, answer.location) == (303, f"/desks/orders?done=confirmed&undo={ticket.id}")
    assert (told(desk), desk.find(class_="done").text) == ("The ticket is confirmed.", "confirmed by anna")
    assert state(store, ticket) == ("order_status", "orders", "open", "confirmed", "user:anna")
    assert label(store, ticket) == ("order_status", "confirmation", "user:anna")


def test_a_confirmed_ticket_is_not_asked_about_again(person, lay, press, tree):
    client, ticket = person("anna", "orders"), lay("orders")
    press(client, ticket, "confirm")

    buttons = [button.text for button in tree(client.get(f"/tickets/{ticket.id}")).select("article button")]
    assert "Confirm c" not in buttons
    assert "Close e" in buttons


def test_an_alternative_is_one_press_away_and_moves_the_ticket_to_its_desk(person, lay, press, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")
    (alternative,) = tree(client.get(f"/tickets/{ticket.id}")).find_all("button", attrs={"name": "category"})

    answer = press(client, ticket, "correct", category=alternative["value"])

    assert (answer.status_code, answer.location) == (303, f"/desks/orders?done=corrected&undo={ticket.id}")
    assert told(tree(client.get(answer.location))) == "The ticket is corrected."
    assert state(store, ticket) == ("billing_invoice", "finance", "open", "corrected", "user:anna")
    assert label(store, ticket) == ("billing_invoice", "correction", "user:anna")


CORRECTIONS = {
    "category": ({"category": "return_refund", "desk": ""}, ("return_refund", "returns")),
    "desk": ({"category": "", "desk": "care"}, ("order_status", "care")),
    "both": ({"category": "return_refund", "desk": "care"}, ("return_refund", "care")),
    "category of the same desk": ({"category": "order_change", "desk": ""}, ("order_change", "orders")),
}


@one_database
@pytest.mark.parametrize(("chosen", "outcome"), CORRECTIONS.values(), ids=CORRECTIONS)
def test_category_and_desk_are_chosen_from_lists(person, lay, press, store, tree, chosen, outcome):
    client, ticket = person("anna", "orders"), lay("orders")
    page = tree(client.get(f"/tickets/{ticket.id}"))
    offered = {
        one["name"]: [choice.get("value", choice.text) for choice in one("option")] for one in page("select")
    }

    answer = press(client, ticket, "correct", comment="as on the telephone", **chosen)

    assert answer.status_code == 303
    assert all(chosen[name] in offered[name] for name in chosen)
    assert state(store, ticket)[:2] == outcome
    assert store.tickets.get(ticket.id).comment == "as on the telephone"


def test_a_closed_ticket_leaves_the_desk(person, lay, press, store, tree):
    client, ticket = person("anna", "orders"), lay("orders")

    answer = press(client, ticket, "close")

    assert (answer.status_code, told(tree(client.get(answer.location)))) == (303, "The ticket is closed.")
    assert state(store, ticket) == ("order_status", "orders", "closed", None, None)


@pytest.mark.parametrize("button", ["confirm", "correct"])
def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(
    person, lay, form, press, store, tree, button
):
    anna, bob, ticket = person("anna", "orders"), person("bob", "orders"), lay("orders")
    opened = form(anna, ticket, button)
    opened["data"] |= {"category": "return_refund"}
    press(bob, ticket, "correct", category="order_change")
    changed = store.tickets.get(ticket.id)

    answer = anna.post(**opened)

    page = tree(answer)
    assert answer.status_code == 409
    assert "Somebody else changed this ticket meanwhile. Nothing of yours was stored." in told(page)
    assert "bob corrected it from order_status (Orders) to order_change (Orders)" in told(page)
    assert (page.find(class_="chip").text, page.find(class_="done").text) == ("order_change", "corrected by bob")
    assert store.tickets.get(ticket.id) == changed


def test_whoever_has_seen_the_change_may_correct_it(person, lay, press, store):
    anna, bob, ticket = person("anna", "orders"), person("bob", "orders"), lay("orders")
    press(bob, ticket, "correct", category="order_change")

    answer = press(anna, ticket, "correct", category="return_refund")

    assert answer.status_code == 303
    assert state(store, ticket) == ("return_refund", "returns", "open", "corrected", "user:anna")


@pytest.mark.parametrize("button", ["confirm", "close"])
def test_a_double_click_counts_once(person, lay, form, store, button):
    client, ticket = person("anna", "orders"), lay("orders")
    opened = form(client, ticket, button)

    answers = [client.post(**opened).status_code for _ in range(2)]

    assert (answers, store.tickets.get(ticket.id).version) == ([303, 303], ticket.version + 1)


def test_a_double_click_on_a_correction_is_no_error(person, lay, form, store):
    client, ticket = person("anna", "orders"), lay("orders")
    opened = form(client, ticket, "correct")
    opened["data"] |= {"category": "billing_invoice"}

    answers = [client.post(**opened).status_code for _ in range(2)]

    assert (answers, state(store, ticket)[:2]) == ([303, 303], ("billing_invoice", "finance"))
