"""What the pipeline's tests share: a real server on this machine, language engines, a small trained registry."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from model.classifier import InquiryClassifier
from model.registry import Registry
from service.pipeline.detection.detector import Detector
from service.pipeline.detection.engines import LangdetectEngine, open_engines
from service.pipeline.translation.line import Bounds, Line
from service.pipeline.translation.translator import Translator

OPENINGS = ("", "Hello, ", "Good morning. ", "I wrote before: ")
NOT_CLEAR = "I have a question, please help me."  # without a mistake among them, every confidence would be 1
SENTENCES = {
    "order_status": (
        "Where is my order?",
        "My parcel has not arrived yet, where is it?",
        "The tracking page shows nothing, when will my order be delivered?",
        "I ordered two weeks ago and the delivery date has passed.",
        "Can you tell me when my order arrives?",
        "The courier says my parcel is lost, where is my delivery?",
    ),
    "return_refund": (
        "I want to send the lamp back and get a refund.",
        "How do I return a product that I do not like?",
        "The colour is wrong, I would like to return it for my money back.",
        "Please send me a return label for the kettle.",
        "I changed my mind, can I return the toaster?",
        "Which address do I send the returned goods to for a refund?",
    ),
    "account_access": (
        "I cannot log in to my account.",
        "I forgot my password and the reset mail does not come.",
        "My account is locked after too many login attempts.",
        "How do I change the password of my account?",
        "The two-factor code for my login is refused.",
        "I want to log in but the site says my password is wrong.",
    ),
}
# Enough of them to calibrate what was written in English or translated; no untranslated one is among them.
INQUIRIES = {
    label: (NOT_CLEAR, *(opening + text for opening in OPENINGS for text in texts))
    for label, texts in SENTENCES.items()
}


class Loopback(ThreadingHTTPServer):
    """Answers each request as told, and keeps what it saw. What hangs waits on ``over``."""

    daemon_threads = False  # so that closing waits for them
    request_queue_size = 64  # sixteen threads at once overflow the five that are standard

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.answer = answer
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.seen = []
        self.over = threading.Event()

    def handle_error(self, request, client_address):
        """A client that went away is what these tests are about."""


class _Exchange(BaseHTTPRequestHandler):
    """One request: its ``body`` and ``query``, and ways to answer it."""

    def do_GET(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        self.server.seen.append(self)
        self.server.answer(self)

    def do_POST(self):
        self.do_GET()

    @property
    def json(self):
        return json.loads(self.body)

    def reply(self, status, content="", kind="text/html; charset=UTF-8", **headers):
        encoded = content if isinstance(content, bytes) else content.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(encoded)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(encoded)

    def reply_json(self, status, content):
        self.reply(status, json.dumps(content), "application/json")

    def log_message(self, *arguments):
        """Nothing on standard error."""


@pytest.fixture
def loopback(monkeypatch):
    """Start a server that answers as the given function does."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = []

    def start(answer):
        server = Loopback(answer)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def engine():
    """langdetect."""
    return LangdetectEngine()


@pytest.fixture(scope="session")
def engines():
    """Those that are the default."""
    return open_engines()


@pytest.fixture(scope="session")
def detector(engines):
    """For a site in three languages."""
    return Detector(engines, ("en", "nl", "de"))


@pytest.fixture(scope="session")
def detect(detector):
    return detector.detect


@pytest.fixture
def translator_of(detect):
    """A translator that asks these providers in their order, many at once."""

    def make(*providers):
        lines = [Line(one, Bounds(concurrency=32)) for one in providers]
        return Translator(lines, deadline_seconds=30.0, detect=detect)

    return make


@pytest.fixture(scope="session")
def classifier():
    """Knows three categories by their English words."""
    rows = [(text, label) for label, texts in INQUIRIES.items() for text in texts]
    return InquiryClassifier().fit([text for text, _ in rows], [label for _, label in rows])


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models", b"k" * 32)


@pytest.fixture
def add_version(registry, classifier):
    """Store the classifier as one more version of the registry, made at a given time."""

    def add(at):
        return registry.add(classifier, name="small", data=[], metrics={}, card=lambda manifest: "small", at=at)

    return add
