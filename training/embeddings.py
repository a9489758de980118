"""Embeddings of the texts that are trained on: made once, on all cores, and kept for the next training.

The cache holds the texts of the last training alone, by hash: what was deleted from the labels is gone from it
with the next training. The seed inquiries' embeddings come with Loket, so that the first start takes seconds.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray

from model.encoder import Embeddings, Encoder, excerpt, open_encoder
from model.lexical import Progress

_CHUNK = 64
_WORTH_PROCESSES = 512  # texts; each further process takes a second to start
_LEVELS = 127.0

Known = dict[bytes, Embeddings]


class PreparedEncoder:
    """An encoder that has most answers ready.

    Args:
        name: As in the setting ``classifier.encoder``.
        encoder: That encoder.
        file: Where the embeddings of the last training are kept.
    """

    def __deepcopy__(self, memo: object) -> Self:
        """What is ready is one, however often scikit-learn clones an estimator."""
        return self

    def __init__(self, name: str, encoder: Encoder, file: Path) -> None:
        self._name, self._encoder, self._file = name, encoder, file
        self._known: Known = {}
        self.identity = encoder.identity

    @classmethod
    def of_seed(cls, name: str, encoder: Encoder) -> "PreparedEncoder":
        """One that has the seed inquiries ready, and keeps nothing."""
        made = cls(name, encoder, packaged())
        made._known = read(packaged(), encoder.identity)
        return made

    def prepare(self, texts: Sequence[str], progress: Progress) -> None:
        """Have the embeddings of these texts ready, and keep them, and no others, for the next training."""
        wanted = {key(text): text for text in texts}
        found = read(packaged(), self.identity) | read(self._file, self.identity)
        self._known = {one: found[one] for one in wanted if one in found}
        missing = [one for one in wanted if one not in found]
        rows = self._encode([wanted[one] for one in missing], progress)
        # As they will be read back: the next training on the same texts must find the same points.
        self._known |= dict(zip(missing, _read_back(rows), strict=True))
        with suppress(OSError):  # a full disk costs the next training time, and this one nothing
            write(self._file, self.identity, self._known)

    def encode(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        if not texts:
            return self._encoder.encode([])
        keys = [key(text) for text in texts]
        missing = [i for i, one in enumerate(keys) if one not in self._known]
        made = dict(zip(missing, self._encoder.encode([texts[i] for i in missing]), strict=True))
        return np.stack([made[i] if i in made else self._known[one] for i, one in enumerate(keys)])

    def _encode(self, texts: list[str], progress: Progress) -> list[Embeddings]:
        chunks = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
        jobs = cpu_count() if len(texts) >= _WORTH_PROCESSES else 1
        if jobs == 1:
            made = (self._encoder.encode(chunk) for chunk in chunks)
        else:  # processes that are started afresh: a forked one would hang, see model/encoder.py
            made = Parallel(jobs, return_as="generator")(delayed(_encode_there)(self._name, c) for c in chunks)
        rows: list[Embeddings] = []
        for done, part in enumerate(made):
            rows.extend(part)
            progress(done + 1, len(chunks))
        return rows


def key(text: str) -> bytes:
    """The hash under which a text's embedding is kept."""
    return hashlib.sha256(excerpt(text).encode("utf-8", "replace")).digest()[:16]


def read(path: Path, identity: str) -> Known:
    """The embeddings in a file, if it is that encoder's."""
    if not path.is_file():
        return {}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            names = ("identity", "keys", "rows")
            of, keys, whole = (kept[name] for name in names)
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):  # cut short or damaged: they are made again
        return {}
    if str(of) != identity:
        return {}
    return {bytes(one): row for one, row in zip(keys, _from_bytes(whole), strict=True)}


def write(path: Path, identity: str, known: Known) -> None:
    """Keep embeddings, each value in one byte: the angle to what was encoded is below a degree."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = np.stack(list(known.values())) if known else np.empty((0, 1), dtype=np.float32)
    keys: NDArray[np.uint8] = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(-1, 16)
    unfinished = path.with_name(f".{path.name}.npz")
    np.savez_compressed(unfinished, identity=np.array(identity), keys=keys, rows=_to_bytes(rows))
    unfinished.replace(path)


def _to_bytes(rows: Embeddings) -> NDArray[np.int8]:
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=1e-9)
    return np.asarray(np.round(rows / largest * _LEVELS), dtype=np.int8)


def _from_bytes(whole: NDArray[np.int8]) -> Embeddings:
    rows = whole.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows


def _read_back(rows: list[Embeddings]) -> Embeddings | list[Embeddings]:
    return _from_bytes(_to_bytes(np.stack(rows))) if rows else rows


def packaged() -> Path:
    """The file of the seed inquiries' embeddings; see `training.seed_embeddings`."""
    return Path(str(files("training").joinpath("data", "seed", "embeddings.npz")))


def _encode_there(name: str, texts: list[str]) -> Embeddings:
    return _opened(name).encode(texts)


@cache
def _opened(name: str) -> Encoder:
    """One encoder per process of the pool."""
    encoder = open_encoder(name)
    if encoder is None:
        raise ValueError(f"{name} encodes nothing")
    return encoder
