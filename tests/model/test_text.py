"""The one cleaning of text keeps what the customer wrote, and drops what programs added."""

import pytest

from model.text import clean, join_subject

WRITTEN = "Where is my order?"


@pytest.mark.parametrize(
    ("received", "cleaned"),
    [
        pytest.param("Mijn cafÃ©lamp is stuk", "Mijn cafélamp is stuk", id="utf8_read_as_latin1"),
        pytest.param("Itâ€™s broken", "It’s broken", id="utf8_read_as_windows_1252"),
        pytest.param("la bombilla est\u0061\u0301 rota", "la bombilla está rota", id="composed"),
        pytest.param("one\r\ntwo\rthree", "one\ntwo\nthree", id="line_breaks_of_other_systems"),
        pytest.param("  where \t is\u00a0it  \n  now ", "where is it\nnow", id="blanks"),
        pytest.param("one\n\n\n\n\ntwo", "one\n\ntwo", id="many_empty_lines"),
        pytest.param("where is\x00 my order\x00", "where is my order", id="nul"),
        pytest.param("ランプが壊れました", "ランプが壊れました", id="japanese"),
        pytest.param("أين طلبي؟", "أين طلبي؟", id="arabic"),
        pytest.param("2 < 3 & \"quoted\" 'so'", "2 < 3 & \"quoted\" 'so'", id="signs"),
    ],
)
def test_text_is_repaired_and_tidied(received, cleaned):
    assert clean(received) == cleaned


@pytest.mark.parametrize(
    "opening",
    [
        "-----Original Message-----",
        "---- Forwarded message ----",
        "-----Ursprüngliche Nachricht-----",
        "-----Oorspronkelijk bericht-----",
        "-----Message d'origine-----",
        "-----Messaggio originale-----",
        "-----Mensaje original-----",
        "-----Mensagem original-----",
        "On Mon, 2 Mar 2026 at 10:12, Service <service@shop.example> wrote:",
        "Am 02.03.2026 um 10:12 schrieb Service <service@shop.example>:",
        "Op ma 2 mrt. 2026 om 10:12 schreef Service <service@shop.example>:",
        "Le lun. 2 mars 2026 à 10:12, Service <service@shop.example> a écrit :",
        "El lun, 2 mar 2026 a las 10:12, Service <service@shop.example> escribió:",
        "Il giorno lun 2 mar 2026 alle 10:12 Service <service@shop.example> ha scritto:",
        "Em seg., 2 de mar. de 2026 às 10:12, Service <service@shop.example> escreveu:",
    ],
)
def test_quoted_mail_is_dropped_in_many_languages(opening):
    assert clean(f"{WRITTEN}\n\n{opening}\nDear customer, thank you for buying our lamp.") == WRITTEN


def test_lines_marked_as_quoted_are_dropped_wherever_they_stand():
    assert clean(f"> we cannot find it\n{WRITTEN}\n  > really?\nPlease look.") == f"{WRITTEN}\nPlease look."


@pytest.mark.parametrize("mark", ["-- ", "--"])
def test_everything_after_the_signature_mark_is_dropped(mark):
    assert clean(f"{WRITTEN}\n{mark}\nBob\nSales manager, Lamps Ltd") == WRITTEN


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Gesendet von meinem iPad",
        "Von meinem Samsung gesendet",
        "Verzonden vanaf mijn telefoon",
        "Verstuurd vanaf mijn iPhone",
        "Envoyé de mon iPhone",
        "Enviado desde mi móvil",
        "Inviato da iPhone",
        "Enviado do meu iPhone",
        "Skickat från min iPhone",
    ],
)
def test_the_line_that_a_telephone_adds_is_dropped(line):
    assert clean(f"{WRITTEN}\n\n{line}") == WRITTEN


def test_a_sentence_about_a_telephone_stays():
    text = "The invoice that I sent from my iPhone was wrong."

    assert clean(text) == text


def test_boilerplate_is_dropped_as_whole_lines_whatever_their_case():
    text = f"MESSAGE FROM THE WEBSITE:\n{WRITTEN}\nI read the message from the website: it says nothing."

    cleaned = clean(text, boilerplate=["Message from the website:"])

    assert cleaned == f"{WRITTEN}\nI read the message from the website: it says nothing."


@pytest.mark.parametrize(
    ("received", "cleaned"),
    [
        pytest.param("> where is my order", "> where is my order", id="only_a_quote"),
        pytest.param("-- \nBob", "--\nBob", id="only_a_signature"),
        pytest.param("Sent from my iPhone", "Sent from my iPhone", id="only_a_telephone"),
        pytest.param("Contact form", "Contact form", id="only_boilerplate"),
        pytest.param(
            "On Mon, 2 Mar 2026 Service wrote:\nmy own words below it",
            "On Mon, 2 Mar 2026 Service wrote:\nmy own words below it",
            id="only_older_mail",
        ),
    ],
)
def test_a_text_of_nothing_but_additions_is_kept_whole(received, cleaned):
    assert clean(received, boilerplate=["contact form"]) == cleaned


def test_cleaning_twice_changes_nothing_more():
    once = clean(f"  cafÃ© \x00\r\n\r\n\r\n\r\n{WRITTEN}\n> no\n-- \nBob")

    assert clean(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\nOn the telephone your colleague wrote:\nthe parcel comes today. It did not, where is it?",
        "Goedemiddag,\nOp de chat schreef uw collega mij:\nhet pakket komt vandaag. Het is er niet.",
    ],
)
def test_what_a_customer_cites_in_a_sentence_stays(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("subject", "joined"),
    [
        pytest.param("Order 12", "Order 12\n\nwhere is it?", id="before_the_text"),
        pytest.param("  Order 12 ", "Order 12\n\nwhere is it?", id="without_its_blanks"),
        pytest.param("WHERE IS", "where is it?", id="already_there"),
        pytest.param("  ", "where is it?", id="blank"),
        pytest.param(None, "where is it?", id="none"),
    ],
)
def test_the_subject_stands_before_the_text_once(subject, joined):
    assert join_subject(subject, "where is it?") == joined
