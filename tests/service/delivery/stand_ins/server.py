"""A help desk's server on loopback: JSON in, JSON out, and whatever can go wrong on the way."""

import json
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DOWN = "down"  # hangs up before it does anything
LOST = "lost"  # does it, and hangs up before it answers
SILENT = "silent"  # does nothing and never answers


@dataclass
class Call:
    """One request."""

    method: str
    path: str
    query: dict
    headers: dict
    body: object


class Failure(Exception):
    """An answer that is an error: status and JSON."""

    def __init__(self, status, said, headers=None):
        super().__init__(status)
        self.answer = status, said, headers or {}


class StandIn:
    """What both help desks have. ``fault`` is told each call: a word of the above, an answer, or None for none."""

    root = ""

    def __init__(self):
        self.calls = []
        self.fault = lambda call: None
        self.released = threading.Event()
        self.lock = threading.Lock()
        self.ticks = 0

    def answer(self, call):
        raise NotImplementedError

    def made(self, path):
        """How often something was posted to a path."""
        return sum(1 for call in self.calls if (call.method, call.path) == ("POST", f"{self.root}/{path}"))

    def once(self, fault, method, path):
        """Fail so at the next such call, and never again."""
        wrong = {(method, f"{self.root}/{path}")}

        def decide(call):
            if (call.method, call.path) in wrong:
                wrong.clear()
                return fault
            return None

        self.fault = decide

    def serve(self, call):
        self.calls.append(call)
        wrong = self.fault(call)
        if wrong == SILENT:
            self.released.wait(60)
        if wrong in (DOWN, SILENT):
            return None
        if isinstance(wrong, tuple):
            return wrong
        with self.lock:
            try:
                status, said = self.answer(call)
                answered = status, said, {}
            except Failure as failure:
                answered = failure.answer
        return None if wrong == LOST else answered


@contextmanager
def serving(stand_in, authority=None, name="127.0.0.1"):
    """Serve it; over TLS with a certificate of this authority for this name."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads, server.block_on_close = True, False
    server.handle_error = lambda *_: None  # a client that hung up is what some tests want
    if authority:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stand_in.url = f"http{'s' if authority else ''}://127.0.0.1:{server.server_port}"
    try:
        yield stand_in
    finally:
        stand_in.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(stand_in):
    class Handler(BaseHTTPRequestHandler):
        def _any(self):
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            query = {
                name: values[0] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
            }
            headers = {name.lower(): value for name, value in self.headers.items()}
            answered = stand_in.serve(
                Call(self.command, parts.path, query, headers, json.loads(raw) if raw else None)
            )
            if answered is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, said, more = answered
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in (
                {"Content-Length": str(len(content)), "Content-Type": "application/json"} | more
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815

        def log_message(self, *_):
            pass

    return Handler
