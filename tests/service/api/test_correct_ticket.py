"""POST /api/v1/tickets/{id}/correct: the ticket moves, and nobody overwrites what they have not seen."""

import threading

import pytest

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def correct(client):
    return lambda ticket, header, **what: client.post(
        f"/api/v1/tickets/{ticket.id}/correct", json=what, headers=header
    )


def test_it_works(correct, store, key, lay):
    ticket = lay()
    answer = correct(ticket, key("desk", name="anna"), category="complaint", comment="She is angry.")

    stored = store.tickets.get(ticket.id)
    told = ("id", "category", "desk", "review", "reviewed_by", "version", "status")
    assert answer.status_code == 200
    assert tuple(answer.json[name] for name in told) == (
        ticket.id, "complaint", "care", "corrected", "key:anna", 2, "open",
    )  # fmt: skip
    assert (stored.category, stored.desk, stored.comment) == ("complaint", "care", "She is angry.")


def test_it_writes_a_label_and_an_event_that_holds_no_comment(correct, store, key, lay):
    ticket = lay()
    correct(ticket, key("desk", name="anna"), category="complaint", comment="Anna called.")

    [label] = store.labels.of_ticket(ticket.id)
    event = store.journal(ticket.inquiry_id)[-1]
    assert (label.category, label.source, label.by) == ("complaint", "correction", "key:anna")
    assert (event.kind, event.actor, event.ticket_id) == ("corrected", "key:anna", ticket.id)
    assert event.details == {"from": ["order_status", "orders"], "to": ["complaint", "care"]}


@ON_SQLITE
def test_only_the_desk_moves_it_and_says_nothing_of_the_category(correct, store, key, lay):
    ticket = lay()
    moved = correct(ticket, key("desk"), desk="returns").json

    assert (moved["category"], moved["desk"], moved["review"]) == ("order_status", "returns", "corrected")
    assert store.labels.of_ticket(ticket.id) == []


@ON_SQLITE
def test_a_desk_that_is_named_goes_before_the_categorys_own(correct, key, lay):
    moved = correct(lay(), key("desk"), category="complaint", desk="orders").json
    assert (moved["category"], moved["desk"]) == ("complaint", "orders")


def test_the_same_correction_again_changes_nothing(correct, store, key, lay):
    ticket, header = lay(), key("desk")
    first = correct(ticket, header, category="complaint")
    before = store.journal(ticket.inquiry_id)

    again = correct(ticket, header, category="complaint", desk="care")
    assert (again.status_code, again.json) == (200, first.json)
    assert store.journal(ticket.inquiry_id) == before


@pytest.mark.parametrize("second", ["anna", "bob"])
def test_a_second_different_correction_is_a_409(correct, store, problem, key, lay, second):
    ticket, keys = lay(), {name: key("desk", name=name) for name in ("anna", "bob")}
    correct(ticket, keys["anna"], category="complaint")
    before = store.tickets.get(ticket.id)

    assert problem(correct(ticket, keys[second], category="feedback")) == (409, [])
    assert store.tickets.get(ticket.id) == before


@ON_SQLITE
def test_whoever_has_seen_the_first_correction_may_make_another(correct, store, key, lay):
    ticket = lay()
    correct(ticket, key("desk"), category="complaint")

    answer = correct(ticket, key("desk") | {"If-Match": '"2"'}, category="feedback")
    assert (answer.status_code, answer.json["category"], answer.json["version"]) == (200, "feedback", 3)
    assert [label.category for label in store.labels.of_ticket(ticket.id)] == ["complaint", "feedback"]


@ON_SQLITE
def test_whoever_has_seen_an_older_state_gets_a_409(correct, problem, key, lay):
    ticket = lay()
    correct(ticket, key("desk"), category="complaint")

    assert problem(correct(ticket, key("desk") | {"If-Match": '"1"'}, category="feedback")) == (409, [])


@ON_SQLITE
def test_ones_own_confirmation_can_be_corrected_and_anothers_cannot(client, correct, problem, key, lay):
    ticket, anna = lay(), key("desk")
    client.post(f"/api/v1/tickets/{ticket.id}/confirm", headers=anna)

    assert problem(correct(ticket, key("desk"), category="complaint")) == (409, [])
    assert correct(ticket, anna, category="complaint").json["review"] == "corrected"


def test_of_two_different_corrections_at_once_one_is_made(app, store, key, lay):
    ticket, together, statuses = lay(), threading.Barrier(2), {}

    def post(category, header):
        together.wait()
        url = f"/api/v1/tickets/{ticket.id}/correct"
        statuses[category] = app.test_client().post(url, json={"category": category}, headers=header).status_code

    threads = [threading.Thread(target=post, args=(to, key("desk"))) for to in ("complaint", "feedback")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses.values()) == [200, 409]
    assert statuses[store.tickets.get(ticket.id).category] == 200


@ON_SQLITE
@pytest.mark.parametrize(("to", "status"), [("finance", "open"), ("orders", "closed")])
def test_a_closed_ticket_is_open_again_where_it_is_moved_to(client, correct, key, lay, to, status):
    ticket, header = lay(), key("desk")
    client.post(f"/api/v1/tickets/{ticket.id}/close", headers=header)

    assert correct(ticket, header, category="order_change", desk=to).json["status"] == status


@ON_SQLITE
def test_a_key_of_another_desk_finds_no_ticket(correct, store, problem, key, lay):
    ticket = lay()

    assert problem(correct(ticket, key("desk", desks=["care"]), category="complaint")) == (404, [])
    assert store.tickets.get(ticket.id) == ticket


@ON_SQLITE
def test_a_key_that_moved_a_ticket_away_is_told_so_again(correct, key, lay):
    ticket, header = lay(), key("desk", desks=["orders"])
    first, again = (correct(ticket, header, category="complaint") for _ in range(2))

    assert (again.status_code, again.json) == (200, first.json)


def test_a_correction_that_another_made_does_not_show_the_ticket(correct, problem, key, lay):
    ticket = lay()
    correct(ticket, key("desk"), category="complaint")

    assert problem(correct(ticket, key("desk", desks=["orders"]), desk="care")) == (404, [])


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({}, "body"),
        ({"comment": "Anna called."}, "body"),
        ({"category": "", "desk": None}, "body"),
        ({"category": "lost"}, "category"),
        ({"category": 1}, "category"),
        ({"category": "spam\x00"}, "category"),
        ({"category": "\ud800"}, "category"),
        ({"desk": "lost"}, "desk"),
        ({"desk": ["care"]}, "desk"),
        ({"desk": "care\n"}, "desk"),
        ({"desk": "care", "category": "lost"}, "category"),
        ({"desk": "care", "comment": "x" * 2_001}, "comment"),
        ({"desk": "care", "comment": "\udfff"}, "comment"),
        ({"desk": "care", "status": "closed"}, "status"),
    ],
)
@ON_SQLITE
def test_a_wrong_correction_is_a_422_that_names_the_field(correct, store, problem, key, lay, what, field):
    ticket = lay()

    assert problem(correct(ticket, key("desk"), **what)) == (422, [field])
    assert store.tickets.get(ticket.id) == ticket


@ON_SQLITE
def test_an_unknown_ticket_is_a_404(client, problem, key):
    answer = client.post("/api/v1/tickets/1/correct", json={"desk": "care"}, headers=key("desk"))
    assert problem(answer) == (404, [])
