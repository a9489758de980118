"""What tests of deliveries share: a receiver on loopback, with TLS where it is asked for, and an outbox."""

import ssl
import threading
from http.server import ThreadingHTTPServer

import pytest
import trustme

from service.storage.migrate import upgrade
from service.storage.outbox import Outbox
from service.storage.store import Store
from tests.service.delivery.parts import Clock, Receiver, handler_of


@pytest.fixture(scope="session")
def authority():
    """A certificate authority of the tests' own."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def start_receiver(authority):
    """Start a receiver; with the names that its certificate is for, over TLS."""
    servers = []

    def start(*names, answer=None):
        receiver = Receiver(*([answer] if answer else []))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(receiver))
        server.block_on_close = False
        server.handle_error = lambda *_: None  # a client that hung up is what some tests want
        if names:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(*names).configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        receiver.server = server
        receiver.url = f"http{'s' if names else ''}://127.0.0.1:{server.server_port}/hook"
        return receiver

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver(start_receiver):
    return start_receiver()


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def open_store(database_url):
    """Open the database with an outbox for these targets of the desk ``orders``."""
    opened = []

    def make(*targets, events=None):
        store = Store.at(database_url, Outbox({"orders": targets}, events or {}))
        upgrade(store.engine)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()
