"""A place holds whole files, shows when one was replaced, and says in one line what is wrong with it."""

import sys
import threading
from importlib.util import find_spec

import pytest

from model.errors import ModelError
from model.places import Folder, Remote, place_at


class Seconds:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Seconds()


@pytest.fixture(params=["folder", "remote"])
def place(request, tmp_path, clock, needs):
    """An empty one of each kind."""
    if request.param == "folder":
        return Folder(tmp_path / "place")
    needs(find_spec("fsspec") is not None, "fsspec")
    return Remote(f"memory://{tmp_path}", clock)


def test_what_is_written_is_read_and_the_last_write_stands(place):
    place.write("a/b.json", b"first and longer")
    place.write("a/b.json", b"second")

    assert (place.read("a/b.json"), place.names("a")) == (b"second", ["b.json"])


def test_what_is_not_there_is_said_so(place):
    assert (place.exists("a"), place.names("a"), place.state("a")) == (False, [], None)
    with pytest.raises(FileNotFoundError):
        place.read("a")


def test_a_folder_of_files_appears_once(place):
    place.write_all("versions/v1", {"model": b"m", "manifest": b"f"})

    assert (place.names("versions"), place.names("versions/v1")) == (["v1"], ["manifest", "model"])
    with pytest.raises(OSError, match=r"not empty|there already"):
        place.write_all("versions/v1", {"model": b"other", "manifest": b"other"})
    assert place.read("versions/v1/model") == b"m"


def test_the_state_changes_with_the_file_only(place, clock):
    place.write("champion.json", b"one")
    before = place.state("champion.json")
    place.read("champion.json")
    place.write("other.json", b"x")
    clock.now += 10

    assert place.state("champion.json") == before
    place.write("champion.json", b"two")
    assert place.state("champion.json") != before


def test_what_another_process_wrote_is_seen_a_second_later_and_costs_no_request_before(tmp_path, clock, needs):
    needs(find_spec("fsspec") is not None, "fsspec")
    here, there = Remote(f"memory://{tmp_path}", clock), Remote(f"memory://{tmp_path}")
    assert here.state("champion.json") is None
    there.write("champion.json", b"one")

    clock.now = 0.9
    assert here.state("champion.json") is None
    clock.now = 1.0
    assert here.state("champion.json") == there.state("champion.json")


def test_threads_that_write_one_file_leave_one_of_their_contents(place):
    contents = [bytes([65 + number]) * 50_000 for number in range(8)]
    threads = [threading.Thread(target=place.write, args=("a", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert place.read("a") in contents


def test_a_path_is_a_folder_and_another_address_is_not(tmp_path, needs):
    needs(find_spec("fsspec") is not None, "fsspec")

    assert isinstance(place_at(str(tmp_path)), Folder)
    assert str(place_at(f"file://{tmp_path}")) == str(tmp_path)
    assert isinstance(place_at(f"memory://{tmp_path}"), Remote)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense://x", "nonsense://x: Protocol not known: nonsense"),
        ("nonsense://user:secret@x/y", "nonsense://x/y: Protocol not known: nonsense"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_line_without_its_password(address, said, needs):
    needs(find_spec("fsspec") is not None, "fsspec")
    with pytest.raises(ModelError) as error:
        place_at(address)

    assert str(error.value) == said


def test_without_fsspec_a_remote_address_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)

    with pytest.raises(ModelError, match=r"^s3://bucket/loket: a package is missing: .*fsspec"):
        place_at("s3://bucket/loket")


def test_a_folder_needs_no_fsspec(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "fsspec", None)

    place_at(str(tmp_path)).write("a", b"a")

    assert (tmp_path / "a").read_bytes() == b"a"
