"""What providers answered and which are paused, counted by all processes together."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import insert, text

from service.storage.engine import writing
from service.storage.provider_figures import Cell, Count
from service.storage.store import Store
from service.storage.tables import provider_pauses

QUICK, SLOW = Cell("deepl", "translated", 0.5), Cell("deepl", "timeout", 60.0)
MINUTE = timedelta(minutes=1)


def test_counts_add_up(store):
    store.provider_figures.add({QUICK: Count(2, 0.5), SLOW: Count(1, 12.0)})
    store.provider_figures.add({QUICK: Count(3, 1.0)})

    assert store.provider_figures.calls() == {QUICK: Count(5, 1.5), SLOW: Count(1, 12.0)}


def test_eight_processes_that_count_at_once_lose_nothing(store, database_url):
    def work(_number):
        own = Store.at(database_url)
        for _ in range(10):
            own.provider_figures.add({SLOW: Count(1, 0.5), QUICK: Count(1, 0.25)})
        own.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert store.provider_figures.calls() == {QUICK: Count(80, 20.0), SLOW: Count(80, 40.0)}


def test_a_pause_is_told_until_it_is_over(store, now):
    store.provider_figures.pause(now, "deepl", "a", now + MINUTE)

    assert store.provider_figures.paused(now) == {"deepl": (1, now + MINUTE)}
    assert store.provider_figures.paused(now + MINUTE) == {}


def test_of_several_processes_the_longest_pause_is_told(store, now):
    store.provider_figures.pause(now, "deepl", "a", now + 3 * MINUTE)
    store.provider_figures.pause(now, "deepl", "b", now + MINUTE)
    store.provider_figures.pause(now, "google", "b", now + MINUTE)

    assert store.provider_figures.paused(now) == {"deepl": (2, now + 3 * MINUTE), "google": (1, now + MINUTE)}


def test_a_process_has_one_pause_of_a_provider_and_may_end_it(store, now):
    store.provider_figures.pause(now, "deepl", "a", now + MINUTE)
    store.provider_figures.pause(now, "deepl", "a", now + 2 * MINUTE)
    assert store.provider_figures.paused(now) == {"deepl": (1, now + 2 * MINUTE)}

    store.provider_figures.pause(now, "deepl", "a", now)
    assert store.provider_figures.paused(now) == {}


def test_pauses_that_are_over_are_let_go_of(store, now):
    store.provider_figures.pause(now, "deepl", "gone", now + MINUTE)
    store.provider_figures.pause(now + 2 * MINUTE, "google", "a", now + 3 * MINUTE)

    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT process FROM provider_pauses")).scalars().all() == ["a"]


def test_two_threads_that_pause_the_same_provider_at_once_do_no_harm(store, now, wait_until):
    def waits_for_the_other():
        with store.engine.connect() as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return connection.execute(text(query)).scalar_one() > 0

    begun = threading.Event()

    def second():
        begun.set()
        store.provider_figures.pause(now, "deepl", "a", now + MINUTE)

    with ThreadPoolExecutor(1) as pool:
        with writing(store.engine) as connection:
            row = {"provider": "deepl", "process": "a", "until": now + MINUTE}
            connection.execute(insert(provider_pauses), row)
            other = pool.submit(second)
            begun.wait(30)
            if store.engine.dialect.name == "postgresql":
                wait_until(waits_for_the_other)
        other.result(30)

    assert store.provider_figures.paused(now) == {"deepl": (1, now + MINUTE)}
