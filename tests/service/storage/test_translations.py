"""The translation memory: what is known under a key, for how long, whoever wrote it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.storage.store import Store

DAY = timedelta(days=1)


def test_what_is_remembered_is_recalled(store, now):
    store.translations.remember(now, "a", "deepl", "Hello")
    store.translations.remember(now, "b", "google", "Goodbye")

    assert store.translations.recall(["a", "b", "c"], now - DAY) == {"a": "Hello", "b": "Goodbye"}
    assert store.translations.recall([], now - DAY) == {}


@pytest.mark.parametrize(("age", "known"), [(DAY, True), (DAY + timedelta(seconds=1), False)])
def test_what_is_too_old_is_not_known(store, now, age, known):
    store.translations.remember(now - age, "a", "deepl", "Hello")

    assert ("a" in store.translations.recall(["a"], now - DAY)) is known


def test_what_is_remembered_again_is_young_again(store, now):
    store.translations.remember(now - 2 * DAY, "a", "deepl", "Hello")
    store.translations.remember(now, "a", "deepl", "Hello there")

    assert store.translations.recall(["a"], now - DAY) == {"a": "Hello there"}
    assert store.translations.count() == 1


def test_what_is_too_old_is_let_go_of(store, now):
    for days in range(4):
        store.translations.remember(now - days * DAY, f"key {days}", "deepl", "Hello")

    assert store.translations.forget(now - 1.5 * DAY) == 2
    assert store.translations.count() == 2


def test_eight_workers_that_remember_the_same_at_once_leave_one(store, database_url, now):
    stores = [Store.at(database_url) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda own: own.translations.remember(now, "a", "deepl", "Hello"), stores))

    assert (store.translations.count(), store.translations.recall(["a"], now)) == (1, {"a": "Hello"})
    for own in stores:
        own.close()
