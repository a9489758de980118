"""Training reads the files, learns from the English text, and lays a version with its facts into the registry."""

import hashlib

import numpy as np
import pytest

from model.artifact import library_versions
from model.errors import TrainingDataInvalid
from model.registry import Registry
from training.evaluate import figures
from training.train import train

TABLE = """text;label;language;text_en
Waar blijft mijn pakket;order;nl;Where is my parcel
parcel is late;order;;
my parcel has not come;order;en;
track the parcel please;order;en;
Ich habe mein Passwort vergessen;account;de;I forgot my password
password reset;account;;
cannot log in, password wrong;account;en;
password please;account;en;
"""
ASKED = ["where is the parcel", "password?", "something else"]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "spring.csv"
    path.write_text(TABLE, "utf-8")
    return path


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models", b"k" * 32)


def test_the_same_data_twice_gives_the_same_predictions(tmp_path, table, registry, now):
    other = Registry(tmp_path / "other", b"o" * 32)

    one = registry.load(train([table], registry, name="one", at=now))
    two = other.load(train([table], other, name="two", at=now))

    assert np.array_equal(one.predict_proba(ASKED), two.predict_proba(ASKED))
    assert one.predict(ASKED[:2]).tolist() == ["order", "account"]


def test_the_manifest_has_the_facts(table, registry, now):
    version = train([table], registry, name="spring", at=now)

    facts = registry.manifest(version)

    assert (facts.version, facts.name, facts.created_at) == (version, "spring", "2026-03-02T09:30:00+00:00")
    assert facts.labels == ["account", "order"]
    assert facts.libraries == library_versions()
    assert facts.data == [{"name": "spring.csv", "rows": 8, "sha256": hashlib.sha256(TABLE.encode()).hexdigest()}]


def test_the_metrics_are_those_of_inquiries_held_out(table, registry, now):
    version = train([table], registry, name="spring", at=now)
    held_out = registry.load(version).held_out_probabilities_
    labels, languages = ["order"] * 4 + ["account"] * 4, ["nl", "und", "en", "en", "de", "und", "en", "en"]

    assert registry.manifest(version).metrics == figures(
        held_out, np.array(["account", "order"]), labels, languages
    )
    assert set(registry.manifest(version).metrics["per_language"]) == {"de", "en", "nl", "und"}


def test_it_learns_the_translation_and_not_the_original(table, registry, now):
    words = registry.load(train([table], registry, name="spring", at=now)).view_["words"].vocabulary_

    assert {"forgot", "where"} <= set(words)
    assert not {"vergessen", "waar", "pakket"} & set(words)


def test_several_files_are_learned_together(tmp_path, table, registry, now):
    more = tmp_path / "more.jsonl"
    more.write_text('{"text": "the vacancy", "label": "careers"}\n{"text": "a vacancy?", "label": "careers"}\n')

    facts = registry.manifest(train([table, more], registry, name="both", at=now))

    assert facts.labels == ["account", "careers", "order"]
    assert [(row["name"], row["rows"]) for row in facts.data] == [("spring.csv", 8), ("more.jsonl", 2)]


def test_the_card_is_stored_and_nothing_is_promoted(table, registry, now):
    version = train([table], registry, name="spring", at=now)

    assert registry.card(version).startswith(f"# spring {version}\n")
    assert registry.champion() is None


def test_progress_is_passed_on(table, registry, now):
    told = []
    train([table], registry, name="spring", at=now, progress=lambda done, of: told.append(done))

    assert told == sorted(told)
    assert told[0] == 0
    assert len(told) > 2


def test_data_that_cannot_be_learned_from_leaves_no_version(tmp_path, registry, now):
    path = tmp_path / "one.csv"
    path.write_text("text,label\na,x\nb,x\n")

    with pytest.raises(TrainingDataInvalid, match="at least two categories"):
        train([path], registry, name="one", at=now)

    assert registry.versions() == []
