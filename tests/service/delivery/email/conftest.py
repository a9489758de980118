"""What tests of e-mail share: a server with TLS, a sender to it, and parcels."""

import ssl

import pytest

from service.delivery.email.sender import EmailSender
from service.delivery.email.settings import EmailSettings
from tests.service.delivery.email.mail_server import LINKS, Mailbox, Server
from tests.service.delivery.parts import lay, parcel_of


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def start_server(authority, mailbox):
    """Start a mail server with a certificate for a name; answers its port."""
    started = []

    def start(name="127.0.0.1", **arguments):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        server = Server(mailbox, tls_context=context, **arguments)
        server.start()
        started.append(server)
        return server.port

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def sender(start_server, ca_file):
    """A sender to a server that is started for it."""

    def make(port=None, seconds=15.0, links=LINKS, **settings):
        table = {
            "kind": "email", "desk": "orders", "to": "orders@example.com", "sender": "loket@example.com",
            "host": "127.0.0.1", "port": port or start_server(), "ca_file": ca_file,
        }  # fmt: skip
        return EmailSender(EmailSettings.model_validate(table | settings), links, seconds)

    return make


@pytest.fixture
def store(open_store):
    return open_store("mail")


@pytest.fixture
def parcel(store, clock):
    """A parcel of a ticket of what a customer sent."""

    def make(**sent):
        return parcel_of(store, lay(store, clock(), **sent), clock())

    return make
