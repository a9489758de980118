"""A model folder appears whole or not at all, and nothing in it is unpickled before all of it was found right."""

import hashlib
import hmac
import json
import os
import pickle
import resource
from dataclasses import asdict, replace

import numpy as np
import pytest

from model import artifact
from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
FACTS = Manifest("v1", "spring", "2026-03-02T09:30:00+00:00", ["a", "b"], [{"rows": 4}], {"accuracy": 0.5})
TEXTS = ["where is my parcel", "parcel is late", "forgot my password", "password reset"]
FILES = ["card.md", "manifest.hmac", "manifest.json", "model.joblib"]


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, sprung):
        self.sprung = sprung

    def __reduce__(self):
        return os.mkdir, (str(self.sprung),)


@pytest.fixture
def sprung(tmp_path):
    """There if something was unpickled."""
    return tmp_path / "sprung"


@pytest.fixture
def folder(tmp_path, sprung):
    """A model folder, rightly signed, whose estimator is a trap; its last byte is one that no pickle reads."""
    artifact.save(tmp_path / "v1", pickle.dumps(Trap(sprung)) + b"\0", "# spring", FACTS, KEY)
    return tmp_path / "v1"


def sign_again(folder, **changes):
    """What somebody who has the key could do."""
    facts = json.dumps(json.loads((folder / "manifest.json").read_bytes()) | changes).encode()
    (folder / "manifest.json").write_bytes(facts)
    (folder / "manifest.hmac").write_text(hmac.new(KEY, facts, hashlib.sha256).hexdigest())


def refused(folder, key=KEY):
    with pytest.raises(ArtifactInvalid) as error:
        artifact.load(folder, key)
    return str(error.value)


def test_a_saved_classifier_gives_the_same_probabilities(tmp_path):
    classifier = InquiryClassifier().fit(TEXTS, ["a", "a", "b", "b"])
    artifact.save(tmp_path / "v1", artifact.pack(classifier), "# spring", FACTS, KEY)

    loaded = artifact.load(tmp_path / "v1", KEY)

    assert loaded.get_params() == classifier.get_params()
    assert np.array_equal(loaded.predict_proba(TEXTS), classifier.predict_proba(TEXTS))


def test_card_and_manifest_come_back_with_the_hash_of_each_file(folder):
    hashes = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("card.md", "model.joblib")
    }

    assert artifact.read_card(folder, KEY) == "# spring"
    assert artifact.read_manifest(folder, KEY) == replace(FACTS, files=hashes)
    assert sorted(path.name for path in folder.iterdir()) == FILES


def test_the_trap_springs_where_all_is_right_so_that_the_refusals_below_prove_something(folder, sprung):
    assert refused(folder) == "v1: model.joblib is not a classifier of inquiries"
    assert sprung.exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, -1], ids=["first", "last"])
def test_a_changed_byte_is_refused_unread(folder, sprung, name, place):
    content = bytearray((folder / name).read_bytes())
    content[place] ^= 1
    (folder / name).write_bytes(content)

    assert "signed" in refused(folder)
    assert not sprung.exists()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_unread(folder, sprung, name):
    (folder / name).unlink()

    assert refused(folder) == f"v1: {name} cannot be read"
    assert not sprung.exists()


def test_another_key_is_refused_unread(folder, sprung):
    assert refused(folder, OTHER_KEY) == "v1: the manifest was not signed with this registry's key"
    assert not sprung.exists()


def test_a_renamed_folder_is_refused_unread(folder, sprung):
    renamed = folder.rename(folder.with_name("v2"))

    assert refused(renamed) == "v2: the manifest is that of v1"
    assert not sprung.exists()


@pytest.mark.parametrize(
    "seal",
    [
        pytest.param(lambda facts: b"", id="empty"),
        pytest.param(lambda facts: hashlib.sha256(facts).hexdigest().encode(), id="a_hash_without_key"),
        pytest.param(lambda facts: hmac.new(b"", facts, hashlib.sha256).hexdigest().encode(), id="the_empty_key"),
        pytest.param(lambda facts: b"\xff\x00", id="no_text"),
    ],
)
def test_a_foreign_pickle_with_no_valid_seal_is_refused_unread(tmp_path, sprung, seal):
    estimator = pickle.dumps(Trap(sprung))
    hashes = {"model.joblib": hashlib.sha256(estimator).hexdigest()}
    facts = json.dumps(asdict(replace(FACTS, files=hashes))).encode()
    planted = tmp_path / "v1"
    planted.mkdir()
    for name, content in (("model.joblib", estimator), ("manifest.json", facts), ("manifest.hmac", seal(facts))):
        (planted / name).write_bytes(content)

    assert refused(planted) == "v1: the manifest was not signed with this registry's key"
    assert not sprung.exists()


@pytest.mark.parametrize("library", ["scikit-learn", "numpy", "scipy", "joblib", "python"])
def test_another_library_version_is_refused_unread(folder, sprung, library):
    here = artifact.library_versions()
    sign_again(folder, libraries=here | {library: "0.1"})

    assert refused(folder) == f"v1: trained with {library} 0.1, here is {here[library]}; train it again"
    assert not sprung.exists()


def test_another_format_is_refused_unread(folder, sprung):
    sign_again(folder, format=1)

    assert refused(folder) == "v1: format 1, this release reads 2"
    assert not sprung.exists()


@pytest.mark.parametrize(
    ("estimator", "why"),
    [(b"not a pickle", "cannot be read: "), (pickle.dumps({"a": 1}), "is not a classifier of inquiries")],
    ids=["no_pickle", "another_kind"],
)
def test_a_signed_estimator_that_cannot_serve_is_invalid(tmp_path, estimator, why):
    artifact.save(tmp_path / "v1", estimator, "# spring", FACTS, KEY)

    assert refused(tmp_path / "v1").startswith(f"v1: model.joblib {why}")


def test_a_save_that_runs_out_of_room_leaves_nothing_behind(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            artifact.save(tmp_path / "versions" / "v1", b"x" * 2_000_000, "# spring", FACTS, KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list((tmp_path / "versions").iterdir()) == []


def test_a_save_over_an_earlier_version_leaves_that_as_it_was(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(OSError, match="not empty"):
        artifact.save(folder, b"other", "# other", FACTS, KEY)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(folder.parent.iterdir()) == [folder]


def test_a_file_is_replaced_whole_and_nothing_stays_beside_it(tmp_path):
    (tmp_path / "champion.json").write_text("old and longer")

    artifact.write_atomically(tmp_path / "champion.json", b"new")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("champion.json", b"new")]
