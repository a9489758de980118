"""The model versions of one company: which there are, which one serves, and the way back.

champion.json                 the champion and those before it
challenger.json               the version that is compared with it
versions/VERSION/             one artefact each
snapshots/SHA256.jsonl.gz     what versions learned from
reports/VERSION/              how they compared
"""

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model import artifact
from model.artifact import Manifest
from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid, ModelError, PromotionRefused, VersionNotFound
from model.history import History
from model.places import Folder, Place

_VERSION = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}\Z")
_REPORT = re.compile(r"^[0-9A-Za-z][0-9A-Za-z._-]{0,99}\Z")
_SHA256 = re.compile(r"^[0-9a-f]{64}\Z")
_CHAMPION, _CHALLENGER = "champion.json", "challenger.json"


@dataclass(frozen=True)
class Loaded:
    """A classifier ready to serve, and what was wrong with versions that should have served before it."""

    version: str
    classifier: InquiryClassifier
    passed_over: tuple[str, ...] = ()


class Registry:
    """Model versions in a place, each signed with a key that lies elsewhere.

    Everything here raises ModelError, in one line, where the place cannot be read or written.
    """

    def __init__(self, place: Place | Path, key: bytes) -> None:
        self._place: Place = Folder(place) if isinstance(place, Path) else place
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
        snapshot: str | None = None,
        labels_until: int = 0,
        labels_held_out: Sequence[int] = (),
        labels_left_out: Sequence[int] = (),
    ) -> str:
        """Store a trained classifier; answers its version, made of the time and the estimator's hash.

        Args:
            classifier: Fitted.
            name: What a person calls it.
            data: Name, rows and SHA-256 of each file it learned from.
            metrics: Held-out figures.
            card: Writes the model card from the manifest.
            at: When it was trained.
            snapshot: The SHA-256 of the rows it learned from, see `add_snapshot`.
            labels_until: The number of the last label that was looked at.
            labels_held_out: Of those, the ones that judged it instead.
            labels_left_out: And those that it did not learn from either.

        Raises:
            ModelError: It cannot be stored, or was stored before.
        """
        estimator = artifact.pack(classifier)
        version = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{hashlib.sha256(estimator).hexdigest()[:6]}"
        labels = [str(label) for label in classifier.classes_]
        manifest = Manifest(
            version, name, at.astimezone(UTC).isoformat(), labels, data, metrics, classifier.encoder_identity_,
            snapshot, labels_until, list(labels_held_out), list(labels_left_out),
        )  # fmt: skip
        with _told(f"{version} cannot be stored"):
            artifact.save(self._place, _folder(version), estimator, card(manifest), manifest, self._key)
        return version

    def versions(self) -> list[Manifest]:
        """All versions whose manifest is ours, newest first; others are left out."""
        with _told(f"{self._place} cannot be read"):
            names = sorted(self._place.names("versions"), reverse=True)
        return [manifest for name in names if (manifest := self._manifest_or_none(name))]

    def manifest(self, version: str) -> Manifest:
        """What is known of a version."""
        return artifact.read_manifest(self._place, self._folder_of(version), self._key)

    def card(self, version: str) -> str:
        """The model card of a version, as Markdown."""
        return artifact.read_card(self._place, self._folder_of(version), self._key)

    def load(self, version: str) -> InquiryClassifier:
        """The trained classifier of a version.

        Raises:
            VersionNotFound: There is none of that name.
            ArtifactInvalid: It is not one to trust.
        """
        return artifact.load(self._place, self._folder_of(version), self._key)

    def champion(self) -> str | None:
        """The version that should serve."""
        return self._history().champion

    def champions(self) -> list[tuple[str, str | None]]:
        """The champion, last, and those it can be rolled back to, with the ISO time of becoming champion."""
        history = self._history()
        return [(version, history.since.get(version)) for version in history.champions]

    def load_champion(self) -> Loaded:
        """The champion, or the last champion before it that can be loaded.

        Raises:
            ModelError: None can be loaded; the message says why of each.
        """
        passed_over: list[str] = []
        for version in reversed(self._history().champions):
            try:
                return Loaded(version, self.load(version), tuple(passed_over))
            except ModelError as error:
                passed_over.append(str(error))
        raise ModelError("; ".join(passed_over) or "no model has been promoted")

    def promote(self, version: str, routed: Collection[str], at: datetime | None = None) -> None:
        """Make a version the champion.

        Args:
            version: One of the registry's.
            routed: The categories that have a desk.
            at: Now.

        Raises:
            VersionNotFound, ArtifactInvalid: It cannot serve.
            PromotionRefused: It knows categories that have no desk.
        """
        unknown = sorted(set(self.manifest(version).labels) - set(routed))
        if unknown:
            raise PromotionRefused(f"{version} knows categories that have no desk: {', '.join(unknown[:5])}")
        self.load(version)
        with _told(f"{version} cannot be promoted"), self._place.lock():
            self._place.write(_CHAMPION, self._history().promoted(version, at or datetime.now(UTC)).to_bytes())

    def rollback(self, at: datetime | None = None) -> str:
        """Make the champion before this one the champion again, and answer its version."""
        with _told("the champion cannot be rolled back"), self._place.lock():
            history = self._history()
            if len(history.champions) < 2:
                raise PromotionRefused("there is no earlier champion to go back to")
            self._place.write(_CHAMPION, history.rolled_back(at or datetime.now(UTC)).to_bytes())
        return history.champions[-2]

    def pointer_state(self) -> object:
        """Something that changes whenever the champion does, cheap enough to ask for at each inquiry."""
        return self._place.state(_CHAMPION)

    def challenger(self) -> str | None:
        """The version that reads live inquiries without routing any; None once it is the champion."""
        content = self._read(_CHALLENGER)
        if content is None:
            return None
        try:
            version = json.loads(content)["challenger"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(_CHALLENGER, "choose a challenger") from error
        if not isinstance(version, str | None):
            raise self._damaged(_CHALLENGER, "choose a challenger")
        return None if version == self.champion() else version

    def set_challenger(self, version: str | None) -> None:
        """Choose the challenger, or none.

        Raises:
            VersionNotFound, ArtifactInvalid: It could not serve.
        """
        if version is not None:
            self.load(version)
        with _told(f"{_CHALLENGER} cannot be written"), self._place.lock():
            self._place.write(_CHALLENGER, json.dumps({"challenger": version}).encode())

    def challenger_state(self) -> object:
        """As `pointer_state`, of the challenger; changes with the champion too, which may be the same version."""
        return self._place.state(_CHALLENGER), self._place.state(_CHAMPION)

    def add_snapshot(self, content: bytes) -> str:
        """Keep what a training learns from, once, under its SHA-256, which is answered."""
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            self.snapshot(sha256)
        except ArtifactInvalid:
            with _told(f"snapshot {sha256[:12]} cannot be stored"):
                self._place.write(_snapshot_file(sha256), gzip.compress(content, mtime=0))
        return sha256

    def snapshot(self, sha256: str) -> bytes:
        """What was kept under this SHA-256.

        Raises:
            ArtifactInvalid: It is missing, or not what was kept.
        """
        packed = self._read(_snapshot_file(sha256)) if _SHA256.match(sha256) else None
        if packed is None:
            raise ArtifactInvalid(f"the registry has no snapshot {sha256[:12]!r}")
        try:
            content = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            raise ArtifactInvalid(f"snapshot {sha256[:12]} is damaged") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArtifactInvalid(f"snapshot {sha256[:12]} is damaged")
        return content

    def add_report(self, version: str, name: str, content: bytes) -> None:
        """Lay a file beside a version, such as `gate.json`; it is not signed."""
        self._folder_of(version)
        if not _REPORT.match(name):
            raise ModelError(f"{name!r} cannot be the name of a report")
        with _told(f"{name} of {version} cannot be stored"):
            self._place.write(f"reports/{version}/{name}", content)

    def report(self, version: str, name: str) -> bytes | None:
        """That file, or None."""
        self._folder_of(version)
        return self._read(f"reports/{version}/{name}") if _REPORT.match(name) else None

    def _folder_of(self, version: str) -> str:
        if not _VERSION.match(version) or not self._place.exists(f"{_folder(version)}/{artifact.MANIFEST}"):
            raise VersionNotFound(f"the registry has no model {version!r}")
        return _folder(version)

    def _manifest_or_none(self, version: str) -> Manifest | None:
        try:
            return artifact.read_manifest(self._place, _folder(version), self._key)
        except ArtifactInvalid:
            return None

    def _history(self) -> History:
        content = self._read(_CHAMPION)
        try:
            return History() if content is None else History.read(content)
        except ValueError as error:
            raise self._damaged(_CHAMPION, "promote a version") from error

    def _read(self, name: str) -> bytes | None:
        with _told(f"{self._place}/{name} cannot be read"):
            try:
                return self._place.read(name)
            except FileNotFoundError:
                return None

    def _damaged(self, name: str, remedy: str) -> ModelError:
        return ModelError(f"{self._place}/{name} is damaged; delete it and {remedy} again")


def _folder(version: str) -> str:
    return f"versions/{version}"


def _snapshot_file(sha256: str) -> str:
    return f"snapshots/{sha256}.jsonl.gz"


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say in one line what could not be done, and why."""
    try:
        yield
    except OSError as error:
        raise ModelError(f"{what}: {error.strerror or error}") from error
