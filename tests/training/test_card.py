"""The model card says what a version learned from, how good it is and where it fails."""

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
        "n": 357,
        "accuracy": 0.8765,
        "macro_f1": 0.8123,
        "ece": 0.0456,
        "per_category": {"a": {"f1": 0.9}, "b": {"f1": 0.5}, "c": {"f1": 0.7}, "d": {"f1": 0.61}},
    },
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
        "- **Held-out figures** (five-fold, on the training data): accuracy 0.876, macro-F1 0.812, "
        "expected calibration error 0.046, n = 357.",
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
    assert "- **Limits**: it reads English; " in text
