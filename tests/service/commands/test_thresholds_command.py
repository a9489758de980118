"""`loket thresholds`: what would be routed without a person, and how much of it rightly."""

import json

import pytest


@pytest.fixture
def shares(invoke):
    def ask(*arguments):
        answer = invoke("thresholds", "--json", *arguments)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return ask


def test_the_target_precision_is_reached_on_the_held_out_inquiries(shares):
    found = shares("--precision", "0.95")

    assert set(found) == {
        *("sales", "orders", "finance", "returns", "support", "care"),
        *("partners", "press", "hr", "privacy", "junk", "all of these"),
    }
    assert min(desk["precision"]["share"] for desk in found.values()) >= 0.95
    assert all(desk["precision"]["low"] < desk["precision"]["share"] for desk in found.values())


def test_dearer_errors_route_less(shares):
    cheap, dear = (shares("--costs", f"misroute={cost},look=1")["all of these"] for cost in (3, 300))

    assert dear["automatic"]["share"] < cheap["automatic"]["share"]
    assert dear["precision"]["share"] > cheap["precision"]["share"]


def test_only_the_desks_that_are_named_are_told(shares):
    assert list(shares("--desk", "finance")) == ["finance", "all of these"]


def test_a_person_reads_a_table(invoke):
    lines = invoke("thresholds").stdout.splitlines()

    assert lines[0].split()[:3] == ["desk", "n", "threshold"]
    assert len(lines) == 13


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--costs", "look=1"], "is not of the form misroute=COST,look=COST"),
        (["--costs", "misroute=a,look=1"], "is not of the form misroute=COST,look=COST"),
        (["--costs", "misroute=0,look=1"], "both above 0"),
        (["--precision", "1.5"], "not in the range"),
        (["--desk", "kitchen"], "there is no desk 'kitchen'"),
        (["--costs", "misroute=2,look=1", "--precision", "0.9"], "exclude each other"),
    ],
)
def test_what_is_asked_wrongly_is_named(invoke, arguments, said):
    answer = invoke("thresholds", *arguments)

    assert answer.returncode == 2
    assert said in answer.stderr
