"""A ticket that is sent to and fro stops at a named owner, and teaches nothing until that one settles it."""

from datetime import timedelta

import pytest

from model import configuration
from service import bounces, desk_work, intake
from service.access import Actor
from service.errors import Conflict, NotFound
from service.intake import Sender
from service.learning.golden_inquiries import add_ticket
from service.learning.labelled import labelled_texts
from service.pipeline.decision import Decision, Intent, Language, Translation
from service.settings import check
from service.storage.inquiries import NewTicket
from service.storage.outbox import Outbox
from service.storage.store import Store
from service.submission import Correction, Submission

OWNERS = {"LOKET_DESKS__ORDERS__OWNER": "anna", "LOKET_ROUTING__ARBITER": "iris"}
DECISION = Decision(
    language=Language(code="en", confidence=0.99, source="detector"),
    translation=Translation(status="not_needed"),
    category="order_status",
    confidence=0.9,
    desk="orders",
    automatic=True,
    reason="category order_status",
    model="20260302-093000-4f2a91",
)


def an_actor(name, *desks, also=()):
    return Actor(f"user:{name}", frozenset({"desk", *also}), frozenset(desks) if desks else None)


ANNA, BOB, CARL = an_actor("anna", "orders"), an_actor("bob", "care"), an_actor("carl", "finance")


@pytest.fixture
def settings(tmp_path):
    return check(configuration.read({"LOKET_DATA_DIR": str(tmp_path)} | OWNERS))


@pytest.fixture
def people(store, now):
    """Those whom the settings name."""
    store.people.add_user(now, "anna", "x", "agent", ["orders"])
    store.people.add_user(now, "iris", "x", "lead", ["triage"])


@pytest.fixture
def lay(store, now):
    """Lay an inquiry on its desks; answers the main ticket."""

    def make(*laid, **decided):
        inquiry = intake.submit(store, now, Submission(text="Where is my order?"), Sender(None, "192.0.2.1"))
        [claimed] = store.inquiries.claim(now, 1, 60)
        decision = DECISION.model_copy(update=decided).model_dump(mode="json")
        store.inquiries.decide(now, claimed, decision, laid or [NewTicket("orders", "order_status", 0.9, True)])
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make


@pytest.fixture
def send(store, settings, now):
    """Correct a ticket as somebody who has seen it as it is."""

    def act(actor, ticket, at=now, **correction):
        seen = store.tickets.get(ticket.id).version
        return desk_work.correct(store, settings, at, actor, ticket.id, Correction(**correction), seen)

    return act


@pytest.fixture
def bounced(people, lay, send):
    """A ticket that went from orders to care to finance, and was to go back to orders."""
    ticket = lay()
    send(ANNA, ticket, category="complaint")
    send(BOB, ticket, category="billing_invoice", comment="about an invoice")
    return send(CARL, ticket, category="order_change", comment="not ours")


def categories(store):
    return [one.categories for one in labelled_texts(store)]


def events(store, ticket, kind):
    return [event.details for event in store.journal(ticket.inquiry_id) if event.kind == kind]


def sources(store, ticket):
    """What counts of what was said."""
    return [(one.category, one.by) for one in store.labels.of_ticket(ticket.id)]


def test_the_third_move_goes_to_the_owner_of_the_desk_where_it_was_first_laid(store, settings, bounced, now):
    assert bounced == store.tickets.get(bounced.id)
    assert (bounced.desk, bounced.assigned_to, bounced.unsettled_since) == ("orders", "user:anna", now)
    assert (bounced.category, bounced.hops, bounced.comment) == ("billing_invoice", 2, "not ours")
    assert events(store, bounced, "bounced") == [{
        "from": ["billing_invoice", "finance"], "to": ["billing_invoice", "orders"],
        "wanted": ["order_change", "orders"], "been_on": ["orders", "care", "finance"], "owner": "user:anna",
    }]  # fmt: skip
    assert bounces.told(bounced, settings) == (
        "This ticket was sent on 2 times before, so it went to anna on Orders, who decides where it belongs; "
        "until then nothing is learned from it."
    )


def test_two_moves_are_made(store, people, lay, send):
    ticket = lay()
    send(ANNA, ticket, desk="care")
    twice = send(BOB, ticket, desk="orders")

    assert (twice.desk, twice.hops, twice.unsettled_since) == ("orders", 2, None)
    assert bounces.told(twice, None) is None


def test_correcting_a_category_on_the_same_desk_is_no_move(people, lay, send):
    ticket = lay()
    for category in ("order_change", "order_status", "order_change"):
        ticket = send(ANNA, ticket, category=category)

    assert (ticket.hops, ticket.unsettled_since) == (0, None)


def test_an_undone_move_does_not_count(store, people, lay, send, now):
    ticket = lay()
    send(ANNA, ticket, desk="care")
    desk_work.undo(store, now, ANNA, ticket.id)
    send(ANNA, ticket, desk="care")

    moved = send(BOB, ticket, desk="finance")
    last = send(CARL, ticket, desk="care")

    assert (moved.desk, moved.hops) == ("finance", 2)
    assert events(store, last, "bounced")[0]["been_on"] == ["orders", "care", "finance"]


@pytest.mark.parametrize(
    ("variables", "gone", "place"),
    [
        ({}, (), ("orders", "user:anna", "normal")),
        ({}, ("anna",), ("triage", "user:iris", "normal")),
        ({"LOKET_DESKS__ORDERS__OWNER": "iris"}, (), ("triage", "user:iris", "normal")),
        ({"LOKET_DESKS__ORDERS__OWNER": "nobody"}, (), ("triage", "user:iris", "normal")),
        ({}, ("anna", "iris"), ("triage", None, "high")),
    ],
    ids=["owner", "owner left", "owner elsewhere", "no such owner", "nobody"],
)
def test_without_an_owner_who_sees_it_the_arbiter_has_it_and_else_triage(
    store, people, lay, now, tmp_path, variables, gone, place
):
    settings = check(configuration.read({"LOKET_DATA_DIR": str(tmp_path)} | OWNERS | variables))
    for name in gone:
        store.people.change_user(name, disabled_at=now)
    ticket = lay()
    for actor, desk in ((ANNA, "care"), (BOB, "finance"), (CARL, "orders")):
        seen = store.tickets.get(ticket.id).version
        ticket = desk_work.correct(store, settings, now, actor, ticket.id, Correction(desk=desk), seen)

    assert (ticket.desk, ticket.assigned_to, ticket.priority) == place
    assert ticket.unsettled_since == now


def test_what_is_sent_twice_goes_to_the_owner_once(store, bounced, send):
    again = send(CARL, bounced, category="order_change", comment="not ours")

    assert again == bounced
    assert len(events(store, bounced, "bounced")) == 1


def test_the_owners_own_third_move_is_made_and_settles_it(store, people, lay, send):
    ticket = lay()
    send(ANNA, ticket, desk="care")
    send(BOB, ticket, desk="orders")

    moved = send(ANNA, ticket, category="billing_invoice")

    assert (moved.desk, moved.unsettled_since, moved.hops) == ("finance", None, 2)
    assert events(store, moved, "settled")
    assert sources(store, moved) == [("billing_invoice", "user:anna")]


def test_nothing_is_learned_of_it_until_it_is_settled(store, settings, bounced, now):
    assert categories(store) == []
    assert store.labels.of_ticket(bounced.id) == []
    assert store.tickets.count_unreviewed(["orders", "triage"], ["some other"]) == 0
    with pytest.raises(Conflict, match="settle first"):
        add_ticket(store, settings, now, ANNA, bounced)


def test_what_was_said_of_other_requests_of_the_same_inquiry_waits_too(store, settings, people, lay, send, now):
    intents = [
        Intent(category=category, confidence=0.9, text="Where?", desk=desk)
        for category, desk in (("order_status", "orders"), ("complaint", "care"))
    ]
    laid = [NewTicket("orders", "order_status", 0.9, True), NewTicket("care", "complaint", 0.9, True, 1)]
    ticket = lay(*laid, intents=tuple(intents))
    other = store.tickets.of_inquiry(ticket.inquiry_id)[1]
    desk_work.confirm(store, now, BOB, other.id)
    assert categories(store) == [("complaint", "order_status")] or categories(store) == [
        ("order_status", "complaint")
    ]

    for actor, desk in ((ANNA, "care"), (BOB, "finance"), (CARL, "orders")):
        send(actor, ticket, desk=desk)

    assert categories(store) == []


@pytest.mark.parametrize(
    "correction", [{"category": "order_change"}, {"desk": "orders"}], ids=["said", "moved only"]
)
def test_the_memory_hears_of_it_and_of_its_undoing(store, people, lay, send, now, correction):
    ticket = lay()
    send(ANNA, ticket, category="complaint")
    send(BOB, ticket, category="billing_invoice")
    heard = store.labels.newest_said()

    send(CARL, ticket, **correction)
    assert store.labels.said_of(heard, (), 10) == [ticket.inquiry_id]
    heard = store.labels.newest_said()

    undone = desk_work.undo(store, now, CARL, ticket.id)
    assert store.labels.said_of(heard, (), 10) == [ticket.inquiry_id]
    assert (undone.desk, undone.unsettled_since, undone.assigned_to) == ("finance", None, None)
    assert sources(store, ticket)[-1] == ("billing_invoice", "user:bob")


@pytest.mark.parametrize("agrees", ["complaint", "order_change", "return_refund"])
def test_settling_keeps_what_agrees_and_takes_back_what_does_not(store, settings, bounced, now, agrees):
    settled = desk_work.settle(store, settings, now, ANNA, bounced.id, Correction(category=agrees), bounced.version)

    assert (settled.unsettled_since, settled.category, settled.review) == (None, agrees, "corrected")
    assert settled.desk == settings.categories[agrees].desk
    said = {"complaint": [("complaint", "user:anna")], "order_change": [("order_change", "user:carl")]}
    assert sources(store, bounced) == [*said.get(agrees, []), (agrees, "user:anna")]
    assert categories(store) == [(agrees,)]


def test_settling_by_confirming_leaves_it_where_it_lies(store, settings, bounced, now):
    settled = desk_work.settle(store, settings, now, ANNA, bounced.id)

    assert (settled.desk, settled.review, settled.unsettled_since) == ("orders", "confirmed", None)
    assert (settled.assigned_to, settled.comment) == ("user:anna", "not ours")
    assert categories(store) == [("billing_invoice",)]


def test_confirming_and_correcting_settle_as_well(store, settings, bounced, send, now):
    assert desk_work.confirm(store, now, ANNA, bounced.id, bounced.version).unsettled_since is None
    desk_work.undo(store, now, ANNA, bounced.id)

    assert send(ANNA, bounced, desk="care").unsettled_since is None


def test_undoing_a_settlement_makes_it_wait_again_with_all_that_was_said(store, settings, bounced, now):
    desk_work.settle(store, settings, now, ANNA, bounced.id, Correction(category="return_refund"))
    undone = desk_work.undo(store, now + timedelta(minutes=9), ANNA, bounced.id)

    assert (undone.desk, undone.assigned_to, undone.unsettled_since) == ("orders", "user:anna", now)
    assert categories(store) == []
    desk_work.settle(store, settings, now, ANNA, bounced.id, Correction(category="complaint"))
    assert sources(store, bounced) == [("complaint", "user:anna"), ("complaint", "user:anna")]


def test_a_settled_ticket_that_is_sent_on_once_more_goes_to_the_owner_at_once(settings, store, bounced, send, now):
    desk_work.settle(store, settings, now, ANNA, bounced.id, Correction(category="complaint"))

    assert send(BOB, bounced, desk="finance").assigned_to == "user:anna"


def test_nobody_else_settles_it(store, settings, bounced, now):
    colleague, lead = an_actor("eve", "orders"), an_actor("lea", "orders", also=["figures"])
    for act in (
        lambda: desk_work.confirm(store, now, colleague, bounced.id, bounced.version),
        lambda: desk_work.settle(store, settings, now, colleague, bounced.id, Correction(desk="care")),
        lambda: desk_work.assign(store, now, colleague, bounced.id, colleague.name, bounced.version),
    ):
        with pytest.raises(Conflict, match="waits for anna"):
            act()
    with pytest.raises(NotFound):
        desk_work.settle(store, settings, now, BOB, bounced.id)
    assert store.tickets.get(bounced.id) == bounced

    assert desk_work.settle(store, settings, now, lead, bounced.id).unsettled_since is None


def test_what_nobody_owns_is_settled_by_whoever_is_on_triage(store, settings, lay, send, now):
    ticket = lay()
    for actor, desk in ((ANNA, "care"), (BOB, "finance"), (CARL, "orders")):
        ticket = send(actor, ticket, desk=desk)

    settled = desk_work.settle(store, settings, now, an_actor("eve", "triage"), ticket.id, Correction(desk="care"))
    assert (settled.desk, settled.unsettled_since) == ("care", None)


def test_there_is_nothing_to_settle_of_another_ticket(store, settings, lay, now):
    with pytest.raises(Conflict, match="nothing to settle"):
        desk_work.settle(store, settings, now, ANNA, lay().id)


def test_receivers_of_both_desks_hear_that_it_moved(store, settings, people, lay, send):
    posting = Store(store.engine, Outbox({"finance": ("hook",), "orders": ("mail",)}))
    ticket = lay()
    send(ANNA, ticket, desk="care")
    send(BOB, ticket, desk="finance")
    now = ticket.created_at
    desk_work.correct(
        posting, settings, now, CARL, ticket.id, Correction(desk="sales"), store.tickets.get(ticket.id).version
    )

    with store.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT target, event FROM deliveries ORDER BY target").all()
    assert [tuple(row) for row in found] == [("hook", "ticket.moved"), ("mail", "ticket.moved")]
