"""`loket privacy report`: what left the house, for the data-protection officer."""

import json

import pytest

from service import intake
from service.pipeline.privacy import Policy
from service.pipeline.translation.records import Disclosure
from service.submission import Submission
from service.translation_records import TranslationRecords

MASKED = "Bel mij op [[1]] of mail [[2]]"


@pytest.fixture
def sent(store, now):
    """A text of a stored inquiry, one of nobody's, and one that a busy provider never got."""
    inquiry = intake.submit(store, now, Submission(text="Bel 06 12345678"), intake.Sender(None, "127.0.0.1"))
    records = TranslationRecords(store, 90.0, lambda: now)

    def send(inquiry_id, provider, outcome, *, local, policy=Policy.MASKED, kinds, country=None):
        disclosure = Disclosure(inquiry_id, provider, local, country, "nl", policy, kinds, MASKED)
        written = records.sending(disclosure)
        records.ended(written, outcome) if outcome else records.withdrawn(written)

    send(inquiry.id, "deepl", "translated", local=False, kinds={"phone": 1, "email": 1}, country="NL")
    send(None, "deepl", "timeout", local=False, kinds={"phone": 1})
    send(inquiry.id, "google", None, local=False, kinds={})
    send(inquiry.id, "fxtranslate", "translated", local=True, policy=Policy.NEVER, kinds={})
    return inquiry


def test_texts_are_added_up_by_provider_and_policy(invoke, sent):
    found = json.loads(invoke("privacy", "report", "--json").stdout)

    told = [(one["provider"], one["where"], one["policy"], one["texts"], one["inquiries"]) for one in found]
    assert told == [("deepl", "outside", "masked", 2, 1), ("fxtranslate", "inside", "never", 1, 1)]
    assert found[0]["masked"] == {"phone": 2, "email": 1}
    assert found[0]["countries"] == {"NL": 1, "unknown": 1}
    assert found[0]["outcomes"] == {"translated": 1, "timeout": 1}
    assert found[0]["characters"] == 2 * len(MASKED)


def test_a_person_reads_the_same(invoke, sent):
    told = invoke("privacy", "report").stdout

    assert "email 1, phone 2" in told
    assert "countries: NL 1, unknown 1" in told
    assert MASKED not in told


@pytest.mark.parametrize(
    ("since", "until", "texts"),
    [("2026-03-02", "2026-03-03", 3), ("2026-03-03", "2026-03-04", 0), ("2026-03-01", "2026-03-02", 0)],
)
def test_a_report_is_of_a_time(invoke, sent, since, until, texts):
    found = json.loads(invoke("privacy", "report", "--since", since, "--until", until, "--json").stdout)

    assert sum(one["texts"] for one in found) == texts


def test_of_one_inquiry_every_text_is_shown_as_it_was_sent(invoke, sent):
    told = invoke("privacy", "report", "--inquiry", sent.id).stdout

    assert "2026-03-02 09:30:00 UTC  deepl (outside), masked, masked: email 1, phone 1, translated" in told
    assert told.count(MASKED) == 2
    assert "google" not in told


def test_an_inquiry_that_there_is_not_is_refused(invoke, sent):
    done = invoke("privacy", "report", "--inquiry", "nonsense")

    assert (done.returncode, done.stderr) == (1, "Error: there is no inquiry 'nonsense'\n")


def test_nothing_sent_is_said_so(invoke):
    assert invoke("privacy", "report").stdout == "Nothing was sent to any provider.\n"
