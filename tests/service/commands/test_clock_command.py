"""`loket clock`: figures for a terminal and for a program."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from service import desk_work, intake
from service.access import Actor
from service.intake import Sender
from service.pipeline.decision import Decision, Language, Translation
from service.storage.inquiries import NewTicket
from service.submission import Submission


@pytest.fixture
def data_dir(tmp_path):
    """No model is needed."""
    return tmp_path / "data"


@pytest.fixture
def tickets(store):
    """Three of yesterday, each answered after an hour; one is long overdue."""
    at = datetime.now(UTC) - timedelta(days=1)
    decision = Decision(
        language=Language(code="nl", confidence=0.99, source="detector"),
        translation=Translation(status="unavailable"),
        category="order_status", confidence=0.9, desk="orders", automatic=True, reason="x", model="m",
    ).model_dump(mode="json")  # fmt: skip
    for desk in ("orders", "orders", "care", "care"):
        inquiry = intake.submit(store, at, Submission(text="Waar blijft het?"), Sender(None, "192.0.2.1"))
        [claimed] = store.inquiries.claim(at, 1, 60)
        laid = NewTicket(desk, "order_status", 0.9, automatic=True, due_at=at + timedelta(hours=8))
        store.inquiries.decide(at + timedelta(seconds=2), claimed, decision, [laid])
    actor = Actor("user:anna", frozenset({"desk"}), None)
    for one in (
        store.tickets.on_desk("orders", "open", None, 9) + store.tickets.on_desk("care", "open", None, 9)[:1]
    ):
        desk_work.close(store, at + timedelta(hours=1), actor, one[0].id)
    return inquiry


def test_it_is_printed_for_a_person(tickets, invoke):
    done = invoke("clock")

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("4 tickets received from ")
    assert [line.split() for line in lines if line.startswith(("routed", "orders"))] == [
        ["routed", "4", "2s", "-", "-", "2s", "-", "-"],
        ["orders", "2", "1.0h", "-", "-", "1.0h", "-", "-"],
    ]
    assert lines[-1] == "overdue now: 1 on care"


def test_it_is_printed_for_a_program(tickets, invoke):
    done = invoke("clock", "--desk", "care", "--since", "2d", "--json")

    found = json.loads(done.stdout)
    assert (found["all"]["tickets"], found["all"]["waiting"], found["overdue"]) == (2, 1, {"care": 1})
    assert found["all"]["steps"]["answered"]["plain"] == {"n": 1, "p50": 3600, "p90": None, "p99": None}
    assert datetime.fromisoformat(found["since"]).tzinfo is not None


def test_a_period_before_is_empty(tickets, invoke):
    assert json.loads(invoke("clock", "--since", "9d", "--until", "3d", "--json").stdout)["all"]["tickets"] == 0


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (["--desk", "nowhere"], "there is no desk 'nowhere'", 2),
        (["--since", "yesterday"], "is not a moment such as", 2),
        (["--since", "99999w"], "within ten years", 1),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "ends after it begins", 1),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(invoke, arguments, said, status):
    done = invoke("clock", *arguments)

    assert (done.returncode, said in done.stderr) == (status, True)
    assert "Traceback" not in done.stderr
