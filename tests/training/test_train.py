"""Training reads the files, learns from the English text, and lays a version with its facts into the registry."""

import hashlib
import json
from datetime import timedelta

import numpy as np
import pytest

from model.artifact import library_versions
from model.errors import TrainingDataInvalid
from model.reading import Reading
from model.registry import Registry
from model.taxonomy import Category
from training.dataset import out_of_scope_file, read, read_file
from training.embeddings import PreparedEncoder
from training.evaluate import held_out_figures
from training.trainer import Trainer, train

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
OWN_OUT_OF_SCOPE = "text,label\nis it raining,oos\nwho won the match,out_of_scope\n"
ASKED = ["where is the parcel", "password?", "something else"]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "spring.csv"
    path.write_text(TABLE, "utf-8")
    return path


def own_out_of_scope(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(OWN_OUT_OF_SCOPE)
    return read_file(path)


def words_of(registry, version):
    return set(registry.load(version).views_.lexical.vectorizer_["words"].vocabulary_)


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
    assert facts.encoder is None
    assert facts.data[0] == {"name": "spring.csv", "rows": 8, "sha256": hashlib.sha256(TABLE.encode()).hexdigest()}


def test_the_metrics_are_those_of_inquiries_held_out(table, registry, now):
    version = train([table], registry, name="spring", at=now)

    metrics = registry.manifest(version).metrics

    strangers = [None] * len(read([out_of_scope_file()]))
    languages = ["nl", "und", "en", "en", "de", "und", "en", "en", *strangers]
    assert metrics == json.loads(json.dumps(held_out_figures(registry.load(version), languages)))
    assert (metrics["n"], set(metrics["per_language"])) == (8, {"de", "en", "nl", "und"})
    assert {name: row["n"] for name, row in metrics["per_situation"].items()} == {
        "english": 6, "translated": 2, "untranslated": 2,
    }  # fmt: skip


def test_the_lexical_view_learns_the_translation_and_not_the_original(table, registry, now):
    words = words_of(registry, train([table], registry, name="spring", at=now))

    assert {"forgot", "where"} <= words
    assert not {"vergessen", "waar", "pakket"} & words


def test_with_an_encoder_original_and_translation_are_encoded_once(table, registry, now, tmp_path, word_counts):
    encoder = word_counts()
    trainer = Trainer(registry, PreparedEncoder("words", encoder, tmp_path / "embeddings.npz"))

    version = trainer.train([read_file(table), own_out_of_scope(tmp_path)], name="spring", at=now)

    assert len(encoder.asked) == len(set(encoder.asked))
    assert {"Waar blijft mijn pakket", "Where is my parcel", "password please"} <= set(encoder.asked)
    assert registry.manifest(version).encoder == encoder.identity


def test_the_same_data_needs_no_encoding_the_next_time(table, registry, now, tmp_path, word_counts):
    data, later = [read_file(table), own_out_of_scope(tmp_path)], word_counts()
    for at, encoder in ((now, word_counts()), (now + timedelta(days=1), later)):
        prepared = PreparedEncoder("words", encoder, tmp_path / "embeddings.npz")
        version = Trainer(registry, prepared).train(data, name="spring", at=at)

    assert later.asked == []
    assert registry.manifest(version).encoder == later.identity


def test_messages_out_of_scope_come_along_unless_one_has_ones_own(table, registry, now, tmp_path):
    with_ours = registry.manifest(train([table], registry, name="ours", at=now))
    own = [read_file(table), own_out_of_scope(tmp_path)]
    with_own = registry.manifest(Trainer(registry).train(own, name="own", at=now))

    assert [row["name"] for row in with_ours.data] == ["spring.csv", "out_of_scope.jsonl"]
    assert [row["name"] for row in with_own.data] == ["spring.csv", "own.csv"]
    assert with_ours.labels == with_own.labels == ["account", "order"]


def test_mixed_inquiries_are_not_learned_from(table, registry, now, tmp_path):
    mixed = tmp_path / "mixed.jsonl"
    mixed.write_text('{"text": "xylophone and zebra", "labels": ["order", "account"]}\n')

    version = train([table, mixed], registry, name="mixed", at=now)

    assert registry.manifest(version).metrics["n"] == 8
    assert "xylophone" not in words_of(registry, version)


def test_the_meaning_of_a_configured_category_is_learned_from(table, registry, now):
    trainer = Trainer(
        registry, taxonomy=[Category("order", "shipment, consignment"), Category("press", "interview")]
    )

    version = trainer.train([read_file(table)], name="meaning", at=now)

    assert registry.manifest(version).labels == ["account", "order"]
    assert "consignment" in words_of(registry, version)
    assert "interview" not in words_of(registry, version)


def test_with_zero_shot_a_configured_category_without_inquiries_is_known_by_its_meaning(table, registry, now):
    trainer = Trainer(registry, taxonomy=[Category("press", "journalist, interview")])

    version = trainer.train([read_file(table)], name="meaning", at=now, zero_shot=True)

    assert registry.manifest(version).labels == ["account", "order", "press"]
    assert registry.load(version).predict(["an interview for a journalist"]).tolist() == ["press"]


def test_with_zero_shot_no_inquiry_is_needed_at_all(registry, now):
    taxonomy = [Category("press", "journalist, interview"), Category("order", "shipment, parcel")]

    version = Trainer(registry, taxonomy=taxonomy).train([], name="none", at=now, zero_shot=True)

    classifier = registry.load(version)
    assert classifier.predict(["interview?", "my parcel"]).tolist() == ["press", "order"]
    assert not any(one.calibrated for one in classifier.classify(["interview?", Reading("pakket", None)]))
    assert registry.manifest(version).metrics == {"n": 0}
    assert registry.card(version).startswith(f"# none {version}\n")


def test_inquiries_without_a_translation_are_learned_from_by_both_views(registry, now, tmp_path, word_counts):
    path = tmp_path / "nl.csv"
    path.write_text("text,label,language\nwaar blijft het,order,nl\nwachtwoord kwijt,account,nl\n", "utf-8")
    prepared = PreparedEncoder("words", word_counts(), tmp_path / "embeddings.npz")
    taxonomy = [Category("order", "parcel"), Category("account", "password")]

    version = Trainer(registry, prepared, taxonomy).train(
        [read_file(path), own_out_of_scope(tmp_path)], name="nl", at=now
    )

    classifier = registry.load(version).with_encoder(word_counts())
    asked = [Reading("waar blijft het", None), Reading("wachtwoord kwijt", None)]
    assert classifier.predict(asked).tolist() == ["order", "account"]
    assert set(registry.manifest(version).metrics["per_situation"]) == {"untranslated"}


def test_a_category_with_one_inquiry_is_learned(table, registry, now, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text("text,label\na vacancy,careers\n")

    version = train([table, more], registry, name="one", at=now)

    assert registry.load(version).predict(["a vacancy"]).tolist() == ["careers"]


def test_several_files_are_learned_together(tmp_path, table, registry, now):
    more = tmp_path / "more.jsonl"
    more.write_text('{"text": "the vacancy", "label": "careers"}\n{"text": "a vacancy?", "label": "careers"}\n')

    facts = registry.manifest(train([table, more], registry, name="both", at=now))

    assert facts.labels == ["account", "careers", "order"]
    assert [(row["name"], row["rows"]) for row in facts.data] == [
        ("spring.csv", 8), ("more.jsonl", 2), ("out_of_scope.jsonl", 304),
    ]  # fmt: skip


def test_the_card_is_stored_and_nothing_is_promoted(table, registry, now):
    version = train([table], registry, name="spring", at=now)

    assert registry.card(version).startswith(f"# spring {version}\n")
    assert registry.champion() is None


def test_progress_is_told_to_its_end(table, registry, now, tmp_path, word_counts):
    encoding, fitting = [], []
    trainer = Trainer(registry, PreparedEncoder("words", word_counts(), tmp_path / "embeddings.npz"))

    trainer.train(
        [read_file(table)], name="spring", at=now,
        encoding=lambda *step: encoding.append(step), fitting=lambda *step: fitting.append(step),
    )  # fmt: skip

    for told in (encoding, fitting):
        shares = [done / of for done, of in told]
        assert len(told) > 2
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_data_that_cannot_be_learned_from_leaves_no_version(tmp_path, registry, now):
    path = tmp_path / "one.csv"
    path.write_text("text,label\na,x\nb,x\n")

    with pytest.raises(TrainingDataInvalid, match="at least two categories"):
        train([path], registry, name="one", at=now)

    assert registry.versions() == []
