"""GET /metrics: figures of the database in the format of Prometheus, the same from every process."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.assembly import Loket
from service.storage.store import Store
from service.translation_records import TranslationRecords

LABELS = ("desk", "automatic", "status", "provider", "outcome", "le", "kind")
NOTHING_TRANSLATED = {("loket_translation_waiting",): 0, ("loket_translation_memory_entries",): 0}
NO_ALARM = {("loket_alarms", kind): 0 for kind in ("texts", "language", "confidence", "overrides")}


@pytest.fixture
def figures(key):
    """Read the figures that a process tells, by name and labels."""
    header = key("admin")

    def read(client):
        families = text_string_to_metric_families(client.get("/metrics", headers=header).get_data(as_text=True))
        samples = [sample for family in families for sample in family.samples]
        return {
            (sample.name, *(sample.labels[name] for name in LABELS if name in sample.labels)): sample.value
            for sample in samples
        }

    return read


def test_it_works(client, key):
    answer = client.get("/metrics", headers=key("admin"))

    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert answer.get_data(as_text=True).startswith("# HELP loket_inquiries_received_total Inquiries ever stored\n")


def test_nothing_has_happened_yet(client, figures):
    assert figures(client) == NOTHING_TRANSLATED | NO_ALARM | {
        ("loket_inquiries_received_total",): 0,
        ("loket_inquiries_waiting",): 0,
        ("loket_oldest_waiting_seconds",): 0,
    }


def test_inquiries_and_tickets_are_counted(client, figures, key, lay):
    laid = [lay(), lay(), lay(desk="hr", category="careers")]
    client.post(f"/api/v1/tickets/{laid[0].id}/close", headers=key("desk"))
    client.post("/api/v1/inquiries", json={"text": "Where is my order?"})

    found = figures(client)
    age = found.pop(("loket_oldest_waiting_seconds",))
    assert 0 <= age < 60
    assert found == NOTHING_TRANSLATED | NO_ALARM | {
        ("loket_inquiries_received_total",): 4,
        ("loket_inquiries_waiting",): 1,
        ("loket_tickets", "orders", "true", "open"): 1,
        ("loket_tickets", "orders", "true", "closed"): 1,
        ("loket_tickets", "hr", "true", "open"): 1,
    }


def test_every_process_tells_the_same(client, figures, loket, database_url, lay):
    lay()
    store = Store.at(database_url)
    elsewhere = Loket(loket.settings, loket.registry, store, TranslationRecords(store, 90.0), loket.pipeline)

    told = figures(create_app(elsewhere).test_client())
    elsewhere.store.close()
    assert told == figures(client)


def test_what_translators_answered_is_told_with_how_long_it_took(client, figures, loket):
    for outcome, seconds in (("translated", 0.2), ("translated", 0.3), ("remembered", 0.0), ("timeout", 6.0)):
        loket.records.called("deepl", outcome, seconds)
    loket.records.paused("deepl", 30.0)

    found = figures(client)

    counted = {name: value for name, value in found.items() if name[0] == "loket_translation_requests_total"}
    assert counted == {
        ("loket_translation_requests_total", "deepl", "translated"): 2,
        ("loket_translation_requests_total", "deepl", "remembered"): 1,
        ("loket_translation_requests_total", "deepl", "timeout"): 1,
    }
    assert found["loket_translation_breaker_open", "deepl"] == 1
    assert found["loket_translation_seconds_sum", "deepl"] == pytest.approx(0.5)
    assert [found["loket_translation_seconds_bucket", "deepl", le] for le in ("0.1", "0.25", "0.5", "+Inf")] == [
        0, 1, 2, 2,
    ]  # fmt: skip
