"""A hundred promotions and rollbacks under load: no request fails, and each process follows.

How soon they follow is told by `--junit-xml`, not asserted: the goal is five seconds on a quiet machine.
"""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from model import configuration
from model.classifier import InquiryClassifier
from training.dataset import read_file, seed_files

WORDS_ONLY = {"LOKET_CLASSIFIER__ENCODER": "none"}
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CHANGES, CLIENTS = 100, 6
PROCESSES = 3  # two of the web server, and a worker
QUESTION = {"text": "Where is my order 48213? It has not arrived yet."}


def _registry(folder):
    return configuration.read({"LOKET_DATA_DIR": str(folder)} | WORDS_ONLY).registry()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A data folder with two small models of one seed file's halves; the older one is champion."""
    folder = tmp_path_factory.mktemp("two")
    registry = _registry(folder)
    [english] = [path for path in seed_files() if path.name == "en.jsonl"]
    rows = [row for row in read_file(english).inquiries if row.has_one_category]
    for hours, half in enumerate((rows[::2], rows[1::2])):
        classifier = InquiryClassifier().fit([row.reading() for row in half], [row.label for row in half])
        at = MONDAY + timedelta(hours=hours)
        registry.add(classifier, name="half", data=[], metrics={}, card=lambda _: "", at=at)
    registry.promote(registry.versions()[-1].version, registry.versions()[-1].labels)
    return folder


@pytest.fixture
def program(start):
    return start(**WORDS_ONLY)


@pytest.fixture
def registry(program):
    """The registry of the running program, changed from outside of it."""
    return _registry(Path(program.environment["LOKET_DATA_DIR"]))


class Clients:
    """Classify and submit from several threads, until told to stop."""

    def __init__(self, program):
        self._program, self._stopping = program, threading.Event()
        self.answers, self.failures = [], []
        self._threads = [threading.Thread(target=self._go_on, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    def _go_on(self, number):
        ask = self._submit if number % 3 == 0 else self._classify
        while not self._stopping.is_set():
            try:
                ask()
            except (OSError, ValueError) as error:
                self.failures.append(repr(error))

    def _classify(self):
        status, answer = self._program.call("POST", "/api/v1/classify", QUESTION, **self._program.admin())
        self._keep(status == 200, status, answer.get("model"))

    def _submit(self):
        status, answer = self._program.call("POST", "/api/v1/inquiries", QUESTION)
        self._keep(status == 202, status, answer.get("id"))
        self._stopping.wait(0.2)  # the worker shares two cores with all others

    def _keep(self, well, status, what):
        (self.answers if well else self.failures).append((status, what))


def _serving(program):
    """What each process said last of the model that it serves."""
    lines = (json.loads(line) for line in program.output.read_text().splitlines() if line.startswith("{"))
    return {line["pid"]: line["model"] for line in lines if line["message"] == "champion serves"}


def _all_serve(program, version):
    """Whether the processes say so, and many fresh connections get it."""
    if list(_serving(program).values()) != [version] * PROCESSES:
        return False
    with ThreadPoolExecutor(8) as pool:
        models = pool.map(lambda _: program.call("GET", "/readyz")[1]["model"], range(16))
        return set(models) == {version}


def _promote(program, version):
    status, _ = program.call("POST", f"/api/v1/models/{version}/promote", **program.admin())
    assert status == 200


def test_a_hundred_promotions_and_rollbacks_under_load(program, registry, wait_until, record_property):
    newer, older = (facts.version for facts in registry.versions())
    program.admin()
    took = []
    with Clients(program) as clients:
        for number in range(CHANGES):
            version = (newer, older)[number % 2]
            _promote(program, version) if version == newer else registry.rollback()
            if number % 10 in (0, 5):  # else the changes come faster than they are seen
                began = time.monotonic()
                wait_until(lambda version=version: _all_serve(program, version))
                took.append(time.monotonic() - began)

    record_property("longest_seconds_to_agreement", max(took))
    record_property("answers", len(clients.answers))
    assert clients.failures == []
    assert len(_serving(program)) == PROCESSES
    classified = {what for status, what in clients.answers if status == 200}
    assert classified == {newer, older}
    _all_decided_by(
        program, {newer, older}, [what for status, what in clients.answers if status == 202], wait_until
    )


def _all_decided_by(program, versions, ids, wait_until):
    wait_until(lambda: program.metric("loket_inquiries_waiting") == 0)
    header = program.admin()
    decisions = [program.call("GET", f"/api/v1/inquiries/{one}", **header)[1]["decision"] for one in ids]
    assert {decision["model"] for decision in decisions} <= versions
