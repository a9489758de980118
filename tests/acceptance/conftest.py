"""What acceptance tests share: `loket serve` as a process of its own, and a real translator."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_APERTIUM = Path("/usr/lib/python3/dist-packages/apertium_apy")
_MODES = Path("/usr/share/apertium/modes")
_LANGUAGES = {"es": "spa", "en": "eng"}
# Apertium-APy listens on every address; here it gets this machine's own.
_APY_ON_LOOPBACK = """
import sys, tornado.tcpserver as server
bind = server.bind_sockets
server.bind_sockets = lambda port, address=None, *a, **k: bind(port, address or "127.0.0.1", *a, **k)
from apertium_apy.apy import main
main()
"""


@dataclass
class Program:
    """A running `loket serve`, and requests to it."""

    address: str
    environment: dict[str, str]
    process: subprocess.Popen[str]
    output: Path
    keys: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        request = urllib.request.Request(self.address + path, data, sent, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def metric(self, name: str) -> float:
        """A figure of /metrics; infinite while nobody answers."""
        request = urllib.request.Request(self.address + "/metrics", headers=self.admin())  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                lines = answer.read().decode().splitlines()
        except OSError:
            return float("inf")
        return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))

    def loket(self, *arguments: str, stdin: str = "") -> str:
        """Run another `loket` command beside it."""
        command = [_program(), *arguments]
        done = subprocess.run(
            command, env=self.environment, input=stdin, capture_output=True, text=True, check=True, timeout=600
        )
        return done.stdout.strip()

    def admin(self) -> dict[str, str]:
        """The header of a key with all rights."""
        if "admin" not in self.keys:
            self.keys["admin"] = self.loket("keys", "create", "admin", "--scope", "admin")
        return {"Authorization": f"Bearer {self.keys['admin']}"}

    def children(self) -> dict[str, int]:
        """The process ids of web server and worker, by the name of their module."""
        found = {}
        for pid in _children_of(self.process.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found |= {name: pid for name in ("web_server", "worker_process") if f"service.{name}".encode() in words}
        return found


@pytest.fixture
def start(trained: Path, tmp_path: Path, wait_until: Callable[..., None]) -> Iterator[Callable[..., Program]]:
    """Start `loket serve` on a free port; ended with the test, and its children with it."""
    started: list[Program] = []
    data = Path(shutil.copytree(trained, tmp_path / "data"))

    def run(ready: int = 200, **variables: str) -> Program:
        environment = os.environ | {"LOKET_DATA_DIR": str(data), "LOKET_TRANSLATION__PROVIDERS": "[]"} | variables
        port, output = _free_port(), tmp_path / f"serve-{len(started)}.log"
        command = [_program(), "serve", "--port", str(port)]
        with output.open("w") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, text=True)
        program = Program(f"http://127.0.0.1:{port}", environment, process, output)
        started.append(program)
        wait_until(lambda: _is_ready(program, ready), 600.0)  # a first start trains
        return program

    yield run
    for program in started:
        program.process.terminate()
        program.process.wait(60)


@pytest.fixture(scope="session")
def libretranslate(needs: Callable[[bool, str], None], wait_until: Callable[..., None]) -> Iterator[str]:
    """A server of LibreTranslate's protocol in front of a real engine: Apertium, Spanish to English."""
    needs(_APERTIUM.is_dir() and (_MODES / "spa-eng.mode").is_file(), "Apertium (apertium-apy, apertium-eng-spa)")
    port = _free_port()
    command = ["/usr/bin/python3", "-c", _APY_ON_LOOPBACK, "-p", str(port), str(_MODES)]
    engine = subprocess.Popen(
        command, env=os.environ | {"LC_ALL": "C.UTF-8"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: _listens(port))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(port))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    engine.send_signal(signal.SIGINT)
    engine.wait(30)


def _handler(engine_port: int) -> type[BaseHTTPRequestHandler]:
    """Takes LibreTranslate's JSON, asks Apertium-APy, answers LibreTranslate's JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            source = _LANGUAGES.get(asked["source"])
            if source != "spa" or asked["target"] != "en":
                return self._answer(400, {"error": f"{asked['source']} is not supported"})
            return self._answer(200, {"translatedText": self._translate(asked["q"])})

        def _translate(self, text: str) -> str:
            form = {"langpair": "spa|eng", "q": text, "markUnknown": "no"}
            data = urllib.parse.urlencode(form).encode()
            with urllib.request.urlopen(f"http://127.0.0.1:{engine_port}/translate", data, 30) as answer:
                return str(json.loads(answer.read())["responseData"]["translatedText"])

        def _answer(self, status: int, body: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _program() -> str:
    return str(Path(sys.executable).with_name("loket"))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_ready(program: Program, status: int) -> bool:
    assert program.process.poll() is None, program.output.read_text()
    try:
        answered, readiness = program.call("GET", "/readyz")
        return answered == status and readiness["worker"] == "ok"
    except (OSError, ValueError):
        return False


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
