"""GET /api/v1/desks/{desk}/tickets: newest first, in pages without gaps or repeats, only for the desk's own."""

from datetime import timedelta

import pytest

URL = "/api/v1/desks/orders/tickets"

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_it_works(client, store, key, lay):
    ticket = lay(desk="orders", category="order_status", text="Where is my order?")
    inquiry = store.inquiries.get(ticket.inquiry_id)

    answer = client.get(URL, headers=key("desk"))
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json == {
        "tickets": [
            {
                "id": ticket.id,
                "inquiry": inquiry.id,
                "intent": 0,
                "desk": "orders",
                "category": "order_status",
                "confidence": 0.9,
                "automatic": True,
                "status": "open",
                "review": None,
                "reviewed_by": None,
                "version": 1,
                "created_at": "2026-03-02T09:30:00Z",
                "changed_at": "2026-03-02T09:30:00Z",
                "priority": "normal",
                "due_at": None,
                "assigned_to": None,
                "unsettled_since": None,
                "note": None,
                "receipt": inquiry.receipt,
                "received_at": "2026-03-02T09:30:00Z",
                "subject": None,
                "text": "Where is my order?",
                "decision": inquiry.decision,
            }
        ],
        "next": None,
    }


def test_pages_follow_without_gaps_or_repeats_while_new_tickets_come(client, key, lay):
    header = key("desk")
    laid = [lay().id for _ in range(105)]
    seen, sizes, cursor = [], [], None
    while not sizes or cursor:
        page = client.get(URL, headers=header, query_string={"cursor": cursor} if cursor else {}).json
        seen += [ticket["id"] for ticket in page["tickets"]]
        sizes.append(len(page["tickets"]))
        cursor = page["next"]
        lay(desk="hr", category="careers")

    assert sizes == [50, 50, 5]
    assert seen == sorted(laid, reverse=True)


def test_a_ticket_that_comes_between_two_pages_is_on_neither(client, key, lay, now):
    header = key("desk")
    for _ in range(51):
        lay()
    first = client.get(URL, headers=header).json
    newer = lay(at=now + timedelta(seconds=1)).id

    second = client.get(URL, headers=header, query_string={"cursor": first["next"]}).json
    assert newer > first["tickets"][0]["id"]
    assert [len(first["tickets"]), len(second["tickets"]), second["next"]] == [50, 1, None]
    assert second["tickets"][0]["id"] < first["tickets"][-1]["id"]


@ON_SQLITE
def test_a_page_that_is_just_full_is_the_last(client, key, lay):
    for _ in range(50):
        lay()

    page = client.get(URL, headers=key("desk")).json
    assert (len(page["tickets"]), page["next"]) == (50, None)


def test_the_status_chooses(client, key, lay):
    header = key("desk")
    still_open, closed = lay().id, lay().id
    client.post(f"/api/v1/tickets/{closed}/close", headers=header)

    found = {status: client.get(URL + status, headers=header) for status in ("?status=open", "?status=closed", "")}
    assert {status: {ticket["id"] for ticket in page.json["tickets"]} for status, page in found.items()} == {
        "?status=open": {still_open},
        "?status=closed": {closed},
        "": {still_open, closed},
    }


@ON_SQLITE
def test_only_tickets_of_the_desk_are_on_it(client, key, lay):
    lay(desk="hr", category="careers")

    assert client.get(URL, headers=key("desk")).json == {"tickets": [], "next": None}


@ON_SQLITE
def test_a_key_of_another_desk_does_not_see_that_there_is_one(client, key, problem, lay):
    lay()

    assert problem(client.get(URL, headers=key("desk", desks=["hr"]))) == (404, [])


@pytest.mark.parametrize("desk", ["lost", "Orders", "%00", "x" * 2_000, "'"])
@ON_SQLITE
def test_an_unknown_desk_is_a_404(client, key, problem, desk):
    assert problem(client.get(f"/api/v1/desks/{desk}/tickets", headers=key("desk"))) == (404, [])


@pytest.mark.parametrize("status", ["lost", "OPEN", "open,closed"])
@ON_SQLITE
def test_an_unknown_status_is_a_422_that_names_it(client, key, problem, status):
    answer = client.get(URL, headers=key("desk"), query_string={"status": status})
    assert problem(answer) == (422, ["status"])


@pytest.mark.parametrize("cursor", ["\x00", "1", "zzz", "ü", "\U0001f600", "x" * 2_000, "' OR 1=1 --"])
def test_a_cursor_that_is_no_ticket_is_no_failure_of_ours(client, key, cursor):
    answer = client.get(URL, headers=key("desk"), query_string={"cursor": cursor})
    assert answer.status_code in {200, 422}
