"""`loket routes`: mistakes in rules are told with an exit status, and other rules are tried on stored inquiries."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from service import intake
from service.storage.inquiries import NewTicket
from service.storage.migrate import upgrade
from service.storage.store import Store
from service.submission import Submission

SENDER = intake.Sender(None, "127.0.0.1")
RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXT = "Wir brauchen ein Angebot, sagt Marieke."
SOUND = """
[[routes]]
name = "german"
language = "de"
category = "sales_quote"
desk = "care"
"""
UNSOUND = """
[[routes]]
name = "german"
language = "de"
country = "XX"
desk = "moon"

[[routes]]
name = "all of it"
category = ["sales_quote", "quotes"]
priority = "high"

[[routes]]
name = "never"
category = "sales_quote"
customer = "business"
priority = "urgent"
"""
OTHER = """
[[routes]]
name = "press"
form = "press"
desk = "press"
due = "4h"

[[routes]]
name = "big orders"
category = "order_status"
fields = { value = ">= 100" }
priority = "high"
"""


@pytest.fixture
def variables(tmp_path):
    """Rules need a database, but no model."""
    return {"LOKET_DATA_DIR": str(tmp_path / "data"), "LOKET_TRANSLATION__PROVIDERS": "[]"}


@pytest.fixture
def written(tmp_path):
    """Write the present configuration, and others beside it."""

    def write(toml, name="loket.toml"):
        (tmp_path / name).write_text(toml, "utf-8")
        return name

    return write


@pytest.fixture
def decide(tmp_path):
    """Store a decided inquiry; answers its receipt."""
    store = Store.at(f"sqlite:///{tmp_path / 'data' / 'loket.sqlite3'}")
    upgrade(store.engine)

    def make(category="sales_quote", certain=True, language="de", at=RECEIVED, intents=(), **said):
        inquiry = intake.submit(store, at, Submission(text=TEXT, email="marieke@example.com", **said), SENDER)
        (claimed,) = store.inquiries.claim(at, 1, 60)
        decision = {
            "language": {"code": language}, "category": category, "confidence": 0.9, "desk": "triage",
            "automatic": certain, "model": "m", "intents": list(intents), "translation": {"status": "unavailable"},
        }  # fmt: skip
        assert store.inquiries.decide(at, claimed, decision, [NewTicket("triage", category, 0.9, certain)])
        return inquiry.receipt

    yield make
    store.close()


def test_sound_rules_are_said_to_be_sound(run, written):
    written(SOUND)

    done = run("routes", "check")

    assert (done.returncode, done.stdout, done.stderr) == (0, "1 rule: nothing is wrong.\n", "")


def test_all_that_is_wrong_is_told_with_the_rule_and_a_status(run, written):
    written(UNSOUND)

    done = run("routes", "check")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "rule 'german': there is no desk 'moon'",
        "rule 'german': there is no country 'XX'",
        "rule 'all of it': there is no category 'quotes'",
        "rule 'never': there is no customer kind 'business'",
        "rule 'never': no inquiry reaches it: 'all of it' fits all that it fits",
    ]


def test_a_program_reads_what_is_wrong(invoke, written):
    written(UNSOUND)

    done = invoke("routes", "check", "--json")

    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["rules"] == 3
    assert found["findings"][0] == {
        "kind": "unknown", "where": "rule 'german'", "message": "there is no desk 'moon'",
    }  # fmt: skip
    assert found["findings"][-1]["kind"] == "unreachable"


def test_a_desk_where_nothing_leads_is_a_gap(invoke, written):
    written(SOUND)
    spare = {"LOKET_DESKS__SPARE__NAME": "Spare"}

    assert invoke("routes", "check", **spare).stdout == "desk spare: no category and no rule leads there\n"
    assert invoke("routes", "check", LOKET_DESKS__CARE__AFTER_HOURS="spare", **spare).returncode == 0


def test_a_desk_to_which_only_a_rule_leads_that_nothing_reaches_is_a_gap(invoke, written):
    written(SOUND + SOUND.replace('"german"', '"again"').replace('"care"', '"spare"'))

    done = invoke("routes", "check", LOKET_DESKS__SPARE__NAME="Spare")

    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["rule 'again'", "desk spare"]


def test_a_category_that_only_the_model_knows_is_a_gap(invoke, data_dir):
    own = {"LOKET_DATA_DIR": str(data_dir)}
    without_spam = {"LOKET_CATEGORIES": json.dumps({"order_status": {"desk": "a"}, "other": {"desk": "triage"}})}
    desks = {"LOKET_DESKS": json.dumps({"a": {"name": "A"}, "triage": {"name": "Reception"}})}

    done = invoke("routes", "check", **own, **without_spam, **desks)

    assert done.returncode == 1
    assert "category spam: the serving model knows it, and it has no desk" in done.stdout.splitlines()
    assert invoke("routes", "check", "--no-model", **own, **without_spam, **desks).returncode == 0


def test_other_rules_are_tried_and_nothing_is_stored(run, written, decide):
    decide()
    receipts = [decide(fields={"form": "Press"}, at=RECEIVED + timedelta(days=day)) for day in range(4)]
    decide(category="order_status", fields={"value": 100})
    decide(category="order_status", fields={"value": 99})
    written(SOUND)

    done = run("routes", "try", written(OTHER, "new.toml"))

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "--- loket.toml",
        "+++ new.toml",
        "7 inquiries, 7 requests",
        "",
        "@@ to another desk: 5 of 7 @@",
        f"      4  care -> press  rule 'press'  ({', '.join(receipts[:0:-1])})",
        done.stdout.splitlines()[6],
        "",
        "@@ another priority: 1 of 7 @@",
        done.stdout.splitlines()[9],
        "",
        "@@ another due time: 4 of 7 @@",
        f"      4  none -> some  rule 'press'  ({', '.join(receipts[:0:-1])})",
    ]
    assert done.stdout.splitlines()[6].startswith("      1  care -> sales  no longer rule 'german'  (")
    assert done.stdout.splitlines()[9].startswith("      1  normal -> high  rule 'big orders'  (")


def test_no_text_and_no_address_is_shown(invoke, written, decide):
    decide(fields={"form": "press"}, name="Marieke")

    done = invoke("routes", "try", written(OTHER, "new.toml"), "--json")

    assert "arieke" not in done.stdout + done.stderr
    assert "Angebot" not in done.stdout + done.stderr


def test_the_same_rules_change_nothing(invoke, written, decide):
    decide()
    written(SOUND)

    done = invoke("routes", "try", "loket.toml")

    assert done.stdout.splitlines()[2:] == ["1 inquiry, 1 request: nothing changes"]


def test_a_program_reads_the_difference(invoke, written, decide):
    receipt = decide(certain=False, fields={"form": "press"})
    written(SOUND)

    done = invoke("routes", "try", written(OTHER, "new.toml"), "--json")

    because = {"because": "rule 'press'", "requests": 1, "examples": [receipt]}
    assert json.loads(done.stdout) == {
        "inquiries": 1,
        "requests": 1,
        "changed": {"desk": 1, "priority": 0, "due": 1},
        "changes": [
            {"what": "desk", "from": "triage", "to": "press"} | because,
            {"what": "due", "from": "none", "to": "some"} | because,
        ],
    }


def test_each_request_of_a_mixed_inquiry_is_routed(invoke, written, decide):
    unsure = {"category": "complaint", "confidence": 0.4, "text": TEXT, "desk": "triage", "automatic": False}
    decide(intents=[{"category": "sales_quote", "confidence": 0.9, "automatic": True}, unsure])
    written(SOUND)

    found = json.loads(invoke("routes", "try", written("", "new.toml"), "--json").stdout)

    assert (found["requests"], found["changed"]["desk"]) == (2, 1)


def test_only_the_newest_or_those_of_a_time_are_tried(invoke, written, decide):
    for days in range(4):
        decide(at=RECEIVED + timedelta(days=days))
    written(OTHER, "new.toml")

    def read(*options):
        return json.loads(invoke("routes", "try", "new.toml", "--json", *options).stdout)["inquiries"]

    assert (read(), read("--last", 3), read("--last", 9)) == (4, 3, 4)
    assert (read("--since", "2026-03-04"), read("--since", "2026-03-04T09:00:01")) == (2, 1)
    assert read("--since", "2026-03-04", "--last", 1) == 1


def test_hours_are_those_at_which_an_inquiry_was_decided(invoke, written, decide):
    decide()
    decide(at=RECEIVED + timedelta(hours=12))
    nights = """
    [calendars.office]
    zone = "Europe/Amsterdam"
    hours = { mon = ["09:00-17:00"] }
    [[routes]]
    name = "nights"
    hours = { calendar = "office", open = false }
    desk = "care"
    """

    found = json.loads(invoke("routes", "try", written(nights, "new.toml"), "--json").stdout)

    assert found["changed"]["desk"] == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("routes = 7", "Error: new.toml: routes: "),
        ('[[routes]]\nname = "x"\ndesk = "moon"', "Error: new.toml: rule 'x': there is no desk 'moon'"),
        ("[[", "Error: new.toml: "),
        (None, "Error: new.toml: cannot be read: "),
    ],
)
def test_a_file_that_cannot_be_tried_is_refused_in_one_line(invoke, written, content, said):
    if content is not None:
        written(content, "new.toml")

    done = invoke("routes", "try", "new.toml")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith(said)
