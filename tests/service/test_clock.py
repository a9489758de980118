"""The clock: percentiles of every step, in business hours and plain ones, that claim no more than was counted."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service import clock, desk_work, intake
from service.access import Actor
from service.errors import InvalidInput
from service.intake import Sender
from service.pipeline.calendar import ALWAYS_OPEN, Calendar
from service.pipeline.decision import Decision, Language, Translation
from service.storage.clock import Times
from service.storage.inquiries import NewTicket
from service.storage.outbox import Outbox
from service.storage.store import Store
from service.submission import Submission

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
OFFICE = Calendar(ZoneInfo("UTC"), {day: [(9 * HOUR, 17 * HOUR)] for day in range(5)})
ANNA = Actor("user:anna", frozenset({"desk"}), None)


def took(*hours, received=MONDAY + 9 * HOUR, desk="orders", **moments):
    """Tickets answered so many hours after receipt; None for not answered."""
    start = received.timestamp()
    known = dict.fromkeys(("translated", "opened", "due", "delivered")) | {"routed": start}
    known |= {name: start + after * 3600 for name, after in moments.items()}
    return [
        Times(
            desk=desk, language="nl", category="order_status", received=start,
            answered=None if after is None else start + after * 3600, **known,
        )
        for after in hours
    ]  # fmt: skip


def measure(found, at=MONDAY + timedelta(days=20), since=MONDAY, calendar=ALWAYS_OPEN, overdue=None):
    return clock.measure(found, lambda _desk: calendar, at, since, at, overdue or {})


def answered(found, **how):
    return measure(found, **how).all.steps["answered"]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, (None, None, None)),
        (1, (1, None, None)),
        (9, (5, None, None)),
        (10, (5, 9, None)),
        (99, (50, 90, None)),
        (100, (50, 90, 99)),
        (1000, (500, 900, 990)),
    ],
)
def test_percentiles_are_of_the_nearest_rank_and_only_of_enough_tickets(n, expected):
    figures = answered(took(*range(n, 0, -1))).plain

    assert figures.n == n
    told = (figures.p50, figures.p90, figures.p99)
    assert told == pytest.approx(tuple(one and one * 3600 for one in expected))


def test_what_is_not_answered_is_counted_and_in_no_percentile():
    found = measure(took(1, 3, None, None)).all

    assert (found.tickets, found.waiting) == (4, 2)
    assert (found.steps["answered"].plain.n, found.steps["answered"].plain.p50) == (2, 3600)
    assert (found.steps["opened"].plain.n, found.steps["routed"].plain.n) == (0, 4)


def test_business_hours_are_those_of_the_desk():
    friday = MONDAY + timedelta(days=4, hours=16)
    found = took(66, received=friday) + took(66, received=friday, desk="triage")
    calendars = {"orders": OFFICE, "triage": ALWAYS_OPEN}

    measured = clock.measure(found, calendars.__getitem__, MONDAY + timedelta(days=20), MONDAY, MONDAY, {})

    # From Friday at 16 until Monday at 10: an hour on each side of the weekend.
    hours = {one.name: one.steps["answered"].business.p50 / 3600 for one in measured.desks}
    assert hours == {"orders": 2, "triage": 66}
    assert {one.steps["answered"].plain.p50 / 3600 for one in measured.desks} == {66}


def test_it_says_the_same_as_the_calendar_of_every_ticket():
    amsterdam = Calendar(
        ZoneInfo("Europe/Amsterdam"),
        {day: [(9 * HOUR, 12.5 * HOUR), (13 * HOUR, 17 * HOUR)] for day in range(5)},
        closed=lambda day: day.day == 9,
    )
    starts = [MONDAY + n * timedelta(hours=7, minutes=13) for n in range(60)]  # over the change to summer time, too
    for n, start in enumerate(starts):
        received = start + timedelta(days=20 if n % 2 else 0)
        end = received + timedelta(minutes=37 * n)
        figures = answered(took((end - received) / HOUR, received=received), calendar=amsterdam)

        assert figures.business.p50 == pytest.approx(amsterdam.between(received, end).total_seconds(), abs=0.01)


def test_a_desk_that_was_never_open_meanwhile_took_no_business_time():
    assert answered(took(5, received=MONDAY + timedelta(days=5)), calendar=OFFICE).business.p50 == 0


def test_each_desk_language_and_category_stands_apart_the_most_tickets_first():
    found = took(1, 2, 3) + took(10, desk="care")
    found += [one._replace(language=None, category=None) for one in took(20, desk="care")]
    measured = measure(found)

    assert [(one.name, one.tickets) for one in measured.desks] == [("orders", 3), ("care", 2)]
    assert [(one.name, one.tickets) for one in measured.languages] == [("nl", 4), ("", 1)]
    assert [(one.name, one.tickets) for one in measured.categories] == [("order_status", 4), ("", 1)]
    assert [one.steps["answered"].plain.p50 / 3600 for one in measured.desks] == [2, 10]


def test_weeks_have_no_gaps_and_are_those_in_which_inquiries_came():
    found = took(1, received=MONDAY) + took(5, received=MONDAY + timedelta(days=20))
    measured = measure(found, since=MONDAY + HOUR, at=MONDAY + timedelta(days=20, hours=9))

    assert [(week.name, week.tickets) for week in measured.weeks] == [
        ("2026-03-02", 1), ("2026-03-09", 0), ("2026-03-16", 1),
    ]  # fmt: skip
    assert [week.steps["answered"].plain.p50 for week in measured.weeks] == [3600, None, 5 * 3600]


def test_in_time_is_of_those_whose_time_is_over_or_that_were_answered_before_it():
    late, in_time = took(5, due=4), took(3, due=4)
    still_open, not_due_yet = took(None, due=4), took(None, due=24 * 365)
    found = measure(late + in_time + still_open + not_due_yet + took(1)).all

    assert (found.due, found.in_time) == (3, 1)


def test_nothing_at_all_is_measured_too():
    found = measure([])

    assert (found.all.tickets, found.desks, [week.tickets for week in found.weeks]) == (0, (), [0, 0, 0])


@pytest.mark.parametrize("since", [MONDAY, MONDAY + HOUR, MONDAY - timedelta(days=4000)])
def test_a_period_that_is_none_or_endless_is_refused(store, since):
    with pytest.raises(InvalidInput, match="ends after it begins"):
        clock.read(store, lambda _: ALWAYS_OPEN, MONDAY, since, MONDAY)


@pytest.fixture
def lay(store, now):
    """Lay an inquiry some minutes after it was received; answers its ticket."""
    posting = Store(store.engine, Outbox({"orders": ("hook",)}))

    def make(minutes=1, desk="orders", at=now, language="nl", translation="translated", due_at=None):
        inquiry = intake.submit(posting, at, Submission(text="Waar blijft het?"), Sender(None, "192.0.2.1"))
        [claimed] = store.inquiries.claim(at, 1, 600)
        text = "Where is it?" if translation == "translated" else None
        decision = Decision(
            language=Language(code=language, confidence=0.99, source="detector"),
            translation=Translation(status=translation, text=text),
            category="order_status", confidence=0.9, desk=desk, automatic=True, reason="x", model="m",
        )  # fmt: skip
        laid = [NewTicket(desk, "order_status", 0.9, automatic=True, due_at=due_at)]
        decided_at = at + timedelta(minutes=minutes)
        assert posting.inquiries.decide(decided_at, claimed, decision.model_dump(mode="json"), laid)
        return store.tickets.of_inquiry(inquiry.id)[0]

    return make


def read(store, now, **how):
    return clock.read(store, lambda _: ALWAYS_OPEN, now + 24 * HOUR, now - HOUR, now + 24 * HOUR, **how)


def minutes(found):
    return {name: step.plain.p50 and round(step.plain.p50 / 60, 3) for name, step in found.all.steps.items()}


def test_every_step_of_a_stored_ticket_is_timed_from_its_receipt(store, lay, now):
    ticket = lay(1)
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET status = 'delivered', delivered_at = (SELECT created_at FROM tickets)"
        )
    desk_work.open_ticket(store, now + timedelta(minutes=5), ANNA, ticket)
    desk_work.close(store, now + timedelta(minutes=12), ANNA, ticket.id)

    assert minutes(read(store, now)) == {
        "translated": 1, "routed": 1, "delivered": 1, "opened": 5, "answered": 12,
    }  # fmt: skip


def test_what_needs_no_translation_or_got_none_was_not_translated(store, lay, now):
    lay(translation="not_needed", language="en")
    lay(translation="unavailable")

    assert minutes(read(store, now)) == {
        "translated": None, "routed": 1, "delivered": None, "opened": None, "answered": None,
    }  # fmt: skip


def test_a_late_translation_is_timed_when_it_came_and_what_it_had_no_use_for_is_no_ticket(store, lay, now):
    ticket = lay(translation="unavailable")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE inquiries SET translate_after = received_at")
    later = now + timedelta(minutes=30)
    [claimed] = store.late_translations.claim(later, 1, 60, 72)
    decision = claimed.inquiry.decision | {"translation": {"status": "translated", "text": "Where?"}}
    store.late_translations.decide(later, claimed, decision, [])

    assert read(store, now).all.tickets == 0
    assert store.tickets.get(ticket.id).closed_at is None

    again = lay(translation="unavailable", at=now + HOUR)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE inquiries SET translate_after = received_at")
    [claimed] = store.late_translations.claim(now + 2 * HOUR, 1, 60, 72)
    laid = [NewTicket("orders", "order_status", 0.9, automatic=True)]
    store.late_translations.decide(now + 2 * HOUR, claimed, decision, laid)
    assert again.inquiry_id == claimed.inquiry.id
    assert (minutes(read(store, now))["translated"], minutes(read(store, now))["routed"]) == (60, 1)


def test_a_ticket_that_is_opened_again_is_not_answered(store, lay, now):
    ticket = lay()
    desk_work.close(store, now + HOUR, ANNA, ticket.id)
    desk_work.undo(store, now + HOUR, ANNA, ticket.id)

    assert read(store, now).all.waiting == 1


def test_only_the_period_and_the_desks_that_are_asked_for_are_read(store, lay, now):
    lay(at=now - 2 * HOUR)
    lay(), lay(desk="care"), lay(desk="triage")

    assert read(store, now).all.tickets == 3
    assert [one.name for one in read(store, now, desks={"care", "triage"}).desks] == ["care", "triage"]
    assert read(store, now, desks=set()).all.tickets == 0


def test_no_more_tickets_are_read_than_allowed_the_newest_stay(store, lay, now):
    lay(), lay(minutes=3, at=now + HOUR)

    found = read(store, now, most=1)

    assert (found.is_cut, minutes(found)["routed"]) == (True, 3)
    assert not read(store, now).is_cut


def test_overdue_are_open_tickets_after_their_time_whenever_they_came(store, lay, now):
    long_ago = now - timedelta(days=400)
    lay(at=long_ago, due_at=long_ago + HOUR)
    lay(due_at=now + HOUR), lay(due_at=now + 48 * HOUR), lay()
    care = lay(desk="care", due_at=now + HOUR)

    assert Counter(read(store, now).overdue) == Counter(orders=2, care=1)
    assert read(store, now, desks={"care"}).overdue == {"care": 1}
    desk_work.close(store, now + 2 * HOUR, ANNA, care.id)
    assert read(store, now).overdue == {"orders": 2}
