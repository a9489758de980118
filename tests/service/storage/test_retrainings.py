"""One retraining at a time over all machines, held by a lease; how each ended is kept."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event

from service.storage.store import Store

LEASE = timedelta(minutes=5)


def test_while_one_is_under_way_no_other_begins(store, now):
    assert store.retrainings.begin(now, LEASE, 7)

    assert store.retrainings.begin(now, LEASE, 7) is None
    assert store.retrainings.begin(now + LEASE - timedelta(seconds=1), LEASE, 7) is None
    assert len(store.retrainings.latest()) == 1


def test_another_machine_sees_it_too(store, database_url, now):
    store.retrainings.begin(now, LEASE, 7)

    with closing(Store.at(database_url)) as other:
        assert other.retrainings.begin(now, LEASE, 7) is None


def test_after_a_crash_another_begins_when_the_lease_is_over(store, now):
    store.retrainings.begin(now, LEASE, 7)  # and its process dies

    assert store.retrainings.begin(now + LEASE, LEASE, 8)
    assert [one.labels_until for one in store.retrainings.latest()] == [8, 7]


def test_a_renewed_lease_holds_longer(store, now):
    held = store.retrainings.begin(now, LEASE, 7)
    store.retrainings.renew(now + timedelta(minutes=4), held, LEASE)

    assert store.retrainings.begin(now + timedelta(minutes=8), LEASE, 7) is None
    assert store.retrainings.begin(now + timedelta(minutes=9), LEASE, 7)


def test_what_has_ended_cannot_be_renewed(store, now):
    held = store.retrainings.begin(now, LEASE, 7)
    store.retrainings.end(now, held, "passed", "fine")
    store.retrainings.renew(now, held, LEASE)

    assert store.retrainings.begin(now + timedelta(seconds=1), LEASE, 7)


@pytest.mark.parametrize("outcome", ["promoted", "passed", "blocked", "failed", "nothing"])
def test_an_ended_one_says_how_and_makes_room(store, now, outcome):
    held = store.retrainings.begin(now, LEASE, 7)
    store.retrainings.end(now + timedelta(minutes=1), held, outcome, "desk orders: 0.9 -> 0.8", "m2")

    [one] = store.retrainings.latest()
    assert (one.id, one.started_at, one.finished_at) == (held, now, now + timedelta(minutes=1))
    assert (one.outcome, one.message, one.model, one.lease_until) == (
        outcome, "desk orders: 0.9 -> 0.8", "m2", None,
    )  # fmt: skip
    assert store.retrainings.begin(now + timedelta(minutes=1), LEASE, 9)


def test_one_under_way_has_no_outcome_yet(store, now):
    store.retrainings.begin(now, LEASE, 7)

    [one] = store.retrainings.latest()
    assert (one.outcome, one.model, one.finished_at, one.message) == (None, None, None, "under way")
    assert (one.lease_until, one.labels_until) == (now + LEASE, 7)


def test_the_latest_come_newest_first_and_no_more_than_asked_for(store, now):
    for day in range(5):
        at = now + timedelta(days=day)
        store.retrainings.end(at, store.retrainings.begin(at, LEASE, day), "passed", "")

    assert [one.labels_until for one in store.retrainings.latest(3)] == [4, 3, 2]


def begin_both(first, second, now):
    """Two machines begin at the same moment: each is let on after it has looked, if the database lets both look."""
    both_looked = Barrier(2)

    def wait(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO retrainings"):
            with suppress(BrokenBarrierError):
                both_looked.wait(1)

    for one in (first, second):
        event.listen(one.engine, "before_cursor_execute", wait)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda one: one.retrainings.begin(now, LEASE, 7), (first, second)))


def test_of_two_that_begin_at_the_same_moment_one_does(store, database_url, now, request):
    with closing(Store.at(database_url)) as other:
        begun = begin_both(store, other, now)

    assert sorted(one is not None for one in begun) == [False, True]
