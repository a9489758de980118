"""GET /metrics: figures of the database in the format of Prometheus, the same from every process."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.assembly import Loket
from service.storage.store import Store

LABELS = ("desk", "automatic", "status")


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
    assert figures(client) == {
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
    assert found == {
        ("loket_inquiries_received_total",): 4,
        ("loket_inquiries_waiting",): 1,
        ("loket_tickets", "orders", "true", "open"): 1,
        ("loket_tickets", "orders", "true", "closed"): 1,
        ("loket_tickets", "hr", "true", "open"): 1,
    }


def test_every_process_tells_the_same(client, figures, loket, database_url, lay):
    lay()
    elsewhere = Loket(loket.settings, loket.registry, Store.at(database_url), loket.pipeline)

    told = figures(create_app(elsewhere).test_client())
    elsewhere.store.close()
    assert told == figures(client)
