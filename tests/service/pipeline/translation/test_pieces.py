"""Long texts go out in pieces below the limit, and come back joined as they were."""

from urllib.parse import quote

import pytest

from service.pipeline.translation.pieces import by_line, translate_pieces

LIMIT = 600

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


def encoded_size(text):
    return len(quote(text, safe=""))


@each_text
def test_translated_by_what_changes_nothing_it_is_the_same(text):
    assert translate_pieces(text, LIMIT, lambda piece: piece) == text


@each_text
def test_no_piece_that_is_sent_exceeds_the_limit(text):
    sent = []

    translate_pieces(text, LIMIT, lambda piece: sent.append(piece) or piece)

    assert max(map(encoded_size, sent), default=0) <= LIMIT
    assert all(piece == piece.strip() != "" for piece in sent)


@each_text
def test_the_pieces_joined_are_the_text(text):
    assert "".join(piece for _, piece in by_line(text, LIMIT)) == text


def test_line_breaks_and_indents_stand_where_they_stood():
    translated = translate_pieces("Hallo,\n\n  waar is het?\nAnna ", LIMIT, str.upper)

    assert translated == "HALLO,\n\n  WAAR IS HET?\nANNA "


def test_a_long_text_is_cut_between_sentences():
    text = "Dit is de eerste zin. Dit is de tweede zin! Is dit de derde zin?"

    pieces = [piece for _, piece in by_line(text, encoded_size("Dit is de tweede zin! "))]

    assert pieces == ["Dit is de eerste zin. ", "Dit is de tweede zin! ", "Is dit de derde zin?"]


def test_a_long_sentence_is_cut_between_words():
    assert [piece for _, piece in by_line("een twee drie vier", 14)] == ["een twee ", "drie vier"]


def test_no_more_pieces_are_made_than_needed():
    assert list(by_line("een. twee. drie.\nvier.", LIMIT)) == [
        (True, "een. twee. drie."),
        (False, "\n"),
        (True, "vier."),
    ]
