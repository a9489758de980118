"""The lexical view sees words, pairs of words and letter sequences, and no difference that means nothing."""

import numpy as np
import pytest

from model.features import lexical_view, normalise

TEXTS = ["where is my order 4711", "the invoice is wrong", "I forgot my password", "wo bleibt die Straßenlampe"]


@pytest.fixture(scope="module")
def view():
    return lexical_view().fit(TEXTS)


def likeness(view, one, other):
    first, second = view.transform([one]), view.transform([other])
    return (first @ second.T).sum() / np.sqrt((first @ first.T).sum() * (second @ second.T).sum())


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Order 4711", "order 0000"),
        ("STRASSE straße", "strasse strasse"),
        ("٣ lamps", "0 lamps"),
        ("ÉCLAIRAGE", "éclairage"),
    ],
)
def test_case_and_digits_are_folded(text, normal):
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("where is order 1234", "where is order 9876", id="order_numbers"),
        pytest.param("WHERE IS MY ORDER", "where is my order", id="capitals"),
        pytest.param("die strassenlampe", "die Straßenlampe", id="sharp_s"),
        pytest.param("where  is\n\nmy order", "where is my order", id="blanks"),
    ],
)
def test_texts_that_mean_the_same_are_the_same_vector(view, one, other):
    assert likeness(view, one, other) == pytest.approx(1.0)


def test_a_misspelt_word_stays_nearer_to_its_word_than_to_another(view):
    assert likeness(view, "pasword", "password") > 0.5 > likeness(view, "pasword", "invoice")


def test_a_pair_of_words_is_a_feature_of_its_own(view):
    assert {"where", "is", "where is"} <= set(view["words"].vocabulary_)
    assert likeness(view, "where is", "is where") < 1


def test_letter_sequences_do_not_cross_words(view):
    assert not [sequence for sequence in view["characters"].vocabulary_ if " " in sequence.strip()]


def test_each_half_has_length_one_so_that_long_and_short_inquiries_weigh_the_same(view):
    rows = view.transform(["password", "where is my order, the invoice is wrong and I forgot my password"])

    assert np.square(rows.toarray()).sum(axis=1) == pytest.approx([2.0, 2.0])


def test_a_text_of_unknown_letters_is_an_empty_vector(view):
    assert view.transform(["ランプ", ""]).nnz == 0
