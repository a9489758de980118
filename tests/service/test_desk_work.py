"""What people do with tickets, on the store itself: what is written, when, by whom, and what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service import desk_work, intake
from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound
from service.intake import Sender
from service.pipeline.decision import Decision, Language, Translation
from service.settings import check
from service.storage.inquiries import NewTicket
from service.submission import Correction, Submission

LATER = timedelta(hours=1)
VISITOR = Sender(None, "192.0.2.1")


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


def test_confirming_changes_the_ticket_and_writes_label_and_event(store, ticket, now):
    confirmed = desk_work.confirm(store, now + LATER, an_actor(), ticket.id)

    expected = {"review": "confirmed", "reviewed_by": "user:anna", "version": 2, "changed_at": now + LATER}
    assert confirmed == store.tickets.get(ticket.id)
    assert replace(confirmed, previous=None) == replace(ticket, **expected)
    assert label_of(store, ticket) == ("order_status", "confirmation", "user:anna", now + LATER)
    facts = {"category": "order_status", "desk": "orders"}
    assert last_event(store, ticket) == ("confirmed", "user:anna", now + LATER, facts)


@pytest.mark.parametrize("first", ["confirmed", "corrected"])
def test_what_a_second_person_saw_and_confirms_is_a_label_of_theirs(store, settings, ticket, now, first):
    anna, bob = an_actor(), an_actor("user:bob")
    if first == "confirmed":
        seen = desk_work.confirm(store, now, anna, ticket.id)
    else:
        seen = desk_work.correct(store, settings, now, anna, ticket.id, Correction(category="order_change"))

    again = desk_work.confirm(store, now + LATER, anna, ticket.id, seen=seen.version)
    confirmed = desk_work.confirm(store, now + LATER, bob, ticket.id, seen=seen.version)

    assert again == seen
    assert (confirmed.review, confirmed.reviewed_by) == ("confirmed", "user:bob")
    assert label_of(store, ticket) == (seen.category, "confirmation", "user:bob", now + LATER)
    assert len(store.labels.of_ticket(ticket.id)) == 2


def test_a_second_confirmation_of_what_was_not_seen_changes_nothing(store, ticket, now):
    confirmed = desk_work.confirm(store, now, an_actor(), ticket.id)

    for seen in (None, ticket.version):
        assert desk_work.confirm(store, now + LATER, an_actor("user:bob"), ticket.id, seen) == confirmed
    assert len(store.labels.of_ticket(ticket.id)) == 1


def test_correcting_moves_the_ticket_and_writes_label_and_event(store, settings, ticket, now):
    correction = Correction(category="complaint", comment="angry")
    corrected = desk_work.correct(store, settings, now + LATER, an_actor(), ticket.id, correction)

    assert corrected == store.tickets.get(ticket.id)
    assert corrected == replace(
        ticket, category="complaint", desk="care", review="corrected", reviewed_by="user:anna", comment="angry",
        version=2, changed_at=now + LATER, hops=1, previous=corrected.previous,
    )  # fmt: skip
    assert label_of(store, ticket) == ("complaint", "correction", "user:anna", now + LATER)
    facts = {"from": ["order_status", "orders"], "to": ["complaint", "care"]}
    assert last_event(store, ticket) == ("corrected", "user:anna", now + LATER, facts)


def test_closing_changes_only_the_status_and_gives_a_weak_label(store, ticket, now):
    closed = desk_work.close(store, now + LATER, an_actor(), ticket.id)

    assert replace(closed, previous=None) == replace(
        ticket, status="closed", closed_at=now + LATER, version=2, changed_at=now + LATER
    )
    assert label_of(store, ticket) == ("order_status", "closed", "user:anna", now + LATER)
    assert last_event(store, ticket) == ("closed", "user:anna", now + LATER, {})


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (Correction(category="complaint"), Correction(category="feedback"), "was corrected by user:anna meanwhile"),
        (Correction(desk="care"), Correction(desk="orders"), "was corrected by user:anna meanwhile"),
        (None, Correction(category="complaint"), "was confirmed by user:anna meanwhile"),
    ],
    ids=["category", "desk", "confirmed"],
)
def test_what_another_reviewed_is_not_changed_unseen(store, settings, ticket, now, first, second, message):
    anna, bob = an_actor(), an_actor("user:bob")
    if first:
        before = desk_work.correct(store, settings, now, anna, ticket.id, first)
    else:
        before = desk_work.confirm(store, now, anna, ticket.id)

    with pytest.raises(Conflict, match=message):
        desk_work.correct(store, settings, now, bob, ticket.id, second)
    with pytest.raises(Conflict):
        desk_work.correct(store, settings, now, bob, ticket.id, second, seen=before.version - 1)
    assert store.tickets.get(ticket.id) == before
    assert desk_work.correct(store, settings, now, bob, ticket.id, second, seen=before.version).version == 3


@pytest.mark.parametrize(("what", "field"), [({"category": "lost"}, "category"), ({"desk": "lost"}, "desk")])
def test_what_the_company_does_not_have_is_refused_by_name(store, settings, ticket, now, what, field):
    with pytest.raises(InvalidInput, match=f"there is no {field} 'lost'") as refused:
        desk_work.correct(store, settings, now, an_actor(), ticket.id, Correction(**what))

    assert refused.value.field == field
    assert store.tickets.get(ticket.id) == ticket


def undo(store, ticket, at, actor=None):
    return desk_work.undo(store, at, actor or an_actor(), ticket.id)


def as_it_was(ticket, before):
    return replace(ticket, version=before.version, changed_at=before.changed_at) == before


@pytest.mark.parametrize("done", ["confirm", "correct", "close"])
def test_ones_own_last_change_is_undone_with_the_label_that_it_gave(store, settings, ticket, now, done):
    act = {
        "confirm": lambda: desk_work.confirm(store, now, an_actor(), ticket.id),
        "correct": lambda: desk_work.correct(
            store, settings, now, an_actor(), ticket.id, Correction(category="complaint", comment="angry")
        ),
        "close": lambda: desk_work.close(store, now, an_actor(), ticket.id),
    }
    changed = act[done]()

    undone = undo(store, ticket, now + timedelta(minutes=10))

    assert undone == store.tickets.get(ticket.id)
    assert as_it_was(undone, ticket)
    assert undone.version == 3
    assert label_of(store, ticket) is None
    assert last_event(store, ticket)[::3] == ("undone", {"what": changed.previous["kind"]})


def test_undoing_a_second_change_leaves_the_first_and_its_label(store, settings, ticket, now):
    desk_work.confirm(store, now, an_actor("user:bob"), ticket.id)
    seen = store.tickets.get(ticket.id)
    desk_work.correct(store, settings, now, an_actor(), ticket.id, Correction(category="complaint"), seen.version)

    assert as_it_was(replace(undo(store, ticket, now), previous=None), replace(seen, previous=None))
    assert label_of(store, ticket)[:3] == ("order_status", "confirmation", "user:bob")


def test_undoing_a_correction_of_a_closed_ticket_closes_it_again(store, settings, ticket, now):
    desk_work.close(store, now, an_actor(), ticket.id)
    seen = store.tickets.get(ticket.id)
    moved = desk_work.correct(store, settings, now, an_actor(), ticket.id, Correction(category="complaint"))

    assert (moved.status, moved.closed_at) == ("open", None)
    assert undo(store, ticket, now).closed_at == seen.closed_at == now


def test_a_change_is_undone_even_where_the_ticket_lies_on_a_desk_of_somebody_else_now(store, settings, ticket, now):
    desk_work.correct(store, settings, now, an_actor(), ticket.id, Correction(desk="finance"))

    assert undo(store, ticket, now).desk == "orders"


@pytest.mark.parametrize(
    ("who", "minutes"), [("user:bob", 1), ("user:anna", 11)], ids=["another person", "too long ago"]
)
def test_what_is_another_persons_or_too_long_ago_is_not_undone(store, ticket, now, who, minutes):
    confirmed = desk_work.confirm(store, now, an_actor(), ticket.id)

    with pytest.raises(Conflict, match="nothing of yours to undo"):
        undo(store, ticket, now + timedelta(minutes=minutes), an_actor(who))

    assert store.tickets.get(ticket.id) == confirmed


def test_nothing_is_undone_twice_or_before_it_was_done(store, ticket, now):
    with pytest.raises(Conflict):
        undo(store, ticket, now)
    desk_work.confirm(store, now, an_actor(), ticket.id)
    undo(store, ticket, now)
    with pytest.raises(Conflict):
        undo(store, ticket, now)


def test_somebody_on_another_desk_does_not_learn_that_there_is_something_to_undo(store, ticket, now):
    desk_work.confirm(store, now, an_actor(), ticket.id)

    with pytest.raises(NotFound):
        undo(store, ticket, now, an_actor("user:bob", desks=["care"]))


def test_a_ticket_taken_by_one_is_not_taken_unseen_by_another(store, ticket, now):
    anna, bob = an_actor(), an_actor("user:bob")
    taken = desk_work.assign(store, now, anna, ticket.id, anna.name)

    with pytest.raises(Conflict, match="was taken by user:anna meanwhile"):
        desk_work.assign(store, now, bob, ticket.id, bob.name)

    assert desk_work.assign(store, now, bob, ticket.id, bob.name, taken.version).assigned_to == "user:bob"
    assert last_event(store, ticket)[::3] == ("assigned", {"to": "user:bob"})
