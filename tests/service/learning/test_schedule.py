"""A retraining is due with enough new labels, or with some after the time; new is what came since the last one."""

from datetime import timedelta

import pytest

from service.learning.schedule import is_due
from service.learning_settings import Learning

HOUR = timedelta(hours=1)


@pytest.fixture
def give(store, now):
    """Give some labels that are new."""
    given = []

    def make(n):
        rows = [
            {"text": f"text {len(given) + i}", "text_en": None, "language": "en",
             "category": "complaint", "at": now, "by": "user:anna"}
            for i in range(n)
        ]  # fmt: skip
        given.extend(rows)
        assert store.labels.add_examples(now, rows) == n

    return make


@pytest.fixture
def retrained(store, now):
    """Begin a retraining, and end it if an outcome is given."""

    def make(at=now, outcome="promoted"):
        held = store.retrainings.begin(at, HOUR, store.labels.newest())
        if outcome:
            store.retrainings.end(at, held, outcome, "")

    return make


def after(n):
    return Learning(after_labels=n)


def every(hours, least=2):
    return Learning(after_labels=0, every_hours=hours, least_labels=least)


@pytest.mark.parametrize(("labels", "due"), [(0, False), (2, False), (3, True), (4, True)])
def test_it_is_due_with_enough_labels(store, give, now, labels, due):
    give(labels)

    assert is_due(store, after(3), now) is due


def test_labels_that_the_last_one_saw_are_not_new(store, give, retrained, now):
    give(3)
    retrained()

    assert not is_due(store, after(3), now + 100 * HOUR)

    give(3)
    assert is_due(store, after(3), now)


@pytest.mark.parametrize("outcome", ["blocked", "failed", "passed"])
def test_one_that_came_to_nothing_is_not_tried_again_with_the_same_labels(store, give, retrained, now, outcome):
    give(3)
    retrained(outcome=outcome)

    assert not is_due(store, after(3), now + 100 * HOUR)
    assert not is_due(store, every(1), now + 100 * HOUR)


def test_one_that_was_killed_is_tried_again(store, give, retrained, now):
    give(3)
    retrained(outcome=None)

    assert is_due(store, after(3), now)


def test_labels_that_came_while_one_was_under_way_are_new(store, give, retrained, now):
    give(3)
    retrained(outcome=None)
    give(3)

    assert is_due(store, after(3), now)


@pytest.mark.parametrize(("hours", "due"), [(23, False), (24, True), (25, True)])
def test_with_some_labels_it_is_due_when_it_is_time(store, give, retrained, now, hours, due):
    give(1)
    retrained()
    give(2)

    assert is_due(store, every(24), now + hours * HOUR) is due


def test_the_time_counts_from_the_newest_one(store, give, retrained, now):
    retrained()
    retrained(now + 20 * HOUR)
    give(2)

    assert not is_due(store, every(24), now + 43 * HOUR)
    assert is_due(store, every(24), now + 44 * HOUR)


@pytest.mark.parametrize(("labels", "due"), [(0, False), (1, False), (2, True)])
def test_the_first_one_waits_for_labels_and_not_for_the_time(store, give, now, labels, due):
    give(labels)

    assert is_due(store, every(24), now) is due


def test_time_alone_makes_none_due(store, retrained, now):
    retrained()

    assert not is_due(store, every(1, least=1), now + 1000 * HOUR)


def test_neither_configured_means_never(store, give, now):
    give(5)

    assert not is_due(store, Learning(after_labels=0, every_hours=0, least_labels=1), now + 1000 * HOUR)
