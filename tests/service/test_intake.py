"""The use cases on the store itself: what is written, when, by whom, and what is refused."""

from datetime import timedelta

import pytest

from service import desk_work, intake
from service.access import Actor
from service.errors import InvalidInput, NotFound
from service.intake import Sender
from service.pipeline.decision import Decision, Language, Translation
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Correction, Submission

LATER = timedelta(hours=1)
SHOP, VISITOR = Sender("key:shop", "192.0.2.1"), Sender(None, "192.0.2.1")


def an_actor(name="user:anna", desks=("orders", "care"), scope="desk"):
    return Actor(name, frozenset({scope}), None if desks is None else frozenset(desks))


@pytest.fixture
def settings(configure):
    return check(configure())


@pytest.fixture
def ticket(store, now):
    """A ticket on the desk orders."""
    inquiry = intake.submit(store, now, Submission(text="Where is my order?"), VISITOR)
    [claimed] = store.inquiries.claim(now, 1, 60)
    decision = Decision(
        language=Language(code="en", confidence=0.99, source="detector"),
        translation=Translation(status="not_needed"),
        category="order_status",
        confidence=0.9,
        desk="orders",
        automatic=True,
        reason="category order_status",
        model="20260302-093000-4f2a91",
    )
    laid = NewTicket("orders", "order_status", 0.9, automatic=True)
    store.inquiries.decide(now, claimed, decision.model_dump(mode="json"), [laid])
    return store.tickets.of_inquiry(inquiry.id)[0]


def label_of(store, ticket):
    found = store.labels.of_ticket(ticket.id)
    return (found[-1].category, found[-1].source, found[-1].by, found[-1].at) if found else None


def last_event(store, ticket):
    event = store.journal(ticket.inquiry_id)[-1]
    return event.kind, event.actor, event.at, event.details


def test_submitting_stores_everything_with_the_time_and_the_sender(store, now):
    sent = Submission(text="Hallo", subject="Lamp", language="nl-BE", country="be", fields={"order": 4711})
    inquiry = intake.submit(store, now, sent, SHOP)

    told = ("text", "subject", "name", "declared_language", "country", "channel", "fields", "submitted_by")
    assert store.inquiries.get(inquiry.id) == inquiry
    assert tuple(getattr(inquiry, name) for name in told) == (
        "Hallo", "Lamp", None, "nl-BE", "BE", "web", {"order": 4711}, "key:shop",
    )  # fmt: skip
    assert (inquiry.received_at, inquiry.status, inquiry.attempts, inquiry.decision) == (now, "received", 0, None)
    [event] = store.journal(inquiry.id)
    assert (event.at, event.kind, event.actor, event.details) == (now, "received", "key:shop", {"channel": "web"})


def test_what_is_sent_again_under_its_key_is_the_first_inquiry_even_later(store, now):
    sent = Submission(text="Hallo")
    first, again = (intake.submit(store, at, sent, SHOP, "once") for at in (now, now + LATER))

    assert again == first
    assert store.inquiries.count_received() == 1


def test_another_inquiry_under_the_same_key_is_refused(store, now):
    intake.submit(store, now, Submission(text="Hallo"), SHOP, "once")

    with pytest.raises(InvalidInput, match="was used for another inquiry") as refused:
        intake.submit(store, now, Submission(text="Hello"), SHOP, "once")
    assert refused.value.field == "Idempotency-Key"
    assert store.inquiries.count_received() == 1


def test_a_key_means_the_same_only_from_the_same_sender():
    senders = [SHOP, Sender("key:other", "192.0.2.1"), VISITOR, Sender(None, "192.0.2.2"), Sender("192.0.2.1", "")]

    assert len({sender.idempotency_hash("once") for sender in senders}) == len(senders)
    assert SHOP.idempotency_hash("once") == Sender("key:shop", "192.0.2.9").idempotency_hash("once")
    assert SHOP.idempotency_hash(None) is None


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (an_actor(desks=None), True),
        (an_actor(desks=["orders"]), True),
        (an_actor(desks=["care"]), False),
        (an_actor(desks=[]), False),
        (an_actor(desks=["orders"], scope="submit"), False),
    ],
    ids=["all desks", "its desk", "another desk", "no desk", "no right"],
)
def test_whoever_sees_the_desk_sees_ticket_and_inquiry(store, ticket, actor, sees):
    if sees:
        assert intake.visible_ticket(store, actor, ticket.id) == ticket
        assert intake.visible_inquiry(store, actor, ticket.inquiry_id)[1] == [ticket]
        return
    with pytest.raises(NotFound):
        intake.visible_ticket(store, actor, ticket.id)
    with pytest.raises(NotFound):
        intake.visible_inquiry(store, actor, ticket.inquiry_id)


def test_what_is_not_there_is_not_found(store, settings, now):
    actor, lost = an_actor(desks=None), "01a20089-c96e-751b-8399-4a11c4cffa90"
    for act in (
        lambda: intake.visible_ticket(store, actor, lost),
        lambda: intake.visible_inquiry(store, actor, lost),
        lambda: desk_work.confirm(store, now, actor, lost),
        lambda: desk_work.close(store, now, actor, lost),
        lambda: desk_work.correct(store, settings, now, actor, lost, Correction(desk="care")),
    ):
        with pytest.raises(NotFound):
            act()
