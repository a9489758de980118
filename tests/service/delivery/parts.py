"""Builders that tests of deliveries share: tickets, senders, a receiver, a clock that is moved by hand."""

import json
import socket
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

from service import intake
from service.delivery.dispatcher import Dispatcher, Pages, Target
from service.delivery.http import Client
from service.delivery.parcel import Outcome, Parcel, Problem
from service.delivery.webhook.sender import WebhookSender
from service.delivery.webhook.settings import WebhookSettings
from service.pipeline.decision import Alternative, Decision, Language, Translation
from service.storage.identifiers import new_id
from service.storage.inquiries import NewTicket
from service.storage.outbox import LAID
from service.submission import Submission

SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
PAGES = Pages({"orders": "Orders"}, "https://desk.example.com")
DECISION = Decision(
    language=Language(code="nl", confidence=0.99, source="detector"),
    translation=Translation(status="translated", text="Where is my order?", provider="google"),
    category="order_status",
    confidence=0.875,
    alternatives=(
        Alternative(category="order_change", confidence=0.08),
        Alternative(category="complaint", confidence=0.02),
    ),
    desk="orders",
    automatic=True,
    reason="category order_status",
    model="20260302-093000-4f2a91",
)


@dataclass
class Clock:
    """Now, moved by hand: hours pass at once."""

    now: object

    def __call__(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)


@dataclass
class Received:
    """One request that a receiver got."""

    path: str
    headers: dict
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    def verified(self, secret=SECRET):
        """The body, if the public library accepts the signature; raises if not."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """A server on loopback. ``answer`` is told each request and gives status, headers and body; None hangs up."""

    answer: Callable = lambda _: (204, {}, b"")
    received: list = field(default_factory=list)
    url: str = ""
    server: ThreadingHTTPServer = None

    @property
    def ids(self):
        return [one.id for one in self.received]

    def events(self):
        return [json.loads(one.body)["type"] for one in self.received]


def handler_of(receiver):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.received.append(one)
            answer = receiver.answer(one)
            if answer is None:  # hangs up
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, headers, content = answer
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    return Handler


def lay(store, at, desk="orders", decision=DECISION, **sent):
    """Store an inquiry and lay it on a desk as a worker does; answers the ticket."""
    submission = Submission(**{"text": "Waar blijft mijn bestelling?", "email": "an@example.com"} | sent)
    inquiry = intake.submit(store, at, submission, intake.Sender(None, "127.0.0.1"))
    (claimed,) = store.inquiries.claim(at, 1, 60)
    new = NewTicket(desk, decision.category, decision.confidence, decision.automatic)
    assert store.inquiries.decide(at, claimed, decision.model_dump(mode="json"), [new])
    return store.tickets.of_inquiry(inquiry.id)[0]


def webhook(url, **settings):
    """A sender to a receiver; inside the house unless said otherwise."""
    table = {"kind": "webhook", "desk": "orders", "secret": SECRET, "url": url, "allow_private": True} | settings
    return WebhookSender(WebhookSettings.model_validate(table))


def impatient(url, seconds=0.3, **settings):
    """The same with little patience."""
    table = {"kind": "webhook", "desk": "orders", "secret": SECRET, "url": url, "allow_private": True} | settings
    client = Client(allow_private=True, seconds=seconds, ca_file=settings.get("ca_file"))
    return WebhookSender(WebhookSettings.model_validate(table), client)


def dispatcher_of(store, clock, concurrency=4, **senders):
    """A dispatcher to targets; retries come exactly when they are due."""
    targets = {name: Target(name, sender, concurrency) for name, sender in senders.items()}
    return Dispatcher(store, targets, PAGES, clock, chance=lambda: 0.0)


def run(dispatcher):
    """Deliver until nothing is due; answers the outcomes."""
    outcomes = []
    while claimed := dispatcher.claim():
        outcomes += [dispatcher.deliver(one) for one in claimed]
    return outcomes


@dataclass
class Scripted:
    """A sender that answers what it is told to, and remembers what it was given."""

    answer: Callable = lambda _: Outcome()
    sent: list = field(default_factory=list)

    def send(self, parcel):
        self.sent.append(parcel)
        return self.answer(parcel)


def down(_parcel):
    return Outcome(Problem.UNREACHABLE)


def parcel_of(store, ticket, at, event=LAID, details=None, **changed):
    """A parcel of a ticket as it is now."""
    inquiry = store.inquiries.get(ticket.inquiry_id)
    facts = {
        "id": new_id(at), "event": event, "at": at, "attempt": 1, "ticket": store.tickets.get(ticket.id),
        "inquiry": inquiry, "decision": Decision.model_validate(inquiry.decision), "details": details or {},
        "desk_name": "Orders", "url": PAGES.ticket(ticket.id), "remote_id": None,
    }  # fmt: skip
    return Parcel(**facts | changed)
