"""`python -m training.retrain` prints the challenger and what fell, or what is wrong in one line."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from model import configuration
from training import retrain
from training.retrain import REPORT, main

COMPANY = """
[categories.parcel]
desk = "orders"
[categories.login]
desk = "support"
[desks.orders]
title = "Orders"
[desks.support]
title = "Support"
[desks.triage]
title = "Triage"
"""
ORDER, ACCOUNT = ["parcel", "courier", "tracking", "late"], ["password", "login", "locked", "email"]


def rows(order, account, n, first=0, given=True):
    """As many labelled texts of two categories, a minute apart."""
    for place in range(first, first + n):
        words = (ORDER, ACCOUNT)[place % 2]
        row = {
            "text": f"{words[place // 2 % 4]} {words[place // 8 % 4]} {place}",
            "label": (order, account)[place % 2],
        }
        said = {"source": "correction", "at": f"2026-03-02T{place // 60 % 24:02}:{place % 60:02}:00Z",
                "by": "user:anna", "desk": "orders", "number": place + 1}  # fmt: skip
        yield row | (said if given else {"language": "en"})


def write(name, made):
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in made))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A working directory with labels and base, and no configuration but what a test gives."""
    for name in [name for name in os.environ if name.startswith("LOKET_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write("labels.jsonl", rows("order_status", "account_access", 24))
    write("base.jsonl", rows("order_status", "account_access", 24, 100, given=False))


@pytest.fixture
def registry(tmp_path):
    return configuration.read({"LOKET_DATA_DIR": str(tmp_path / "data")}).registry()


@pytest.fixture
def command():
    """Run it within this process."""

    def run(*arguments, **environment):
        ours = {"LOKET_DATA_DIR": "data", "LOKET_CLASSIFIER__ENCODER": "none"}
        return CliRunner().invoke(main, arguments, env=ours | environment)

    return run


def said(done):
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    *progress, line = done.stderr.splitlines()
    assert not [one for one in progress if not one.startswith(("Encoding", "Fitting"))]
    return line


def test_it_prints_the_version_and_promotes_nothing(command, registry):
    done = command("--labels", "labels.jsonl", "--base", "base.jsonl", "--name", "spring")

    assert done.exit_code == 0, done.output
    assert done.stdout == f"{registry.versions()[0].version}\n"
    assert (registry.versions()[0].name, registry.champion()) == ("spring", None)


def test_how_it_compares_is_kept_beside_the_version(command, registry):
    done = command("--labels", "labels.jsonl", "--base", "base.jsonl", "--json")

    facts = json.loads(done.stdout)
    assert json.loads(registry.report(facts["model"], REPORT)) == facts
    assert (facts["champion"], facts["learned"], facts["falls"]) == (
        None, {"inquiries": 36, "labels": 12, "unknown_category": 0}, [],
    )  # fmt: skip


def test_with_a_champion_what_it_learned_from_is_the_base(command, registry):
    command("--labels", "labels.jsonl", "--base", "base.jsonl")
    registry.promote(registry.versions()[0].version, ["order_status", "account_access"])

    facts = json.loads(command("--labels", "labels.jsonl", "--json").stdout)

    assert facts["champion"] == registry.champion()
    assert facts["learned"]["inquiries"] - facts["learned"]["labels"] == 24


def test_labels_that_are_not_there_are_named(command, registry):
    assert "none.jsonl: cannot be read" in said(command("--labels", "none.jsonl", "--base", "base.jsonl"))
    assert registry.versions() == []


def test_a_wrong_row_is_named_with_its_line(command):
    Path("labels.jsonl").write_text('{"text": "a", "label": "b"}\n{"text": "a"}\n')

    assert said(command("--labels", "labels.jsonl")) == "Error: labels.jsonl:2: has no 'label'"


def test_a_configuration_that_cannot_be_read_is_named(command):
    assert "none.toml: cannot be read" in said(command("--labels", "labels.jsonl", "--config", "none.toml"))


def test_with_labels_of_categories_that_are_gone_there_is_nothing_to_learn_from(command, registry, monkeypatch):
    monkeypatch.setattr(retrain, "seed_files", list)
    Path("loket.toml").write_text(COMPANY)

    assert said(command("--labels", "labels.jsonl")) == "Error: there is no label to learn from"
    assert registry.versions() == []


def test_a_base_that_holds_nothing_to_learn_is_not_replaced_by_another(command, registry, monkeypatch):
    monkeypatch.setattr(retrain, "seed_files", lambda: [Path("base.jsonl")])
    write("mixed.jsonl", [{"text": "both", "labels": ["order_status", "account_access"]}])

    facts = json.loads(command("--labels", "labels.jsonl", "--base", "mixed.jsonl", "--json").stdout)

    assert facts["learned"]["inquiries"] == facts["learned"]["labels"] == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"LOKET_LEARNING__HALF_LIFE_DAYS": "soon"},
        {"LOKET_LEARNING__WEIGHTS__CLOSED": "little"},
        {"LOKET_LEARNING": "[1]"},
        {"LOKET_CATEGORIES": '{"order_status": 3}'},
    ],
    ids=str,
)
def test_a_wrong_value_of_the_configuration_is_told_in_one_line(command, wrong):
    said(command("--labels", "labels.jsonl", "--base", "base.jsonl", **wrong))


def test_a_company_of_its_own_categories_does_not_start_from_those_of_the_default(command, registry, monkeypatch):
    monkeypatch.setattr(retrain, "seed_files", lambda: [Path("base.jsonl")])
    Path("loket.toml").write_text(COMPANY)
    write("labels.jsonl", rows("parcel", "login", 24))

    assert command("--labels", "labels.jsonl").exit_code == 0
    assert registry.versions()[0].labels == ["login", "parcel"]


def test_labels_of_which_nobody_knows_who_gave_them_count_as_imported_now(command):
    write("labels.jsonl", rows("order_status", "account_access", 24, given=False))

    done = command("--labels", "labels.jsonl", "--base", "base.jsonl", "--json")

    found = json.loads(done.stdout)
    assert found["learned"]["labels"] == 12  # half of so few are held out; there is no champion to judge


def test_a_registry_that_cannot_be_written_is_told_in_one_line(command):
    Path("data").mkdir()
    Path("data/models").write_text("")

    said(command("--labels", "labels.jsonl", "--base", "base.jsonl"))
