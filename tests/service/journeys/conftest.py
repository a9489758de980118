"""What tests of journeys share: inquiries laid on desks, the feed of them, a receiver on loopback."""

import json
import shutil
import threading
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook

from service import desk_work, intake
from service.access import Actor
from service.journeys.event import Origin
from service.journeys.feed import Journeys
from service.journeys.products import Catalogue, Product
from service.journeys.pseudonyms import Pseudonyms
from service.pipeline.decision import Decision, Language, Translation
from service.storage.inquiries import NewTicket
from service.storage.migrate import upgrade
from service.storage.store import Store
from service.submission import Correction, Submission

ANNA = Actor("user:anna", frozenset({"desk"}), None)
LAMP = Product("Aurora lamp", "product", ("aurora", "AU-100"), ("sku",))
REPAIR = Product("Repair service", "service", ("reparatie",))
SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An SQLite database with this release's tables, to copy: to migrate one takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "loket.sqlite3"
    opened = Store.at(f"sqlite:///{file}")
    upgrade(opened.engine)
    opened.close()
    return file


@pytest.fixture
def store(database_url, migrated):
    """A store with this release's tables."""
    opened = Store.at(database_url)
    if opened.engine.dialect.name == "sqlite":
        shutil.copy(migrated, opened.engine.url.database)
    else:
        upgrade(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def journeys(store):
    """The feed of a company with two products."""
    origin = Origin("https://desk.example.com", "org.example")
    return Journeys(store, origin, Pseudonyms(b"k" * 32), Catalogue([LAMP, REPAIR]))


@pytest.fixture
def submit(store, now):
    """Store an inquiry."""

    def make(text="Waar blijft mijn Aurora?", *, minutes=0, **sent):
        at = now + timedelta(minutes=minutes)
        return intake.submit(store, at, Submission(text=text, **sent), intake.Sender(None, "192.0.2.1"))

    return make


@pytest.fixture
def decide(store, now):
    """Decide what waits, as a worker does; answers the ticket of the last one."""

    def make(desk="orders", category="order_status", *, minutes=0, language="nl", laid=None):
        at = now + timedelta(minutes=minutes)
        decision = Decision(
            language=Language(code=language, confidence=0.99, source="detector"),
            translation=Translation(status="translated", text="Where is my order?", provider="google"),
            category=category, confidence=0.875, desk=desk, automatic=True, reason=f"category {category}",
            model="20260302-093000-4f2a91",
        )  # fmt: skip
        tickets = laid or [NewTicket(desk, category, 0.875, automatic=True, rule="nights", priority="high")]
        claimed = store.inquiries.claim(at, 1_000, 60)
        for one in claimed:
            assert store.inquiries.decide(at, one, decision.model_dump(mode="json"), tickets)
        return store.tickets.of_inquiry(claimed[-1].inquiry.id)[0]

    return make


@pytest.fixture
def act(store, now):
    """Do something with a ticket as Anna."""

    class Acts:
        def open(self, ticket, minutes=0):
            desk_work.open_ticket(store, now + timedelta(minutes=minutes), ANNA, store.tickets.get(ticket.id))

        def assign(self, ticket, to):
            desk_work.assign(store, now, ANNA, ticket.id, to)

        def undo(self, ticket, minutes=0):
            desk_work.undo(store, now + timedelta(minutes=minutes), ANNA, ticket.id)

        def close(self, ticket, minutes=0):
            desk_work.close(store, now + timedelta(minutes=minutes), ANNA, ticket.id)

        def correct(self, ticket, settings, minutes=0, **correction):
            at, seen = now + timedelta(minutes=minutes), store.tickets.get(ticket.id).version
            desk_work.correct(store, settings, at, ANNA, ticket.id, Correction(**correction), seen)

    return Acts()


@pytest.fixture
def data_dir(tmp_path):
    """A data folder without a model: nothing here decides."""
    return tmp_path / "data"


@dataclass
class Hook:
    """A receiver: what it got, and the statuses that it answers next; 204 when there are none."""

    url: str = ""
    got: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    bodies: list = field(default_factory=list)

    @property
    def ids(self):
        """Of all events that it accepted, in the order in which they came."""
        return [event["id"] for status, _, events in self.got if status == 204 for event in events]

    @property
    def messages(self):
        """The idempotency key of each request."""
        return [headers["webhook-id"] for _, headers, _ in self.got]


@pytest.fixture
def hook():
    """A receiver on loopback that checks signatures with the public library, at whatever time they say."""
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            assert headers["webhook-signature"] == Webhook(SECRET).sign(
                headers["webhook-id"], moment, body.decode()
            )
            made.bodies.append(body)
            status = made.statuses.pop(0) if made.statuses else 204
            made.got.append((status, headers, json.loads(body)))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/journeys"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def real_now():
    """Receivers compare a signature's time with their own clock."""
    return datetime.now(UTC)
