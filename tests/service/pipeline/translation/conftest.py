"""What the translation's tests share: a clock, an end for what hangs, providers that answer as told."""

import threading

import pytest

from service.pipeline.translation.provider import ProviderFailed
from service.pipeline.translation.translator import Translator


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


class Provider:
    """Answers in capitals, or as told; keeps what it was asked."""

    def __init__(self, name="first", answer=str.upper):
        self.name = name
        self.answer = answer
        self.asked = []

    def translate(self, text, source):
        self.asked.append((text, source))
        return self.answer(text)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def over():
    """What hangs waits for this."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def make_provider():
    return Provider


@pytest.fixture
def make_failing():
    """A provider that fails for the given reason."""

    def make(reason, name="first"):
        def fail(_):
            raise ProviderFailed(reason)

        return Provider(name, fail)

    return make


@pytest.fixture
def make_translator(clock):
    """A translator on the test's clock."""

    def make(*providers, seconds=30.0, failures=3):
        bounds = {"concurrency": 8, "breaker_failures": failures, "breaker_pause_seconds": 60.0}
        return Translator(providers, deadline_seconds=seconds, clock=clock, **bounds)

    return make
