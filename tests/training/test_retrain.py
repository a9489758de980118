"""A retraining learns what desks said, is judged by what it has not learned, and says where it became worse."""

import hashlib
import json
import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from model.errors import ModelError, TrainingDataInvalid
from model.registry import Registry
from model.taxonomy import Category
from training.challenger import Categories, Retraining
from training.dataset import Given, LabelledInquiry, Source
from training.embeddings import PreparedEncoder
from training.snapshot import Snapshot
from training.trainer import Trainer
from training.weights import Weighting

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = b"k" * 32
WORDS = {
    "order": ["parcel", "delivery", "courier", "tracking", "shipment", "package", "doorstep", "late"],
    "account": ["password", "login", "username", "reset", "locked", "email", "sign", "profile"],
    "billing": ["invoice", "tax", "payment", "charged", "refund", "card", "receipt", "amount"],
    "careers": ["vacancy", "intern", "job", "apply", "salary", "interview", "position", "team"],
}
COMMON = ["please", "hello", "today", "again", "question", "about", "my", "the", "is", "for", "with", "help"]
DESKS = {"order": "orders", "account": "support", "billing": "finance", "careers": "staff"}
CATEGORIES = Categories(DESKS, {})
AGENTS = ["user:anna", "user:ben", "user:cleo"]


def text_of(category, number):
    """A text of a category that no other number gives."""
    chosen = random.Random(f"{category} {number}")
    return " ".join([*chosen.sample(WORDS[category], 2), *chosen.sample(COMMON, 3), str(chosen.randrange(100_000))])


def written(n=40):
    return [LabelledInquiry(text_of(name, i), name, "en") for i in range(n) for name in WORDS]


def label(number, *, by=None, said=None, at=NOW):
    """The label of that number, a minute after the one before; right unless something else is said."""
    category = list(WORDS)[number % 4]
    given = Given(
        Source.CORRECTION if number % 2 else Source.CONFIRMATION, at + timedelta(minutes=number),
        by or AGENTS[number // 4 % 3], DESKS[category], "m", number, f"id-{number}",
    )  # fmt: skip
    return LabelledInquiry(text_of(category, 1000 + number), said or category, "en", given=given)


def labels(first, last):
    return [label(number) for number in range(first, last + 1)]


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """A registry whose champion learned what was written. Copied, never written to."""
    folder = tmp_path_factory.mktemp("founded") / "models"
    registry = Registry(folder, KEY)
    first = Retraining(Trainer(registry), CATEGORIES, Weighting(), written()).run([], name="first", at=NOW)
    registry.promote(first.version, DESKS)
    return folder


@pytest.fixture
def served(founded, tmp_path):
    return Registry(Path(shutil.copytree(founded, tmp_path / "served")), KEY)


@pytest.fixture
def retrain():
    """Run one retraining some days later; each call of a test at another time."""
    days = []

    def run(registry, given, categories=CATEGORIES, base=None, weighting=None):
        days.append(1)
        retraining = Retraining(Trainer(registry), categories, weighting or Weighting(), base)
        return retraining.run(given, name="again", at=NOW + timedelta(days=len(days)))

    return run


def snapshot_of(registry, version):
    return Snapshot.of_content(registry.snapshot(registry.manifest(version).snapshot))


def learned(registry, version):
    """The numbers of the labels that a version learned from."""
    return {one.given.number for one in snapshot_of(registry, version).inquiries if one.given}


def accuracy(registry, version):
    truth = [name for number in range(40) for name in WORDS]
    asked = [text_of(name, 5000 + number) for number in range(40) for name in WORDS]
    return float(np.mean(registry.load(version).predict(asked) == np.array(truth)))


def answers(registry, version):
    return registry.load(version).predict_proba([text_of(name, 7000 + i) for i in range(20) for name in WORDS])


def test_it_is_judged_by_the_newest_labels_that_neither_model_learned_from(served, retrain):
    found = retrain(served, labels(1, 30))

    held_out = served.manifest(found.version).labels_held_out
    assert (found.champion, found.held_out, found.comparison.n) == (served.champion(), 15, 15)
    assert held_out == list(range(16, 31))
    assert not set(held_out) & (learned(served, found.version) | learned(served, found.champion))
    assert found.shared.n == len(written())


def test_what_was_looked_at_is_named_and_only_what_was_learned_is_absorbed(served, retrain):
    found = retrain(served, labels(1, 30))

    manifest = served.manifest(found.version)
    assert manifest.labels_until == 30
    assert learned(served, found.version) == set(range(1, 31)) - set(manifest.labels_held_out)
    assert found.learned == (len(written()) + 15, 15)


def test_the_next_retraining_learns_what_was_held_out(served, retrain):
    first = retrain(served, labels(1, 30))
    served.promote(first.version, DESKS)

    second = retrain(served, labels(1, 60))

    apart = set(served.manifest(first.version).labels_held_out)
    assert apart <= learned(served, second.version)
    assert min(served.manifest(second.version).labels_held_out) > 30
    assert second.comparison.n == len(served.manifest(second.version).labels_held_out)


def test_what_was_written_is_carried_on_without_being_given_again(served, retrain):
    found = retrain(served, labels(1, 10))

    assert snapshot_of(served, found.version).written == written()


def test_a_text_that_is_learned_from_judges_no_model(served, retrain):
    again = replace(label(30), text=label(1).text)

    found = retrain(served, [*labels(1, 29), again])

    assert found.held_out == 14
    assert 30 not in learned(served, found.version)


def test_a_text_that_was_written_for_training_judges_no_model(served, retrain):
    again = replace(label(30), text=text_of("order", 0))

    assert retrain(served, [*labels(1, 29), again]).held_out == 14


def test_good_labels_make_no_desk_worse(served, retrain):
    found = retrain(served, labels(1, 90))

    assert found.falls == []
    assert found.label_check.left_out == []
    assert accuracy(served, found.version) >= accuracy(served, found.champion)


def flooded(number):
    """Every fifth label is by one agent who takes everything for an order."""
    return label(number) if number % 5 else label(number, by="user:dirk", said="order")


def test_the_flood_of_one_agent_is_named_and_left_out(served, retrain):
    found = retrain(served, [flooded(number) for number in range(1, 301)])

    apart = served.manifest(found.version).labels_held_out
    wrong = {n for n in range(5, 301, 5) if label(n).label != "order" and n not in apart}
    assert "user:dirk" in {one.name for one in [*found.label_check.floods, *found.label_check.givers]}
    assert len(wrong & learned(served, found.version)) <= len(wrong) / 2
    assert accuracy(served, found.version) >= accuracy(served, found.champion) - 0.02


def test_who_floods_judges_no_model_either(served, retrain):
    found = retrain(served, [flooded(number) for number in range(1, 301)])

    apart = served.manifest(found.version).labels_held_out
    assert found.held_out == found.comparison.n == sum(1 for number in apart if number % 5)


def test_what_the_label_check_left_out_is_not_called_learned(served, retrain):
    found = retrain(served, [flooded(number) for number in range(1, 301)])

    manifest = served.manifest(found.version)
    looked_at = set(range(1, manifest.labels_until + 1))
    unlearned = {*manifest.labels_held_out, *manifest.labels_left_out}
    assert manifest.labels_left_out
    assert looked_at - unlearned == learned(served, found.version)


def test_where_nobody_else_labels_a_flood_shows_in_what_both_models_learned(served, retrain):
    found = retrain(served, [label(number, by="user:dirk", said="order") for number in range(1, 301)])

    assert any("both learned from" in fall for fall in found.falls)
    assert accuracy(served, found.version) < accuracy(served, found.champion)


def test_labels_that_look_wrong_are_told_by_number_and_without_the_text(served, retrain):
    wrong = label(2, said="order")

    found = retrain(served, [label(1), wrong, *labels(3, 60)])

    [suspect] = [one for one in found.suspects if one["number"] == 2]
    assert (suspect["inquiry"], suspect["given"], suspect["proposed"]) == ("id-2", "order", "billing")
    assert not any("text" in one for one in found.suspects)


RENAMED = Categories(DESKS | {"access": "support"}, {"account": "access"})


def test_a_renamed_category_carries_its_labels_along(served, retrain):
    found = retrain(served, labels(1, 30), RENAMED)

    assert served.manifest(found.version).labels == ["access", "billing", "careers", "order"]
    assert found.unknown == 0
    assert {one.label for one in snapshot_of(served, found.version).inquiries} == {
        "access",
        "billing",
        "careers",
        "order",
    }


def test_a_new_name_is_no_fall(served, retrain):
    found = retrain(served, labels(1, 30), RENAMED)

    assert found.falls == []
    assert {one.group for one in found.comparison.categories} == {"access", "billing", "careers", "order"}
    assert (found.comparison.only_champion, found.shared.relabelled) == ((), 0)


def test_merged_categories_are_compared_as_one(served, retrain):
    merged = Categories(DESKS | {"help": "support"}, {"account": "help", "billing": "help"})

    found = retrain(served, labels(1, 30), merged)

    assert served.manifest(found.version).labels == ["careers", "help", "order"]
    assert (found.falls, found.shared.n) == ([], len(written()))


def test_labels_of_a_category_that_is_gone_are_left_out_and_counted(served, retrain):
    gone = Categories({"order": "orders", "account": "support"}, {})

    found = retrain(served, labels(1, 30), gone)

    assert found.unknown == 15
    assert served.manifest(found.version).labels == ["account", "order"]
    assert {one.label for one in snapshot_of(served, found.version).inquiries} == {"account", "order"}


def test_what_was_written_for_a_category_that_is_gone_is_left_out(tmp_path, retrain):
    registry = Registry(tmp_path, KEY)

    found = retrain(registry, labels(1, 30), Categories({"order": "orders", "account": "support"}, {}), written())

    assert registry.manifest(found.version).labels == ["account", "order"]


def test_the_same_labels_twice_give_exactly_the_same_predictions(served, founded, tmp_path):
    other = Registry(Path(shutil.copytree(founded, tmp_path / "other")), KEY)
    at = NOW + timedelta(days=200)

    versions = [
        Retraining(Trainer(one), CATEGORIES, Weighting()).run(labels(1, 30), name="again", at=at).version
        for one in (served, other)
    ]

    assert served.manifest(versions[0]).snapshot == other.manifest(versions[1]).snapshot
    assert np.array_equal(answers(served, versions[0]), answers(other, versions[1]))


@pytest.mark.parametrize("days", [0, 200])
def test_a_version_rebuilt_from_its_snapshot_gives_exactly_the_same_predictions(served, days):
    given = [label(number, at=NOW - timedelta(days=days)) for number in range(1, 31)]
    later = NOW + timedelta(hours=1)
    found = Retraining(Trainer(served), CATEGORIES, Weighting()).run(given, name="again", at=later)

    rebuilt = Trainer(served).rebuild(found.version, at=later + timedelta(hours=1))

    assert rebuilt != found.version
    assert np.array_equal(answers(served, found.version), answers(served, rebuilt))


def test_with_labels_that_do_not_age_a_rebuilt_version_gives_exactly_the_same_predictions(served, retrain):
    found = retrain(served, labels(1, 30), weighting=Weighting(half_life_days=None))

    rebuilt = Trainer(served).rebuild(found.version, at=NOW + timedelta(days=9))

    assert np.array_equal(answers(served, found.version), answers(served, rebuilt))


def test_a_rebuilt_version_has_the_same_facts(served, retrain):
    found = retrain(served, labels(1, 30), weighting=Weighting(half_life_days=None))

    rebuilt = served.manifest(Trainer(served).rebuild(found.version, at=NOW + timedelta(days=9)))

    known = served.manifest(found.version)
    for name in ("name", "labels", "data", "metrics", "snapshot", "labels_until", "labels_held_out"):
        assert getattr(rebuilt, name) == getattr(known, name)


def test_other_parameters_and_meanings_are_rebuilt_too(tmp_path):
    registry = Registry(tmp_path, KEY)
    trainer = Trainer(registry, None, [Category("order", "consignment")], {"regularisation": 0.1})
    found = Retraining(trainer, CATEGORIES, Weighting(), written(12)).run([], name="first", at=NOW)

    rebuilt = Trainer(registry).rebuild(found.version, at=NOW + timedelta(days=1))

    assert registry.load(rebuilt).get_params()["regularisation"] == 0.1
    assert np.array_equal(answers(registry, found.version), answers(registry, rebuilt))


def test_what_was_trained_with_another_encoder_is_not_rebuilt(served, tmp_path, word_counts):
    trainer = Trainer(served, PreparedEncoder("words", word_counts(), tmp_path / "embeddings.npz"))

    with pytest.raises(ModelError, match="was trained with no encoder, here is "):
        trainer.rebuild(served.champion(), at=NOW)


def test_without_a_champion_there_is_nothing_to_compare_with(tmp_path, retrain):
    registry = Registry(tmp_path, KEY)

    found = retrain(registry, labels(1, 30), base=written(12))

    assert (found.champion, found.shared, found.comparison.n, found.falls) == (None, None, 0, [])
    assert registry.champion() is None
    assert registry.versions()[0].labels == sorted(WORDS)


def test_labels_alone_can_make_a_first_model(tmp_path, retrain):
    registry = Registry(tmp_path, KEY)

    found = retrain(registry, labels(1, 60))

    assert found.learned == (30, 30)
    assert accuracy(registry, found.version) > 0.9


def test_nothing_to_learn_from_is_an_error_in_one_line(tmp_path, retrain):
    registry = Registry(tmp_path, KEY)

    with pytest.raises(TrainingDataInvalid) as refused:
        retrain(registry, [])

    assert str(refused.value) == "there is no label to learn from"
    assert registry.versions() == []


def test_labels_of_categories_that_are_all_gone_are_nothing_to_learn_from(tmp_path, retrain):
    with pytest.raises(TrainingDataInvalid):
        retrain(Registry(tmp_path, KEY), labels(1, 30), Categories({"other": "triage"}, {}))


def test_the_snapshot_lies_under_its_hash_and_has_the_weights(served, retrain):
    old = [label(number, at=NOW - timedelta(days=365)) for number in range(1, 11)]

    found = retrain(served, [*old, *labels(11, 40)])

    content = served.snapshot(served.manifest(found.version).snapshot)
    assert hashlib.sha256(content).hexdigest() == served.manifest(found.version).snapshot
    rows = [json.loads(line) for line in content.decode().splitlines()][1:]
    weights = {row.get("number"): row["weight"] for row in rows}
    assert weights[None] == 1.0
    assert weights[1] == pytest.approx(0.5, abs=0.01)
    assert weights[11] == pytest.approx(1.0, abs=0.01)


def test_its_facts_hold_no_text_of_an_inquiry(served, retrain):
    facts = json.dumps(retrain(served, labels(1, 30)).as_json())

    assert not [one.text for one in [*labels(1, 30), *written()] if one.text in facts]


def test_nothing_is_promoted(served, retrain):
    champion = served.champion()

    retrain(served, labels(1, 30))

    assert served.champion() == champion
