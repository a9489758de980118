"""A model as a folder: the estimator, a model card, and a signed manifest that is checked before anything loads.

Unpickling runs code, so a folder is code, wherever it lies: the manifest is authenticated by a key that lies
outside the registry, and the very bytes whose hash was checked are the bytes that are unpickled.
"""

import hashlib
import hmac
import io
import json
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version as installed_version
from pathlib import PurePosixPath
from typing import Any

import joblib

from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid
from model.places import Place

FORMAT = 3
MANIFEST = "manifest.json"
_ESTIMATOR, _CARD, _SEAL = "model.joblib", "card.md", "manifest.hmac"
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib")


@dataclass(frozen=True)
class Manifest:
    """What is known of a model version; written beside the estimator as JSON."""

    version: str
    name: str
    created_at: str
    labels: list[str]
    data: list[dict[str, Any]]
    metrics: dict[str, Any]
    encoder: str | None = None
    snapshot: str | None = None  # the SHA-256 of the rows that it learned from, in their order
    labels_until: int = 0  # the number of the last label of the store that was looked at
    labels_held_out: list[int] = field(default_factory=list)  # of those, the ones that judged it
    labels_left_out: list[int] = field(default_factory=list)  # and those that it did not learn from either
    libraries: dict[str, str] = field(default_factory=lambda: library_versions())
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def library_versions() -> dict[str, str]:
    """The versions that decide whether a pickled estimator still means the same."""
    versions = {name: installed_version(name) for name in _LIBRARIES}
    return versions | {"python": ".".join(platform.python_version_tuple()[:2])}


def pack(classifier: InquiryClassifier) -> bytes:
    """The estimator as the bytes that `save` stores."""
    buffer = io.BytesIO()
    joblib.dump(classifier, buffer, compress=3)
    return buffer.getvalue()


def save(place: Place, folder: str, estimator: bytes, card: str, manifest: Manifest, key: bytes) -> None:
    """Write a new folder of the place; it is a version when its manifest, which comes last, is there.

    Raises:
        OSError, ModelError: It is there already, or cannot be written.
    """
    contents = {_ESTIMATOR: estimator, _CARD: card.encode()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    sealed = json.dumps(asdict(manifest) | {"files": hashes}, indent=1, sort_keys=True).encode()
    place.write_all(folder, contents | {_SEAL: _seal(sealed, key).encode(), MANIFEST: sealed})


def read_manifest(place: Place, folder: str, key: bytes) -> Manifest:
    """The authenticated manifest.

    Raises:
        ArtifactInvalid: It is missing, was not signed with this key, or has another format.
    """
    name = PurePosixPath(folder).name
    sealed, seal = _read(place, folder, MANIFEST), _read(place, folder, _SEAL)
    if not hmac.compare_digest(_seal(sealed, key).encode(), seal.strip()):
        raise ArtifactInvalid(f"{name}: the manifest was not signed with this registry's key")
    facts = json.loads(sealed)
    if facts.get("format") != FORMAT:
        raise ArtifactInvalid(f"{name}: format {facts.get('format')}, this release reads {FORMAT}")
    if facts.get("version") != name:
        raise ArtifactInvalid(f"{name}: the manifest is that of {facts.get('version')}")
    return Manifest(**facts)


def load(place: Place, folder: str, key: bytes) -> InquiryClassifier:
    """Unpickle the estimator after its manifest, hashes and library versions were found right.

    Raises:
        ArtifactInvalid: Anything does not match; nothing was unpickled.
    """
    manifest = read_manifest(place, folder, key)
    _check_libraries(manifest)
    contents = {name: _checked(place, folder, name, expected) for name, expected in manifest.files.items()}
    return _unpickled(manifest.version, contents[_ESTIMATOR])


def read_card(place: Place, folder: str, key: bytes) -> str:
    """The model card, as Markdown."""
    return _checked(place, folder, _CARD, read_manifest(place, folder, key).files[_CARD]).decode()


def _unpickled(version: str, estimator: bytes) -> InquiryClassifier:
    try:
        classifier = joblib.load(io.BytesIO(estimator))
    except Exception as error:
        raise ArtifactInvalid(f"{version}: {_ESTIMATOR} cannot be read: {type(error).__name__}") from error
    if not isinstance(classifier, InquiryClassifier):
        raise ArtifactInvalid(f"{version}: {_ESTIMATOR} is not a classifier of inquiries")
    return classifier


def _check_libraries(manifest: Manifest) -> None:
    for name, here in library_versions().items():
        there = manifest.libraries.get(name)
        if there != here:
            raise ArtifactInvalid(
                f"{manifest.version}: trained with {name} {there}, here is {here}; train it again"
            )


def _checked(place: Place, folder: str, name: str, expected: str) -> bytes:
    content = _read(place, folder, name)
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), expected):
        raise ArtifactInvalid(f"{PurePosixPath(folder).name}: {name} is not the file that was signed")
    return content


def _seal(manifest: bytes, key: bytes) -> str:
    return hmac.new(key, manifest, hashlib.sha256).hexdigest()


def _read(place: Place, folder: str, name: str) -> bytes:
    try:
        return place.read(f"{folder}/{name}")
    except OSError as error:
        raise ArtifactInvalid(f"{PurePosixPath(folder).name}: {name} cannot be read") from error
