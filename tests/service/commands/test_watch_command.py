"""`loket watch`: alarms for a person, all figures for a program."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from service import intake
from service.storage.inquiries import NewTicket
from service.storage.migrate import upgrade
from service.storage.store import Store
from service.submission import Submission

SENDER = intake.Sender(None, "127.0.0.1")


@pytest.fixture
def variables(tmp_path):
    """Watching needs a database, but no model."""
    return {"LOKET_DATA_DIR": str(tmp_path / "data"), "LOKET_TRANSLATION__PROVIDERS": "[]"}


@pytest.fixture
def decide(tmp_path):
    """Store inquiries of some weeks ago; 1 is last week."""
    store = Store.at(f"sqlite:///{tmp_path / 'data' / 'loket.sqlite3'}")
    upgrade(store.engine)
    thursday = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday() - 3)

    def make(weeks, n, confidence):
        at = thursday - timedelta(weeks=weeks)
        for i in range(n):
            intake.submit(store, at, Submission(text="Waar blijft mijn bestelling?"), SENDER)
            (claimed,) = store.inquiries.claim(at, 1, 60)
            sure = confidence + (i % 3 - 1) / 20
            decision = {
                "language": {"code": "nl"}, "category": "order_status", "confidence": sure, "desk": "orders",
                "automatic": True, "model": "m", "translation": {"status": "unavailable"},
            }  # fmt: skip
            assert store.inquiries.decide(at, claimed, decision, [NewTicket("orders", "order_status", sure, True)])

    yield make
    store.close()


def test_before_anything_came_there_is_no_alarm(invoke):
    done = invoke("watch")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("no alarm in week 20")


def test_each_alarm_is_one_line_and_no_failure(invoke, decide):
    decide(2, 30, 0.9)
    decide(1, 30, 0.6)

    done = invoke("watch")

    assert done.returncode == 0
    assert [line.partition(" (")[0] for line in done.stdout.splitlines()] == [
        "confidence: the desks together, 60.0 % on average, 90.0 % before",
        "confidence: desk orders, 60.0 % on average, 90.0 % before",
    ]


def test_a_program_reads_every_week(invoke, decide):
    decide(2, 3, 0.9)

    facts = json.loads(invoke("watch", "--json", "--weeks", "4").stdout)

    assert (len(facts["weeks"]), facts["alarms"], facts["texts"]) == (5, [], None)
    assert [week["finished"] for week in facts["weeks"]] == [True] * 4 + [False]
    assert facts["weeks"][2]["desks"]["orders"]["n"] == 3
    (dutch,) = facts["languages"]
    assert (dutch["language"], dutch["n"], dutch["reviewed"], dutch["override_rate"]) == ("nl", 3, 0, None)
    assert dutch["confidence"] == pytest.approx(0.9)


def test_a_single_week_cannot_be_compared(invoke):
    done = invoke("watch", "--weeks", "1")

    assert (done.returncode, done.stdout) == (2, "")
    assert "--weeks" in done.stderr


def test_a_database_that_cannot_be_read_is_told_in_one_line(invoke):
    done = invoke("watch", LOKET_DATABASE__URL="sqlite:////dev/null/loket.sqlite3")

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
