"""The feed reaches its receivers whole and in order, whatever happens to them and to us on the way."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from service.delivery.http import Client
from service.journey_settings import Receiver
from service.journeys.push import FeedThreads, Pusher
from service.storage.engine import writing

SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()


@dataclass
class Clock:
    """Now, which is moved by hand, near the real one: receivers refuse signatures of another day."""

    now: datetime

    def __call__(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock(real_now):
    return Clock(real_now)


@pytest.fixture
def pusher(journeys, hook, clock):
    """Make what pushes to the receiver, or to another address."""

    def make(url=None, name="warehouse", **values):
        settings = {"name": name, "url": url or hook.url, "secret": SECRET, "allow_private": True} | values
        return Pusher(journeys, Receiver(**settings), clock, Client(allow_private=True), chance=lambda: 0.0)

    return make


def push_all(pusher):
    while pusher.push():
        pass


def test_batches_come_in_order_signed_and_as_cloud_events(pusher, hook, submit, decide, journeys):
    for minute in range(3):
        submit(minutes=minute)
    decide(minutes=5)

    push_all(pusher(batch=4))

    assert hook.ids == [str(number) for number in range(1, 10)]
    assert [len(events) for _, _, events in hook.got] == [4, 4, 1]
    assert Webhook(SECRET).verify(hook.bodies[0], hook.got[0][1]) == hook.got[0][2]
    assert hook.got[0][1]["content-type"] == "application/cloudevents-batch+json"
    assert hook.got[0][2] == journeys.page(0, 4).events


def test_what_a_receiver_has_is_not_pushed_again(pusher, hook, submit):
    submit()
    push_all(pusher())
    submit(minutes=1)
    push_all(pusher())

    assert hook.ids == ["1", "2"]


def test_a_dead_receiver_loses_nothing_and_gets_the_same_batch_under_the_same_id(pusher, hook, submit, clock):
    submit()
    hook.statuses = [500, 503, 400]
    one = pusher()
    one.push()
    for hours in (1, 1, 1):
        submit(minutes=hours)
        clock.forward(hours=hours)
        one.push()
    push_all(one)

    assert [status for status, _, _ in hook.got] == [500, 503, 400, 204, 204]
    assert len(set(hook.messages[:4])) == 1
    assert [[event["id"] for event in events] for _, _, events in hook.got] == [["1"]] * 4 + [["2", "3", "4"]]


def test_a_receiver_is_tried_by_the_schedule_of_deliveries_and_never_given_up(pusher, hook, submit, clock, store):
    submit()
    hook.statuses = [500] * 30
    one, pauses = pusher(), []
    for _ in range(12):
        one.push()
        due_at = store.feed_positions.get("warehouse").due_at
        pauses.append(due_at - clock())
        clock.now = due_at - timedelta(milliseconds=1)
        one.push()
        clock.now = due_at

    assert len(hook.got) == 12
    assert pauses[:3] == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    assert pauses[8:] == [timedelta(hours=24)] * 4


def test_a_dead_receiver_stops_only_its_own_feed(pusher, hook, submit, store):
    submit()
    with_nobody = pusher("http://127.0.0.1:9/", name="dead")

    with_nobody.push()
    push_all(pusher())

    assert hook.ids == ["1"]
    assert store.feed_positions.get("dead").problem == "unreachable"


def test_a_receiver_that_is_gone_gets_nothing_until_it_is_resumed(pusher, hook, submit, clock, store):
    submit()
    hook.statuses = [410]
    one = pusher()
    one.push()
    clock.forward(days=30)
    one.push()
    before = len(hook.got)
    store.feed_positions.resume(clock(), "warehouse")
    push_all(one)

    assert (before, hook.ids) == (1, ["1"])


def test_killed_before_the_answer_was_written_the_same_batch_is_sent_again(pusher, hook, submit, clock, store):
    submit()
    one, position = pusher(), None
    store.feed_positions.begin(clock(), "warehouse", 0)
    position = store.feed_positions.get("warehouse")
    page = one._journeys.page(0, 100)
    assert store.feed_positions.take(clock(), position, page.cursor, clock() + timedelta(seconds=60))
    one._send(position, page)
    submit(minutes=1)  # the process that had the batch is gone

    one.push()
    assert len(hook.got) == 1  # somebody may still be at it
    clock.forward(seconds=61)
    push_all(one)

    assert hook.messages[0] == hook.messages[1]
    assert [[event["id"] for event in events] for _, _, events in hook.got] == [["1"], ["1"], ["2"]]


def test_two_workers_push_a_batch_once(pusher, hook, submit, clock, store):
    submit()
    store.feed_positions.begin(clock(), "warehouse", 0)
    read_by_both = store.feed_positions.get("warehouse")
    until = clock() + timedelta(seconds=60)

    taken = [store.feed_positions.take(clock(), read_by_both, 1, until) for _ in range(2)]

    assert taken == [True, False]


def test_who_lost_its_lease_does_not_move_the_receiver_back(pusher, hook, submit, clock, store):
    submit()
    positions = store.feed_positions
    slow = positions.begin(clock(), "warehouse", 0)
    assert positions.take(clock(), slow, 1, clock() + timedelta(seconds=1))
    clock.forward(seconds=2)
    push_all(pusher())
    submit(minutes=1)
    push_all(pusher())

    assert not positions.fail(slow, clock(), "timeout")
    assert not positions.advance(slow, 1, clock())
    assert positions.get("warehouse").event_id == 2


def test_a_receiver_gets_only_the_types_that_it_asked_for(pusher, hook, submit, decide, store):
    submit()
    decide()
    submit(minutes=1)

    push_all(pusher(types=["received"], batch=1))

    assert hook.ids == ["1", "4"]
    assert store.feed_positions.get("warehouse").event_id == 4


def test_a_receiver_without_history_begins_with_what_comes(pusher, hook, submit):
    submit()
    one = pusher(history=False)
    push_all(one)
    submit(minutes=1)
    push_all(one)

    assert hook.ids == ["2"]


def test_threads_push_what_comes_and_end_when_told(pusher, hook, submit, wait_until):
    threads = FeedThreads([pusher(), pusher("http://127.0.0.1:9/", name="dead")], poll_seconds=0.01)
    threads.start()
    submit()
    wait_until(lambda: hook.ids == ["1"])
    threads.stop()
    threads.join()

    assert not any(thread.is_alive() for thread in threads._threads)


def test_a_database_that_is_away_for_a_while_ends_no_thread(pusher, hook, submit, store, wait_until, caplog):
    """The table is put away and brought back, which is as bad as a database that is not to be had."""
    threads = FeedThreads([pusher()], poll_seconds=0.01)
    with writing(store.engine) as connection:
        connection.execute(text("ALTER TABLE feed_positions RENAME TO away"))
    threads.start()
    submit()
    wait_until(lambda: "feed broke" in caplog.text or "database unavailable" in caplog.text)
    with writing(store.engine) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO feed_positions"))

    wait_until(lambda: hook.ids == ["1"])
    threads.stop()
    threads.join()
