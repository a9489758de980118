"""The model versions of one company: which there are, which one serves, and the way back.

models/champion.json          the champion and those before it
models/versions/VERSION/      one artefact each
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model import artifact
from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid, ModelError, PromotionRefused, VersionNotFound

_VERSION = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}\Z")


@dataclass(frozen=True)
class Loaded:
    """A classifier ready to serve, and what was wrong with versions that should have served before it."""

    version: str
    classifier: InquiryClassifier
    passed_over: tuple[str, ...] = ()


class Registry:
    """Model versions in a folder, each signed with a key that lies elsewhere."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._versions = folder / "versions"
        self._pointer = folder / "champion.json"
        self._key = key

    def add(
        self,
        classifier: InquiryClassifier,
        *,
        name: str,
        data: list[dict[str, Any]],
        metrics: dict[str, Any],
        card: Callable[[Manifest], str],
        at: datetime,
    ) -> str:
        """Store a trained classifier; answers its version, made of the time and the estimator's hash.

        Args:
            classifier: Fitted.
            name: What a person calls it.
            data: Name, rows and SHA-256 of each file it learned from.
            metrics: Held-out figures.
            card: Writes the model card from the manifest.
            at: When it was trained.

        Raises:
            ModelError: It cannot be stored, or was stored before.
        """
        estimator = artifact.pack(classifier)
        version = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{hashlib.sha256(estimator).hexdigest()[:6]}"
        labels = [str(label) for label in classifier.classes_]
        manifest = Manifest(
            version, name, at.astimezone(UTC).isoformat(), labels, data, metrics, classifier.encoder_identity_
        )
        try:
            artifact.save(self._versions / version, estimator, card(manifest), manifest, self._key)
        except OSError as error:
            raise ModelError(f"{version} cannot be stored: {error.strerror}") from error
        return version

    def versions(self) -> list[Manifest]:
        """All versions whose manifest is ours, newest first; others are left out."""
        if not self._versions.is_dir():
            return []
        folders = sorted((f for f in self._versions.iterdir() if not f.name.startswith(".")), reverse=True)
        return [manifest for folder in folders if (manifest := self._manifest_or_none(folder))]

    def manifest(self, version: str) -> Manifest:
        """What is known of a version."""
        return artifact.read_manifest(self._folder_of(version), self._key)

    def card(self, version: str) -> str:
        """The model card of a version, as Markdown."""
        return artifact.read_card(self._folder_of(version), self._key)

    def load(self, version: str) -> InquiryClassifier:
        """The trained classifier of a version.

        Raises:
            VersionNotFound: There is none of that name.
            ArtifactInvalid: It is not one to trust.
        """
        return artifact.load(self._folder_of(version), self._key)

    def champion(self) -> str | None:
        """The version that should serve."""
        history = self._history()
        return history[-1] if history else None

    def load_champion(self) -> Loaded:
        """The champion, or the last champion before it that can be loaded.

        Raises:
            ModelError: None can be loaded; the message says why of each.
        """
        passed_over: list[str] = []
        for version in reversed(self._history()):
            try:
                return Loaded(version, self.load(version), tuple(passed_over))
            except ModelError as error:
                passed_over.append(str(error))
        raise ModelError("; ".join(passed_over) or "no model has been promoted")

    def promote(self, version: str, routed: Collection[str]) -> None:
        """Make a version the champion.

        Args:
            version: One of the registry's.
            routed: The categories that have a desk.

        Raises:
            VersionNotFound, ArtifactInvalid: It cannot serve.
            PromotionRefused: It knows categories that have no desk.
        """
        unknown = sorted(set(self.manifest(version).labels) - set(routed))
        if unknown:
            raise PromotionRefused(f"{version} knows categories that have no desk: {', '.join(unknown[:5])}")
        self.load(version)
        with self._locked():
            history = [earlier for earlier in self._history() if earlier != version]
            self._write_history([*history, version])

    def never_chosen(self, version: str, routed: Collection[str]) -> list[str]:
        """Categories that have a desk but that this version does not know."""
        return sorted(set(routed) - set(self.manifest(version).labels))

    def rollback(self) -> str:
        """Make the champion before this one the champion again, and answer its version."""
        with self._locked():
            history = self._history()
            if len(history) < 2:
                raise PromotionRefused("there is no earlier champion to go back to")
            self._write_history(history[:-1])
        return history[-2]

    def pointer_state(self) -> tuple[int, int] | None:
        """Something that changes whenever the champion does, cheap enough to ask for at each inquiry."""
        try:
            status = self._pointer.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _folder_of(self, version: str) -> Path:
        folder = self._versions / version
        if not _VERSION.match(version) or not folder.is_dir():
            raise VersionNotFound(f"the registry has no model {version!r}")
        return folder

    def _manifest_or_none(self, folder: Path) -> Manifest | None:
        try:
            return artifact.read_manifest(folder, self._key)
        except ArtifactInvalid:
            return None

    def _history(self) -> list[str]:
        try:
            champions = json.loads(self._pointer.read_bytes())["champions"]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _pointer_damaged(self._pointer) from error
        if not isinstance(champions, list) or not all(isinstance(version, str) for version in champions):
            raise _pointer_damaged(self._pointer)
        return champions

    def _write_history(self, champions: list[str]) -> None:
        artifact.write_atomically(self._pointer, json.dumps({"champions": champions}, indent=1).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _pointer_damaged(pointer: Path) -> ModelError:
    return ModelError(f"{pointer} is damaged; delete it and promote a version again")


def read_or_make_key(path: Path) -> bytes:
    """The registry's signing key: 32 random bytes, made at first use, readable by its owner only.

    Raises:
        ModelError: The file cannot be read, or holds less than 32 bytes.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: the registry's key cannot be read: {error.strerror}") from error
    if len(key) < 32:
        raise ModelError(f"{path}: the registry's key is shorter than 32 bytes")
    return key


def _make_key(path: Path) -> None:
    """Appears whole under its name, so that two first starts at once end with one key."""
    if path.exists():
        return
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
