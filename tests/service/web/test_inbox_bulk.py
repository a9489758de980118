"""Several tickets at once: done to what was seen, told where somebody was first, and taken back with one button."""

import pytest

from service.bulk import MOST

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # which does not matter to these


@pytest.fixture
def choose(tree):
    """Choose tickets on an open list and press a button later: keywords for `client.post`."""

    def read(client, *tickets, path="/desks/orders", do="confirm", **typed):
        page = tree(client.get(path))
        form = page.find("form", id="bulk")
        wanted = {ticket.id for ticket in tickets}
        boxes = [box["value"] for box in page.select(".pick input") if box["value"].split(":")[0] in wanted]
        assert len(boxes) == len(wanted)
        token = form.find("input", attrs={"name": "token"})["value"]
        assert do in {button["value"] for button in form.find_all("button")}
        return {"path": form["action"], "data": {"token": token, "ticket": boxes, "do": do} | typed}

    return read


@pytest.fixture
def undo(tree):
    """The form that takes a whole action back, as it stands on the answer's page."""

    def read(answer):
        form = tree(answer).find(id="outcome").find("form")
        names = ("token", "ticket")
        data = {name: [one["value"] for one in form.find_all("input", attrs={"name": name})] for name in names}
        return {"path": form["action"], "data": data | {"do": form.button["value"]}}

    return read


def told(tree, answer):
    return [line.text for line in tree(answer).find(id="outcome").find_all("p")]


def state(store, ticket):
    now = store.tickets.get(ticket.id)
    return now.category, now.desk, now.status, now.review, now.assigned_to


DEEDS = {
    "confirm": ({}, "Confirmed: 2.", ("order_status", "orders", "open", "confirmed", None)),
    "close": ({}, "Closed: 2.", ("order_status", "orders", "closed", None, None)),
    "assign": ({}, "Assigned to you: 2.", ("order_status", "orders", "open", None, "user:anna")),
    "correct": (
        {"category": "return_refund"}, "Corrected: 2.", ("return_refund", "returns", "open", "corrected", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("do", DEEDS)
def test_what_is_chosen_is_done_and_taken_back_with_one_button(person, lay, choose, undo, store, tree, do):
    typed, said, outcome = DEEDS[do]
    client, tickets = person("anna", "orders"), [lay(after_seconds=number) for number in range(3)]

    answer = client.post(**choose(client, *tickets[:2], do=do, **typed))
    after = [state(store, ticket) for ticket in tickets]
    undone = client.post(**undo(answer))

    untouched = ("order_status", "orders", "open", None, None)
    assert (answer.status_code, told(tree, answer)) == (200, [said])
    assert after == [outcome, outcome, untouched]
    assert told(tree, undone) == ["Undone: 2."]
    assert [state(store, ticket) for ticket in tickets] == [untouched] * 3
    labels = [[one.source for one in store.labels.of_ticket(ticket.id)] for ticket in tickets[:2]]
    assert all(given in ([], [given[0], "retraction"] if given else []) for given in labels)


@pytest.mark.parametrize("do", DEEDS)
def test_what_somebody_else_changed_meanwhile_is_left_alone_and_told_by_its_receipt(
    person, lay, choose, press, undo, store, tree, do
):
    anna, bob = person("anna", "orders"), person("bob", "orders")
    tickets = [lay(after_seconds=number) for number in range(2)]
    chosen = choose(anna, *tickets, do=do, **DEEDS[do][0])
    press(bob, tickets[0], "correct", category="order_change")
    press(bob, tickets[0], "assign", to="me")
    changed = store.tickets.get(tickets[0].id)

    answer = anna.post(**chosen)

    receipt = store.inquiries.get(tickets[0].inquiry_id).receipt
    left = f"Left alone, because somebody else changed them meanwhile: {receipt}"
    assert told(tree, answer) == [DEEDS[do][1].replace("2", "1"), left]
    assert store.tickets.get(tickets[0].id) == changed
    assert len(undo(answer)["data"]["ticket"]) == 1


def test_what_lies_on_another_desk_by_now_is_counted_and_not_named(person, lay, choose, press, store, tree):
    anna, bob, ticket = person("anna", "orders"), person("bob", "orders", "finance"), lay()
    chosen = choose(anna, ticket, do="close")
    press(bob, ticket, "correct", category="billing_invoice")

    answer = anna.post(**chosen)

    assert told(tree, answer) == ["Closed: 0.", "No longer on your desks: 1"]
    assert state(store, ticket)[1:3] == ("finance", "open")


@one_database
def test_a_ticket_of_another_desk_that_is_smuggled_in_is_not_touched(person, lay, choose, store, tree):
    anna, own, other = person("anna", "orders"), lay(), lay("finance", after_seconds=1)
    chosen = choose(anna, own, do="close")
    chosen["data"]["ticket"].append(f"{other.id}:{other.version}")

    answer = anna.post(**chosen)

    receipt = store.inquiries.get(other.inquiry_id).receipt
    assert (told(tree, answer), receipt in answer.text) == (["Closed: 1.", "No longer on your desks: 1"], False)
    assert store.tickets.get(other.id) == other


@pytest.mark.parametrize("do", DEEDS)
def test_a_double_click_counts_once_and_can_still_be_undone(person, lay, choose, undo, store, tree, do):
    client, ticket = person("anna", "orders", "returns"), lay()
    chosen = choose(client, ticket, do=do, **DEEDS[do][0])

    answers = [client.post(**chosen) for _ in range(2)]

    assert [told(tree, answer) for answer in answers] == [[DEEDS[do][1].replace("2", "1")]] * 2
    assert store.tickets.get(ticket.id).version == ticket.version + 1
    assert told(tree, client.post(**undo(answers[1]))) == ["Undone: 1."]


def test_undo_leaves_alone_what_was_changed_since(person, lay, choose, press, undo, store, tree):
    anna, ticket, other = person("anna", "orders"), lay(), lay(after_seconds=1)
    answer = anna.post(**choose(anna, ticket, other, do="confirm"))
    press(anna, ticket, "close")

    undone = anna.post(**undo(answer))

    receipt = store.inquiries.get(ticket.inquiry_id).receipt
    why = f"Not undone, because they were changed since or it is too long ago: {receipt}"
    assert told(tree, undone) == ["Undone: 1.", why]
    assert (state(store, ticket)[2:4], state(store, other)[3]) == (("closed", "confirmed"), None)


@one_database
def test_the_list_keeps_its_filters(person, lay, choose, tree):
    client = person("anna", "orders")
    lay(subject="Stoel")
    ticket = lay(subject="Lamp", after_seconds=1)

    answer = client.post(**choose(client, ticket, path="/desks/orders?q=lamp&order=urgent", do="assign"))

    page = tree(answer)
    assert [link.text for link in page.select(".entry .what a")] == ["Lamp"]
    assert page.find(id="inbox")["data-url"] == "/desks/orders?q=lamp&order=urgent"


@one_database
def test_all_desks_are_worked_from_one_list(person, lay, choose, store, tree):
    client, tickets = person("anna", "orders", "returns"), [lay("orders"), lay("returns", after_seconds=1)]

    answer = client.post(**choose(client, *tickets, path="/tickets", do="close"))

    assert (told(tree, answer), [state(store, one)[2] for one in tickets]) == (["Closed: 2."], ["closed"] * 2)


WRONG = {
    "nothing chosen": ({"ticket": []}, "Choose between 1 and 100 tickets."),
    "too many": ({"ticket": [f"00000000-0000-7000-8000-{n:012}:1" for n in range(MOST + 1)]}, "Choose between"),
    "no category": ({"do": "correct", "category": ""}, "Choose a category."),
    "no such category": ({"do": "correct", "category": "x"}, "Choose a category."),
    "no such action": ({"do": "delete"}, "Choose what to do with the tickets."),
    "no action": ({"do": ""}, "Choose what to do with the tickets."),
    "no ticket": ({"ticket": ["x"]}, "A ticket that was chosen is not named"),
    "no version": ({"ticket": ["00000000-0000-7000-8000-000000000000:x"]}, "A ticket that was chosen is not named"),
    "a nul": ({"ticket": ["00000000-0000-7000-8000-00000000000\x00:1"]}, ""),
}


@one_database
@pytest.mark.parametrize(("sent", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_is_told_and_changes_nothing(person, lay, choose, store, tree, sent, said):
    client, ticket = person("anna", "orders"), lay()
    chosen = choose(client, ticket)
    chosen["data"] |= sent

    answer = client.post(**chosen)

    if said:
        assert (answer.status_code, said in tree(answer).find(class_="bad").text) == (422, True)
    assert answer.status_code in {200, 422}
    assert store.tickets.get(ticket.id) == ticket


@one_database
def test_another_sites_form_changes_nothing(person, lay, choose, store):
    client, ticket = person("anna", "orders"), lay()
    chosen = choose(client, ticket)

    answers = [
        client.post(chosen["path"], data=chosen["data"] | {"token": "x"}),
        client.post(**chosen, headers={"Sec-Fetch-Site": "cross-site"}),
    ]

    assert ([one.status_code for one in answers], store.tickets.get(ticket.id)) == ([403, 403], ticket)


@one_database
@pytest.mark.parametrize("path", ["/desks/finance", "/desks/nowhere"])
def test_a_list_of_another_desk_takes_no_action(person, lay, choose, path):
    client = person("anna", "orders")
    chosen = choose(client, lay())

    assert client.post(path, data=chosen["data"]).status_code == 404


@one_database
def test_whoever_is_not_signed_in_changes_nothing(client, lay, store):
    ticket = lay()

    answer = client.post("/tickets", data={"ticket": f"{ticket.id}:1", "do": "close"})

    assert (answer.status_code, store.tickets.get(ticket.id)) == (303, ticket)
