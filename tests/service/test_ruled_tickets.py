"""Rules on their way: from the configuration and the stored inquiry to the ticket."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from model import configuration
from service.assembly import assemble
from service.handover import facts_of, tickets_of
from service.pipeline.decision import Decision, Intent
from service.pipeline.detection.detector import Hints
from service.pipeline.pipeline import InquiryText, in_triage
from service.pipeline.rules import Facts, Priority
from service.storage.inquiries import NewTicket
from service.submission import Submission
from service.worker import Worker

TEXT = "Where is my order? It should have come on Monday."
PRESS = {"name": "press", "form": "press", "desk": "press", "priority": "high", "due": "4h"}
LATE = {"name": "late orders", "category": "order_status", "country": "BE", "desk": "care", "priority": "urgent"}
RULES = {"LOKET_ROUTES": json.dumps([PRESS, LATE]), "LOKET_DESKS__TRIAGE__DUE": "8h"}


@pytest.fixture
def without_model(database_url, store, tmp_path):
    """A process with these rules, and no model yet."""
    variables = {"LOKET_DATA_DIR": str(tmp_path), "LOKET_DATABASE__URL": database_url} | RULES
    parts = assemble(configuration.read(variables | {"LOKET_TRANSLATION__PROVIDERS": "[]"}))
    yield parts
    parts.store.close()


@pytest.fixture
def decided(store, now):
    """Let a worker decide an inquiry; answers it with its ticket."""

    def decide(loket, text=TEXT, **said):
        values = Submission(text=text, **said).values() | {"submitted_by": None}
        inquiry = store.inquiries.add(now, values)
        (claimed,) = store.inquiries.claim(now, 1, 60)
        Worker(loket).decide(claimed)
        (ticket,) = store.tickets.of_inquiry(inquiry.id)
        return store.inquiries.get(inquiry.id), ticket

    return decide


def test_a_rule_routes_what_no_model_understood(without_model, decided, now):
    inquiry, ticket = decided(without_model, fields={"form": "Press"})

    assert (ticket.desk, ticket.rule, ticket.priority, ticket.automatic) == ("press", "press", "high", False)
    assert ticket.due_at == now + timedelta(hours=4)
    assert inquiry.decision["reason"] == "rule 'press': form press"


def test_what_fits_no_rule_has_the_due_time_of_its_desk(without_model, decided, now):
    inquiry, ticket = decided(without_model, fields={"form": "other"})

    assert (ticket.desk, ticket.rule, ticket.priority) == ("triage", None, "normal")
    assert ticket.due_at == now + timedelta(hours=8)
    assert inquiry.decision["reason"] == "no model can be loaded"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_rule_by_category_and_country_routes_what_a_model_understood(configure, store, decided):
    loket = assemble(configure(**RULES))

    inquiry, ticket = decided(loket, country="BE")
    _, elsewhere = decided(loket, country="NL")

    assert (ticket.desk, ticket.rule, ticket.priority, ticket.automatic) == ("care", "late orders", "urgent", True)
    assert inquiry.decision["reason"] == "rule 'late orders': category order_status, country BE"
    assert (elsewhere.desk, elsewhere.rule) == ("orders", None)
    loket.store.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_country_of_the_hints_is_the_one_that_rules_read(configure):
    loket = assemble(configure(**RULES))

    assert loket.pipeline.decide(InquiryText(TEXT, hints=Hints(country="BE"))).desk == "care"
    assert loket.pipeline.decide(InquiryText(TEXT)).desk == "orders"
    loket.store.close()


def test_a_stored_inquiry_has_all_that_rules_read(store, now):
    said = Submission(text=TEXT, email="Ann@Shop.Example.com", country="be", channel="shop", fields={"form": "b2b"})
    inquiry = store.inquiries.add(now, said.values() | {"submitted_by": None})
    later = now + timedelta(hours=1)

    assert facts_of(inquiry, later) == Facts(
        None, "BE", "shop", {"form": "b2b"}, "shop.example.com", received_at=now, at=later
    )
    assert facts_of(inquiry).at == now
    decided = replace(inquiry, decision={"language": {"code": "nl"}}, decided_at=later)
    assert (facts_of(decided).at, facts_of(decided).language) == (later, "nl")


def test_a_ticket_of_several_requests_is_as_urgent_as_the_most_urgent():
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    requests = (
        Intent(category="a", confidence=0.9, text="", desk="orders", due_at=noon, priority=Priority.LOW),
        Intent(category="b", confidence=0.8, text="", desk="care", rule="other"),
        Intent(category="c", confidence=0.7, text="", desk="orders", due_at=noon - timedelta(hours=1),
               priority=Priority.HIGH, rule="hurry"),
    )  # fmt: skip
    decision = in_triage("").model_copy(update={"intents": requests})

    assert tickets_of(decision) == [
        NewTicket("orders", "a", 0.9, False, 0, "hurry", "high", noon - timedelta(hours=1)),
        NewTicket("care", "b", 0.8, False, 1, "other", "normal", None),
    ]


def test_a_decision_keeps_rule_priority_and_due_time_through_the_store():
    due = datetime(2026, 3, 2, 12, tzinfo=UTC)
    decision = in_triage("why").model_copy(update={"rule": "r", "priority": Priority.HIGH, "due_at": due})

    read = Decision.model_validate(json.loads(json.dumps(decision.model_dump(mode="json"))))

    assert (read.rule, read.priority, read.due_at) == ("r", "high", due)
    assert Decision.model_validate(in_triage("old").model_dump(exclude={"rule", "priority", "due_at"})).rule is None
