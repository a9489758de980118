"""What an agent is told of a correction: remembered, learned in a model, and what it helped since."""

from datetime import timedelta

import pytest

from model.classifier import InquiryClassifier
from model.registry import Registry
from service import desk_work
from service.access import Actor
from service.learning.receipt import Receipts
from service.pipeline.decision import Decision, Language, Translation
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Correction, Submission

ANNA, BOB = (Actor(f"user:{name}", frozenset({"desk"}), None) for name in ("anna", "bob"))


@pytest.fixture
def lay(store, now):
    """Lay a decided inquiry on the desk orders, perhaps by the help of another; answers its ticket."""

    def make(at=now, cited=()):
        decision = Decision(
            language=Language(code="en", confidence=0.99, source="detector"),
            translation=Translation(status="not_needed"),
            category="order_status", confidence=0.9, desk="orders", automatic=True, reason="", model=None,
            similar=[{"text": "", "category": "order_status", "weight": 1.0, "inquiry": one} for one in cited],
        )  # fmt: skip
        inquiry = store.inquiries.add(at, Submission(text="Where is it?").values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        laid = NewTicket("orders", "order_status", 0.9, automatic=True)
        assert store.inquiries.decide(at, claimed, decision.model_dump(mode="json"), [laid])
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make


@pytest.fixture
def correct(store, configure, now):
    settings = check(configure())

    def act(ticket, category="complaint", at=now, actor=ANNA):
        seen = store.tickets.get(ticket.id).version
        return desk_work.correct(store, settings, at, actor, ticket.id, Correction(category=category), seen)

    return act


@pytest.fixture(scope="module")
def classifier():
    texts = ["where is my parcel", "the parcel is lost", "wrong invoice", "send the invoice"]
    return InquiryClassifier().fit(texts, ["order_status"] * 2 + ["complaint"] * 2)


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "registry", b"k" * 32)


@pytest.fixture
def promote(registry, classifier, now):
    """Add and promote a version that looked at labels up to a number; answers the version."""
    made = []

    def make(until, held_out=()):
        made.append(1)
        version = registry.add(
            classifier, name="m", data=[], metrics={}, card=lambda manifest: "", at=now + timedelta(len(made)),
            labels_until=until, labels_held_out=held_out,
        )  # fmt: skip
        registry.promote(version, ["order_status", "complaint"])
        return version

    return make


def receipt_of(store, registry, ticket):
    return Receipts(store, registry).of_ticket(ticket.id, ticket.inquiry_id)


def test_until_a_model_has_learned_it_a_correction_is_remembered(store, registry, promote, lay, correct, now):
    ticket = lay()
    promote(until=0)
    correct(ticket)

    receipt = receipt_of(store, registry, ticket)

    assert (receipt.label.category, receipt.label.at) == ("complaint", now)
    assert (receipt.model, receipt.version, receipt.similar) == (None, None, 0)


def test_the_first_champion_that_learned_it_is_told_by_its_number(store, registry, promote, lay, correct):
    ticket = lay()
    promote(until=0)
    correct(ticket)
    version = promote(until=1)
    promote(until=1)

    receipt = receipt_of(store, registry, ticket)

    assert (receipt.model, receipt.version) == (2, version)


def test_what_models_are_only_measured_by_is_not_called_learned(store, registry, promote, lay, correct):
    ticket = lay()
    correct(ticket)
    promote(until=1, held_out=[1])

    assert receipt_of(store, registry, ticket) is None

    version = promote(until=1)
    assert receipt_of(store, registry, ticket).version == version


def test_what_was_decided_by_its_help_since_is_counted_and_what_stood(store, registry, promote, lay, correct, now):
    ticket, later = lay(), now + timedelta(hours=1)
    correct(ticket)
    promote(until=1)
    for_example = [lay(later, cited=[ticket.inquiry_id]) for _ in range(3)]
    correct(for_example[0], "feedback", later)

    receipt = receipt_of(store, registry, ticket)

    assert (receipt.similar, receipt.stood) == (3, 2)


def test_without_a_correction_there_is_no_receipt(store, registry, promote, lay, now):
    untouched, confirmed = lay(), lay()
    desk_work.confirm(store, now, ANNA, confirmed.id)
    promote(until=9)

    assert [receipt_of(store, registry, ticket) for ticket in (untouched, confirmed)] == [None, None]


def test_a_correction_that_somebody_overruled_is_not_thanked_for(store, registry, lay, correct):
    ticket = lay()
    correct(ticket)
    correct(ticket, "feedback", actor=BOB)

    receipt = receipt_of(store, registry, ticket)

    assert (receipt.label.category, receipt.label.by) == ("feedback", "user:bob")


def test_a_registry_that_cannot_be_read_costs_nobody_the_ticket(store, registry, tmp_path, lay, correct):
    ticket = lay()
    correct(ticket)
    (tmp_path / "registry").mkdir(exist_ok=True)
    (tmp_path / "registry" / "champion.json").write_text("{")

    assert receipt_of(store, registry, ticket).model is None
