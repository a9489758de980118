"""A worker that is killed while it delivers loses nothing; what was under way comes again under the same id."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest

from service import desk_work
from service.access import Actor
from tests.service.delivery.parts import SECRET, lay

TICKETS, BEFORE_THE_KILL, CONCURRENCY = 20, 10, 4
LEASE = {"LOKET_WORKER__LEASE_SECONDS": "1", "LOKET_TRANSLATION__DEADLINE_SECONDS": "0.5"}
AT_ONCE = {"LOKET_TRANSLATION__PROVIDERS": "[]", "LOKET_CLASSIFIER__ENCODER": "none"}


@pytest.fixture
def start_worker(database_url, tmp_path):
    """Start a worker process that delivers to an address; ended with the test."""
    started = []

    def start(url):
        target = {
            "name": "hook", "kind": "webhook", "desk": "orders", "url": url, "secret": SECRET,
            "allow_private": True, "concurrency": CONCURRENCY,
        }  # fmt: skip
        ours = {"LOKET_DATA_DIR": str(tmp_path / "data"), "LOKET_DATABASE__URL": database_url}
        variables = os.environ | ours | LEASE | AT_ONCE | {"LOKET_DELIVERIES": json.dumps([target])}
        command = [sys.executable, "-m", "service.worker_process"]
        process = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_killed_in_the_middle_loses_nothing(open_store, start_receiver, start_worker, wait_until):
    store, now, anna = open_store("hook"), datetime.now(UTC), Actor("user:anna", frozenset({"desk"}), None)
    tickets = [lay(store, now) for _ in range(TICKETS)]
    for ticket in tickets:
        desk_work.confirm(store, now, anna, ticket.id)
    wanted = {one.id: one for ticket in tickets for one in store.deliveries.of_ticket(ticket.id)}
    killed, accepted = threading.Event(), []

    def answer(request):
        if len(receiver.received) > BEFORE_THE_KILL and not killed.is_set():
            killed.wait(60)
            return None  # to a dead worker
        accepted.append(request.id)
        return 204, {}, b""

    receiver = start_receiver(answer=answer)
    worker = start_worker(receiver.url)
    wait_until(lambda: len(receiver.received) >= BEFORE_THE_KILL + CONCURRENCY)

    worker.send_signal(signal.SIGKILL)
    worker.wait()
    killed.set()
    start_worker(receiver.url)
    wait_until(lambda: store.deliveries.counts() == {("hook", "delivered"): len(wanted)})

    assert set(accepted) == set(wanted)
    assert sum(Counter(accepted).values()) <= len(wanted) + CONCURRENCY
    for ticket in tickets:
        arrived = [wanted[one].event for one in dict.fromkeys(accepted) if wanted[one].ticket_id == ticket.id]
        assert arrived == ["ticket.laid", "ticket.confirmed"]


def test_a_worker_that_is_told_to_stop_finishes_what_is_under_way(
    open_store, start_receiver, start_worker, wait_until
):
    store = open_store("hook")
    lay(store, datetime.now(UTC))
    stopping = threading.Event()

    def answer(_request):
        stopping.wait(60)
        return 204, {}, b""

    receiver = start_receiver(answer=answer)
    worker = start_worker(receiver.url)
    wait_until(lambda: len(receiver.received) == 1)
    worker.terminate()
    stopping.set()

    assert worker.wait(60) == 0
    assert store.deliveries.counts() == {("hook", "delivered"): 1}
