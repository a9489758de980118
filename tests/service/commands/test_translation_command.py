"""`loket translation`: how the providers are doing, told to a person and to a program."""

import json

import pytest

from service.pipeline.translation.fxtranslate import installed


@pytest.fixture
def translated(invoke, libretranslate):
    """One Dutch text, translated twice."""
    named, known, asked = libretranslate
    known["Waar blijft mijn bestelling?"] = "Where is my order?"
    for _ in range(2):
        assert invoke("classify", "Waar blijft mijn bestelling?", **named).returncode == 0
    assert asked == ["Waar blijft mijn bestelling?"]
    return named


def test_a_person_sees_answers_speed_and_state(invoke, translated):
    told = invoke("translation", "status", **translated).stdout.splitlines()

    assert told[0].split() == ["provider", "asked", "translated", "remembered", "median", "95", "%", "state"]
    assert told[1].split()[:4] == ["libretranslate", "1", "100.0%", "50.0%"]
    assert told[1].endswith("asked")
    assert "1 translations" in told[-1]


def test_a_program_reads_the_same_as_json(invoke, translated):
    facts = json.loads(invoke("translation", "status", "--json", **translated).stdout)

    (one,) = facts["providers"]
    assert one["outcomes"] == {"translated": 1, "remembered": 1}
    assert (one["configured"], one["asked"], one["remembered_share"]) == (True, 1, 0.5)
    assert one["paused_until"] is None
    assert (facts["remembered"], facts["waiting"]) == (1, 0)


def test_a_provider_that_fails_is_told_with_its_reasons(invoke, libretranslate):
    nobody = libretranslate[0] | {"LOKET_TRANSLATION__LIBRETRANSLATE__URL": "http://127.0.0.1:9"}
    failing = nobody | {"LOKET_TRANSLATION__BREAKER_FAILURES": "1"}
    invoke("classify", "Waar blijft mijn bestelling?", **failing)

    told = invoke("translation", "status", **failing).stdout

    assert "unreachable 1" in told
    assert "paused until" in told


def test_a_provider_that_is_no_longer_configured_is_still_told_of(invoke, translated):
    told = invoke("translation", "status").stdout

    assert "not configured" in told


def test_a_language_without_a_model_is_refused_in_one_line(invoke, data_dir):
    done = invoke("translation", "install", "zz")

    assert (done.returncode, done.stdout) == (2, "")
    assert "'zz' is not a language" in done.stderr
    assert installed(data_dir / "translation") == []


def test_without_a_network_install_says_so_in_one_line(invoke, monkeypatch):
    monkeypatch.setenv("FXTRANSLATE_RECORDS_URL", "http://127.0.0.1:9/records")

    done = invoke("translation", "install", "nl")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: no model for nl: ")
    assert done.stderr.count("\n") == 1
