"""Each champion's time is remembered; what older releases wrote is still read."""

from datetime import UTC, datetime, timedelta, timezone

from model.history import History

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_a_file_without_times_is_read():
    history = History.read(b'{"champions": ["a", "b"]}')

    assert (history.champions, history.champion, history.since) == (("a", "b"), "b", {})


def test_a_promotion_is_remembered_with_its_time_in_utc():
    history = History.read(b'{"champions": ["a"]}').promoted("b", MONDAY.astimezone(timezone(timedelta(hours=9))))

    assert History.read(history.to_bytes()) == history
    assert (history.champions, history.since) == (("a", "b"), {"b": "2026-03-02T09:30:00+00:00"})


def test_after_a_rollback_the_one_before_is_champion_since_then():
    promoted = History().promoted("a", MONDAY).promoted("b", MONDAY + timedelta(days=1))

    history = promoted.rolled_back(MONDAY + timedelta(days=2))

    assert (history.champions, history.since) == (("a",), {"a": "2026-03-04T09:30:00+00:00"})


def test_a_champion_that_returns_is_there_once():
    history = History().promoted("a", MONDAY).promoted("b", MONDAY).promoted("a", MONDAY + timedelta(days=1))

    assert history.champions == ("b", "a")
    assert history.since["a"] == "2026-03-03T09:30:00+00:00"
