"""Watching: each kind of drift raises its own alarm, a week like the others none, and a desk sees only its own."""

from datetime import UTC, datetime, timedelta

import pytest

from service.learning.watch import Watcher, judge
from service.storage.weeks import Decided

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)  # Wednesday of 2026-W10
LAST = datetime(2026, 2, 23, tzinfo=UTC)  # Monday of 2026-W09
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)


def no_texts(_ids):
    return []


def week(back, n=100, **changed):
    """Inquiries of one week: a tenth Dutch, half on either desk, each twenty-fifth overruled a day later."""
    start = LAST - back * WEEK
    for i in range(n):
        at = start + i * (WEEK / n)
        values = {
            "inquiry": f"{back:04}-{i:012}", "received_at": at, "language": "nl" if i % 10 == 0 else "en",
            "category": "order_status", "desk": "orders" if i % 2 else "returns",
            "confidence": 0.8 + 0.1 * (i % 3 - 1), "automatic": True, "reviewed_at": at + DAY,
            "overruled_at": at + DAY if i % 25 == 0 else None,
        }  # fmt: skip
        yield Decided(**values | {name: change(i, values[name], at) for name, change in changed.items()})


def watched(at=AT, n=400, **changed):
    rows = [one for back in range(8, 0, -1) for one in week(back, n)]
    return judge([*rows, *week(0, n, **changed)], no_texts, at)


def raised(found):
    return [(alarm.kind, alarm.about) for alarm in found.alarms]


def test_a_week_like_the_others_raises_no_alarm():
    assert watched().alarms == ()


def test_weeks_are_those_of_iso_8601_and_the_present_one_is_not_over():
    found = watched(datetime(2026, 1, 1, 12, tzinfo=UTC))

    assert [one.name for one in found.weeks[-3:]] == ["2025-W51", "2025-W52", "2026-W01"]
    assert [one.finished for one in found.weeks] == [True] * 9 + [False]
    assert len(found.before) == 8


def test_weeks_begin_in_utc_wherever_the_clock_stands():
    elsewhere = datetime(2026, 3, 1, 22, tzinfo=UTC).astimezone(tz=None)

    assert watched(elsewhere).weeks[-1].name == "2026-W09"


def test_a_language_that_comes_more_often_is_named():
    found = watched(language=lambda i, was, _: "pl" if i % 12 == 1 else was)

    assert raised(found)[0] == ("language", "pl")
    assert found.alarms[0].message.startswith("Polish (pl), 8.5 % of the inquiries, 0.0 % before (p ")


def test_a_language_that_stays_away_is_named():
    found = watched(language=lambda *_: "en")

    assert ("language", "nl") in raised(found)


def test_a_desk_whose_confidence_falls_is_named():
    found = watched(confidence=lambda i, was, _: was - 0.1 if i % 2 else was)

    assert raised(found)[0] == ("confidence", "orders")
    assert ("confidence", "returns") not in raised(found)
    assert "desk orders, 69.9 % on average, 80.0 % before" in found.alarms[0].message


def test_a_confidence_that_rises_is_no_alarm():
    assert watched(confidence=lambda _, was, __: was + 0.05).alarms == ()


def test_a_fall_too_small_to_matter_is_no_alarm():
    assert watched(n=2000, confidence=lambda _, was, __: was - 0.03).alarms == ()


def test_a_desk_that_is_overruled_more_often_is_named():
    found = watched(overruled_at=lambda i, was, at: at + DAY if i % 10 == 1 else was)

    assert raised(found)[0] == ("overrides", "orders")
    assert ("overrides", "returns") not in raised(found)


def test_what_people_say_is_counted_as_it_stood_as_long_after_each_week():
    late = {"overruled_at": lambda i, _, at: LAST + 30 * DAY if i % 2 else None}
    rows = [one for back in range(8, 0, -1) for one in week(back, 100, overruled_at=lambda *_: None)]

    assert judge([*rows, *week(0, 100, **late)], no_texts, AT).last.of().overruled == 0
    assert judge([*rows, *week(0, 100, **late)], no_texts, AT + 60 * DAY, 20).weeks[-10].of().overruled == 0


def test_just_after_a_week_its_unreviewed_tickets_do_not_count_against_it():
    found = watched(datetime(2026, 3, 2, 0, 0, tzinfo=UTC))

    assert found.last.of().reviewed == found.before[0].of().reviewed < found.last.of().n
    assert found.alarms == ()


def test_a_language_that_is_overruled_more_than_the_others_is_marked():
    rows = [one for back in range(8, -1, -1) for one in week(back, 100)]
    often = {"language": lambda *_: "tr", "overruled_at": lambda i, _, at: at + DAY if i % 5 else None}
    rows += week(0, 200, **often)

    found = {one.language: one for one in judge(rows, no_texts, AT).fairness}

    assert {code: one.overruled_more for code, one in found.items()} == {"en": False, "nl": False, "tr": True}
    share, low, high = found["tr"].overrides
    assert low < share < high
    assert list(found) == ["en", "tr", "nl"]


def test_a_language_that_is_read_with_less_confidence_is_marked():
    rows = [one for back in range(8, -1, -1) for one in week(back, 100)]
    unsure = list(week(0, 100, language=lambda *_: "tr", confidence=lambda *_: 0.5))

    found = {one.language: one for one in judge([*rows, *unsure], no_texts, AT).fairness}

    assert (found["tr"].less_confident, found["en"].less_confident) == (True, False)
    assert found["tr"].confidence == (0.5, 0.5, 0.5)


def test_nothing_at_all_raises_nothing():
    found = judge([], no_texts, AT)

    assert (found.alarms, found.texts, found.fairness) == ((), None, ())
    assert found.last.of().n == 0


@pytest.mark.parametrize("weeks", [0, 2, 3])
def test_a_short_history_is_compared_with_what_there_is(weeks):
    found = judge([*week(1), *week(0)], no_texts, AT, weeks)

    assert len(found.before) == max(1, weeks - 1)
    assert found.alarms == ()


class Counting:
    """Stands for the store: counts how often it is read."""

    def __init__(self):
        self.weeks, self.read = self, 0

    def between(self, _since, _until):
        self.read += 1
        return iter(week(0))

    def texts(self, _ids):
        return iter(())


def test_the_result_is_kept_for_ten_minutes():
    store = Counting()
    watcher = Watcher(store)

    first = watcher.look(AT)
    assert watcher.look(AT + timedelta(minutes=9)) is first
    assert store.read == 1
    assert watcher.look(AT + timedelta(minutes=10)) is not first
    assert store.read == 2


def test_each_set_of_desks_sees_its_own_figures():
    watcher = Watcher(Counting())

    everything, own = watcher.look(AT), watcher.look(AT, frozenset({"orders"}))
    nothing = watcher.look(AT, frozenset())

    assert set(everything.last.desks) == {"orders", "returns"}
    assert set(own.last.desks) == {"orders"}
    assert (everything.last.of().n, own.last.of().n, nothing.last.of().n) == (100, 50, 0)
