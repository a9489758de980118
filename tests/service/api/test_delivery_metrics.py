"""GET /metrics tells what is delivered, what waits and how long, and which targets are off."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.assembly import assemble
from service.delivery.dispatcher import Dispatcher, Pages, Target
from service.delivery.parcel import Outcome, Problem
from service.storage.outbox import Outbox
from service.storage.store import Store
from tests.service.delivery.parts import Scripted, lay


@pytest.fixture
def data_dir(tmp_path):
    """Without a model: nothing is classified here."""
    return tmp_path / "data"


@pytest.fixture
def loket(configure, store):
    parts = assemble(configure())
    yield parts
    parts.store.close()


@pytest.fixture
def figures(client, key):
    """Read the figures by name and labels."""

    def read():
        families = text_string_to_metric_families(client.get("/metrics", headers=key("admin")).text)
        samples = [sample for family in families for sample in family.samples]
        return {(one.name, one.labels.get("target"), one.labels.get("status")): one.value for one in samples}

    return read


def test_deliveries_are_counted_by_target_and_status(figures, store, database_url):
    posting = Store.at(database_url, Outbox({"orders": ("works", "gone")}))
    began = datetime.now(UTC) - timedelta(hours=1)
    lay(posting, began), lay(posting, began)
    answers = {"works": Outcome(), "gone": Outcome(Problem.GONE, gone=True)}
    targets = {name: Target(name, Scripted(lambda _, name=name: answers[name]), 1) for name in answers}
    dispatcher = Dispatcher(posting, targets, Pages({}), lambda: datetime.now(UTC))
    for one in dispatcher.claim():
        dispatcher.deliver(one)
    posting.close()

    found = figures()

    assert found["loket_deliveries", "works", "delivered"] == 1
    assert found["loket_deliveries", "works", "waiting"] == 1
    assert found["loket_deliveries", "gone", "waiting"] == 2
    assert found["loket_target_disabled", "gone", None] == 1
    assert 3_600 <= found["loket_oldest_delivery_waiting_seconds", "works", None] < 3_700
