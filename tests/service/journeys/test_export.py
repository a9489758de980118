"""An export tells analysts what they need, and nobody whose inquiry a row is of."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow.parquet as parquet
import pytest

from service.journeys.columns import BUILT_IN, Column, bucket, date_parts, family_of
from service.journeys.export import Export
from service.journeys.files import rows_file
from service.journeys.products import Catalogue, Product
from service.journeys.pseudonyms import Pseudonyms
from service.settings import check

LAMP = Product("Aurora lamp", "product", ("aurora",), ("sku",))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def rows(store):
    """The rows of an export, by default of everything and with nothing rare."""

    def make(since=None, until=None, *, least=1, columns=(), is_open=None, key=b"k" * 32, seen=None):
        export = Export(Pseudonyms(key), Catalogue([LAMP]), AMSTERDAM, is_open, columns, least)
        progress = lambda done, of: seen.append((done, of)) if seen is not None else None  # noqa: E731
        return [row for portion in export.rows(store, since, until, progress) for row in portion]

    return make


@pytest.fixture
def settings(configure):
    return check(configure())


def one_of(rows, step):
    [found] = [row for row in rows if row["step"] == step]
    return found


def test_each_step_is_a_row_with_what_was_known_and_what_came_of_it(rows, submit, decide, act, settings):
    submit("Waar blijft mijn Aurora lamp?", email="anna@example.org", country="BE")
    ticket = decide(minutes=1)
    act.open(ticket, 3)
    act.correct(ticket, settings, 4, category="complaint")
    act.close(ticket, 64)

    made = rows(is_open=lambda at: at.minute >= 33)

    assert [(row["step_number"], row["step"], row["activity"], row["desk"]) for row in made] == [
        (1, "received", None, None),
        (2, "decided", "order_status", "orders"),
        (3, "laid_on_desk", "order_status", "orders"),
        (4, "opened", "order_status", "orders"),
        (5, "corrected", "complaint", "care"),
        (6, "closed", "complaint", "care"),
    ]
    assert one_of(made, "corrected") == {
        "inquiry": 1, "step_number": 5, "step": "corrected", "actor": "person",
        "time": datetime(2026, 3, 2, 9, tzinfo=UTC), "date": "2026-03-02", "year": 2026, "month": 3, "week": 10,
        "weekday": 1, "hour": 10, "business_hours": True, "channel": "web", "language": "nl",
        "language_family": "Germanic", "country": "BE", "product": "Aurora lamp", "product_kind": "product",
        "product_count": 1, "activity": "complaint", "last_activity": "complaint", "desk": "care",
        "confidence": None, "automatic": None, "model": "20260302-093000-4f2a91", "rule": "nights",
        "priority": "high", "seconds_since_received": 240.0, "minutes_to_first_open": 3.0,
        "minutes_to_answer": 64.0, "desks": 2, "corrected": True, "text_chars": "<101",
        "customer": Pseudonyms(b"k" * 32).of("anna@example.org", ""), "customer_inquiry": 1,
        "days_since_last": None, "same_product_again": False,
    }  # fmt: skip
    assert list(made[0]) == list(BUILT_IN)


def test_a_correction_that_was_undone_is_none_and_a_closing_that_was_undone_no_answer(
    rows, submit, decide, act, settings
):
    submit()
    ticket = decide()
    act.correct(ticket, settings, 1, category="complaint")
    act.undo(ticket, 2)
    act.close(ticket, 3)
    act.undo(ticket, 4)

    row = rows()[-1]

    assert (row["corrected"], row["minutes_to_answer"], row["last_activity"]) == (False, None, "order_status")


def test_a_closed_ticket_that_was_sent_on_and_back_is_answered_when_it_was_closed(
    rows, submit, decide, act, settings
):
    submit()
    ticket = decide()
    act.close(ticket, 5)
    act.correct(ticket, settings, 60, category="complaint")
    act.undo(ticket, 61)

    assert rows()[-1]["minutes_to_answer"] == 5.0


def test_a_customer_who_comes_back_is_seen_also_from_before_the_time_of_the_export(rows, submit, now):
    day = 24 * 60
    for days, text in ((0, "My Aurora"), (3, "My nova"), (10, "My Aurora again"), (11, "Hello")):
        submit(text, minutes=days * day, email="Anna@example.org")
    submit("Aurora", minutes=12 * day, email="bert@example.org")
    submit("Aurora", minutes=13 * day)

    made = rows(since=now + timedelta(days=9))

    told = [(row["customer_inquiry"], row["days_since_last"], row["same_product_again"]) for row in made]
    assert told == [(3, 7, True), (4, 1, None), (1, None, False), (None, None, None)]


def test_only_steps_of_the_time_are_told_with_what_is_known_of_the_whole_journey(rows, submit, decide, act, now):
    submit()
    ticket = decide(minutes=1)
    act.open(ticket, 60)
    act.close(ticket, 120)

    [row] = rows(since=now + timedelta(minutes=30), until=now + timedelta(minutes=120))

    assert (row["step"], row["step_number"], row["minutes_to_answer"]) == ("opened", 4, 120.0)


def test_what_few_inquiries_have_in_common_is_told_as_other(rows, submit, decide):
    for minute in range(3):
        submit("My Aurora", minutes=minute, country="BE", fields={"tier": "gold", "note": f"I am {minute}"})
    submit("My nova", minutes=5, country="LU", channel="kiosk", fields={"tier": "black", "note": "I am 3"})
    decide(minutes=6)
    columns = (Column("tier", field="tier"), Column("note", field="note"))

    made = [row for row in rows(least=3, columns=columns) if row["step"] == "decided"]

    told = [tuple(row[name] for name in ("country", "product", "channel", "tier", "note")) for row in made]
    assert told[:3] == [("BE", "Aurora lamp", "web", "gold", "other")] * 3
    assert told[3] == ("other", None, "other", "other", "other")


def test_two_exports_cannot_be_linked(rows, submit):
    submit(email="anna@example.org")

    [one], [other] = rows(), rows(key=b"o" * 32)

    assert one["customer"] != other["customer"]
    assert one | {"customer": ""} == other | {"customer": ""}


def test_no_row_holds_what_a_customer_wrote_nor_a_number_of_the_inbox(rows, submit, decide, act, settings, store):
    inquiry = submit(
        "My Aurora, geheim-een", subject="geheim-twee", name="geheim-drie", email="geheim-vier@example.org",
        fields={"order": "geheim-vijf"},
    )  # fmt: skip
    ticket = decide()
    act.correct(ticket, settings, category="complaint", comment="geheim-zes")
    act.assign(ticket, "user:geheim-zeven")

    told = json.dumps(rows(), default=str)

    for secret in ("geheim", "anna", inquiry.id, ticket.id, inquiry.receipt, "example.org"):
        assert secret not in told


def test_columns_of_the_company_are_fields_buckets_and_constants(rows, submit, decide):
    submit(fields={"value": "49,50", "tier": "gold", "secret": "x"})
    decide(minutes=7)
    columns = (
        Column("tier", field="tier"),
        Column("order_value", field="value", buckets=(10, 50, 200)),
        Column("soon", of="seconds_since_received", buckets=(60, 600)),
        Column("pilot", constant="spring"),
        Column("absent", field="absent", buckets=(1,)),
    )

    made = [[row[column.name] for column in columns] for row in rows(columns=columns)]

    assert made == [
        ["gold", "10-50", "<60", "spring", None],
        ["gold", "10-50", "60-600", "spring", None],
        ["gold", "10-50", "60-600", "spring", None],
    ]


@pytest.mark.parametrize("value", ["a lot", True, "", None, "nan", "1e999"])
def test_a_field_that_is_no_number_is_in_no_bucket(value):
    assert Column("x", field="x", buckets=(1.0, 2.0)).of_form({"x": value}) is None


@pytest.mark.parametrize(
    ("value", "told"), [(-1, "<0"), (0, "0-10"), (9.99, "0-10"), (10, ">=10"), (1e9, ">=10"), (None, None)]
)
def test_a_bucket_begins_with_its_bound(value, told):
    assert bucket(value, (0.0, 10.0)) == told


def test_dates_are_those_of_the_place_and_times_are_coarse():
    late = datetime(2026, 12, 31, 23, 45, 17, tzinfo=UTC)

    assert date_parts(late, AMSTERDAM) == {
        "time": datetime(2026, 12, 31, 23, tzinfo=UTC), "date": "2027-01-01", "year": 2027, "month": 1, "week": 53,
        "weekday": 5, "hour": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "family"), [("nl", "Germanic"), ("zh-Hant", "Sino-Tibetan"), ("und", "other"), (None, None)]
)
def test_a_language_has_a_family(code, family):
    assert family_of(code) == family


def test_the_bar_ends_where_it_said_that_it_would(rows, submit):
    for minute in range(5):
        submit(minutes=minute)
    seen = []

    rows(seen=seen)

    assert seen[-1] == (10, 10)


def test_parquet_and_json_lines_hold_the_same_rows(rows, submit, decide, tmp_path):
    for minute in range(3):
        submit(minutes=minute, fields={"tier": "gold"})
    decide(minutes=4)
    made, names = rows(columns=(Column("tier", field="tier"),)), BUILT_IN | {"tier": "text"}
    for format_ in ("parquet", "jsonl"):
        with rows_file(format_, tmp_path / format_, names) as write:
            write(made[:4])
            write(made[4:])

    lines = [json.loads(line) for line in (tmp_path / "jsonl").read_text("utf-8").splitlines()]
    read = parquet.read_table(tmp_path / "parquet").to_pylist()
    assert read == made
    assert lines == [row | {"time": "2026-03-02T09:00:00Z"} for row in made]


@pytest.mark.parametrize("format_", ["parquet", "jsonl"])
def test_a_file_is_there_whole_or_as_it_was(format_, tmp_path):
    file = tmp_path / "journeys"
    file.write_text("of yesterday")

    def fail():
        with rows_file(format_, file, {"a": "int"}) as write:
            write([{"a": 1}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("journeys", "of yesterday")]


def test_an_export_of_nothing_has_its_columns(rows, tmp_path):
    with rows_file("parquet", tmp_path / "empty", BUILT_IN) as write:
        write(rows())

    assert parquet.read_table(tmp_path / "empty").column_names == list(BUILT_IN)
