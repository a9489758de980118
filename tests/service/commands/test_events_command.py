"""`loket events`: journeys as files, and the feed as lines."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as parquet
import pytest

from service import intake
from service.access import Actor
from service.desk_work import close
from service.pipeline.decision import Decision, Language, Translation
from service.storage.inquiries import NewTicket
from service.submission import Submission

ANNA = Actor("user:anna", frozenset({"desk"}), None)
SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
TOML = f"""
[[products]]
name = "Aurora lamp"
also = ["aurora"]
[journeys]
least = 1
zone = "Europe/Amsterdam"
calendar = "office"
[journeys.columns.tier]
field = "tier"
[calendars.office]
zone = "Europe/Amsterdam"
hours = {{mon = ["09:00-17:00"]}}
[[journeys.receivers]]
name = "warehouse"
url = "https://warehouse.example.com/journeys"
secret = "{SECRET}"
"""


@pytest.fixture
def data_dir(tmp_path):
    """A data folder without a model: nothing here decides."""
    return tmp_path / "data"


@pytest.fixture
def journey(store, now):
    """An inquiry from its first step to its last; answers its id."""

    def make(at=now, text="Waar blijft mijn Aurora?", **sent):
        inquiry = intake.submit(store, at, Submission(text=text, **sent), intake.Sender(None, "192.0.2.1"))
        [claimed] = store.inquiries.claim(at, 1, 60)
        decision = Decision(
            language=Language(code="nl", confidence=0.99, source="detector"),
            translation=Translation(status="not_needed"), category="order_status", confidence=0.9, desk="orders",
            automatic=True, reason="category order_status", model="m",
        )  # fmt: skip
        laid = NewTicket("orders", "order_status", 0.9, automatic=True)
        store.inquiries.decide(at, claimed, decision.model_dump(mode="json"), [laid])
        [ticket] = store.tickets.of_inquiry(inquiry.id)
        close(store, at + timedelta(minutes=30), ANNA, ticket.id)
        return inquiry.id

    return make


@pytest.fixture
def file(tmp_path):
    """A configuration with a product, a calendar, a column and a receiver."""
    written = tmp_path / "own.toml"
    written.write_text(TOML, "utf-8")
    return written


def test_an_export_is_a_file_of_rows(run, journey, file, tmp_path):
    journey(fields={"tier": "gold"}, country="BE")

    answer = run("events", "export", "--format", "parquet", "--output", "journeys.parquet", "--config", file)

    read = parquet.read_table(tmp_path / "journeys.parquet").to_pylist()
    assert (answer.returncode, answer.stdout) == (0, "")
    assert [row["step"] for row in read] == ["received", "decided", "laid_on_desk", "closed"]
    assert {(row["product"], row["tier"], row["country"]) for row in read} == {("Aurora lamp", "gold", "BE")}
    assert [row["hour"] for row in read] == [10, 10, 10, 11]
    assert all(row["business_hours"] for row in read)


def test_an_export_stands_in_the_journal(invoke, store):
    invoke("events", "export", "--since", "2026-03-01")

    [line] = [line for line in store.whole_journal.last(100) if line.kind == "journeys_exported"]
    assert (line.actor, line.details["since"]) == ("command", "2026-03-01T00:00:00")


def test_json_lines_go_to_standard_output_and_the_bar_elsewhere(invoke, journey, file):
    journey()

    answer = invoke("events", "export", "--config", file)

    assert answer.returncode == 0
    assert len([json.loads(line) for line in answer.stdout.splitlines()]) == 4


def test_a_time_is_by_the_clock_of_the_zone(invoke, journey, file):
    """Midnight in Amsterdam is 23:00 UTC."""
    journey(datetime(2026, 3, 2, 22, 59, tzinfo=UTC), "the day before")
    journey(datetime(2026, 3, 2, 23, 1, tzinfo=UTC), "the day")

    of_the_day = invoke("events", "export", "--since", "2026-03-03", "--config", file)
    before = invoke("events", "export", "--until", "2026-03-03", "--config", file)
    in_utc = invoke("events", "export", "--since", "2026-03-03", "--zone", "UTC", "--config", file)

    told = [[json.loads(line)["step_number"] for line in one.stdout.splitlines()] for one in (of_the_day, before)]
    assert told == [[4, 1, 2, 3, 4], [1, 2, 3]]
    assert in_utc.stdout == ""


def test_rare_values_are_told_as_other_unless_configured(invoke, journey):
    journey(country="LU")

    answer = invoke("events", "export")

    assert {json.loads(line)["country"] for line in answer.stdout.splitlines()} == {"other"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "parquet"], "needs --output"),
        (["--zone", "Mars/Phobos"], "is not a time zone"),
        (["--since", "yesterday"], "does not match"),
        (["--format", "csv"], "is not one of"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(invoke, arguments, says):
    answer = invoke("events", "export", *arguments)

    assert answer.returncode == 2
    assert says in answer.stderr


def test_a_folder_that_is_not_there_is_named(invoke, journey):
    journey()

    answer = invoke("events", "export", "--output", "lost/journeys.jsonl")

    assert (answer.returncode, "lost" in answer.stderr, "Traceback" in answer.stderr) == (1, True, False)


def test_without_pyarrow_it_says_what_to_install(run, journey, tmp_path):
    (tmp_path / "hidden" / "pyarrow").mkdir(parents=True)
    (tmp_path / "hidden" / "pyarrow" / "__init__.py").write_text("raise ImportError", "utf-8")

    answer = run("events", "export", "--format", "parquet", "--output", "x", PYTHONPATH=str(tmp_path / "hidden"))

    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == 'Error: Parquet needs pyarrow: pip install "loket[parquet]"'


def test_the_feed_is_shown_as_sentences_and_as_json(invoke, journey, file):
    inquiry = journey()
    journey(text="Hello")

    lines = invoke("events", "show", "--inquiry", inquiry, "--config", file).stdout.splitlines()
    events = [json.loads(line) for line in invoke("events", "show", "--after", "4", "--json").stdout.splitlines()]

    assert len(lines) == 4
    assert lines[1].endswith("did order_status on web for Aurora lamp: decided")
    assert [event["id"] for event in events] == ["5", "6", "7", "8"]


def test_an_inquiry_that_is_not_there_is_named(invoke):
    answer = invoke("events", "show", "--inquiry", "lost")

    assert (answer.returncode, answer.stderr) == (1, "Error: there is no inquiry 'lost'\n")


def test_receivers_are_listed_and_resumed(invoke, journey, store, file, now):
    journey()
    position = store.feed_positions.begin(now, "warehouse", 0)
    assert store.feed_positions.take(now, position, 4, now)
    assert store.feed_positions.fail(position, None, "gone")

    before = invoke("events", "receivers", "--config", file).stdout
    resumed = invoke("events", "resume", "warehouse", "--after", "2", "--config", file)
    after = json.loads(invoke("events", "receivers", "--json", "--config", file).stdout)

    assert before == "warehouse: has 0 of 4, gone after 1 attempts\n"
    assert (resumed.returncode, after["has"], after["problem"]) == (0, 2, None)


@pytest.mark.parametrize(
    ("arguments", "status"), [(["lost"], 1), (["warehouse"], 1), (["warehouse", "--after", "99"], 2)]
)
def test_what_cannot_be_resumed_is_said(invoke, file, arguments, status):
    answer = invoke("events", "resume", *arguments, "--config", file)

    assert (answer.returncode, "Traceback" in answer.stderr) == (status, False)
