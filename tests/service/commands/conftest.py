"""What the tests of the commands share: the program as a person runs it, the same commands here, a translator."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main

PROGRAM = Path(sys.executable).with_name("loket")


@pytest.fixture
def database_url(data_dir):
    """The one that the program finds by itself."""
    return f"sqlite:///{data_dir / 'loket.sqlite3'}"


@pytest.fixture
def variables(data_dir):
    """A data folder with the default model, no translator, and the lexical view alone, which is opened at once."""
    alone = {"LOKET_TRANSLATION__PROVIDERS": "[]", "LOKET_CLASSIFIER__ENCODER": "none"}
    return {"LOKET_DATA_DIR": str(data_dir)} | alone


@pytest.fixture
def run(variables, tmp_path):
    """Run the installed program; answers status and what was printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}

    def call(*arguments, given="", **more):
        return subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=tmp_path, env=inherited | variables | more,
            input=given, capture_output=True, encoding="utf-8", timeout=600, check=False,
        )  # fmt: skip

    return call


@pytest.fixture
def invoke(variables, tmp_path):
    """Do the same within this process, which saves the program's start where `run` has shown that it works."""

    def call(*arguments, given="", **more):
        with contextlib.chdir(tmp_path):
            done = CliRunner().invoke(main, [*map(str, arguments)], given, variables | more)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture
def labelled(tmp_path):
    """Write rows as JSON Lines; answers the file."""

    def write(rows, name="labelled.jsonl"):
        file = tmp_path / name
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return file

    return write


@pytest.fixture
def libretranslate():
    """A translator: the variables that name it, the translations it is to know, and what it was asked."""
    known, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["q"])
            body = json.dumps({"translatedText": known[asked[-1]]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    named = {
        "LOKET_TRANSLATION__PROVIDERS": '["libretranslate"]',
        "LOKET_TRANSLATION__LIBRETRANSLATE__URL": f"http://127.0.0.1:{server.server_port}",
    }
    yield named, known, asked
    server.shutdown()
    thread.join()
    server.server_close()
