"""The clock over 50,000 tickets of half a year, nine desks with business hours: to read them, and to measure.

Prints milliseconds of processor time of this process beside those that passed, the fastest of five runs.
"""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from service import clock
from service.pipeline.calendar import Calendar, PublicHolidays
from service.storage.desk_tables import deliveries
from service.storage.engine import writing
from service.storage.identifiers import new_id, new_receipt
from service.storage.tables import inquiries, tickets

pytestmark = pytest.mark.benchmark
TICKETS = int(os.environ.get("CLOCK_TICKETS", "50000"))
RUNS, AT_ONCE = 5, 2_000
DESKS = ("sales", "orders", "finance", "returns", "support", "care", "partners", "privacy", "triage")
LANGUAGES = ("nl", "en", "de", "fr", "es", "pl", "tr", "sv")
HOUR = timedelta(hours=1)
OFFICE = Calendar(
    ZoneInfo("Europe/Amsterdam"), {day: [(9 * HOUR, 17 * HOUR)] for day in range(5)}, PublicHolidays("NL")
)
NOW = datetime.now(UTC)


def rows():
    """Inquiry, ticket and delivery; nine in ten are answered."""
    chance = random.Random(1)
    for number in range(TICKETS):
        at = NOW - timedelta(weeks=26) * (1 - number / TICKETS)
        inquiry_id, ticket_id = new_id(at), new_id(at)
        routed, language = at + timedelta(seconds=chance.expovariate(1)), chance.choice(LANGUAGES)
        opened = routed + timedelta(seconds=chance.lognormvariate(7, 1))
        answered = opened + timedelta(seconds=chance.lognormvariate(8, 1))
        is_answered = answered < NOW and chance.random() < 0.9
        yield (
            {
                "id": inquiry_id, "receipt": new_receipt(), "received_at": at, "status": "decided",
                "text": "Waar blijft mijn bestelling? " * 10, "channel": "web", "fields": {}, "body_hash": "",
                "attempts": 1, "decision": {"language": {"code": language}}, "decided_at": routed,
            },
            {
                "id": ticket_id, "inquiry_id": inquiry_id, "intent": 0, "desk": chance.choice(DESKS),
                "category": f"category {number % 16}", "confidence": 0.9, "automatic": True, "version": 1,
                "status": "closed" if is_answered else "open", "created_at": routed, "changed_at": routed,
                "opened_at": opened, "closed_at": answered if is_answered else None, "language": language,
                "translated_at": None if language == "en" else routed, "due_at": at + 24 * HOUR,
            },
            {
                "id": new_id(at), "target": "hook", "ticket_id": ticket_id, "inquiry_id": inquiry_id, "number": 1,
                "event": "ticket.laid", "details": {}, "created_at": routed, "status": "delivered", "attempts": 1,
                "due_at": routed, "delivered_at": routed + timedelta(seconds=1),
            },
        )  # fmt: skip


def fill(store):
    made = list(rows())
    with writing(store.engine) as connection:
        for start in range(0, TICKETS, AT_ONCE):
            for place, table in enumerate((inquiries, tickets, deliveries)):
                connection.execute(insert(table), [row[place] for row in made[start : start + AT_ONCE]])


def best(act):
    """Milliseconds of the fastest run: of this process's processor, and by the clock."""
    runs = []
    for _ in range(RUNS):
        worked, began = time.process_time(), time.perf_counter()
        act()
        runs.append((round((time.process_time() - worked) * 1000), round((time.perf_counter() - began) * 1000)))
    return min(runs)


@pytest.mark.parametrize("weeks", [26, 12, 4])
def test_the_clock_of_many_tickets(store, weeks):
    fill(store)
    since, kind = NOW - timedelta(weeks=weeks), store.engine.dialect.name
    found = store.clock.between(since, NOW, 200_000)
    read = best(lambda: store.clock.between(since, NOW, 200_000))
    measured = best(lambda: clock.measure(found, lambda _: OFFICE, NOW, since, NOW, {}))
    overdue = best(lambda: store.clock.overdue(NOW))
    figures = {"read": read, "measure": measured, "overdue": overdue}
    print(f"\n{kind}, {weeks} weeks, {len(found)} tickets, ms (processor, passed): {figures}")
