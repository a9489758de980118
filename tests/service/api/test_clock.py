"""GET /api/v1/clock: figures for those who answer for desks, of their own desks alone."""

from datetime import UTC, datetime, timedelta

import pytest


@pytest.fixture
def database_url(tmp_path):
    """Of one kind: the storage's own tests read both."""
    return f"sqlite:///{tmp_path / 'loket.sqlite3'}"


@pytest.fixture
def measured(client, key):
    """What a key with these scopes and desks is told."""

    def ask(*scopes, desks=None, **query):
        return client.get("/api/v1/clock", query_string=query, headers=key(*(scopes or ("figures",)), desks=desks))

    return ask


@pytest.fixture
def laid(lay):
    """Yesterday, three tickets on two desks."""
    at = datetime.now(UTC) - timedelta(days=1)
    return [lay(desk, at=at) for desk in ("orders", "orders", "care")]


def test_it_works(measured, laid):
    answer = measured()

    assert answer.status_code == 200
    assert (answer.json["all"]["tickets"], answer.json["all"]["waiting"]) == (3, 3)
    assert [(desk["name"], desk["tickets"]) for desk in answer.json["desks"]] == [("orders", 2), ("care", 1)]
    routed = answer.json["all"]["steps"]["routed"]
    assert (routed["plain"]["n"], routed["business"]["p90"], routed["plain"]["p99"]) == (3, None, None)
    assert 0 <= routed["plain"]["p50"] < 0.01
    assert len(answer.json["weeks"]) in {12, 13}


def test_a_key_is_told_of_its_desks_alone(measured, laid, problem):
    assert [desk["name"] for desk in measured(desks=["care"]).json["desks"]] == ["care"]
    assert measured(desk="care").json["all"]["tickets"] == 1
    assert problem(measured(desks=["care"], desk="orders"))[0] == 404
    assert problem(measured(desk="nowhere"))[0] == 404


@pytest.mark.parametrize(
    "query",
    [
        {"until": "0001-01-02T00:00:00Z"},
        {"since": "0001-01-01T00:00:00+23:00", "until": "0001-01-02T00:00:00Z"},
        {"since": "9998-01-01T00:00:00Z", "until": "9999-12-31T23:59:59-23:00"},
    ],
)
def test_a_time_before_or_after_all_inquiries_is_refused(measured, problem, query):
    assert problem(measured(**query))[0] == 422


def test_it_needs_the_scope_figures(measured, client, problem):
    assert problem(measured("desk"))[0] == 403
    assert measured("admin").status_code == 200
    assert problem(client.get("/api/v1/clock"))[0] == 401


def test_a_period_is_chosen(measured, laid):
    now = datetime.now(UTC)
    earlier = {"since": (now - timedelta(days=9)).isoformat(), "until": (now - timedelta(days=2)).isoformat()}

    assert measured(**earlier).json["all"]["tickets"] == 0
    assert measured(since=earlier["since"]).json["all"]["tickets"] == 3


@pytest.mark.parametrize("since", ["yesterday", "2026-03-02", "2026-03-02T10:00", "1000-01-01T00:00:00Z"])
def test_what_is_no_period_is_refused(measured, problem, since):
    assert problem(measured(since=since)) == (422, ["since"])
