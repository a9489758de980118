"""`loket export`: what people labelled comes out as training reads it."""

import itertools
import json
from datetime import timedelta

import pytest

from service import desk_work, intake
from service.access import Actor
from service.submission import Correction, Submission

ANNA = Actor("user:anna", frozenset({"desk"}), None)


@pytest.fixture
def reviewed(loket, store, decide_all, now):
    """Three inquiries corrected, one of them twice, one confirmed, and one that nobody looked at."""

    seconds = itertools.count()

    def submit(text, subject=None):
        at, submission = now + timedelta(seconds=next(seconds)), Submission(text=text, subject=subject)
        inquiry = intake.submit(store, at, submission, intake.Sender(None, "127.0.0.1"))
        decide_all()
        return store.tickets.of_inquiry(inquiry.id)[0].id

    def correct(ticket, category):
        seen = store.tickets.get(ticket).version
        desk_work.correct(store, loket.settings, now, ANNA, ticket, Correction(category=category), seen)

    correct(submit("Waar blijft mijn bestelling?", "Lamp"), "order_status")
    correct(submit("Is the job in the shop still open?"), "feedback")
    twice = submit("Where can I send my application?")
    correct(twice, "spam")
    correct(twice, "feedback")
    desk_work.confirm(
        store, now, ANNA, submit("Where is my order? The tracking page has not changed for five days.")
    )
    submit("Nobody has looked at this one yet.")


def rows(answer):
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_a_correction_and_a_confirmation_come_out_with_their_last_label(run, reviewed, now):
    answer = run("export")

    assert (answer.returncode, len(rows(answer))) == (0, 4)
    first = rows(answer)[0]
    assert {name: first[name] for name in ("text", "language", "label", "source", "at", "by", "desk")} == {
        "text": "Lamp\n\nWaar blijft mijn bestelling?", "language": "nl", "label": "order_status",
        "source": "correction", "at": now.isoformat(), "by": "user:anna", "desk": "triage",
    }  # fmt: skip
    labels = [(row["label"], row["source"]) for row in rows(answer)]
    corrected = [(label, "correction") for label in ("order_status", "feedback", "feedback")]
    assert labels == [*corrected, ("order_status", "confirmation")]


def test_all_inquiries_come_out_when_asked_for(invoke, reviewed):
    answer = invoke("export", "--all")

    last = rows(answer)[-1]
    assert (len(rows(answer)), last["text"]) == (5, "Nobody has looked at this one yet.")
    assert (last["label"], last["source"]) == (None, None)


def test_training_reads_what_was_exported(run, reviewed, tmp_path, loket):
    file = tmp_path / "labels.jsonl"

    exported, trained = run("export", "--output", file), run("train", "--data", file)

    assert (exported.returncode, exported.stdout, trained.returncode) == (0, "", 0)
    manifest = loket.registry.manifest(trained.stdout.strip())
    assert (manifest.labels, manifest.data[0]["rows"]) == (["feedback", "order_status"], 4)


def test_an_export_without_labels_leaves_no_labels_of_an_earlier_one(invoke, store, tmp_path):
    file = tmp_path / "labels.jsonl"
    file.write_text("from an earlier export")

    invoke("export", "--output", file)

    assert file.read_text() == ""
