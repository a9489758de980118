"""Long texts go out in pieces below the limit, and come back joined as they were."""

from urllib.parse import quote

import pytest

from service.pipeline.translation.pieces import pieces, translate_pieces
from service.pipeline.translation.provider import Limits

LIMITS = {
    "in an address": Limits(encoded_bytes=600, keeps_lines=False),
    "in characters": Limits(chars=200),
    "in both": Limits(chars=200, encoded_bytes=600),
}
BY_LINE = LIMITS["in an address"]

TEXTS = {
    "latin": "Quisiera saber dónde está mi pedido, por favor. " * 40,
    "latin paragraphs": "Waar blijft het?\n\n  Ik wacht al.  \nGroet,\nAnna\n" * 10,
    "chinese": "我的订单还没有到。请问什么时候可以送到？" * 20,
    "chinese without a stop": "订单" * 400,
    "one long word": "a" * 2_000,
    "one long word of four-byte letters": "😀" * 300,
    "blanks": "   \n \n\n  ",
    "empty": "",
    "mixed": "Mijn lamp（型号３０００）doet het niet.\n" + "é" * 500 + " einde\n\n订单。",
}
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
each_limit = pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)


def encoded_size(text):
    return len(quote(text, safe=""))


@each_text
@each_limit
def test_translated_by_what_changes_nothing_it_is_the_same(text, limits):
    assert translate_pieces(text, limits, lambda piece: piece) == text


@each_text
@each_limit
def test_no_piece_that_is_sent_exceeds_the_limit(text, limits):
    sent = []

    translate_pieces(text, limits, lambda piece: sent.append(piece) or piece)

    assert max(map(encoded_size, sent), default=0) <= limits.encoded_bytes
    assert max(map(len, sent), default=0) <= limits.chars
    assert all(piece == piece.strip() != "" for piece in sent)


@each_text
@each_limit
def test_the_pieces_joined_are_the_text(text, limits):
    assert "".join(piece for _, piece in pieces(text, limits)) == text


@pytest.mark.parametrize("limits", [BY_LINE, Limits(chars=20)], ids=["dropped otherwise", "too long"])
def test_line_breaks_and_indents_stand_where_they_stood(limits):
    translated = translate_pieces("Hallo,\n\n  waar is het?\nAnna ", limits, str.upper)

    assert translated == "HALLO,\n\n  WAAR IS HET?\nANNA "


def test_what_keeps_lines_gets_the_whole_text_at_once():
    text = "Hallo,\n\nwaar is het?"

    assert list(pieces(text, Limits(chars=len(text)))) == [(True, text)]


def test_a_long_text_is_cut_between_sentences():
    text = "Dit is de eerste zin. Dit is de tweede zin! Is dit de derde zin?"

    found = [piece for _, piece in pieces(text, Limits(encoded_bytes=encoded_size("Dit is de tweede zin! ")))]

    assert found == ["Dit is de eerste zin. ", "Dit is de tweede zin! ", "Is dit de derde zin?"]


def test_a_long_sentence_is_cut_between_words():
    found = [piece for _, piece in pieces("een twee drie vier", Limits(encoded_bytes=14))]

    assert found == ["een twee ", "drie vier"]


def test_no_more_pieces_are_made_than_needed():
    assert list(pieces("een. twee. drie.\nvier.", BY_LINE)) == [
        (True, "een. twee. drie."),
        (False, "\n"),
        (True, "vier."),
    ]


@pytest.mark.parametrize("limits", [Limits(chars=20), Limits(encoded_bytes=180)], ids=["characters", "bytes"])
@pytest.mark.parametrize("placeholder", ["[[1]]", "[[123456]]"])
def test_a_placeholder_in_a_text_without_blanks_is_never_cut_in_two(placeholder, limits):
    for before in range(21):
        text = f"{'订' * before}{placeholder}{'单' * 40}{placeholder * 3}"

        assert sum(piece.count(placeholder) for _, piece in pieces(text, limits)) == 4
