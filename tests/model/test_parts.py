"""A mixed inquiry is cut into its two requests, and one with a remark stays one."""

import numpy as np
import pytest

from model.parts import Cut, Piece, best_cut, find_requests, in_original, pieces
from model.reading import Reading

PARCEL = "Where is my parcel, I have waited for the parcel"
INVOICE = "send me the invoice, the invoice of March please"


def by_words(texts):
    """Parcel, invoice or neither, by how often a text says so."""
    scores = np.array([[text.lower().count("parcel"), text.lower().count("invoice"), 0.5] for text in texts]) * 5
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def requests_of(text):
    return [
        (("parcel", "invoice", "none")[one.category], one.text)
        for one in find_requests(text, by_words([text])[0], by_words)
    ]


def cut(text):
    return [text[piece.start : piece.end] for piece in pieces(text)]


@pytest.mark.parametrize(
    "between", [". ", "? ", "\n", "\n\n", " and ", " also ", ", ", "; ", " - ", ".\nPS "], ids=repr
)
def test_two_requests_are_found_however_they_are_joined(between):
    found = requests_of(f"{PARCEL}{between}{INVOICE}")

    assert [category for category, _ in found] == ["parcel", "invoice"]
    assert "invoice" not in found[0][1]
    assert "parcel" not in found[1][1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "parcel",
        PARCEL,
        f"{PARCEL}. It has not come. It was a parcel with a lamp in it.",
        "Hello. Thanks.",
    ],
)
def test_one_request_is_not_cut(text):
    assert requests_of(text) == []


def test_a_request_that_stands_around_another_is_put_together():
    found = dict(requests_of(f"{PARCEL}. {INVOICE}. The parcel weighs two kilos and the parcel is blue."))

    assert found["parcel"].startswith("Where is my parcel")
    assert found["parcel"].endswith("the parcel is blue.")
    assert found["invoice"].startswith("send me the invoice")


def test_the_second_request_is_the_main_one_when_it_is_more_than_twice_as_long():
    long = f"{INVOICE}. The invoice was for the lamp. It is the invoice that our accountant asks for."

    assert [category for category, _ in requests_of(f"{PARCEL}. {long}")] == ["invoice", "parcel"]


def test_requests_that_begin_alike_keep_their_order():
    text = (
        "I would like the parcel today, the parcel please. "
        "I would like the invoice, an invoice too. I would like the invoice by mail."
    )

    assert [category for category, _ in requests_of(text)] == ["parcel", "invoice"]


def test_the_lines_of_a_list_keep_their_order():
    text = f"- {PARCEL}\n- {INVOICE}"

    assert [category for category, _ in requests_of(text)] == ["parcel", "invoice"]


@pytest.mark.parametrize(
    "text", ["", "a", PARCEL, f"{PARCEL}. {INVOICE}", "一" * 20_000, "a b. " * 4000, "?" * 999]
)
def test_pieces_cover_the_whole_text_in_order_and_are_not_too_many(text):
    found = pieces(text)

    assert "".join(cut(text)) == text
    assert 1 <= len(found) <= 24


@pytest.mark.parametrize("text", ["Hi. Where is it", "Where is it now. OK. Yes.", "One. Two. Six."])
def test_a_piece_of_few_letters_stays_with_its_neighbour(text):
    assert cut(text) == [text]


def test_languages_without_blanks_are_cut_after_their_own_full_stop():
    assert cut("荷物はどこ。請求書を送って。") == ["荷物はどこ。", "請求書を送って。"]
    assert len(cut("أين طردي من فضلك؟ أرسل لي الفاتورة")) == 2


def test_a_number_is_not_cut_at_its_comma():
    assert cut("I paid 1.234,50 for order 12.345.678") == ["I paid 1.234,50 for order 12.345.678"]


def test_the_best_cut_takes_neighbours_that_one_category_explains():
    rows = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])

    best = best_cut(rows)

    assert best in (Cut(0, 2), Cut(2, 3))


@pytest.mark.parametrize("rows", [[[0.9, 0.1]], [[0.9, 0.1], [0.8, 0.2]]], ids=["one_piece", "one_category"])
def test_there_is_no_cut_where_one_category_explains_all(rows):
    assert best_cut(np.array(rows)) is None


def test_a_probability_of_zero_is_survived():
    assert best_cut(np.array([[1.0, 0.0], [0.0, 1.0]])) in (Cut(0, 1), Cut(1, 2))


def test_a_piece_says_where_it_stands():
    assert pieces("Where is it now. Send the bill.") == [Piece(0, 16), Piece(16, 31)]


ENGLISH, DUTCH = (
    "Where is my parcel? Send me the invoice. Thanks.",
    "Waar is mijn pakket? Stuur mij de factuur. Dank.",
)


@pytest.mark.parametrize(
    ("reading", "words", "shown"),
    [
        pytest.param(Reading(DUTCH, ENGLISH), "Send me the invoice", "Stuur mij de factuur.", id="by_its_place"),
        pytest.param(
            Reading(DUTCH, ENGLISH), "Where is my parcel?\nThanks", "Waar is mijn pakket? Dank.", id="two"
        ),
        pytest.param(Reading("Eén zin", ENGLISH), "Thanks.", "Thanks.", id="another_number_of_sentences"),
        pytest.param(Reading(DUTCH, ENGLISH), "not in it", "not in it", id="not_found"),
        pytest.param(Reading.in_english(ENGLISH), "Thanks.", "Thanks.", id="english"),
        pytest.param(Reading(DUTCH, None), "Dank.", "Dank.", id="untranslated"),
        pytest.param(Reading("", ""), "", "", id="nothing"),
    ],
)
def test_words_are_shown_in_the_language_of_the_customer(reading, words, shown):
    assert in_original(reading, words) == shown
