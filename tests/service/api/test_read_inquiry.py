"""GET /api/v1/inquiries/{id}: the inquiry with its decision and tickets, for whoever sees one of its desks."""

from datetime import datetime

import pytest

SENT = {
    "text": "Where is my order 4711, which should have been delivered on Monday?",
    "subject": "Not delivered",
    "name": "Anna",
    "email": "anna@example.org",
    "language": "en-GB",
    "country": "GB",
    "channel": "web",
    "fields": {"order": "4711", "amount": 2},
}
MIXED = (
    "Where is my parcel? It should have been delivered on Monday and the tracking has not moved.\n\n"
    "I also cannot log in to my account, because the password reset mail never arrives."
)


def test_it_works(client, store, key, decide_all):
    received = client.post("/api/v1/inquiries", json=SENT).json
    decide_all()

    answer = client.get(f"/api/v1/inquiries/{received['id']}", headers=key("desk"))

    stored = store.inquiries.get(received["id"])
    [ticket] = store.tickets.of_inquiry(stored.id)
    assert answer.status_code == 200
    assert answer.json == SENT | {
        "id": stored.id,
        "receipt": received["receipt"],
        "received_at": _written(stored.received_at),
        "status": "decided",
        "decision": stored.decision,
        "tickets": [
            {
                "id": ticket.id,
                "inquiry": stored.id,
                "intent": 0,
                "desk": "orders",
                "category": "order_status",
                "confidence": stored.decision["confidence"],
                "automatic": True,
                "status": "open",
                "review": None,
                "reviewed_by": None,
                "version": 1,
                "created_at": _written(ticket.created_at),
                "changed_at": _written(ticket.changed_at),
                "priority": "normal",
                "due_at": None,
                "assigned_to": None,
                "unsettled_since": None,
                "note": None,
            }
        ],
    }


def test_the_decision_is_the_one_that_design_promises(client, key, decide_all, trained_registry):
    inquiry_id = client.post("/api/v1/inquiries", json=SENT).json["id"]
    decide_all()

    decision = client.get(f"/api/v1/inquiries/{inquiry_id}", headers=key("desk")).json["decision"]
    told = ("category", "desk", "automatic", "reason", "model", "translation")
    assert {name: decision[name] for name in told} == {
        "category": "order_status",
        "desk": "orders",
        "automatic": True,
        "reason": "category order_status",
        "model": trained_registry.champion(),
        "translation": {"status": "not_needed", "cached": False},
    }
    assert decision["language"]["code"] == "en"
    assert decision["alternatives"][0]["confidence"] < decision["confidence"] <= 1
    assert decision["intents"][0]["category"] == "order_status"
    assert decision["explanation"]


def test_a_mixed_inquiry_has_one_ticket_on_each_desk_the_main_one_first(client, store, key, decide_all):
    inquiry_id = client.post("/api/v1/inquiries", json={"text": MIXED}).json["id"]
    decide_all()

    found = client.get(f"/api/v1/inquiries/{inquiry_id}", headers=key("desk")).json

    intents = found["decision"]["intents"]
    assert [(one["category"], one["desk"]) for one in intents] == [
        ("order_status", "orders"),
        ("account_access", "support"),
    ]
    tickets = [(one["inquiry"], one["desk"], one["category"], one["confidence"]) for one in found["tickets"]]
    assert tickets == [(inquiry_id, one["desk"], one["category"], one["confidence"]) for one in intents]


def test_each_desk_of_a_mixed_inquiry_sees_it(client, key, decide_all):
    inquiry_id = client.post("/api/v1/inquiries", json={"text": MIXED}).json["id"]
    decide_all()

    headers = [key("desk", desks=[desk]) for desk in ("orders", "support", "returns")]
    seen = [client.get(f"/api/v1/inquiries/{inquiry_id}", headers=header).status_code for header in headers]
    assert seen == [200, 200, 404]


def test_a_subject_is_no_request_of_its_own(client, key, decide_all):
    sent = {"subject": "Order 4711", "text": "Where is my order? It should have been delivered on Monday."}
    inquiry_id = client.post("/api/v1/inquiries", json=sent).json["id"]
    decide_all()

    decision = client.get(f"/api/v1/inquiries/{inquiry_id}", headers=key("desk")).json["decision"]
    assert [intent["category"] for intent in decision["intents"]] == ["order_status"]


def test_until_it_is_decided_there_is_no_decision_and_no_ticket(client, key):
    inquiry_id = client.post("/api/v1/inquiries", json=SENT).json["id"]

    found = client.get(f"/api/v1/inquiries/{inquiry_id}", headers=key("desk")).json
    assert (found["status"], found["decision"], found["tickets"]) == ("received", None, [])


def test_a_key_of_the_desk_sees_it_and_a_key_of_another_does_not(client, key, problem, lay):
    url = f"/api/v1/inquiries/{lay(desk='orders').inquiry_id}"

    assert client.get(url, headers=key("desk", desks=["sales", "orders"])).status_code == 200
    assert problem(client.get(url, headers=key("desk", desks=["sales"]))) == (404, [])


def test_before_it_is_on_a_desk_no_desk_sees_it(client, key, problem):
    inquiry_id = client.post("/api/v1/inquiries", json=SENT).json["id"]

    header = key("desk", desks=["orders", "triage"])
    assert problem(client.get(f"/api/v1/inquiries/{inquiry_id}", headers=header)) == (404, [])


@pytest.mark.parametrize(
    "unknown", ["1", "01a20089-c96e-751b-8399-4a11c4cffa90", "x" * 2_000, "%FF", "%00", "ü", "'"]
)
def test_an_unknown_id_is_a_404(client, key, problem, unknown):
    assert problem(client.get(f"/api/v1/inquiries/{unknown}", headers=key("desk"))) == (404, [])


def test_the_longest_language_tag_is_kept(client, key):
    answer = client.post("/api/v1/inquiries", json=SENT | {"language": "sl-Latn-IT-rozaj-biske-1994"})

    found = client.get(f"/api/v1/inquiries/{answer.json['id']}", headers=key("desk"))
    assert found.json["language"] == "sl-Latn-IT-rozaj-biske-1994"


def _written(at: datetime):
    return at.isoformat().replace("+00:00", "Z")
