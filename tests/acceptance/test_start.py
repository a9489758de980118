"""`loket serve` starts with one command, or says in one line why it cannot."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("loket")


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def _serve(tmp_path, *arguments, **variables):
    environment = os.environ | {"LOKET_DATA_DIR": str(tmp_path / "data")} | variables
    command = [PROGRAM, "serve", *arguments]
    return subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_port_in_use_stops_the_start(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _serve(tmp_path, "--port", str(port))

    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"Error: cannot listen on 127.0.0.1:{port}: Address already in use"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LOKET_NONSENSE": "1"}, "Error: LOKET_NONSENSE: nonsense: is not a key that Loket knows"),
        (
            {"LOKET_DATA_DIR": "/dev/null/data"},
            "Error: the data folder /dev/null/data cannot be written: Not a directory",
        ),
        ({"LOKET_DATABASE__URL": "nonsense"}, "Error: LOKET_DATABASE__URL: database.url: "),
        ({"LOKET_CONFIG": "none.toml"}, "Error: none.toml: cannot be read: No such file or directory"),
    ],
    ids=["key", "folder", "database", "file"],
)
def test_what_is_wrong_is_one_line(tmp_path, variables, said):
    done = _serve(tmp_path, "--port", _free_port(), **variables)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(said)


def test_a_file_with_a_wrong_value_is_named_with_its_key(tmp_path):
    (tmp_path / "loket.toml").write_text("[routing]\nthreshold = 7\n")

    done = _serve(tmp_path, "--port", _free_port())

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: loket.toml: routing.threshold: ")


def test_a_first_start_trains_the_default_model_and_serves(start, tmp_path, wait_until):
    program = start(LOKET_DATA_DIR=str(tmp_path / "new"))

    status, ready = program.call("GET", "/readyz")

    assert (status, ready["ready"], ready["database"], ready["worker"]) == (200, True, "ok", "ok")
    assert program.loket("models", "list").startswith(f"* {ready['model']}")
    for place in ("/form", "/desks", "/docs"):
        assert f"{program.address}{place}" in program.output.read_text()


def test_a_company_with_categories_of_its_own_serves_before_it_has_a_model(start, tmp_path):
    (tmp_path / "own.toml").write_text(
        '[categories.repair]\ndesk = "workshop"\n[categories.other]\ndesk = "triage"\n'
        '[desks.workshop]\nname = "Workshop"\n[desks.triage]\nname = "Triage"\n'
    )
    variables = {"LOKET_CONFIG": str(tmp_path / "own.toml"), "LOKET_DATA_DIR": str(tmp_path / "own")}
    program = start(ready=503, **variables)

    _, answer = program.call("POST", "/api/v1/inquiries", {"text": "It broke"}, Prefer="wait=10", **program.admin())

    assert (answer["decision"]["desk"], answer["decision"]["reason"]) == ("triage", "no model can be loaded")
