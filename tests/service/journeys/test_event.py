"""Each step is a CloudEvent that says what was known then, and nothing personal."""

import ast
import json
from pathlib import Path

import pytest

from service.journeys.event import STEPS, sentence
from service.settings import check
from service.storage import journal
from service.storage.engine import writing
from service.storage.identifiers import new_id
from service.storage.inquiries import NewTicket

SERVICE = Path(__file__).parents[3] / "service"
PERSONAL = {
    "text": "Waar blijft mijn Aurora? Dit is geheim-een.",
    "subject": "geheim-twee",
    "name": "geheim-drie",
    "email": "geheim-vier@example.org",
    "fields": {"sku": "AU-100", "order": "geheim-vijf"},
}


@pytest.fixture
def settings(configure):
    return check(configure())


def test_a_step_is_a_cloud_event(journeys, submit, now):
    inquiry = submit(email="anna@example.org", country="BE")

    [event] = journeys.page(0, 10).events

    customer = journeys.pseudonyms.of("anna@example.org", inquiry.id)
    assert event.pop("data") == {
        "customer": customer, "activity": None, "step": "received", "channel": "web", "product": "Aurora lamp",
        "product_kind": "product", "products": ["Aurora lamp"], "country": "BE", "desk": None, "confidence": None,
        "automatic": None, "model": None, "language": None, "rule": None, "priority": None, "ticket": None,
        "actor": "customer", "seconds_since_received": 0.0,
    }  # fmt: skip
    assert event == {
        "specversion": "1.0",
        "id": "1",
        "source": "https://desk.example.com",
        "type": "org.example.inquiry.received",
        "subject": inquiry.id,
        "time": "2026-03-02T09:30:00Z",
        "datacontenttype": "application/json",
    }


def test_events_say_what_was_known_at_their_step(journeys, submit, decide, act, settings):
    submit()
    ticket = decide(minutes=1)
    act.open(ticket, 2)
    act.correct(ticket, settings, 3, category="complaint")
    act.undo(ticket, 4)
    act.close(ticket, 5)

    told = [event["data"] for event in journeys.page(0, 10).events]

    assert [(one["step"], one["activity"], one["desk"], one["actor"]) for one in told] == [
        ("received", None, None, "customer"),
        ("decided", "order_status", "orders", "system"),
        ("laid_on_desk", "order_status", "orders", "system"),
        ("opened", "order_status", "orders", "person"),
        ("corrected", "complaint", "care", "person"),
        ("undone", "order_status", "orders", "person"),
        ("closed", "order_status", "orders", "person"),
    ]
    assert [one["confidence"] for one in told] == [None, 0.875, 0.875, 0.875, None, 0.875, 0.875]
    assert [one["rule"] for one in told] == [None, None, *["nights"] * 5]
    assert [one["language"] for one in told] == [None, *["nl"] * 6]
    assert [one["seconds_since_received"] for one in told] == [0, 60, 60, 120, 180, 240, 300]


def test_an_event_made_again_later_says_the_same(journeys, submit, decide, act, settings):
    submit()
    ticket = decide()
    before = journeys.page(0, 3).events
    act.correct(ticket, settings, 1, category="complaint")
    act.close(ticket, 2)

    assert journeys.page(0, 3).events == before


def test_each_ticket_of_a_mixed_inquiry_is_told_apart(journeys, submit, decide, act, settings, store):
    inquiry = submit()
    decide(laid=[
        NewTicket("orders", "order_status", 0.9, automatic=True),
        NewTicket("finance", "billing_invoice", 0.8, automatic=True, intent=1),
    ])  # fmt: skip
    first, second = store.tickets.of_inquiry(inquiry.id)
    act.correct(second, settings, 1, category="complaint")
    act.close(first, 2)

    told = [event["data"] for event in journeys.page(0, 10).events][2:]

    assert [(one["step"], one["activity"], one["ticket"]) for one in told] == [
        ("laid_on_desk", "order_status", first.id),
        ("laid_on_desk", "billing_invoice", second.id),
        ("corrected", "complaint", second.id),
        ("closed", "order_status", first.id),
    ]


def test_nothing_personal_leaves(journeys, submit, decide, act, settings, store, now):
    inquiry = submit(**PERSONAL)
    ticket = decide()
    act.open(ticket)
    act.assign(ticket, "user:geheim-zes")
    act.correct(ticket, settings, category="complaint", comment="geheim-zeven")
    with writing(store.engine) as connection:
        journal.record(
            connection, now, "delivered", "loket", inquiry.id, ticket.id, "192.0.2.7", note="geheim-acht"
        )

    told = json.dumps(journeys.page(0, 100).events)

    assert len(journeys.page(0, 100).events) == 7
    for secret in ("geheim", "anna", "192.0.2", inquiry.receipt, "example.org"):
        assert secret not in told.replace("org.example", "")


def test_a_step_of_before_this_release_is_told_by_what_is_stored(journeys, submit, decide, store, now):
    """The journal says more of a decision since journeys are told."""
    inquiry = submit()
    decide()
    with writing(store.engine) as connection:
        facts = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m"}
        journal.record(connection, now, "decided", "loket", inquiry.id, **facts)
        journal.record(connection, now, "laid_on_desk", "loket", inquiry.id, new_id(now), desk="orders")

    *_, decided, laid = (event["data"] for event in journeys.page(0, 10).events)

    assert (decided["language"], laid["activity"], laid["confidence"]) == ("nl", "order_status", 0.9)


def test_a_person_reads_the_event_as_a_sentence(journeys, submit, decide):
    submit()
    decide()
    received, decided, _ = journeys.page(0, 10).events

    customer = received["data"]["customer"][:8]
    assert sentence(received) == f"customer {customer} did something not yet known on web for Aurora lamp: received"
    assert sentence(decided) == f"customer {customer} did order_status on web for Aurora lamp: decided"


def test_every_kind_of_entry_that_the_service_writes_is_a_step():
    """Whoever adds a kind to the journal adds it to the steps, or nobody could ask for it."""
    written = set()
    for path in SERVICE.rglob("*.py"):
        if path.is_relative_to(SERVICE / "storage") or path.parent == SERVICE:
            written |= {kind for call in _calls(path) for kind in _kinds(call)}

    assert {"received", "decided", "corrected"} <= written
    assert written <= set(STEPS)


def _calls(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def _kinds(call):
    """The kinds in `journal.record(connection, at, kind, ...)` and in `Change(values, kind, details, ...)`."""
    name = ast.unparse(call.func)
    place = {"journal.record": 2, "Change": 1}.get(name)
    argument = call.args[place] if place is not None and len(call.args) > max(place, 2) else None
    if name == "Change" and not isinstance(call.args[2] if len(call.args) > 2 else None, ast.Dict | ast.Name):
        return
    for node in ast.walk(argument) if argument else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
