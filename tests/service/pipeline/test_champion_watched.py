"""Watched, a promotion is served without anybody asking, nobody waits for its loading, and no fault disturbs."""

import threading
from datetime import timedelta

import pytest

from model.errors import ModelError
from model.registry import Registry
from service.pipeline.classification import Champion

CATEGORIES = {"order_status", "return_refund", "account_access"}
FIVE_SECONDS = 5.0  # what is promised


@pytest.fixture
def versions(registry, add_version, now):
    """Two versions, the older one champion."""
    added = [add_version(now), add_version(now + timedelta(hours=1))]
    registry.promote(added[0], CATEGORIES)
    return added


@pytest.fixture
def watched():
    """Watch a registry; ended with the test."""
    started = []

    def start(registry):
        champion = Champion(registry)
        started.append(champion)
        champion.watch()
        return champion

    yield start
    for champion in started:
        champion.stop()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models"


class Slow(Registry):
    """Loads when it is allowed to."""

    def __init__(self, folder, key):
        super().__init__(folder, key)
        self.loading, self.go_on = threading.Event(), threading.Event()

    def load_champion(self):
        self.loading.set()
        assert self.go_on.wait(60)
        return super().load_champion()


class Unreachable(Registry):
    """A registry whose place can be out of reach."""

    away = False

    def pointer_state(self):
        if self.away:
            raise ModelError("s3://bucket/loket: champion.json: no route to host")
        return super().pointer_state()


def messages(caplog):
    return [(record.getMessage(), record.error) for record in caplog.records]


def test_it_serves_from_the_moment_of_watching(registry, versions, watched):
    assert watched(registry).current().version == versions[0]


def test_a_promotion_and_a_rollback_are_served_without_a_request(registry, versions, watched, wait_until):
    champion = watched(registry)

    registry.promote(versions[1], CATEGORIES)
    wait_until(lambda: champion.current().version == versions[1], FIVE_SECONDS)
    registry.rollback()
    wait_until(lambda: champion.current().version == versions[0], FIVE_SECONDS)


def test_the_old_one_serves_while_the_new_one_is_loaded(registry, versions, watched, folder, wait_until):
    slow = Slow(folder, b"k" * 32)
    slow.go_on.set()
    champion = watched(slow)
    slow.go_on.clear()
    slow.loading.clear()

    registry.promote(versions[1], CATEGORIES)
    assert slow.loading.wait(60)
    served_meanwhile = champion.current().version
    slow.go_on.set()

    assert served_meanwhile == versions[0]
    wait_until(lambda: champion.current().version == versions[1], FIVE_SECONDS)


def test_after_stopping_it_is_looked_for_at_each_call_again(registry, versions, watched):
    champion = watched(registry)
    champion.stop()

    registry.promote(versions[1], CATEGORIES)

    assert champion.current().version == versions[1]
    assert "champion" not in [thread.name for thread in threading.enumerate()]


def test_a_place_out_of_reach_is_told_once_and_what_serves_goes_on(versions, watched, folder, caplog, wait_until):
    registry = Unreachable(folder, b"k" * 32)
    champion = watched(registry)
    registry.away = True
    wait_until(lambda: bool(caplog.records))
    registry.promote(versions[1], CATEGORIES)
    assert champion.current().version == versions[0]

    registry.away = False

    wait_until(lambda: champion.current().version == versions[1], FIVE_SECONDS)
    assert messages(caplog) == [
        ("the registry cannot be read", "s3://bucket/loket: champion.json: no route to host")
    ]


def test_a_damaged_pointer_is_told_and_what_serves_goes_on(registry, versions, watched, folder, caplog, wait_until):
    champion = watched(registry)
    (folder / "champion.json").write_text("{")
    wait_until(lambda: bool(caplog.records))

    assert champion.current().version == versions[0]
    damaged = f"{folder}/champion.json is damaged; delete it and promote a version again"
    assert messages(caplog) == [("no model can be loaded", damaged)]


def test_a_damaged_champion_is_told_and_the_one_before_serves(registry, versions, watched, folder, wait_until):
    champion = watched(registry)
    registry.promote(versions[1], CATEGORIES)
    wait_until(lambda: champion.current().version == versions[1], FIVE_SECONDS)
    estimator = folder / "versions" / versions[1] / "model.joblib"
    estimator.write_bytes(estimator.read_bytes()[:-1])

    registry.promote(versions[0], CATEGORIES)
    (folder / "champion.json").write_text(f'{{"champions": ["{versions[0]}", "{versions[1]}"]}}')

    wait_until(lambda: champion.current().passed_over, FIVE_SECONDS)
    assert champion.current().version == versions[0]
    assert champion.current().degraded == (f"{versions[1]}: model.joblib is not the file that was signed",)


def test_without_a_challenger_there_is_none(registry, versions):
    assert Champion(registry).challenger() is None


def test_the_challenger_is_there_beside_the_champion(registry, versions):
    champion = Champion(registry)
    registry.set_challenger(versions[1])

    assert (champion.current().version, champion.challenger().version) == tuple(versions)
    assert champion.challenger() is champion.challenger()
    registry.set_challenger(None)
    assert champion.challenger() is None


def test_a_challenger_that_became_champion_is_none_any_more(registry, versions):
    champion = Champion(registry)
    registry.set_challenger(versions[1])
    assert champion.challenger().version == versions[1]

    registry.promote(versions[1], CATEGORIES)

    assert (champion.current().version, champion.challenger()) == (versions[1], None)


def test_watched_the_challenger_comes_without_keeping_anybody_waiting(registry, versions, watched, wait_until):
    registry.set_challenger(versions[1])
    champion = watched(registry)

    assert champion.challenger() is None
    wait_until(lambda: champion.challenger() is not None, FIVE_SECONDS)
    assert champion.challenger().version == versions[1]


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (
            lambda folder, version: (folder / "versions" / version / "model.joblib").write_bytes(b"x"),
            "{version}: model.joblib is not the file that was signed",
        ),
        (
            lambda folder, version: (folder / "challenger.json").write_text("{"),
            "{folder}/challenger.json is damaged; delete it and choose a challenger again",
        ),
    ],
    ids=["estimator", "pointer"],
)
def test_a_challenger_that_cannot_be_loaded_is_told_once_and_disturbs_nobody(
    registry, versions, folder, caplog, harm, why
):
    registry.set_challenger(versions[1])
    harm(folder, versions[1])
    seconds = [0.0]
    champion = Champion(registry, clock=lambda: seconds[0])

    asked = []
    for seconds[0] in (0.0, 30.0, 61.0, 122.0):
        asked.append(champion.challenger())

    assert (asked, champion.current().version) == ([None] * 4, versions[0])
    assert messages(caplog) == [("the challenger cannot be loaded", why.format(version=versions[1], folder=folder))]
