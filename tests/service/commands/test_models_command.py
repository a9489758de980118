"""`loket models`: what is in the registry, and which version serves."""

import json

import pytest

from training.trainer import train

ROWS = [
    {"text": f"{text} {n}", "label": label}
    for n in range(3)
    for text, label in (("Hi", "feedback"), ("Buy", "spam"))
]


@pytest.fixture
def second(loket, labelled, now):
    """A second version, not promoted."""
    return train([labelled(ROWS)], loket.registry, name="second", at=now.replace(year=2027))


def test_versions_are_listed_newest_first_with_the_champion_marked(run, invoke, second, trained_registry):
    first = trained_registry.champion()

    listed, as_json = (
        invoke("models", "list").stdout.splitlines(),
        json.loads(run("models", "list", "--json").stdout),
    )

    assert [line.split()[:2] for line in listed] == [[second, "1.000"], ["*", first]]
    facts = [(one["version"], one["name"], one["champion"], one["metrics"]["n"]) for one in as_json]
    assert facts == [(second, "second", False, 6), (first, "default", True, as_json[1]["metrics"]["n"])]


def test_a_version_is_shown_by_its_card_or_its_manifest(run, invoke, trained_registry):
    version = trained_registry.champion()

    card, manifest = run("models", "show", version), json.loads(invoke("models", "show", version, "--json").stdout)

    assert (card.returncode, card.stdout) == (0, trained_registry.card(version) + "\n")
    assert (manifest["version"], len(manifest["labels"])) == (version, 16)


def test_a_promotion_is_taken_back_by_a_rollback(invoke, second, trained_registry, loket):
    first, champion = trained_registry.champion(), loket.registry.champion

    assert (invoke("models", "promote", second).stdout, champion()) == (f"{second} is the champion.\n", second)
    assert (invoke("models", "rollback").stdout, champion()) == (f"{first} is the champion again.\n", first)
    nothing_left = invoke("models", "rollback")
    assert (nothing_left.returncode, nothing_left.stderr, champion()) == (
        1, "Error: there is no earlier champion to go back to\n", first,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["show", "promote"])
def test_a_version_outside_the_registry_is_refused(invoke, command, trained_registry, loket):
    answer = invoke("models", command, f"../versions/{trained_registry.champion()}")

    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert loket.registry.champion() == trained_registry.champion()
