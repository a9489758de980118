"""Clusters on triage become proposals; categories that are taken for each other are named."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from model.classifier import InquiryClassifier
from training.taxonomy_advice import centres, overlaps, proposals

INSTALLATION = [f"can an electrician install the {what} at my home" for what in (
    "lamp", "thermostat", "doorbell", "switch", "dimmer", "camera", "sensor", "socket", "lights", "siren"
)]  # fmt: skip
LONELY = ["hello there", "who won the match", "please call", "thanks a lot", "asdf", "nice weather today"]
NOUNS = [
    "parcel",
    "order",
    "package",
    "delivery",
    "box",
    "letter",
    "crate",
    "pallet",
    "bag",
    "tube",
    "roll",
    "sack",
]


def embed(texts):
    """By the words alone; few share a place."""
    return HashingVectorizer(n_features=2048, alternate_sign=False).transform(texts).toarray()


@pytest.fixture(scope="module")
def known():
    texts = [f"where is my {noun}" for noun in NOUNS] + [f"i forgot my password {noun}" for noun in NOUNS]
    return centres(["order"] * 12 + ["account"] * 12, embed(texts))


def test_alike_inquiries_on_triage_are_proposed_as_a_category(known):
    texts = [text for pair in zip(INSTALLATION, LONELY + LONELY[:4], strict=True) for text in pair]

    (found,) = proposals(texts, embed(texts), known)

    assert {texts[place] for place in found.places} == set(INSTALLATION)
    assert (found.size, len(found.texts)) == (10, 5)
    assert set(found.texts) <= set(INSTALLATION)


def test_a_proposal_tells_its_words_and_the_category_it_is_most_like(known):
    texts = [*INSTALLATION, *(f"where is my {noun} now" for noun in NOUNS)]

    new, old = proposals(texts, embed(texts), known)

    assert {"electrician", "install"} & {word for term in new.terms for word in term.split()}
    assert not {"where", "is"} & {word for term in new.terms for word in term.split()}
    assert old.nearest == "order"
    assert new.similarity < 0.5 < 0.7 < old.similarity


def test_the_first_example_is_nearest_the_centre(known):
    texts = [*INSTALLATION, "install electrician"]

    (found,) = proposals(texts, embed(texts), known)

    assert found.places[0] != 10
    assert found.places[-1] == 10


@pytest.mark.parametrize("texts", [[], ["alone"], INSTALLATION[:7], LONELY], ids=["none", "one", "seven", "unlike"])
def test_few_or_unlike_inquiries_are_no_category(known, texts):
    assert proposals(texts, embed(texts) if texts else np.empty((0, 2048)), known) == []


def test_without_any_category_alike_inquiries_are_still_proposed():
    texts = [*INSTALLATION, *(f"where is my {noun} now" for noun in NOUNS)]

    found = proposals(texts, embed(texts), {})

    assert {(one.nearest, one.similarity) for one in found} == {(None, 0.0)}
    assert sorted(one.size for one in found) == [10, 12]


def test_the_same_inquiries_give_the_same_proposals(known):
    texts = [*INSTALLATION, *LONELY]
    rows = embed(texts)

    assert proposals(texts, rows, known, seed=3) == proposals(texts, rows, known, seed=3)


@pytest.fixture(scope="module")
def confusing():
    """Refund and return are labelled as the wind blows; account is told from both."""
    texts = [f"i send the {noun} back for my money {n}" for n in range(5) for noun in NOUNS]
    labels = [("refund", "return")[(7 * i) % 5 % 2] for i in range(len(texts))]
    texts += [f"{noun} forgot the password of my login {n}" for n in range(3) for noun in NOUNS]
    texts += [f"who won the {noun} match {n}" for n in range(2) for noun in NOUNS]
    texts += [f"please write an invoice with the tax of the {noun} {n}" for n in range(3) for noun in NOUNS]
    labels += ["account"] * 36 + ["out_of_scope"] * 24 + ["billing"] * 36
    return InquiryClassifier().fit(texts, labels), labels


def test_categories_that_are_taken_for_each_other_overlap(confusing):
    classifier, labels = confusing

    (found,) = overlaps(classifier)

    assert (found.a, found.b, found.n) == ("refund", "return", 60)
    assert found.confused > 0.2
    assert found.p < 0.01
    assert {labels[place] for place in found.places} <= {"refund", "return"}


def test_the_examples_of_an_overlap_are_inquiries_that_were_confused(confusing):
    classifier, labels = confusing
    (held,) = [one for one in classifier.held_out_.values() if len(one.rows)]
    said = dict(zip(held.rows.tolist(), classifier.classes_[held.probabilities.argmax(axis=1)], strict=True))

    (found,) = overlaps(classifier)

    assert len(found.places) == 5
    assert all({labels[place], said[place]} == {"refund", "return"} for place in found.places)


def test_only_the_asked_categories_are_compared(confusing):
    classifier, _ = confusing

    assert overlaps(classifier, ["refund", "account", "billing"]) == []
    assert len(overlaps(classifier, ["refund", "return"])) == 1


def test_well_told_categories_do_not_overlap():
    texts = [f"where is my {noun}" for noun in NOUNS] + [f"i forgot the password {noun}" for noun in NOUNS]

    assert overlaps(InquiryClassifier().fit(texts, ["order"] * 12 + ["account"] * 12)) == []
