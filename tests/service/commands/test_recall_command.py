"""`loket recall`: what a bad model sent is taken back by the one that serves, with its real pipeline."""

import json

import pytest

from service import desk_work, intake
from service.access import Actor
from service.intake import Sender
from service.pipeline.decision import Decision, Language, Translation
from service.storage.inquiries import NewTicket
from service.submission import Submission

BAD = "20260301-000000-bad000"
SENT = {
    "Where is my parcel? The tracking says nothing since Monday.": "orders",
    "I forgot my password and cannot log in to my account.": "support",
    "Please send me a copy of the invoice of my order, with VAT.": "finance",
}


@pytest.fixture
def sent(store, now):
    """What the bad model laid on the desk of press; somebody opened the first of it."""
    decision = Decision(
        language=Language(code="en", confidence=0.99, source="detector"),
        translation=Translation(status="not_needed"),
        category="press_media", confidence=0.97, desk="press", automatic=True, reason="x", model=BAD,
    ).model_dump(mode="json")  # fmt: skip
    tickets = []
    for text in (next(iter(SENT)), *SENT):
        inquiry = intake.submit(store, now, Submission(text=text), Sender(None, "192.0.2.1"))
        [claimed] = store.inquiries.claim(now, 1, 60)
        store.inquiries.decide(now, claimed, decision, [NewTicket("press", "press_media", 0.97, automatic=True)])
        tickets += store.tickets.of_inquiry(inquiry.id)
    desk_work.open_ticket(store, now, Actor("user:anna", frozenset({"desk"}), None), tickets[0])
    return tickets


def recall(invoke, *more):
    return invoke("recall", "--model", BAD, "--since", "2026-03-01", *more)


def test_tickets_go_where_the_champion_sends_them_and_it_is_run_again_in_vain(store, sent, run, invoke):
    dry = json.loads(recall(invoke, "--dry-run", "--json").stdout)
    assert {store.tickets.get(one.id).desk for one in sent} == {"press"}

    done = run("recall", "--model", BAD, "--since", "2026-03-01", "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    desks = [store.tickets.get(one.id).desk for one in sent]
    assert desks[0] == "press"
    assert set(desks[1:]) <= {*SENT.values(), "triage"}
    assert "press" not in desks[1:]
    assert told["moved"] == told["inquiries"] == 3
    assert sum(move["tickets"] for move in told["moves"] if move["from"] == "press") == 3
    assert told["moves"] == dry["moves"]
    assert json.loads(recall(invoke, "--json").stdout)["inquiries"] == 0
    assert "parcel" not in done.stdout + done.stderr


def test_to_triage_it_is_told_in_words(store, sent, invoke):
    done = recall(invoke, "--to", "triage")

    assert done.stdout.splitlines() == [
        "      3  press -> triage", "3 tickets moved; 0 stay; 0 opened meanwhile",
    ]  # fmt: skip
    assert [store.tickets.get(one.id).desk for one in sent] == ["press", "triage", "triage", "triage"]


def test_the_champion_is_not_asked_to_correct_itself(store, sent, invoke, trained_registry):
    champion = trained_registry.champion()
    done = invoke("recall", "--model", champion, "--since", "1d")

    assert done.returncode == 1
    assert f"{champion} is the champion" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--since", "1d"], ["--model", BAD], ["--model", BAD, "--since", "1d", "--to", "nowhere"]],
    ids=["nothing named", "no time", "no desk"],
)
def test_what_is_not_said_is_asked_for(invoke, arguments):
    done = invoke("recall", *arguments)

    assert done.returncode == 2
    assert "Error:" in done.stderr
