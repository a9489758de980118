"""The timer: when labels are due it starts one training as a process, says when it failed, ends it with itself."""

import os
import subprocess
import threading
from datetime import UTC, datetime
from functools import partial

import pytest

from service.errors import StorageUnavailable
from service.learning.schedule import is_due
from service.retraining_timer import RetrainingTimer
from service.settings import check
from training.dataset import read_file, seed_files

LABELS = 20


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def database_url(tmp_path):
    """One kind is enough: the timer asks it one question."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def file(tmp_path):
    """A configuration file that its reader waits for, until whoever holds it open lets go of it."""
    fifo = tmp_path / "loket.toml"
    os.mkfifo(fifo)
    return fifo


@pytest.fixture
def environment(monkeypatch, data_dir, database_url):
    """What a worker passes on to the process that it starts."""
    named = {"DATA_DIR": str(data_dir), "DATABASE__URL": database_url, "CLASSIFIER__ENCODER": "none"}
    for name, value in (named | {"TRANSLATION__PROVIDERS": "[]", "LEARNING__AFTER_LABELS": str(LABELS)}).items():
        monkeypatch.setenv(f"LOKET_{name}", value)


@pytest.fixture
def started(monkeypatch):
    """Every process that is started, as its arguments."""
    commands, popen = [], subprocess.Popen

    def noting(command, **more):
        commands.append(command)
        return popen(command, **more)

    monkeypatch.setattr(subprocess, "Popen", noting)
    return commands


def always(_at):
    return True


def test_when_it_is_due_one_process_trains_and_then_it_is_no_longer_due(
    environment, configure, store, now, started, caplog
):
    [english] = [path for path in seed_files() if path.name == "en.jsonl"]
    rows = [one for one in read_file(english).inquiries if one.has_one_category][::5][:LABELS]
    values = [
        {"text": one.text, "text_en": None, "language": "en", "category": one.label, "at": now, "by": "user:anna"}
        for one in rows
    ]
    settings = check(configure(LOKET_LEARNING__AFTER_LABELS=str(LABELS)))
    due = partial(is_due, store, settings.learning)
    timer = RetrainingTimer(due, None, settings.categories_fingerprint())
    timer.look(datetime.now(UTC))
    assert started == []

    store.labels.add_examples(now, values)
    for _ in range(2):
        timer.look(datetime.now(UTC))

    [retraining] = store.retrainings.latest()
    assert (len(started), retraining.outcome in ("promoted", "passed", "blocked")) == (1, True)
    assert retraining.model is not None
    assert "retraining ended with an error" not in caplog.messages


def test_it_asks_with_the_time(now):
    asked = []

    RetrainingTimer(lambda at: bool(asked.append(at)), None, "").look(now)

    assert asked == [now]


def test_that_it_failed_is_logged_with_its_status(environment, now, tmp_path, caplog):
    RetrainingTimer(always, str(tmp_path / "none.toml"), "").look(now)

    [record] = [one for one in caplog.records if one.message == "retraining ended with an error"]
    assert (record.levelname, record.status) == ("ERROR", 1)


def test_without_the_database_nothing_is_started(now, started, caplog):
    def unavailable(_at):
        raise StorageUnavailable

    RetrainingTimer(unavailable, None, "").look(now)

    assert (started, caplog.messages) == ([], [])


def test_stopped_it_ends_what_is_under_way(environment, now, file, wait_until, caplog):
    timer = RetrainingTimer(always, str(file), "")
    timer.start()
    looking = threading.Thread(target=timer.look, args=(now,))
    looking.start()
    held = []
    wait_until(lambda: _open_for_its_reader(file, held))

    timer.stop()
    looking.join(30)

    os.close(held[0])
    assert not looking.is_alive()
    assert "retraining ended with an error" not in caplog.messages


def test_stopped_while_it_looks_it_starts_nothing(environment, now, started, tmp_path):
    timer = RetrainingTimer(lambda _at: (timer.stop(), True)[1], str(tmp_path / "none.toml"), "")
    timer.start()

    timer.look(now)

    assert started == []


def _open_for_its_reader(fifo, held):
    """Hold the file open once the process has begun to read it: it goes on waiting for what stands there."""
    try:
        held.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True
