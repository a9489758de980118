"""What the tests of training share: an encoder of few dimensions that costs nothing, and a registry."""

import zlib

import numpy as np
import pytest

from model.registry import Registry


class WordCounts:
    """An encoder that counts words into 32 places, and remembers what it was asked."""

    def __init__(self, identity="words 1"):
        self.identity = identity
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        rows = np.full((len(texts), 32), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                row[zlib.crc32(word.encode("utf-8", "replace")) % 32] += 1.0
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def word_counts():
    return WordCounts


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models", b"k" * 32)


@pytest.fixture
def unheard():
    """A progress that nobody listens to."""
    return lambda _done, _of: None
