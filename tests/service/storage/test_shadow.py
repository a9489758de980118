"""What the challenger says of live inquiries routes nothing; what decisions came from is counted."""

from datetime import timedelta

import pytest

from service.storage.inquiries import NewTicket
from service.storage.tickets import Change
from service.submission import Submission

SAID = {"category": "complaint", "confidence": 0.8, "desk": "care", "automatic": True}
DECISION = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m1"}


@pytest.fixture
def lay(store, now):
    """Lay an inquiry on desks, perhaps by the help of labelled ones; answers its id."""
    laid = []

    def make(*desks, similar=(), remembered=None):
        at = now + timedelta(minutes=len(laid))
        inquiry = store.inquiries.add(at, Submission(text="Where is it?").values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, 60)
        decision = DECISION | {"similar": [{"inquiry": one} for one in similar]}
        decision |= {"remembered": {"inquiry": remembered} if remembered else None}
        tickets = [
            NewTicket(desk, "order_status", 0.9, True, place) for place, desk in enumerate(desks or ["orders"])
        ]
        assert store.inquiries.decide(at, claimed, decision, tickets)
        laid.append(inquiry.id)
        return inquiry.id

    return make


@pytest.fixture
def say(store, now):
    def make(inquiry_id, model="m2", **said):
        store.shadow_decisions.add(now, inquiry_id, model, SAID | said)

    return make


@pytest.fixture
def correct(store, now):
    def act(inquiry_id, desk="care", source="correction", intent=0):
        ticket = store.tickets.of_inquiry(inquiry_id)[intent]
        change = Change({"desk": desk}, "corrected", {}, ("complaint", source))
        store.tickets.change(now, ticket.id, "user:anna", lambda _: change)

    return act


def test_what_it_has_looked_at_and_would_lay_elsewhere_is_counted(store, lay, say):
    say(lay("orders"))
    say(lay("care"))
    say(lay("orders"), desk="orders")

    assert store.shadow_decisions.counts("m2") == (3, 1)


def test_each_model_is_counted_by_itself(store, lay, say):
    inquiry = lay("orders")
    say(inquiry)
    say(inquiry, model="m3", desk="orders")

    assert (store.shadow_decisions.counts("m2"), store.shadow_decisions.counts("m3")) == ((1, 1), (1, 0))
    assert store.shadow_decisions.counts("m4") == (0, 0)


def test_it_says_a_thing_once(store, lay, say):
    inquiry = lay("orders")
    say(inquiry)
    say(inquiry, desk="orders")

    assert store.shadow_decisions.counts("m2") == (1, 1)


def test_what_a_person_moved_to_where_it_would_lay_it_is_no_disagreement(store, lay, say, correct):
    inquiry = lay("orders")
    say(inquiry)
    correct(inquiry, desk="care")

    assert store.shadow_decisions.counts("m2") == (1, 0)
    assert store.shadow_decisions.disagreements("m2", 10) == []


def test_an_inquiry_with_several_requests_counts_once_by_its_main_one(store, lay, say):
    say(lay("care", "orders"))

    assert store.shadow_decisions.counts("m2") == (1, 0)


def test_disagreements_come_newest_first_with_what_it_said(store, lay, say):
    first, second, third = lay("orders"), lay("orders"), lay("care")
    for one in (first, second, third):
        say(one, confidence=0.75)

    found = store.shadow_decisions.disagreements("m2", 10)

    assert [one.inquiry.id for one in found] == [second, first]
    assert (found[0].category, found[0].confidence, found[0].desk, found[0].automatic) == (
        "complaint", 0.75, "care", True,
    )  # fmt: skip
    assert found[0].inquiry == store.inquiries.get(second)
    assert len(store.shadow_decisions.disagreements("m2", 1)) == 1


def test_what_is_out_of_scope_has_no_category(store, lay, say):
    say(lay("orders"), category=None, desk="triage", automatic=False)

    [one] = store.shadow_decisions.disagreements("m2", 10)
    assert (one.category, one.automatic) == (None, False)


def test_nothing_is_routed_by_it(store, lay, say):
    inquiry = lay("orders")
    say(inquiry)

    assert [one.desk for one in store.tickets.of_inquiry(inquiry)] == ["orders"]
    assert store.inquiries.get(inquiry).decision["desk"] == "orders"


def test_what_was_decided_by_its_help_stands_until_a_person_says_otherwise(store, lay, correct):
    labelled = lay()
    wrong = lay(similar=[labelled])
    lay(similar=[labelled])

    assert store.citations.helped(labelled) == (2, 2)

    correct(wrong)
    assert store.citations.helped(labelled) == (2, 1)


@pytest.mark.parametrize("source", ["confirmation", "closed"])
def test_who_says_that_it_is_right_takes_nothing_away(store, lay, correct, source):
    labelled = lay()
    correct(lay(similar=[labelled]), source=source)

    assert store.citations.helped(labelled) == (1, 1)


def test_a_second_correction_counts_once(store, lay, correct):
    labelled = lay()
    wrong = lay(similar=[labelled])
    correct(wrong)
    correct(wrong)

    assert store.citations.helped(labelled) == (1, 0)


def test_the_main_request_alone_is_asked(store, lay, correct):
    labelled = lay()
    mixed = lay("orders", "care", similar=[labelled])
    correct(mixed, intent=1)

    assert store.citations.helped(labelled) == (1, 1)


def test_what_followed_a_correction_counts_for_that_alone(store, lay):
    followed, similar = lay(), lay()
    lay(similar=[similar], remembered=followed)

    assert (store.citations.helped(followed), store.citations.helped(similar)) == ((1, 1), (0, 0))


def test_two_texts_of_one_inquiry_count_once(store, lay):
    labelled = lay()
    lay(similar=[labelled, labelled, None])

    assert store.citations.helped(labelled) == (1, 1)


def test_what_was_decided_before_a_moment_is_left_out(store, lay, now):
    labelled = lay()
    lay(similar=[labelled])  # a minute later
    lay(similar=[labelled])  # two minutes later

    assert store.citations.helped(labelled, now + timedelta(minutes=2)) == (1, 1)
    assert store.citations.helped(labelled, now + timedelta(hours=1)) == (0, 0)


def test_what_helped_nothing_helped_nothing(store, lay):
    assert store.citations.helped(lay()) == (0, 0)
