"""A model appears whole or not at all, wherever it lies; nothing of it is unpickled before all was found right."""

import hashlib
import hmac
import json
import os
import pickle
import resource
from dataclasses import asdict, replace
from importlib.util import find_spec

import numpy as np
import pytest

from model import artifact
from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid
from model.places import Folder, Remote

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


@pytest.fixture(params=["folder", "remote"])
def place(request, tmp_path, needs):
    """An empty one of each kind."""
    if request.param == "folder":
        return Folder(tmp_path / "place")
    needs(find_spec("fsspec") is not None, "fsspec")
    return Remote(f"memory://{tmp_path}")


@pytest.fixture
def trap(place, sprung):
    """A place with a model, rightly signed, whose estimator is a trap; no pickle reads its last byte."""
    artifact.save(place, "v1", pickle.dumps(Trap(sprung)) + b"\0", "# spring", FACTS, KEY)
    return place


def copy(place, folder, but=""):
    """Lay all files of the model into another folder, but one."""
    for name in FILES:
        if name != but:
            place.write(f"{folder}/{name}", place.read(f"v1/{name}"))


def sign_again(place, **changes):
    """What somebody who has the key could do."""
    facts = json.dumps(json.loads(place.read("v1/manifest.json")) | changes).encode()
    place.write("v1/manifest.json", facts)
    place.write("v1/manifest.hmac", hmac.new(KEY, facts, hashlib.sha256).hexdigest().encode())


def refused(place, folder="v1", key=KEY):
    with pytest.raises(ArtifactInvalid) as error:
        artifact.load(place, folder, key)
    return str(error.value)


def test_a_saved_classifier_gives_the_same_probabilities(place):
    classifier = InquiryClassifier().fit(TEXTS, ["a", "a", "b", "b"])
    artifact.save(place, "v1", artifact.pack(classifier), "# spring", FACTS, KEY)

    loaded = artifact.load(place, "v1", KEY)

    assert loaded.get_params() == classifier.get_params()
    assert np.array_equal(loaded.predict_proba(TEXTS), classifier.predict_proba(TEXTS))


def test_card_and_manifest_come_back_with_the_hash_of_each_file(trap):
    hashes = {name: hashlib.sha256(trap.read(f"v1/{name}")).hexdigest() for name in ("card.md", "model.joblib")}

    assert artifact.read_card(trap, "v1", KEY) == "# spring"
    assert artifact.read_manifest(trap, "v1", KEY) == replace(FACTS, files=hashes)
    assert trap.names("v1") == FILES


def test_the_trap_springs_where_all_is_right_so_that_the_refusals_below_prove_something(trap, sprung):
    assert refused(trap) == "v1: model.joblib is not a classifier of inquiries"
    assert sprung.exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("byte", [0, -1], ids=["first", "last"])
def test_a_changed_byte_is_refused_unread(trap, sprung, name, byte):
    content = bytearray(trap.read(f"v1/{name}"))
    content[byte] ^= 1
    trap.write(f"v1/{name}", bytes(content))

    assert "signed" in refused(trap)
    assert not sprung.exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.0, 0.5], ids=["empty", "half"])
def test_a_truncated_file_is_refused_unread(trap, sprung, name, part):
    content = trap.read(f"v1/{name}")
    trap.write(f"v1/{name}", content[: int(len(content) * part)])

    assert "signed" in refused(trap)
    assert not sprung.exists()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_unread(trap, sprung, name):
    copy(trap, "elsewhere/v1", but=name)

    assert refused(trap, "elsewhere/v1") == f"v1: {name} cannot be read"
    assert not sprung.exists()


def test_another_key_is_refused_unread(trap, sprung):
    assert refused(trap, key=OTHER_KEY) == "v1: the manifest was not signed with this registry's key"
    assert not sprung.exists()


def test_a_renamed_folder_is_refused_unread(trap, sprung):
    copy(trap, "v2")

    assert refused(trap, "v2") == "v2: the manifest is that of v1"
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
def test_a_foreign_pickle_with_no_valid_seal_is_refused_unread(place, sprung, seal):
    estimator = pickle.dumps(Trap(sprung))
    hashes = {"model.joblib": hashlib.sha256(estimator).hexdigest()}
    facts = json.dumps(asdict(replace(FACTS, files=hashes))).encode()
    for name, content in (("model.joblib", estimator), ("manifest.json", facts), ("manifest.hmac", seal(facts))):
        place.write(f"v1/{name}", content)

    assert refused(place) == "v1: the manifest was not signed with this registry's key"
    assert not sprung.exists()


@pytest.mark.parametrize("library", ["scikit-learn", "numpy", "scipy", "joblib", "python"])
def test_another_library_version_is_refused_unread(trap, sprung, library):
    here = artifact.library_versions()
    sign_again(trap, libraries=here | {library: "0.1"})

    assert refused(trap) == f"v1: trained with {library} 0.1, here is {here[library]}; train it again"
    assert not sprung.exists()


def test_another_format_is_refused_unread(trap, sprung):
    sign_again(trap, format=1)

    assert refused(trap) == "v1: format 1, this release reads 3"
    assert not sprung.exists()


@pytest.mark.parametrize(
    ("estimator", "why"),
    [(b"not a pickle", "cannot be read: "), (pickle.dumps({"a": 1}), "is not a classifier of inquiries")],
    ids=["no_pickle", "another_kind"],
)
def test_a_signed_estimator_that_cannot_serve_is_invalid(place, estimator, why):
    artifact.save(place, "v1", estimator, "# spring", FACTS, KEY)

    assert refused(place).startswith(f"v1: model.joblib {why}")


def test_a_save_that_runs_out_of_room_leaves_nothing_behind(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            artifact.save(Folder(tmp_path), "versions/v1", b"x" * 2_000_000, "# spring", FACTS, KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list((tmp_path / "versions").iterdir()) == []


def test_a_save_over_an_earlier_version_leaves_that_as_it_was(trap):
    before = {name: trap.read(f"v1/{name}") for name in FILES}

    with pytest.raises(OSError, match=r"not empty|there already"):
        artifact.save(trap, "v1", b"other", "# other", FACTS, KEY)

    assert {name: trap.read(f"v1/{name}") for name in trap.names("v1")} == before
    assert trap.names("") == ["v1"]
