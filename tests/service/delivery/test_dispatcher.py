"""Delivering: nothing lost, nothing twice, in order per ticket, and one target's trouble is its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service import desk_work
from service.access import Actor
from service.delivery.parcel import Outcome, Problem
from service.delivery.schedule import TRIES, next_try
from service.storage.outbox import LAID
from tests.service.delivery.parts import Scripted, dispatcher_of, down, lay, run

SPANS = [
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
]  # fmt: skip
ANNA = Actor("user:anna", frozenset({"desk"}), None)


def confirm(store, clock, ticket):
    desk_work.confirm(store, clock(), ANNA, ticket.id)


def close(store, clock, ticket):
    desk_work.close(store, clock(), ANNA, ticket.id)


def delivered_ids(sender):
    return [parcel.id for parcel in sender.sent]


def statuses(store, ticket):
    return [one.status for one in store.deliveries.of_ticket(ticket.id)]


@pytest.fixture
def store(open_store):
    return open_store("hook")


def test_a_ticket_is_delivered_once_with_all_that_is_known_of_it(store, clock):
    ticket, sender = lay(store, clock()), Scripted()

    run(dispatcher_of(store, clock, hook=sender))
    again = run(dispatcher_of(store, clock, hook=sender))

    (parcel,) = sender.sent
    assert again == []
    assert (parcel.event, parcel.attempt, parcel.ticket, parcel.at) == (LAID, 1, ticket, clock())
    assert (parcel.inquiry.text, parcel.decision.translation.text) == (
        "Waar blijft mijn bestelling?", "Where is my order?",
    )  # fmt: skip
    assert (parcel.desk_name, parcel.url) == ("Orders", f"https://desk.example.com/tickets/{ticket.id}")
    assert statuses(store, ticket) == ["delivered"]


def test_the_schedule_is_that_of_standard_webhooks_and_jitter_only_lengthens_it(now):
    shortest = [next_try(now, attempt, 0.0) - now for attempt in range(1, TRIES)]
    longest = [next_try(now, attempt, 1.0) - now for attempt in range(1, TRIES)]

    assert shortest == SPANS
    assert longest == [span * 1.1 for span in SPANS]
    assert next_try(now, TRIES, 0.0) is None


def test_a_receiver_that_wants_to_be_waited_for_is_never_tried_sooner(now):
    assert next_try(now, 1, 0.0, timedelta(hours=1)) == now + timedelta(hours=1)
    assert next_try(now, 3, 0.0, timedelta(seconds=1)) == now + SPANS[2]


def test_a_dead_receiver_is_tried_ten_times_over_three_days_and_then_it_shows(store, clock):
    ticket, sender, began = lay(store, clock()), Scripted(down), clock()
    dispatcher, tried = dispatcher_of(store, clock, hook=sender), []

    for _ in range(12):
        if run(dispatcher):
            tried.append(clock() - began)
        clock.now = max(clock(), store.deliveries.of_ticket(ticket.id)[0].due_at)

    assert tried == [sum(SPANS[:number], timedelta()) for number in range(TRIES)]
    assert len(set(delivered_ids(sender))) == 1
    assert [parcel.attempt for parcel in sender.sent] == list(range(1, 11))
    (failed,) = store.deliveries.of_ticket(ticket.id)
    assert (failed.status, failed.problem, failed.attempts) == ("failed", "unreachable", 10)
    event = store.journal(ticket.inquiry_id)[-1]
    assert (event.kind, event.details["target"], event.details["problem"]) == (
        "delivery_failed", "hook", "unreachable",
    )  # fmt: skip


def test_nothing_is_sent_before_it_is_due(store, clock):
    lay(store, clock())
    sender = Scripted(down)
    dispatcher = dispatcher_of(store, clock, hook=sender)
    run(dispatcher)

    clock.forward(seconds=4, milliseconds=999)
    early = run(dispatcher)
    clock.forward(milliseconds=1)

    assert (early, len(run(dispatcher))) == ([], 1)


def test_a_receiver_that_was_down_for_hours_gets_everything_under_the_same_ids(store, clock):
    tickets, sender = [lay(store, clock()) for _ in range(8)], Scripted(down)
    dispatcher = dispatcher_of(store, clock, hook=sender)
    for _ in range(6 * 60):
        run(dispatcher)
        clock.forward(minutes=1)
    failed = set(delivered_ids(sender))

    sender.answer, sender.sent = (lambda _: Outcome()), []
    for _ in range(24):
        run(dispatcher)
        clock.forward(hours=1)

    assert set(delivered_ids(sender)) == failed
    assert len(sender.sent) == 8
    assert [statuses(store, ticket) for ticket in tickets] == [["delivered"]] * 8


def test_what_happens_to_a_ticket_arrives_in_order_though_the_first_takes_hours(store, clock):
    ticket, sender = lay(store, clock()), Scripted(down)
    confirm(store, clock, ticket)
    close(store, clock, ticket)
    dispatcher = dispatcher_of(store, clock, hook=sender)
    run(dispatcher)
    clock.forward(minutes=2)
    run(dispatcher)
    tried = {parcel.event for parcel in sender.sent}

    sender.answer, sender.sent = (lambda _: Outcome()), []
    clock.forward(hours=3)
    run(dispatcher)

    assert tried == {LAID}
    assert [parcel.event for parcel in sender.sent] == ["ticket.laid", "ticket.confirmed", "ticket.closed"]
    assert len(set(delivered_ids(sender))) == 3


def test_events_of_one_ticket_are_never_under_way_together(store, clock):
    ticket = lay(store, clock())
    confirm(store, clock, ticket)
    dispatcher = dispatcher_of(store, clock, hook=Scripted())

    (first,) = dispatcher.claim()
    meanwhile = dispatcher.claim()
    dispatcher.deliver(first)
    (second,) = dispatcher.claim()

    assert meanwhile == []
    assert (first.delivery.event, second.delivery.event) == ("ticket.laid", "ticket.confirmed")


def test_another_ticket_does_not_wait(store, clock):
    slow, quick = lay(store, clock()), lay(store, clock())
    sender = Scripted(lambda parcel: Outcome(Problem.REFUSED if parcel.ticket.id == slow.id else None))

    run(dispatcher_of(store, clock, hook=sender))

    assert (statuses(store, slow), statuses(store, quick)) == (["waiting"], ["delivered"])


def test_a_delivery_that_failed_for_good_lets_the_next_one_go(store, clock):
    ticket = lay(store, clock())
    confirm(store, clock, ticket)
    sender = Scripted(
        lambda parcel: Outcome(Problem.NO_SUCH_GROUP, final=True) if parcel.event == LAID else Outcome()
    )

    run(dispatcher_of(store, clock, hook=sender))

    assert statuses(store, ticket) == ["failed", "delivered"]


def test_two_dispatchers_share_the_work(store, clock):
    for _ in range(6):
        lay(store, clock())
    one, another = (dispatcher_of(store, clock, hook=Scripted()) for _ in range(2))

    taken = [claimed.delivery.id for dispatcher in (one, another) for claimed in dispatcher.claim()]

    assert len(taken) == len(set(taken)) == 6


def test_a_dispatcher_that_died_in_the_middle_is_followed_by_another_with_the_same_id(store, clock):
    ticket, sender = lay(store, clock()), Scripted()
    (lost,) = dispatcher_of(store, clock, hook=sender).claim()
    clock.forward(seconds=61)

    run(dispatcher_of(store, clock, hook=sender))

    assert delivered_ids(sender) == [lost.delivery.id]
    assert [parcel.attempt for parcel in sender.sent] == [2]
    assert statuses(store, ticket) == ["delivered"]


def test_who_lost_the_lease_writes_nothing(store, clock):
    ticket = lay(store, clock())
    slow = dispatcher_of(store, clock, hook=Scripted(down))
    (late,) = slow.claim()
    clock.forward(seconds=61)
    (held,) = dispatcher_of(store, clock, hook=Scripted()).claim()

    slow.deliver(late)

    (delivery,) = store.deliveries.of_ticket(ticket.id)
    assert (delivery.status, delivery.problem, delivery.attempts) == ("waiting", None, 2)
    assert store.deliveries.delivered(clock(), held, None)


def test_what_is_replayed_keeps_its_id_and_starts_anew(store, clock):
    ticket, sender = lay(store, clock()), Scripted(lambda _: Outcome(Problem.REFUSED, final=True))
    dispatcher = dispatcher_of(store, clock, hook=sender)
    run(dispatcher)

    sender.answer = lambda _: Outcome()
    count = store.deliveries.replay(clock(), delivered_ids(sender))
    run(dispatcher)

    assert count == 1
    assert len(set(delivered_ids(sender))) == 1
    assert statuses(store, ticket) == ["delivered"]


def test_what_is_under_way_is_not_replayed(store, clock):
    lay(store, clock())
    (claimed,) = dispatcher_of(store, clock, hook=Scripted()).claim()

    assert store.deliveries.replay(clock(), [claimed.delivery.id, "no id"]) == 0


def test_what_the_ticket_is_called_there_is_kept_also_of_a_try_that_failed_half_way(store, clock):
    ticket = lay(store, clock())
    sender = Scripted(lambda _: Outcome(Problem.TIMEOUT, remote_id="4711", remote_state={"group": "Orders"}))
    dispatcher = dispatcher_of(store, clock, hook=sender)
    run(dispatcher)
    sender.answer = lambda _: Outcome(remote_id="4711")
    clock.forward(seconds=5)
    run(dispatcher)

    assert [parcel.remote_id for parcel in sender.sent] == [None, "4711"]
    assert sender.sent[1].remote_state == {"group": "Orders"}
    assert store.deliveries.ticket_of("hook", "4711") == ticket.id


def test_the_journal_tells_of_deliveries_without_personal_data(store, clock):
    ticket = lay(store, clock(), text="I am Ann", name="Ann", email="ann@example.com")

    run(dispatcher_of(store, clock, hook=Scripted()))

    event = store.journal(ticket.inquiry_id)[-1]
    (delivery,) = store.deliveries.of_ticket(ticket.id)
    assert (event.kind, event.actor, event.ticket_id) == ("delivered", "loket", ticket.id)
    assert event.details == {"target": "hook", "event": LAID, "delivery": delivery.id}


def test_a_target_gets_only_the_events_that_it_wants(open_store, clock):
    store = open_store("hook", events={"hook": (LAID,)})
    ticket, sender = lay(store, clock()), Scripted()
    confirm(store, clock, ticket)

    run(dispatcher_of(store, clock, hook=sender))

    assert [parcel.event for parcel in sender.sent] == [LAID]


def test_two_changes_in_one_moment_keep_their_order(store, clock):
    ticket = lay(store, clock())
    for _ in range(3):
        confirm(store, clock, ticket)
        desk_work.undo(store, clock(), ANNA, ticket.id)

    numbers = [one.number for one in store.deliveries.of_ticket(ticket.id)]

    assert numbers == [1, 2, 3, 4, 5, 6, 7]


def test_counts_tell_what_waits_and_how_long(store, clock):
    began = clock()
    lay(store, began)
    clock.forward(minutes=1)
    lay(store, clock())

    assert store.deliveries.counts() == {("hook", "waiting"): 2}
    assert store.deliveries.oldest_waiting() == {"hook": began}
    newest, oldest = store.deliveries.newest(10)
    assert (newest.created_at, oldest.created_at) == (clock(), began)
    assert replace(newest) == store.deliveries.get(newest.id)
