"""Targets in trouble: each is left alone in its own way, and none takes another's places."""

from datetime import timedelta

import pytest

from service.delivery.parcel import Outcome, Problem
from service.delivery.schedule import TRIES
from tests.service.delivery.parts import Scripted, dispatcher_of, lay, run


def statuses(store, ticket):
    return [one.status for one in store.deliveries.of_ticket(ticket.id)]


@pytest.fixture
def store(open_store):
    return open_store("hook")


def test_a_receiver_that_is_gone_is_left_alone_until_it_is_enabled(store, clock):
    first, sender = lay(store, clock()), Scripted(lambda _: Outcome(Problem.GONE, gone=True))
    dispatcher = dispatcher_of(store, clock, hook=sender)
    run(dispatcher)
    second = lay(store, clock())
    clock.forward(days=30)
    while_disabled = run(dispatcher)

    sender.answer = lambda _: Outcome()
    enabled = store.deliveries.enable(clock(), "hook")
    run(dispatcher)

    assert while_disabled == []
    assert enabled == (True, 2)
    assert store.deliveries.disabled() == {}
    assert statuses(store, first) + statuses(store, second) == ["delivered", "delivered"]
    assert [parcel.attempt for parcel in sender.sent] == [1, 1, 1]


def test_a_receiver_that_limits_its_rate_is_left_alone_as_long_as_it_says(store, clock):
    lay(store, clock()), lay(store, clock())
    sender = Scripted(lambda _: Outcome(Problem.RATE_LIMITED, retry_after=timedelta(minutes=10)))
    dispatcher = dispatcher_of(store, clock, concurrency=1, hook=sender)
    run(dispatcher)
    clock.forward(minutes=9)
    early = run(dispatcher)
    sender.answer = lambda _: Outcome()
    clock.forward(minutes=1)

    assert early == []
    assert [one.problem for one in run(dispatcher)] == [None, None]


def test_not_every_ticket_waits_for_the_time_out_of_a_dead_receiver(store, clock):
    for _ in range(20):
        lay(store, clock())
    sender = Scripted(lambda _: Outcome(Problem.TIMEOUT))
    dispatcher = dispatcher_of(store, clock, concurrency=1, hook=sender)

    run(dispatcher)
    before_the_pause = len(sender.sent)
    clock.forward(seconds=31)
    run(dispatcher)

    assert before_the_pause == 3
    assert len(sender.sent) == 4


def test_a_ticket_that_is_refused_does_not_stop_the_others(store, clock):
    tickets = [lay(store, clock()) for _ in range(6)]
    bad = {ticket.id for ticket in tickets[:4]}
    sender = Scripted(lambda parcel: Outcome(Problem.REFUSED if parcel.ticket.id in bad else None))

    run(dispatcher_of(store, clock, concurrency=1, hook=sender))

    assert [statuses(store, ticket) for ticket in tickets[4:]] == [["delivered"], ["delivered"]]


def test_a_target_takes_no_more_than_its_places_and_none_of_anothers(open_store, clock):
    store = open_store("slow", "quick")
    for _ in range(5):
        lay(store, clock())
    dispatcher = dispatcher_of(store, clock, concurrency=2, slow=Scripted(), quick=Scripted())

    taken = dispatcher.claim()
    more = dispatcher.claim()
    for one in taken:
        if one.delivery.target == "quick":
            dispatcher.deliver(one)
    freed = dispatcher.claim()

    assert sorted(one.delivery.target for one in taken) == ["quick", "quick", "slow", "slow"]
    assert (more, [one.delivery.target for one in freed]) == ([], ["quick", "quick"])


def test_a_sender_that_breaks_ends_nothing(store, clock):
    def broken(_parcel):
        raise RuntimeError("a fault of ours")

    ticket, sender = lay(store, clock()), Scripted(broken)
    dispatcher = dispatcher_of(store, clock, hook=sender)

    assert run(dispatcher) == [Outcome(Problem.BROKEN)]
    sender.answer = lambda _: Outcome()
    clock.forward(seconds=5)
    run(dispatcher)
    assert statuses(store, ticket) == ["delivered"]


def test_what_kills_its_sender_again_and_again_fails_in_the_end(store, clock):
    ticket = lay(store, clock())
    for _ in range(TRIES):
        dispatcher_of(store, clock, hook=Scripted()).claim()
        clock.forward(hours=1)

    run(dispatcher_of(store, clock, hook=Scripted()))

    (delivery,) = store.deliveries.of_ticket(ticket.id)
    assert (delivery.status, delivery.problem) == ("failed", "broken")


def test_a_target_that_is_configured_no_more_is_waited_for_as_long_as_any_other(store, clock):
    ticket = lay(store, clock())
    other = dispatcher_of(store, clock, another=Scripted())

    clock.forward(days=2)
    early = other.give_up_unknown()
    clock.forward(days=2)
    late = other.give_up_unknown()

    (delivery,) = store.deliveries.of_ticket(ticket.id)
    assert (early, late, delivery.status, delivery.problem) == (0, 1, "failed", "no_target")
