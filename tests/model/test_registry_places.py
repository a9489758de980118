"""What the registry keeps beside its versions, in a folder and in a remote place alike."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec

import pytest

from model.classifier import InquiryClassifier
from model.errors import ArtifactInvalid, ModelError, VersionNotFound
from model.places import Folder, Remote
from model.registry import Registry

KEY = b"k" * 32
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROUTED = ["account_access", "order_status"]
TEXTS = ["where is my parcel", "parcel is late", "forgot my password", "password reset"]
ROWS = b'{"text": "where is my parcel", "label": "order_status"}\n'


@pytest.fixture(scope="module")
def classifier():
    return InquiryClassifier().fit(TEXTS, ["order_status"] * 2 + ["account_access"] * 2)


@pytest.fixture(params=["folder", "remote"])
def place(request, tmp_path, needs):
    if request.param == "folder":
        return Folder(tmp_path / "models")
    needs(find_spec("fsspec") is not None, "fsspec")
    return Remote(f"memory://{tmp_path}")


@pytest.fixture
def registry(place):
    return Registry(place, KEY)


@pytest.fixture
def add(registry, classifier):
    """Add a version so many hours after Monday morning."""

    def add_one(hours=0, **facts):
        at = MONDAY + timedelta(hours=hours)
        return registry.add(classifier, name="s", data=[], metrics={}, card=lambda _: "# Card", at=at, **facts)

    return add_one


def test_versions_champion_and_the_way_back(registry, add):
    first, second = add(0), add(1)
    for version in (first, second):
        registry.promote(version, ROUTED)

    assert [one.version for one in registry.versions()] == [second, first]
    assert (registry.card(first), registry.load_champion().version) == ("# Card", second)
    assert (registry.rollback(), registry.champion()) == (first, first)


def test_the_same_model_of_the_same_second_is_refused_in_words(add):
    version = add()

    with pytest.raises(ModelError, match=f"^{version} cannot be stored: "):
        add()


def test_what_it_learned_from_stands_in_the_signed_manifest(registry, add):
    manifest = registry.manifest(add(snapshot="a" * 64, labels_until=7, labels_held_out=(3, 5)))

    assert (manifest.snapshot, manifest.labels_until, manifest.labels_held_out) == ("a" * 64, 7, [3, 5])


def test_each_champion_is_told_with_its_time(registry, add, place):
    first, second = add(0), add(1)
    place.write("champion.json", json.dumps({"champions": [first]}).encode())
    registry.promote(second, ROUTED, at=MONDAY)

    assert registry.champions() == [(first, None), (second, "2026-03-02T09:30:00+00:00")]
    registry.rollback(at=MONDAY + timedelta(hours=1))
    assert registry.champions() == [(first, "2026-03-02T10:30:00+00:00")]


def test_the_challenger_is_chosen_and_let_go(registry, add):
    champion, challenger = add(0), add(1)
    registry.promote(champion, ROUTED)
    chosen = [registry.challenger()]

    for version in (challenger, None):
        registry.set_challenger(version)
        chosen.append(registry.challenger())

    assert (chosen, registry.champion()) == ([None, challenger, None], champion)


def test_a_challenger_that_becomes_champion_is_none_any_more_and_is_again_after_a_rollback(registry, add):
    champion, challenger = add(0), add(1)
    registry.promote(champion, ROUTED)
    registry.set_challenger(challenger)

    registry.promote(challenger, ROUTED)
    assert registry.challenger() is None
    registry.rollback()
    assert registry.challenger() == challenger


def test_a_challenger_that_could_not_serve_is_refused(registry, add, place):
    version = add()
    place.write(f"versions/{version}/model.joblib", b"spoilt")

    with pytest.raises(ArtifactInvalid, match=r"model\.joblib is not the file that was signed"):
        registry.set_challenger(version)
    with pytest.raises(VersionNotFound):
        registry.set_challenger("../x")
    assert registry.challenger() is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"5", b'{"challenger": 5}', b"\xff"])
def test_a_damaged_challenger_pointer_is_named_with_its_remedy(registry, place, content):
    place.write("challenger.json", content)

    with pytest.raises(ModelError, match=r"challenger\.json is damaged; delete it and choose a challenger again$"):
        registry.challenger()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"champions": 5}',
        b'{"champions": [5]}',
        b'{"champions": [], "since": []}',
        b"\xff",
    ],
)
def test_a_damaged_champion_pointer_is_named_with_its_remedy(registry, place, content):
    place.write("champion.json", content)

    with pytest.raises(ModelError, match=r"champion\.json is damaged; delete it and promote a version again$"):
        registry.champion()


def test_a_snapshot_comes_back_under_its_hash(registry):
    sha256 = registry.add_snapshot(ROWS)

    assert len(sha256) == 64
    assert (registry.snapshot(sha256), registry.add_snapshot(ROWS)) == (ROWS, sha256)


def test_the_same_rows_are_the_same_file_and_written_once(registry, place):
    name = f"snapshots/{registry.add_snapshot(ROWS)}.jsonl.gz"
    content, state = place.read(name), place.state(name)
    registry.add_snapshot(ROWS)

    assert place.state(name) == state
    assert content == gzip.compress(ROWS, mtime=0)


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: b"",
        lambda content: content[:-9],
        lambda content: b"x" + content[1:],
        lambda content: content[:12] + bytes([content[12] ^ 255]) + content[13:],
        lambda content: gzip.compress(b"other rows"),
    ],
    ids=["empty", "truncated", "no gzip", "flipped", "other rows"],
)
def test_a_damaged_snapshot_is_refused_and_mended_by_adding_it_again(registry, place, harm):
    sha256 = registry.add_snapshot(ROWS)
    name = f"snapshots/{sha256}.jsonl.gz"
    place.write(name, harm(place.read(name)))

    with pytest.raises(ArtifactInvalid, match=f"^snapshot {sha256[:12]} is damaged$"):
        registry.snapshot(sha256)
    registry.add_snapshot(ROWS)
    assert registry.snapshot(sha256) == ROWS


@pytest.mark.parametrize("name", ["0" * 64, "", "../champion", "0" * 64 + "\n"])
def test_a_snapshot_that_is_not_there_is_said_so(registry, name):
    with pytest.raises(ArtifactInvalid, match="the registry has no snapshot"):
        registry.snapshot(name)


def test_a_report_lies_beside_its_version(registry, add):
    version = add()
    registry.add_report(version, "gate.json", b"{}")

    assert registry.report(version, "gate.json") == b"{}"
    assert registry.report(version, "replay.json") is None
    assert [one.version for one in registry.versions()] == [version]


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".x", "x" * 101, "x\n"])
def test_a_report_never_leads_out_of_its_folder(registry, add, name):
    version = add()

    with pytest.raises(ModelError, match="cannot be the name of a report"):
        registry.add_report(version, name, b"x")
    assert registry.report(version, name) is None


def test_no_report_without_its_version(registry):
    with pytest.raises(VersionNotFound):
        registry.add_report("20260302-093000-abcdef", "gate.json", b"{}")
    with pytest.raises(VersionNotFound):
        registry.report("../versions", "gate.json")
