"""A model as a folder: the estimator, a model card, and a signed manifest that is checked before anything loads.

Unpickling runs code, so a folder is code: the manifest is authenticated by a key that lies outside the
registry, and the very bytes whose hash was checked are the bytes that are unpickled.
"""

import hashlib
import hmac
import io
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import joblib

from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid

FORMAT = 2
_ESTIMATOR, _CARD, _MANIFEST, _SEAL = "model.joblib", "card.md", "manifest.json", "manifest.hmac"
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


def save(folder: Path, estimator: bytes, card: str, manifest: Manifest, key: bytes) -> None:
    """Write the folder whole or not at all."""
    contents = {_ESTIMATOR: estimator, _CARD: card.encode()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    sealed = json.dumps(asdict(manifest) | {"files": hashes}, indent=1, sort_keys=True).encode()
    contents |= {_MANIFEST: sealed, _SEAL: _seal(sealed, key).encode()}
    with _appears_whole(folder) as unfinished:
        for name, content in contents.items():
            _write(unfinished / name, content)


def read_manifest(folder: Path, key: bytes) -> Manifest:
    """The authenticated manifest.

    Raises:
        ArtifactInvalid: It is missing, was not signed with this key, or has another format.
    """
    sealed, seal = _read(folder / _MANIFEST), _read(folder / _SEAL)
    if not hmac.compare_digest(_seal(sealed, key).encode(), seal.strip()):
        raise ArtifactInvalid(f"{folder.name}: the manifest was not signed with this registry's key")
    facts = json.loads(sealed)
    if facts.get("format") != FORMAT:
        raise ArtifactInvalid(f"{folder.name}: format {facts.get('format')}, this release reads {FORMAT}")
    if facts.get("version") != folder.name:
        raise ArtifactInvalid(f"{folder.name}: the manifest is that of {facts.get('version')}")
    return Manifest(**facts)


def load(folder: Path, key: bytes) -> InquiryClassifier:
    """Unpickle the estimator after its manifest, hashes and library versions were found right.

    Raises:
        ArtifactInvalid: Anything does not match; nothing was unpickled.
    """
    manifest = read_manifest(folder, key)
    _check_libraries(manifest)
    contents = {name: _checked(folder, name, expected) for name, expected in manifest.files.items()}
    return _unpickled(folder, contents[_ESTIMATOR])


def read_card(folder: Path, key: bytes) -> str:
    """The model card, as Markdown."""
    return _checked(folder, _CARD, read_manifest(folder, key).files[_CARD]).decode()


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    _write(unfinished, content)
    unfinished.replace(path)


def _unpickled(folder: Path, estimator: bytes) -> InquiryClassifier:
    try:
        classifier = joblib.load(io.BytesIO(estimator))
    except Exception as error:
        raise ArtifactInvalid(f"{folder.name}: {_ESTIMATOR} cannot be read: {type(error).__name__}") from error
    if not isinstance(classifier, InquiryClassifier):
        raise ArtifactInvalid(f"{folder.name}: {_ESTIMATOR} is not a classifier of inquiries")
    return classifier


def _check_libraries(manifest: Manifest) -> None:
    for name, here in library_versions().items():
        there = manifest.libraries.get(name)
        if there != here:
            raise ArtifactInvalid(
                f"{manifest.version}: trained with {name} {there}, here is {here}; train it again"
            )


def _checked(folder: Path, name: str, expected: str) -> bytes:
    content = _read(folder / name)
    if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), expected):
        raise ArtifactInvalid(f"{folder.name}: {name} is not the file that was signed")
    return content


def _seal(manifest: bytes, key: bytes) -> str:
    return hmac.new(key, manifest, hashlib.sha256).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArtifactInvalid(f"{path.parent.name}: {path.name} cannot be read") from error


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _appears_whole(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    try:
        yield unfinished
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
