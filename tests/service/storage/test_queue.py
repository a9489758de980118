"""The inquiries table as a queue: claimed by one, lost to nobody, decided once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.storage.inquiries import NewTicket
from service.storage.store import Store
from service.submission import Submission

LATER = timedelta(seconds=61)
TICKET = NewTicket("orders", "order_status", 0.9, automatic=True)
DECISION = {"category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": "m"}


def _add(store, now, text="Where is it?"):
    return store.inquiries.add(now, Submission(text=text).values() | {"submitted_by": None})


def test_what_is_added_can_be_claimed_once(store, now):
    added = _add(store, now)

    [claimed] = store.inquiries.claim(now, 10, 60)

    assert (claimed.inquiry.id, claimed.inquiry.attempts) == (added.id, 1)
    assert store.inquiries.claim(now, 10, 60) == []


def test_oldest_is_claimed_first(store, now):
    ids = [_add(store, now + timedelta(seconds=second)).id for second in range(3)]

    claimed = store.inquiries.claim(now + LATER, 2, 60)

    assert [one.inquiry.id for one in claimed] == ids[:2]


def test_a_dead_workers_inquiry_is_claimed_again_when_its_lease_is_over(store, now):
    _add(store, now)
    [dead] = store.inquiries.claim(now, 10, 60)

    [next_one] = store.inquiries.claim(now + LATER, 10, 60)

    assert (next_one.inquiry.id, next_one.inquiry.attempts) == (dead.inquiry.id, 2)


def test_who_lost_the_lease_writes_nothing(store, now):
    _add(store, now)
    [slow] = store.inquiries.claim(now, 10, 60)
    [fast] = store.inquiries.claim(now + LATER, 10, 60)

    assert not store.inquiries.decide(now + LATER, slow, DECISION, [TICKET])
    assert store.tickets.of_inquiry(slow.inquiry.id) == []
    assert store.inquiries.decide(now + LATER, fast, DECISION, [TICKET])


def test_a_decision_is_written_once(store, now):
    _add(store, now)
    [claimed] = store.inquiries.claim(now, 10, 60)

    assert store.inquiries.decide(now, claimed, DECISION, [TICKET])
    assert not store.inquiries.decide(now, claimed, DECISION, [TICKET])
    assert len(store.tickets.of_inquiry(claimed.inquiry.id)) == 1


def test_decision_tickets_and_events_come_together_or_not_at_all(store, now):
    added = _add(store, now)
    [claimed] = store.inquiries.claim(now, 10, 60)
    broken = NewTicket("orders", "order_status", None, automatic=True)

    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.inquiries.decide(now, claimed, DECISION, [TICKET, broken])

    assert store.inquiries.get(added.id).decision is None
    assert store.tickets.of_inquiry(added.id) == []
    assert [event.kind for event in store.journal(added.id)] == ["received"]


def test_eight_workers_at_once_never_claim_the_same_inquiry(store, database_url, now):
    ids = {_add(store, now + timedelta(milliseconds=number)).id for number in range(60)}

    def work(_number):
        own = Store.at(database_url)
        mine = []
        while claimed := own.inquiries.claim(now + LATER, 3, 600):
            mine += [one.inquiry.id for one in claimed]
            for one in claimed:
                assert own.inquiries.decide(now + LATER, one, DECISION, [TICKET])
        own.close()
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [inquiry_id for mine in pool.map(work, range(8)) for inquiry_id in mine]

    assert sorted(claimed) == sorted(ids)


def test_waiting_counts_what_is_not_decided(store, now):
    _add(store, now)
    _add(store, now + timedelta(seconds=1))
    [claimed] = store.inquiries.claim(now + LATER, 1, 60)
    store.inquiries.decide(now + LATER, claimed, DECISION, [TICKET])

    assert store.inquiries.waiting() == (1, now + timedelta(seconds=1))
    assert store.inquiries.count_received() == 2


def test_every_inquiry_is_read_in_order_however_small_the_chunks(store, now):
    ids = [_add(store, now + timedelta(seconds=second)).id for second in range(7)]

    assert [inquiry.id for inquiry in store.inquiries.all(chunk=3)] == ids


def test_what_was_tried_before_is_claimed_alone(store, now):
    ids = [_add(store, now + timedelta(seconds=second)).id for second in range(3)]
    store.inquiries.claim(now + timedelta(seconds=5), 10, 60)
    fresh = _add(store, now + timedelta(seconds=6)).id
    later = now + timedelta(seconds=70)

    claims = [[one.inquiry.id for one in store.inquiries.claim(later, 10, 60)] for _ in range(4)]

    assert claims == [[ids[0]], [ids[1]], [ids[2]], [fresh]]
