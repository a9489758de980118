"""GET /api/v1/events: the feed of journey events, by cursor, for keys that may read it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

URI = re.compile(r"^(https?://|/)\S+$")


@pytest.fixture
def reader(key):
    return key("events")


@pytest.fixture
def feed(client, reader):
    """One page: its events, its cursor, and the address of the next one."""

    def read(path):
        address = path if path.startswith("/") else f"/api/v1/events?{path}"
        answer = client.get(address, headers=reader)
        assert answer.status_code == 200, answer.text
        link = re.fullmatch(r'<(\S+)>; rel="next"', answer.headers.get("Link", ""))
        return answer.json, answer.headers["Cursor"], link and link[1]

    return read


def test_each_step_is_handed_out_as_a_cloud_event(client, reader, lay):
    ticket = lay()

    answer = client.get("/api/v1/events", headers=reader)

    assert (answer.status_code, answer.content_type) == (200, "application/cloudevents-batch+json")
    assert [event["type"] for event in answer.json] == [
        f"org.loket.inquiry.{step}" for step in ("received", "decided", "laid_on_desk")
    ]
    for event in answer.json:
        assert event["specversion"] == "1.0"
        assert URI.match(event["source"])
        assert event["subject"] == ticket.inquiry_id
        assert event["id"].isdecimal()


def test_pages_follow_their_links_to_the_end_and_go_on_by_the_cursor(feed, lay, now):
    for minute in range(3):
        lay(at=now + timedelta(minutes=minute))
    found, cursor, next_page = feed("limit=4")
    while next_page:
        events, cursor, next_page = feed(next_page)
        found += events
    lay(at=now + timedelta(minutes=9))
    later, _, _ = feed(f"after={cursor}")

    assert [event["id"] for event in found] == [str(number) for number in range(1, 10)]
    assert [event["id"] for event in later] == ["10", "11", "12"]


def test_an_end_without_news_has_the_cursor_it_was_asked_for(feed, lay):
    lay()

    assert feed("after=3") == ([], "3", None)


@pytest.mark.parametrize("types", ["received,laid_on_desk", "org.loket.inquiry.received, laid_on_desk"])
def test_types_are_picked_on_every_page(feed, lay, now, types):
    lay()
    lay(at=now + timedelta(minutes=1))

    first, _, next_page = feed(f"limit=4&types={types}")
    second, _, _ = feed(next_page)

    assert [event["data"]["step"] for event in first + second] == ["received", "laid_on_desk"] * 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=4", "after"),
        ("after=999999999999999999", "after"),
        ("after=9999999999999999999999", "after"),
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=%C2%B2", "after"),
        ("after=", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("types=lost", "types"),
        ("types=", "types"),
        ("types=received,,closed", "types"),
    ],
)
def test_what_is_not_of_this_feed_is_refused(client, reader, lay, problem, query, field):
    lay()

    assert problem(client.get(f"/api/v1/events?{query}", headers=reader)) == (422, [field])


def test_only_a_key_of_all_desks_with_the_scope_reads_it(client, key, problem):
    assert problem(client.get("/api/v1/events"))[0] == 401
    for headers in (key("desk"), key("submit", "classify", "models"), key("events", desks=["orders"])):
        assert problem(client.get("/api/v1/events", headers=headers))[0] == 403
    for headers in (key("events"), key("admin")):
        assert client.get("/api/v1/events", headers=headers).status_code == 200


def test_the_key_of_the_pseudonyms_is_made_once_for_its_owner_only(client, reader, lay, loket):
    lay()
    before = client.get("/api/v1/events", headers=reader).json
    key_file = Path(loket.settings.data_dir) / "keys" / "journeys.key"

    assert (key_file.stat().st_mode & 0o777, len(key_file.read_bytes())) == (0o600, 32)
    assert client.get("/api/v1/events", headers=reader).json == before
