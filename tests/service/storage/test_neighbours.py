"""The tickets before and after one in a list: in every order the list itself has, and past what it leaves out."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from service.storage.engine import writing
from service.storage.inquiries import NewTicket
from service.storage.tables import tickets
from service.storage.ticket_list import Filters
from service.submission import Submission

HOUR = timedelta(hours=1)


@pytest.fixture
def laid(store, now):
    """Nine tickets on two desks, of several priorities and due times."""
    made = []
    for number in range(9):
        at = now + timedelta(minutes=number)
        inquiry = store.inquiries.add(at, Submission(text=f"Inquiry {number}").values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        decision = {"category": "a", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m"}
        due = [None, now + HOUR, now + 9 * HOUR][number % 3]
        priority = ["normal", "urgent"][number % 2]
        new = NewTicket(["orders", "care"][number > 6], "a", 0.9, True, priority=priority, due_at=due)
        store.inquiries.decide(at, claimed, decision, [new])
        made.append(store.tickets.of_inquiry(inquiry.id)[0].id)
    return made


@pytest.mark.parametrize("by_urgency", [False, True], ids=["newest", "urgent"])
@pytest.mark.parametrize("desks", [["orders"], ["orders", "care"]], ids=["one desk", "two desks"])
def test_going_on_and_on_is_the_list_forth_and_back(store, laid, now, desks, by_urgency):
    at, filters = now + 2 * HOUR, Filters(by_urgency=by_urgency)
    listed = [one.id for one in store.lists.page(at, desks, filters, None, 50)]

    beside = [store.lists.neighbours(at, desks, filters, one) for one in listed]

    assert len(listed) == 7 if desks == ["orders"] else 9
    assert beside == list(zip([None, *listed[:-1]], [*listed[1:], None], strict=True))


def test_a_ticket_that_left_the_list_still_has_its_place(store, laid, now):
    with writing(store.engine) as connection:
        connection.execute(update(tickets).where(tickets.c.id == laid[3]).values(status="closed"))

    assert store.lists.neighbours(now, ["orders"], Filters(), laid[3]) == (laid[4], laid[2])
    assert store.lists.neighbours(now, ["orders"], Filters(), laid[4]) == (laid[5], laid[2])


@pytest.mark.parametrize("ticket_id", ["", "x", "' OR 1=1"])
def test_what_is_no_ticket_has_no_neighbours(store, laid, now, ticket_id):
    assert store.lists.neighbours(now, ["orders"], Filters(), ticket_id) == (None, None)
