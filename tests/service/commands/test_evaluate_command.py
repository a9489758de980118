"""`loket evaluate`: how good a model is on labelled inquiries, read as they would be served."""

import json

import pytest

from training import dataset
from training.evaluate import evaluate
from training.train import train

ENGLISH = {
    "order_status": "Where is my order? The tracking page has not changed for five days.",
    "careers": "I would like to apply for the vacancy; my CV is attached.",
    "account_access": "I cannot log in, the password reset mail does not arrive.",
}
FOREIGN = {label: f"Κείμενο {number} χωρίς αγγλικά" for number, label in enumerate(ENGLISH)}


@pytest.fixture
def measured(loket):
    """What the command must find: the same figures, made here."""

    def measure(file, **how):
        version = loket.registry.champion()
        found = evaluate(
            loket.registry.load(version), dataset.read([file] if file else dataset.evaluation_files()), **how
        )
        return {"model": version} | found

    return measure


@pytest.fixture
def translated(labelled):
    rows = [
        {"text": FOREIGN[label], "text_en": text, "label": label, "language": "el"}
        for label, text in ENGLISH.items()
    ]
    return labelled(rows)


def test_without_a_file_the_evaluation_set_is_measured(run, measured):
    answer = run("evaluate", "--json")

    result = json.loads(answer.stdout)
    assert (answer.returncode, result) == (0, measured(None))
    assert result.keys() >= {"n", "accuracy", "macro_f1", "ece", "per_category", "per_language"}
    assert (len(result["per_category"]), len(result["per_language"]) >= 8, result["n"] >= 8 * 32) == (
        16,
        True,
        True,
    )


def test_a_person_reads_a_table_of_the_file(invoke, translated):
    answer = invoke("evaluate", "--data", translated)

    lines = answer.stdout.splitlines()
    assert lines[1].startswith("inquiries 3   accuracy 1.000   macro-F1 1.000")
    assert [line.split()[0] for line in lines if line.startswith(("careers", "el "))] == ["careers", "el"]


def test_untranslated_reads_only_the_original(invoke, translated, measured):
    answer = invoke("evaluate", "--data", translated, "--untranslated", "--json")

    result = json.loads(answer.stdout)
    assert result == measured(translated, untranslated=True)
    assert result["accuracy"] < 1.0


def test_translate_asks_the_providers_instead_of_reading_the_files_translation(run, labelled, libretranslate):
    named, known, asked = libretranslate
    known |= {FOREIGN[label]: text for label, text in ENGLISH.items()}
    rows = [{"text": FOREIGN[label], "text_en": "Free SEO offer", "label": label} for label in ENGLISH]

    answer = run("evaluate", "--data", labelled(rows), "--translate", "--json", **named)

    assert (json.loads(answer.stdout)["accuracy"], sorted(asked)) == (1.0, sorted(FOREIGN.values()))


def test_an_unknown_version_is_told_in_one_line(invoke):
    answer = invoke("evaluate", "--model", "20200101-000000-000000")

    told = "Error: the registry has no model '20200101-000000-000000'\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", told)


def test_another_version_than_the_champion_can_be_measured(invoke, labelled, translated, loket, now):
    rows = [{"text": text, "label": label} for label, text in ENGLISH.items() for _ in range(2)]
    version = train([labelled(rows, "small.jsonl")], loket.registry, name="small", at=now)

    answer = invoke("evaluate", "--model", version, "--data", translated, "--json")

    assert (json.loads(answer.stdout)["model"], json.loads(answer.stdout)["accuracy"]) == (version, 1.0)
