"""The registry knows which versions there are and which one serves, and finds the way back when one is broken."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from model.artifact import pack
from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid, ModelError, PromotionRefused
from model.registry import Registry

KEY = b"k" * 32
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROUTED = ["account_access", "order_status"]
TEXTS = ["where is my parcel", "parcel is late", "forgot my password", "password reset"]


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(TEXTS, ["order_status"] * 2 + ["account_access"] * 2)


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models", KEY)


@pytest.fixture
def add(registry, classifier):
    """Add a version so many hours after Monday morning."""

    def add_one(hours=0, name="spring"):
        at = MONDAY + timedelta(hours=hours)
        return registry.add(
            classifier, name=name, data=[], metrics={}, card=lambda facts: f"# {facts.version}", at=at
        )

    return add_one


@pytest.fixture
def broken(tmp_path):
    """Spoil the estimator of a version."""

    def spoil(version):
        (tmp_path / "models" / "versions" / version / "model.joblib").write_bytes(b"spoilt")

    return spoil


def test_the_manifest_names_the_encoder_that_a_version_was_trained_with(registry, encoder):
    trained = InquiryClassifier(encoder).fit(TEXTS, ["order_status"] * 2 + ["account_access"] * 2)

    version = registry.add(trained, name="both", data=[], metrics={}, card=lambda facts: "", at=MONDAY)

    assert registry.manifest(version).encoder == encoder.identity
    assert registry.load(version).encoder_identity_ == encoder.identity


def test_the_manifest_of_words_alone_names_no_encoder(registry, add):
    assert registry.manifest(add()).encoder is None


def test_a_version_is_named_after_its_time_and_its_estimator(registry, classifier):
    estimator = hashlib.sha256(pack(classifier)).hexdigest()
    in_tokyo = MONDAY.astimezone(timezone(timedelta(hours=9)))

    version = registry.add(classifier, name="spring", data=[], metrics={}, card=lambda facts: "", at=in_tokyo)

    assert version == f"20260302-093000-{estimator[:6]}"
    assert registry.manifest(version).created_at == "2026-03-02T09:30:00+00:00"
    assert registry.manifest(version).labels == ROUTED


def test_a_stored_classifier_gives_the_same_probabilities(registry, add, classifier):
    loaded = registry.load(add())

    assert np.array_equal(loaded.predict_proba(TEXTS), classifier.predict_proba(TEXTS))


def test_versions_are_listed_newest_first_with_their_cards(registry, add):
    first, second = add(0, "spring"), add(24, "summer")

    assert [(facts.version, facts.name) for facts in registry.versions()] == [(second, "summer"), (first, "spring")]
    assert registry.card(second) == f"# {second}"


def test_versions_of_another_key_and_unfinished_ones_are_left_out(tmp_path, registry, add):
    version = add()
    (tmp_path / "models" / "versions" / ".unfinished-abc").mkdir()
    (tmp_path / "models" / "versions" / "foreign").mkdir()

    assert [facts.version for facts in registry.versions()] == [version]
    assert Registry(tmp_path / "models", b"o" * 32).versions() == []


def test_a_registry_without_a_folder_has_no_version_and_no_champion(registry):
    assert (registry.versions(), registry.champion(), registry.pointer_state()) == ([], None, None)
    with pytest.raises(ModelError, match="no model has been promoted"):
        registry.load_champion()


def test_a_card_that_cannot_be_written_leaves_nothing_behind(tmp_path, registry, classifier):
    with pytest.raises(UnicodeEncodeError):
        registry.add(classifier, name="x", data=[], metrics={}, card=lambda facts: "\ud800", at=MONDAY)

    assert list((tmp_path / "models").rglob("*")) == []


def test_the_same_model_of_the_same_second_is_refused_in_words(add):
    add()

    with pytest.raises(ModelError):
        add()


def test_the_promoted_version_is_champion_and_another_process_sees_it(tmp_path, registry, add):
    version = add()

    registry.promote(version, ROUTED)

    assert registry.champion() == version
    assert Registry(tmp_path / "models", KEY).load_champion().version == version


def test_the_pointer_changes_with_the_champion_only(registry, add):
    first, second = add(0), add(1)
    registry.promote(first, ROUTED)
    before = registry.pointer_state()

    registry.load_champion()
    assert registry.pointer_state() == before

    registry.promote(second, ROUTED)
    assert registry.pointer_state() != before


def test_categories_without_a_desk_refuse_the_promotion(registry, add):
    first, second = add(0), add(1)
    registry.promote(first, ROUTED)

    with pytest.raises(PromotionRefused, match=f"{second} knows categories that have no desk: order_status"):
        registry.promote(second, ["account_access"])

    assert registry.champion() == first


def test_a_broken_version_is_not_promoted(registry, add, broken):
    first, second = add(0), add(1)
    registry.promote(first, ROUTED)
    broken(second)

    with pytest.raises(ArtifactInvalid, match=r"model\.joblib is not the file that was signed"):
        registry.promote(second, ROUTED)

    assert registry.champion() == first


def test_a_broken_champion_is_passed_over_for_the_one_before(registry, add, broken):
    first, second, third = add(0), add(1), add(2)
    for version in (first, second, third):
        registry.promote(version, ROUTED)
    broken(second)
    broken(third)

    loaded = registry.load_champion()

    assert loaded.version == first
    assert [why.partition(":")[0] for why in loaded.passed_over] == [third, second]
    assert loaded.classifier.predict(["my parcel"]).tolist() == ["order_status"]


def test_a_version_that_was_never_champion_does_not_stand_in(registry, add, broken):
    never, champion = add(0), add(1)
    registry.promote(champion, ROUTED)
    broken(champion)

    with pytest.raises(ModelError, match=f"^{champion}: [^;]*$"):
        registry.load_champion()
    assert registry.load(never)


def test_rollback_makes_the_champion_before_it_the_champion_again(registry, add):
    first, second = add(0), add(1)
    registry.promote(first, ROUTED)
    registry.promote(second, ROUTED)

    assert (registry.rollback(), registry.champion()) == (first, first)
    with pytest.raises(PromotionRefused, match="no earlier champion"):
        registry.rollback()


def test_a_champion_that_returns_is_not_its_own_predecessor(registry, add):
    first, second = add(0), add(1)
    for version in (first, second, first, first):
        registry.promote(version, ROUTED)

    assert registry.rollback() == second


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"champions": "abc"}',
        b'{"champions": 5}',
        b'{"champions": null}',
        b"\xff\xfe",
        b"null",
    ],
)
def test_a_corrupt_pointer_is_a_model_error_that_names_it(tmp_path, registry, add, content):
    registry.promote(add(), ROUTED)
    (tmp_path / "models" / "champion.json").write_bytes(content)

    with pytest.raises(ModelError, match=r"champion\.json is damaged"):
        registry.load_champion()
