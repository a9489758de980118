"""How fast inquiries are accepted, as a ratio to a bare Flask route with the same commit and server."""

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
from contextlib import closing
from pathlib import Path

import pytest

REQUESTS, CLIENTS, ROUNDS = 1_600, 8, 5
BODY = json.dumps({"text": "Where is my order 48213? It should have arrived on Monday."})


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _answers(port):
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/readyz", headers={"Connection": "close"})
            return connection.getresponse().read() != b""
    except OSError:
        return False


@pytest.fixture
def ports(trained, tmp_path, wait_until):
    """Both servers, started side by side."""
    data = shutil.copytree(trained, tmp_path / "data")
    loket, bare = _free_port(), _free_port()
    program = Path(sys.executable).with_name("loket")
    environment = os.environ | {"LOKET_DATA_DIR": str(data), "LOKET_TRANSLATION__PROVIDERS": "[]"}
    processes = [
        subprocess.Popen(
            [program, "serve", "--no-worker", "--port", str(loket)], env=environment, stdout=subprocess.DEVNULL
        ),
        subprocess.Popen(
            [sys.executable, Path(__file__).with_name("bare.py"), str(bare), tmp_path / "bare.sqlite3"]
        ),
    ]
    wait_until(lambda: _answers(loket) and _answers(bare))
    yield loket, bare
    for process in processes:
        process.terminate()
        process.wait(60)


def _rate(port, path):
    """Requests a second, from several clients on connections that stay open."""

    def post():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(REQUESTS // CLIENTS):
            connection.request("POST", path, BODY, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 202
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return REQUESTS / (time.perf_counter() - start)


@pytest.mark.benchmark
def test_submitting_against_a_bare_insert(ports):
    loket, bare = ports
    _rate(loket, "/api/v1/inquiries"), _rate(bare, "/insert")
    pairs = [(_rate(loket, "/api/v1/inquiries"), _rate(bare, "/insert")) for _ in range(ROUNDS)]

    ratios = [ours / theirs for ours, theirs in pairs]
    print(f"\nPOST /api/v1/inquiries  {statistics.median(ours for ours, _ in pairs):7.0f} a second")
    print(f"bare insert             {statistics.median(theirs for _, theirs in pairs):7.0f} a second")
    print(f"ratio                   {statistics.median(ratios):7.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")
