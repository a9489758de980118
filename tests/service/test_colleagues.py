"""Giving a ticket to somebody: only to who sees its desk, and never unseen over another's head."""

import pytest

from service import colleagues
from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound
from service.storage.inquiries import NewTicket
from service.submission import Submission

ANNA = Actor("user:anna", frozenset({"desk"}), frozenset({"orders"}))
PEOPLE = {"anna": ("agent", ["orders"]), "bob": ("lead", ["orders", "care"]), "carol": ("agent", ["care"]),
          "dave": ("scientist", ["orders"]), "erin": ("admin", [])}  # fmt: skip


@pytest.fixture
def ticket(store, now):
    for name, (role, desks) in PEOPLE.items():
        store.people.add_user(now, name, "hash", role, desks)
    inquiry = store.inquiries.add(now, Submission(text="Where is my order?").values() | {"submitted_by": None})
    [claimed] = store.inquiries.claim(now, 1, 60)
    decision = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m"}
    store.inquiries.decide(now, claimed, decision, [NewTicket("orders", "order_status", 0.9, automatic=True)])
    return store.tickets.of_inquiry(inquiry.id)[0]


def test_the_colleagues_of_a_desk_are_who_sees_its_tickets(store, ticket):
    assert colleagues.of_desk(store.people, "orders") == ["user:anna", "user:bob", "user:erin"]


def test_who_was_disabled_is_nobodys_colleague(store, ticket, now):
    store.people.change_user("bob", disabled_at=now)

    assert "user:bob" not in colleagues.of_desk(store.people, "orders")


@pytest.mark.parametrize("to", ["user:anna", "user:bob", None])
def test_a_ticket_is_taken_given_and_released(store, ticket, now, to):
    colleagues.give(store, now, ANNA, ticket.id, to)

    assert store.tickets.get(ticket.id).assigned_to == to


@pytest.mark.parametrize("to", ["user:carol", "user:dave", "user:nobody", "bob", "key:shop"])
def test_nobody_is_given_what_they_may_not_see(store, ticket, now, to):
    with pytest.raises(InvalidInput, match="nobody of that name"):
        colleagues.give(store, now, ANNA, ticket.id, to)

    assert store.tickets.get(ticket.id) == ticket


def test_a_ticket_of_another_desk_is_not_found(store, ticket, now):
    other = Actor("user:carol", frozenset({"desk"}), frozenset({"care"}))

    with pytest.raises(NotFound):
        colleagues.give(store, now, other, ticket.id, other.name)


def test_a_ticket_that_another_has_is_taken_only_by_who_saw_that(store, ticket, now):
    bob = Actor("user:bob", frozenset({"desk"}), None)
    taken = colleagues.give(store, now, ANNA, ticket.id, ANNA.name)

    with pytest.raises(Conflict):
        colleagues.give(store, now, bob, ticket.id, bob.name, ticket.version)
    assert colleagues.give(store, now, bob, ticket.id, bob.name, taken.version).assigned_to == bob.name
