"""The registry's key is made once, by whoever comes first, and read by its owner only."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from model.errors import ModelError
from model.keys import read_or_make_key

MAKE_KEYS = """
import sys
from hashlib import sha256
from pathlib import Path
from model.keys import read_or_make_key
print("ready", flush=True)
sys.stdin.readline()
keys = [read_or_make_key(Path(sys.argv[1]) / str(number) / "registry.key") for number in range(200)]
print(sha256(b"".join(keys)).hexdigest())
"""


def test_a_key_is_made_once_and_read_ever_after(tmp_path):
    made = read_or_make_key(tmp_path / "keys" / "registry.key")

    assert len(made) == 32
    assert read_or_make_key(tmp_path / "keys" / "registry.key") == made
    assert read_or_make_key(tmp_path / "other" / "registry.key") != made


def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(tmp_path):
    earlier = os.umask(0)
    try:
        read_or_make_key(tmp_path / "keys" / "registry.key")
    finally:
        os.umask(earlier)

    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "keys").iterdir()] == [
        ("registry.key", 0o600)
    ]


def test_a_key_of_ones_own_is_taken_as_it_is(tmp_path):
    (tmp_path / "registry.key").write_bytes(b"my own key, forty bytes long, more or less")

    assert read_or_make_key(tmp_path / "registry.key") == b"my own key, forty bytes long, more or less"


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 31], ids=["empty", "short", "31_bytes"])
def test_a_short_key_is_refused(tmp_path, content):
    (tmp_path / "registry.key").write_bytes(content)

    with pytest.raises(ModelError, match=r"registry\.key: the registry's key is shorter than 32 bytes"):
        read_or_make_key(tmp_path / "registry.key")


@pytest.mark.parametrize(
    ("path", "why"),
    [("", "Is a directory"), ("a_file/registry.key", "File exists")],
    ids=["a_folder", "under_a_file"],
)
def test_a_key_that_cannot_be_read_is_told_with_its_path(tmp_path, path, why):
    (tmp_path / "a_file").write_text("")

    with pytest.raises(ModelError, match=f"{tmp_path / path}: the registry's key cannot be read: {why}"):
        read_or_make_key(tmp_path / path)


def test_two_processes_at_once_end_with_the_same_keys(tmp_path):
    repository = Path(__file__).parents[2]
    command = [sys.executable, "-c", MAKE_KEYS, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": repository}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as other:
        assert [process.stdout.readline() for process in (one, other)] == ["ready\n", "ready\n"]
        for process in (one, other):
            process.stdin.write("go\n")
            process.stdin.flush()
        digests = [process.stdout.read() for process in (one, other)]

    assert (one.returncode, other.returncode) == (0, 0)
    assert digests[0] == digests[1] != ""


def test_what_a_killed_first_start_left_does_not_stop_the_next(tmp_path):
    (tmp_path / f".registry.key.{os.getpid()}").write_bytes(b"half")

    assert len(read_or_make_key(tmp_path / "registry.key")) == 32
