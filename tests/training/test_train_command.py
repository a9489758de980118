"""`python -m training.train` prints the version it made, or what is wrong in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from model import configuration
from training.train import main

REPOSITORY = Path(__file__).parents[2]
ROUTED = ("order_status", "account_access")
TABLE = "text,label\n" + "".join(
    f"{text},{label}\n"
    for label, texts in zip(
        ROUTED, (("parcel late", "where is my parcel"), ("password", "cannot log in")), strict=True
    )
    for text in texts
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A working directory with the table, and no configuration but what a test gives."""
    for name in [name for name in os.environ if name.startswith("LOKET_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("table.csv").write_text(TABLE)


@pytest.fixture
def registry(tmp_path):
    return configuration.read({"LOKET_DATA_DIR": str(tmp_path / "data")}).registry()


@pytest.fixture
def command():
    """Run it within this process."""

    def run(*arguments, **environment):
        return CliRunner().invoke(
            main, arguments, env={"LOKET_DATA_DIR": "data", "LOKET_CLASSIFIER__ENCODER": "none"} | environment
        )

    return run


def as_a_process(*arguments):
    environment = os.environ | {
        "LOKET_DATA_DIR": "data",
        "LOKET_CLASSIFIER__ENCODER": "none",
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-m", "training.train", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_prints_the_version_alone(registry):
    done = as_a_process("--data", "table.csv", "--name", "autumn")

    assert (done.returncode, done.stdout) == (0, f"{registry.versions()[0].version}\n")
    assert registry.versions()[0].name == "autumn"
    assert registry.champion() is None


def test_an_error_is_one_line_and_exit_status_1(registry):
    done = as_a_process("--data", "none.csv")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "Error: none.csv: cannot be read: No such file or directory"
    assert "Traceback" not in done.stderr
    assert registry.versions() == []


def test_promoted_it_is_the_champion(command, registry):
    done = command("--data", "table.csv", "--promote")

    assert (done.exit_code, done.stdout) == (0, f"{registry.champion()}\n")


def test_as_json_it_prints_version_and_held_out_figures(command, registry):
    done = command("--data", "table.csv", "--json")

    newest = registry.versions()[0]
    assert json.loads(done.stdout) == {"version": newest.version, "metrics": newest.metrics}


def test_used_wrongly_it_exits_with_2(command):
    assert command("--dta", "table.csv").exit_code == 2


def test_its_help_has_an_example(command):
    done = command("--help")

    assert done.exit_code == 0
    assert "loket train --data history.csv --name autumn --promote" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "bad.csv: holds no inquiry", id="empty"),
        pytest.param("question,answer\na,b\n", "bad.csv:1: has no column 'text'", id="no_such_columns"),
        pytest.param("text,label\na b,x\nb c,x\n", "a classifier needs at least two categories, found 1", id="one"),
        pytest.param("text,label\nis it raining,oos\n", "a classifier needs at least two categories", id="outside"),
        pytest.param(b"text,label\na,x\n\xe9,y\n", "bad.csv:3: is not UTF-8 (byte 0xe9)", id="bad_utf_8"),
        pytest.param("text,label\n?,x\n!,x\n-,y\n.,y\n", "", id="no_words"),
        pytest.param('text,"label" x\na,x\n', "bad.csv:1: ", id="bad_header"),
    ],
)
def test_data_that_cannot_be_learned_from_ends_in_one_line(command, registry, content, said):
    Path("bad.csv").write_bytes(content if isinstance(content, bytes) else content.encode())

    done = command("--data", "bad.csv")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"Error: {said}")
    assert registry.versions() == []


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param({"LOKET_CONFIG": "none.toml"}, "none.toml: cannot be read: No such file", id="no_file"),
        pytest.param({"LOKET_DATA_DIR": "table.csv"}, "table.csv/keys/registry.key: ", id="no_folder"),
        pytest.param({"LOKET_MODELS": "5"}, "LOKET_MODELS", id="no_table"),
    ],
)
def test_a_configuration_that_cannot_be_used_ends_in_one_line(command, environment, said):
    done = command("--data", "table.csv", **environment)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"Error: {said}")


def test_a_registry_that_cannot_be_written_ends_in_one_line(command):
    Path("data").mkdir()
    Path("data/models").write_text("a file where the folder should be")

    done = command("--data", "table.csv")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("Error: ")


def test_categories_without_a_desk_are_trained_but_not_promoted(command, registry):
    Path("table.csv").write_text(TABLE.replace("order_status", "parcels"))

    done = command("--data", "table.csv", "--promote")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("knows categories that have no desk: parcels")
    assert registry.champion() is None


def test_with_zero_shot_and_no_data_it_learns_from_the_configured_meanings_alone(command, registry):
    done = command("--zero-shot", "--promote")

    assert done.exit_code == 0
    assert len(registry.manifest(registry.champion()).labels) == 16
    assert [row["name"] for row in registry.manifest(registry.champion()).data] == ["out_of_scope.jsonl"]


def test_with_zero_shot_the_categories_without_inquiries_are_known_too(command, registry):
    done = command("--data", "table.csv", "--zero-shot", "--promote")

    assert done.exit_code == 0
    assert len(registry.manifest(registry.champion()).labels) == 16
    assert "it will never choose" not in done.stderr


def test_categories_that_a_promoted_model_will_never_choose_are_told(command):
    done = command("--data", "table.csv", "--promote")

    assert done.exit_code == 0
    assert "Warning: it will never choose " in done.stderr


def test_without_its_encoder_a_model_is_trained_with_the_lexical_view_alone(command, registry):
    done = command("--data", "table.csv", LOKET_CLASSIFIER__ENCODER="no_such_folder")

    assert done.exit_code == 0
    assert registry.manifest(done.stdout.strip()).encoder is None


def test_an_encoder_that_is_not_to_be_had_is_told(command):
    done = command("--data", "table.csv", LOKET_CLASSIFIER__ENCODER="no_such_folder")

    assert "no_such_folder is no encoder folder" in done.stderr
