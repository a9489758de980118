"""Whatever breaks while a version is added or promoted, the champion stays, and one line says what happened."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec

import pytest

from model.classifier import InquiryClassifier
from model.errors import ModelError
from model.places import Folder, Remote
from model.registry import Registry

KEY = b"k" * 32
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROUTED = ["account_access", "order_status"]
TEXTS = ["where is my parcel", "parcel is late", "forgot my password", "password reset"]


class Filling:
    """A place that has no room left after so many writes."""

    def __init__(self, place, room):
        self._place, self.room = place, room

    def __getattr__(self, name):
        return getattr(self._place, name)

    def write(self, name: str, content: bytes) -> None:
        self._take()
        self._place.write(name, content)

    def write_all(self, folder: str, contents: Mapping[str, bytes]) -> None:
        self._take()
        self._place.write_all(folder, contents)

    def _take(self):
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= 1


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(TEXTS, ["order_status"] * 2 + ["account_access"] * 2)


@pytest.fixture
def add(classifier):
    """Add a version, so many hours after Monday morning, to a registry."""

    def add_one(registry, hours=0):
        at = MONDAY + timedelta(hours=hours)
        return registry.add(classifier, name="s", data=[], metrics={}, card=lambda _: "", at=at)

    return add_one


@pytest.fixture(params=["folder", "remote"])
def place(request, tmp_path, needs):
    if request.param == "folder":
        return Folder(tmp_path / "models")
    needs(find_spec("fsspec") is not None, "fsspec")
    return Remote(f"memory://{tmp_path}")


@pytest.fixture
def tiny_disk(tmp_path, needs):
    """A disk of 64 KB, in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False)
    needs(mounted.returncode == 0, "a disk of one's own (mount needs root)")
    yield disk
    subprocess.run(["/bin/umount", disk], check=True)


def fill(disk):
    """Leave no room."""
    left = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "filling").write_bytes(b"x" * left)
    with pytest.raises(OSError, match="No space left"):
        (disk / "more").write_bytes(b"x")


def test_a_full_disk_stops_each_write_in_words_and_keeps_the_champion(tiny_disk, add, classifier):
    registry = Registry(tiny_disk / "models", KEY)
    first, second = add(registry, 0), add(registry, 1)
    registry.promote(first, ROUTED)
    lying = sorted((tiny_disk / "models").rglob("*"))
    fill(tiny_disk)

    for attempt in (
        lambda: add(registry, 2),
        lambda: registry.promote(second, ROUTED),
        lambda: registry.set_challenger(second),
        lambda: registry.add_snapshot(os.urandom(9_000)),
        lambda: registry.add_report(second, "gate.json", b"x" * 9_000),
    ):
        with pytest.raises(ModelError, match=r"cannot be .*: No space left on device$"):
            attempt()

    assert registry.load_champion().version == first
    files = {path for path in (tiny_disk / "models").rglob("*") if path.is_file()}
    assert files == {path for path in lying if path.is_file()}


def test_no_room_at_any_write_keeps_the_champion(place, add):
    registry = Registry(place, KEY)
    first = add(registry, 0)
    registry.promote(first, ROUTED)

    for room, stopped in enumerate(["cannot be stored", "cannot be promoted"]):
        full = Registry(Filling(place, room), KEY)
        with pytest.raises(ModelError, match=f"{stopped}: No space left on device$"):
            full.promote(add(full, 1 + room), ROUTED)
        assert registry.load_champion().version == first


class Killed:
    """Ends this process by SIGKILL at the nth thing that it changes under a folder."""

    def __init__(self, folder, at):
        self._folder, self._left = str(folder), at

    def __call__(self, event, arguments):
        changes = event in ("os.mkdir", "os.rename") or (event == "open" and "w" in str(arguments[1]))
        if changes and str(arguments[0]).startswith(self._folder):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def killed_at(number, folder, work):
    """Do work in a child process that is killed at its nth change; answers whether it was."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(Killed(folder, number))
        try:
            work()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_killed_at_any_change_the_champion_stays_and_the_next_attempt_succeeds(tmp_path, add):
    registry = Registry(tmp_path / "models", KEY)
    first = add(registry, 0)
    registry.promote(first, ROUTED)

    def attempt(hours):
        registry.promote(add(registry, hours), ROUTED)

    number = 1
    while killed_at(number, tmp_path, partial(attempt, number)):
        assert registry.load_champion().version == first
        assert all(registry.load(facts.version) for facts in registry.versions())
        number += 1

    assert number > 10  # folders, four files and their name, lock, pointer and its name
    assert registry.champion() == registry.versions()[0].version != first
    assert registry.load_champion().passed_over == ()


def corrupt(place, folder):
    content = bytearray(place.read(f"{folder}/model.joblib"))
    content[len(content) // 2] ^= 255
    place.write(f"{folder}/model.joblib", bytes(content))


def truncate(place, folder):
    place.write(f"{folder}/model.joblib", place.read(f"{folder}/model.joblib")[:-1])


def cut_the_manifest(place, folder):
    place.write(f"{folder}/manifest.json", place.read(f"{folder}/manifest.json")[:-1])


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (corrupt, "model.joblib is not the file that was signed"),
        (truncate, "model.joblib is not the file that was signed"),
        (cut_the_manifest, "the manifest was not signed with this registry's key"),
        (None, "the manifest was not signed with this registry's key"),
    ],
    ids=["corrupt", "truncated", "manifest truncated", "foreign"],
)
def test_what_is_not_to_be_trusted_is_not_promoted_nor_served(place, add, harm, why):
    registry = Registry(place, KEY)
    first = add(registry, 0)
    registry.promote(first, ROUTED, at=MONDAY)
    bad = add(registry if harm else Registry(place, b"o" * 32), 1)
    if harm:
        harm(place, f"versions/{bad}")

    for use in (lambda: registry.promote(bad, ROUTED), lambda: registry.set_challenger(bad)):
        with pytest.raises(ModelError) as error:
            use()
        assert str(error.value) == f"{bad}: {why}"
    place.write("champion.json", f'{{"champions": ["{first}", "{bad}"]}}'.encode())
    loaded = registry.load_champion()
    assert (loaded.version, loaded.passed_over) == (first, (f"{bad}: {why}",))


def test_a_damaged_pointer_stops_promotion_and_rollback_in_words(place, add):
    registry = Registry(place, KEY)
    version = add(registry)
    place.write("champion.json", b"{")

    for use in (lambda: registry.promote(version, ROUTED), registry.rollback, registry.load_champion):
        with pytest.raises(ModelError, match=r"/champion\.json is damaged; delete it and promote a version again$"):
            use()
    assert place.read("champion.json") == b"{"


def test_a_folder_that_cannot_be_one_is_named(tmp_path, add):
    (tmp_path / "models").write_text("")
    registry = Registry(tmp_path / "models", KEY)

    with pytest.raises(ModelError, match=r"cannot be stored: "):
        add(registry)
    with pytest.raises(ModelError, match=f"^{tmp_path}/models/champion.json cannot be read: Not a directory$"):
        registry.champion()
