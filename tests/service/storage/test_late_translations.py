"""What was decided without a translation: claimed when it is due, decided anew once, moved if nobody was there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.storage.inquiries import NewTicket
from service.storage.late_translations import next_try
from service.storage.store import Store
from service.storage.tickets import Change
from service.submission import Submission

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEASE, HOURS = 30.0, 72.0
OLD = {
    "language": {"code": "nl", "confidence": 0.9, "source": "detector"},
    "translation": {"status": "unavailable", "reason": "timeout"},
    "category": "feedback", "confidence": 0.3, "desk": "triage", "automatic": False, "model": "m",
}  # fmt: skip
TRANSLATION = {"status": "translated", "text": "Where is it?", "provider": "deepl"}
NEW = OLD | {
    "translation": TRANSLATION, "category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True,
}  # fmt: skip
UNSURE = NewTicket("triage", "feedback", 0.3, automatic=False)
SURE = NewTicket("orders", "order_status", 0.9, automatic=True)
SECOND = NewTicket("support", "account_access", 0.8, automatic=True, intent=1)


@pytest.fixture
def lay(store, now):
    """Lay an inquiry on desks without a translation; it is due a minute later."""

    def make(*laid, at=now, due=MINUTE):
        inquiry = store.inquiries.add(at, Submission(text="Waar blijft het?").values() | {"submitted_by": None})
        [claimed] = store.inquiries.claim(at, 1, LEASE)
        due_at = due and at + due
        assert store.inquiries.decide(at, claimed, OLD, laid or [UNSURE], due_at)
        return inquiry

    return make


@pytest.fixture
def claim(store, now):
    """Claim the one that is due."""

    def make(at=now + MINUTE):
        [claimed] = store.late_translations.claim(at, 10, LEASE, HOURS)
        return claimed

    return make


def tickets_of(store, inquiry):
    return [(one.desk, one.category, one.status, one.version) for one in store.tickets.of_inquiry(inquiry.id)]


def events_of(store, inquiry):
    """What happened since it was laid on desks."""
    first = ("received", "decided", "laid_on_desk")
    return [event.kind for event in store.journal(inquiry.id) if event.kind not in first]


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), MINUTE),
        (-HOUR, MINUTE),
        (2 * MINUTE, MINUTE),
        (20 * MINUTE, 10 * MINUTE),
        (HOUR, 15 * MINUTE),
        (72 * HOUR - MINUTE, 15 * MINUTE),
        (72 * HOUR, None),
    ],
)
def test_it_is_tried_after_a_minute_and_then_after_half_its_age_at_most_a_quarter_of_an_hour(now, age, wait):
    assert next_try(now - age, now, 72) == (now + wait if wait else None)


def test_late_hours_of_none_means_never(now):
    assert next_try(now, now, 0) is None


@pytest.mark.parametrize(("after", "count"), [(MINUTE - timedelta(seconds=1), 0), (MINUTE, 1)])
def test_it_is_claimed_when_it_is_due(store, lay, now, after, count):
    lay()

    assert len(store.late_translations.claim(now + after, 10, LEASE, HOURS)) == count


def test_what_is_not_to_be_translated_is_never_claimed(store, lay, now):
    lay(due=None)

    assert store.late_translations.claim(now + 1000 * HOUR, 10, LEASE, HOURS) == []
    assert store.late_translations.waiting() == 0


def test_what_is_not_decided_yet_is_left_to_the_queue(store, now):
    store.inquiries.add(now, Submission(text="Waar blijft het?").values() | {"submitted_by": None})

    assert store.late_translations.claim(now + HOUR, 10, LEASE, HOURS) == []


def test_what_waits_longest_comes_first(store, lay, now):
    second, first = lay(due=2 * MINUTE), lay(due=MINUTE)

    claimed = store.late_translations.claim(now + HOUR, 1, LEASE, HOURS)
    claimed += store.late_translations.claim(now + HOUR, 1, LEASE, HOURS)

    assert [one.inquiry.id for one in claimed] == [first.id, second.id]


def test_what_one_worker_holds_no_other_gets(store, lay, claim, now):
    lay()
    claim()

    assert store.late_translations.claim(now + MINUTE, 10, LEASE, HOURS) == []
    assert store.late_translations.claim(now + MINUTE + timedelta(seconds=LEASE), 10, LEASE, HOURS) == []


def test_eight_workers_at_once_never_claim_the_same(store, database_url, lay, now):
    ids = {lay(at=now + timedelta(milliseconds=number)).id for number in range(40)}

    def work(_number):
        own = Store.at(database_url)
        mine = []
        while claimed := own.late_translations.claim(now + 2 * MINUTE, 3, 600, HOURS):
            mine += [one.inquiry.id for one in claimed]
            assert {own.late_translations.decide(now + 2 * MINUTE, one, NEW, [SURE]) for one in claimed} == {
                "rerouted"
            }
        own.close()
        return mine

    with ThreadPoolExecutor(8) as pool:
        claimed = [inquiry_id for mine in pool.map(work, range(8)) for inquiry_id in mine]

    assert sorted(claimed) == sorted(ids)
    assert store.late_translations.waiting() == 0


def test_released_it_is_due_again_later(store, lay, claim, now):
    lay(at=now)
    store.late_translations.release(claim(now + HOUR))

    assert store.late_translations.claim(now + HOUR + 14 * MINUTE, 10, LEASE, HOURS) == []
    assert len(store.late_translations.claim(now + HOUR + 15 * MINUTE, 10, LEASE, HOURS)) == 1


def test_after_a_crash_it_comes_again_only_after_its_time(store, lay, claim, now):
    lay(at=now)
    claim(now + HOUR)  # and its worker dies

    assert store.late_translations.claim(now + HOUR + 14 * MINUTE, 10, LEASE, HOURS) == []
    assert len(store.late_translations.claim(now + HOUR + 15 * MINUTE, 10, LEASE, HOURS)) == 1


@pytest.mark.parametrize("crashed", [True, False])
def test_what_is_too_old_is_tried_a_last_time(store, lay, claim, now, crashed):
    lay()
    last = claim(now + timedelta(hours=HOURS))
    if not crashed:
        store.late_translations.release(last)

    assert store.late_translations.claim(now + 1000 * HOUR, 10, LEASE, HOURS) == []
    assert store.late_translations.waiting() == 0


def test_a_ticket_nobody_opened_is_moved(store, lay, claim, now):
    inquiry = lay()

    outcome = store.late_translations.decide(now + HOUR, claim(), NEW, [SURE])

    assert (outcome, store.inquiries.get(inquiry.id).decision) == ("rerouted", NEW)
    assert tickets_of(store, inquiry) == [("orders", "order_status", "open", 2)]
    assert [(event.kind, event.actor, event.details) for event in store.journal(inquiry.id)[-2:]] == [
        ("rerouted", "loket", {"from": ["feedback", "triage"], "to": ["order_status", "orders"]}),
        ("translated_late", "loket", {"provider": "deepl", "outcome": "rerouted"}),
    ]


def test_the_desk_that_it_lies_on_already_keeps_it(store, lay, claim, now):
    inquiry = lay(NewTicket("orders", "order_change", 0.4, automatic=False))

    outcome = store.late_translations.decide(now + HOUR, claim(), NEW, [SURE])

    assert outcome == "unchanged"
    assert [one[:3] for one in tickets_of(store, inquiry)] == [("orders", "order_status", "open")]
    assert events_of(store, inquiry) == ["recategorised", "translated_late"]


def test_what_is_closed_is_not_tried_again(store, lay, now):
    inquiry = lay()
    for ticket in store.tickets.of_inquiry(inquiry.id):
        close_it(store, ticket, now)

    assert store.late_translations.claim(now + HOUR, 10, LEASE, HOURS) == []
    assert store.late_translations.waiting() == 0


def open_it(store, ticket, at):
    store.tickets.open(at, ticket.id, "anna")


def confirm_it(store, ticket, at):
    store.tickets.change(at, ticket.id, "anna", lambda _: Change({"review": "confirmed"}, "confirmed", {}))


def correct_it(store, ticket, at):
    values = {"review": "corrected", "desk": "returns"}
    store.tickets.change(at, ticket.id, "anna", lambda _: Change(values, "corrected", {}))


def close_it(store, ticket, at):
    store.tickets.change(at, ticket.id, "anna", lambda _: Change({"status": "closed"}, "closed", {}))


@pytest.mark.parametrize("touch", [open_it, confirm_it, correct_it])
def test_where_a_person_was_first_the_ticket_stays_and_the_decision_gets_a_hint(store, lay, claim, now, touch):
    inquiry = lay()
    [ticket] = store.tickets.of_inquiry(inquiry.id)
    touch(store, ticket, now)
    touched = store.tickets.of_inquiry(inquiry.id)

    outcome = store.late_translations.decide(now + HOUR, claim(), NEW, [SURE, SECOND])

    hint = {"category": "order_status", "confidence": 0.9, "desk": "orders"}
    assert (outcome, store.tickets.of_inquiry(inquiry.id)) == ("suggested", touched)
    assert store.inquiries.get(inquiry.id).decision == OLD | {"translation": TRANSLATION, "suggestion": hint}
    assert store.journal(inquiry.id)[-1].details == {"provider": "deepl", "outcome": "suggested"}


def test_one_opened_ticket_keeps_all_of_the_inquiry_where_they_lie(store, lay, claim, now):
    inquiry = lay(UNSURE, SECOND)
    open_it(store, store.tickets.of_inquiry(inquiry.id)[1], now)

    store.late_translations.decide(now + HOUR, claim(), NEW, [SURE])

    assert [one[0] for one in tickets_of(store, inquiry)] == ["triage", "support"]


def test_a_hint_that_says_nothing_new_is_none(store, lay, claim, now):
    inquiry = lay()
    open_it(store, store.tickets.of_inquiry(inquiry.id)[0], now)
    same = OLD | {"translation": TRANSLATION, "confidence": 0.5}

    outcome = store.late_translations.decide(now + HOUR, claim(), same, [UNSURE])

    decision = store.inquiries.get(inquiry.id).decision
    assert (outcome, decision["translation"], decision["suggestion"]) == ("unchanged", TRANSLATION, None)


def test_two_requests_that_were_one_leave_the_other_closed(store, lay, claim, now):
    inquiry = lay(UNSURE, SECOND)

    outcome = store.late_translations.decide(now + HOUR, claim(), NEW, [SURE])

    assert outcome == "rerouted"
    assert tickets_of(store, inquiry) == [
        ("orders", "order_status", "open", 2),
        ("support", "account_access", "closed", 2),
    ]
    assert events_of(store, inquiry) == ["rerouted", "withdrawn", "translated_late"]
    assert store.journal(inquiry.id)[-2].details == {"desk": "support"}


def test_one_request_that_was_two_lays_a_new_ticket(store, lay, claim, now):
    inquiry = lay(SURE)

    outcome = store.late_translations.decide(now + HOUR, claim(), NEW, [SURE, SECOND])

    assert outcome == "rerouted"
    assert [one[:3] for one in tickets_of(store, inquiry)] == [
        ("orders", "order_status", "open"),
        ("support", "account_access", "open"),
    ]
    assert [event.kind for event in store.journal(inquiry.id)[-2:]] == ["laid_on_desk", "translated_late"]


def test_a_desk_that_keeps_its_request_keeps_its_ticket(store, lay, claim, now):
    inquiry = lay(SURE, SECOND)
    third = NewTicket("support", "account_access", 0.8, automatic=True, intent=2)

    store.late_translations.decide(now + HOUR, claim(), NEW, [SURE, third])

    assert [one[::2] for one in tickets_of(store, inquiry)] == [("orders", "open"), ("support", "open")]


def test_a_second_worker_cannot_do_it_twice(store, lay, claim, now):
    inquiry = lay()
    slow = claim(now + HOUR)
    fast = claim(now + 2 * HOUR)

    assert store.late_translations.decide(now + 2 * HOUR, fast, NEW, [SURE]) == "rerouted"
    assert store.late_translations.decide(now + 2 * HOUR, slow, NEW | {"desk": "x"}, [SECOND]) is None
    assert store.late_translations.decide(now + 2 * HOUR, fast, NEW, [SURE]) is None
    assert [one[0] for one in tickets_of(store, inquiry)] == ["orders"]
    assert events_of(store, inquiry) == ["rerouted", "translated_late"]


def test_who_lost_the_lease_releases_nothing(store, lay, claim, now):
    lay()
    slow = claim(now + HOUR)
    fast = claim(now + 2 * HOUR)

    store.late_translations.release(slow)

    assert store.late_translations.decide(now + 2 * HOUR, fast, NEW, [SURE]) == "rerouted"


def test_done_is_done(store, lay, claim, now):
    lay()
    store.late_translations.decide(now + HOUR, claim(), NEW, [SURE])

    assert store.late_translations.waiting() == 0
    assert store.late_translations.claim(now + 50 * HOUR, 10, LEASE, HOURS) == []


def test_decision_tickets_and_events_come_together_or_not_at_all(store, lay, claim, now):
    inquiry = lay()
    claimed = claim()
    broken = NewTicket("support", "account_access", None, automatic=True, intent=1)

    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.late_translations.decide(now + HOUR, claimed, NEW, [SURE, broken])

    assert store.inquiries.get(inquiry.id).decision == OLD
    assert tickets_of(store, inquiry) == [("triage", "feedback", "open", 1)]
    assert store.late_translations.decide(now + HOUR, claimed, NEW, [SURE]) == "rerouted"
