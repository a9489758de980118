"""Marking: the words that spoke are found as they stand in the text, and the text stays whole."""

import pytest

from service.marking import marked, one_line

RIGHT_TO_LEFT = "\u202e"


def terms(text, *wanted, request=""):
    return [piece.text for part in marked(text, wanted, request) for piece in part.pieces if piece.is_term]


def request(text, wanted):
    return ["".join(piece.text for piece in part.pieces) for part in marked(text, [], wanted) if part.is_request]


FOUND = {
    "as it stands": ("Where is my order?", ["order"], ["order"]),
    "in any case": ("WHERE is my Order?", ["where", "order"], ["WHERE", "Order"]),
    "without its diacritics": ("Où est ma commande?", ["ou"], ["Où"]),
    "with diacritics that are not there": ("Ou est ma commande?", ["où"], ["Ou"]),
    "with diacritics of their own": ("Cafe\u0301 du coin", ["café"], ["Cafe\u0301"]),
    "over a line break": ("where\n  is it", ["where is"], ["where\n  is"]),
    "each time": ("order, order and order", ["order"], ["order"] * 3),
    "only whole words": ("This is his history", ["is"], ["is"]),
    "beside punctuation": ("(order)! «order»", ["order"], ["order", "order"]),
    "as letters that are written as two": ("Die Straße", ["strasse"], ["Straße"]),
    "in Arabic, vowelled or not": ("أَيْنَ طلبي؟", ["أين"], ["أَيْنَ"]),
    "in Chinese": ("我的订单在哪里？ 谢谢", ["我的订单在哪里"], ["我的订单在哪里"]),
    "overlapping, as one": ("where is my order", ["where is", "is my"], ["where is my"]),
    "one within the other": ("where is my order", ["where is my", "is"], ["where is my"]),
}


@pytest.mark.parametrize(("text", "wanted", "found"), FOUND.values(), ids=FOUND)
def test_a_term_is_found(text, wanted, found):
    assert terms(text, *wanted) == found


@pytest.mark.parametrize("wanted", ["", " ", "\u0301", "parcel"], ids=["empty", "blank", "a mark", "elsewhere"])
def test_what_is_not_there_marks_nothing(wanted):
    assert terms("Where is my order?", wanted) == []


@pytest.mark.parametrize(
    "text", ["", "ﬁn", "İstanbul", "a\u0301\u0301b", "x" * 3 + "\n\n" + "y", f"a{RIGHT_TO_LEFT}b", "<b>&amp;</b>"]
)
def test_the_pieces_are_the_text(text):
    parts = marked(text, ["b", "in", "stanbul", "x y", text], text[1:])

    assert "".join(piece.text for part in parts for piece in part.pieces) == text


def test_the_request_is_its_first_place_and_terms_stay_marked_in_it():
    text = "Hello. Where  is my\norder? Where is my order?"

    assert request(text, "where is my order?") == ["Where  is my\norder?"]
    assert terms(text, "order", request="where is my order?") == ["order", "order"]


def test_nothing_is_underlined_where_the_whole_inquiry_is_one_request():
    assert request("Where is my order?", "") == []


def test_a_line_cannot_be_turned_round():
    controls = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

    assert one_line(f"in{controls}voice{RIGHT_TO_LEFT}fdp.exe") == "invoicefdp.exe"
    assert one_line(True) == "True"
