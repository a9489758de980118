"""The champion of this moment: a promotion serves at the next call, what is loaded outlives a broken registry."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.pipeline.classification import Champion

CATEGORIES = {"order_status", "return_refund", "account_access"}


@pytest.fixture
def versions(add_version, now):
    """Two versions, the older one first; none is champion yet."""
    return [add_version(now), add_version(now + timedelta(hours=1))]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models"


def test_an_empty_registry_has_none(registry):
    assert Champion(registry).current() is None


def test_versions_that_were_not_promoted_do_not_serve(registry, versions):
    assert Champion(registry).current() is None


def test_the_first_promotion_is_served_from_the_next_call_on(registry, versions):
    champion = Champion(registry)
    before = champion.current()
    registry.promote(versions[0], CATEGORIES)

    assert (before, champion.current().version) == (None, versions[0])


def test_a_promotion_and_a_rollback_are_served_from_the_next_call_on(registry, versions):
    champion = Champion(registry)
    served = []
    for change in (
        lambda: registry.promote(versions[0], CATEGORIES),
        lambda: registry.promote(versions[1], CATEGORIES),
        registry.rollback,
    ):
        change()
        served.append(champion.current().version)

    assert served == [versions[0], versions[1], versions[0]]


def test_what_did_not_change_is_not_loaded_again(registry, versions):
    registry.promote(versions[0], CATEGORIES)
    champion = Champion(registry)

    assert champion.current() is champion.current()


def test_threads_that_come_first_together_get_one_classifier(registry, versions):
    registry.promote(versions[0], CATEGORIES)
    champion = Champion(registry)
    together = threading.Barrier(8)

    def ask(_):
        together.wait(timeout=30)
        return champion.current()

    with ThreadPoolExecutor(8) as pool:
        assert len({id(loaded) for loaded in pool.map(ask, range(8))}) == 1


def test_it_classifies(registry, versions):
    registry.promote(versions[0], CATEGORIES)

    predictions = Champion(registry).current().classifier.classify(["Where is my parcel?", "I forgot my password"])

    assert [prediction.category for prediction in predictions] == ["order_status", "account_access"]


def test_a_damaged_champion_is_passed_over_for_the_one_before_it(registry, versions, folder, caplog):
    for version in versions:
        registry.promote(version, CATEGORIES)
    (folder / "versions" / versions[1] / "model.joblib").write_bytes(b"damaged")

    loaded = Champion(registry).current()

    assert loaded.version == versions[0]
    assert loaded.passed_over
    assert loaded.degraded == (f"{versions[1]}: model.joblib is not the file that was signed",)
    assert [record.getMessage() for record in caplog.records] == ["champion passed over"]


def test_with_every_champion_damaged_there_is_none(registry, versions, folder):
    registry.promote(versions[0], CATEGORIES)
    (folder / "versions" / versions[0] / "manifest.json").unlink()

    assert Champion(registry).current() is None


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "champion.json").write_text("{"),
        lambda folder: (folder / "champion.json").write_text('{"champions": ["20000101-000000-abcdef"]}'),
        lambda folder: (folder / "champion.json").unlink(),
        shutil.rmtree,
    ],
    ids=["pointer is no JSON", "pointer to no version", "pointer gone", "all gone"],
)
def test_what_is_loaded_keeps_serving_when_the_registry_breaks(registry, versions, folder, harm):
    registry.promote(versions[0], CATEGORIES)
    champion = Champion(registry)
    loaded = champion.current()
    harm(folder)

    assert champion.current() is loaded


def test_a_registry_that_is_mended_is_served_again(registry, versions, folder):
    registry.promote(versions[0], CATEGORIES)
    champion = Champion(registry)
    champion.current()
    (folder / "champion.json").write_text("{")
    champion.current()
    (folder / "champion.json").unlink()
    registry.promote(versions[1], CATEGORIES)

    assert champion.current().version == versions[1]


def test_a_champion_that_was_unreadable_for_a_moment_is_tried_again_after_a_minute(registry, versions, folder):
    for version in versions:
        registry.promote(version, CATEGORIES)
    manifest, seconds = folder / "versions" / versions[1] / "manifest.json", [0.0]
    champion = Champion(registry, clock=lambda: seconds[0])
    manifest.rename(manifest.with_suffix(".away"))
    served = [champion.current().version]
    manifest.with_suffix(".away").rename(manifest)

    for now in (59.0, 60.0):
        seconds[0] = now
        served.append(champion.current().version)

    assert served == [versions[0], versions[0], versions[1]]


def test_without_an_encoder_asked_for_nothing_is_degraded(registry, versions):
    registry.promote(versions[0], CATEGORIES)

    assert Champion(registry, "none").current().degraded == ()


def test_an_encoder_that_cannot_be_loaded_leaves_the_words_and_is_told(registry, versions, tmp_path):
    registry.promote(versions[0], CATEGORIES)

    serving = Champion(registry, str(tmp_path / "gone")).current()

    assert serving.degraded == (f"the lexical view serves alone: {tmp_path / 'gone'} is no encoder folder",)
    assert serving.classifier.classify(["I forgot my password"])[0].category == "account_access"


def test_a_damaged_champion_and_a_missing_encoder_are_both_told(registry, versions, folder, tmp_path):
    for version in versions:
        registry.promote(version, CATEGORIES)
    (folder / "versions" / versions[1] / "model.joblib").write_bytes(b"damaged")

    told = Champion(registry, str(tmp_path / "gone")).current().degraded

    assert [versions[1] in told[0], "is no encoder folder" in told[1]] == [True, True]
