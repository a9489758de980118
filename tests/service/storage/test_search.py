"""Full-text search: what is found by what, in every script, on both databases; nothing typed can break it."""

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select, update

from service import intake
from service.storage import migrate
from service.storage.desk_tables import search_texts
from service.storage.engine import reading, writing
from service.storage.inquiries import NewTicket
from service.storage.migrate import upgrade
from service.storage.search import inquiries_with, understand
from service.storage.tables import inquiries, tickets
from service.submission import Submission

DECISION = {
    "category": "order_status", "confidence": 0.9, "desk": "orders", "automatic": True, "model": None,
    "language": {"code": "nl", "confidence": 0.9, "source": "detector"},
}  # fmt: skip


@pytest.fixture
def receive(store, now):
    """Store an inquiry, and decide it where there is a translation."""

    def make(text, english=None, **sent):
        inquiry = intake.submit(store, now, Submission(text=text, **sent), intake.Sender(None, "192.0.2.1"))
        if english:
            (claimed,) = store.inquiries.claim(now, 1, 60)
            decision = DECISION | {"translation": {"status": "translated", "text": english, "provider": "p"}}
            assert store.inquiries.decide(now, claimed, decision, [NewTicket("orders", "order_status", 0.9, True)])
        return inquiry

    return make


@pytest.fixture
def found(store):
    """The ids of the inquiries that a query finds; None where there is nothing to look for in it."""

    def find(query):
        search = understand(query)
        if search is None:
            return None
        with reading(store.engine) as connection:
            return set(connection.execute(inquiries_with(search, store.engine.dialect.name)).scalars())

    return find


TEXTS = {
    "words in any order": ("Waar blijft mijn bestelling?", "bestelling waar"),
    "the beginning of the last word": ("Waar blijft mijn bestelling?", "mijn bestel"),
    "a phrase": ("Waar blijft mijn bestelling?", '"blijft mijn"'),
    "any case": ("WAAR BLIJFT MIJN BESTELLING", "Waar blijft"),
    "without accents": ("Ma crème brûlée est arrivée cassée", "creme brulee"),
    "with accents": ("Ma creme brulee", "crème brûlée"),
    "sharp s": ("Die Straße ist falsch", "strasse"),
    "dotless i": ("Işık yanmıyor", "isik"),
    "stroked o": ("Min søster bestilte", "soster"),
    "composed otherwise": ("Le numéro", "nume\u0301ro"),
    "wide letters": ("ＡＢＣ１２３が壊れた", "abc123"),
    "Japanese in the middle": ("注文した商品がまだ届きません", "商品が"),
    "Chinese in the middle": ("我的订单在哪里", "订单"),
    "Thai in the middle": ("สินค้าที่สั่งยังไม่มา", "ที่สั่ง"),
    "Khmer": ("តើការបញ្ជាទិញរបស់ខ្ញុំនៅឯណា", "បញ្ជាទិញ"),
    "Korean without its particle": ("주문이 아직 안 왔어요", "주문"),
    "Hindi": ("मेरा ऑर्डर कहाँ है", "ऑर्डर"),
    "Arabic": ("أين طلبي", "طلبي"),
    "Hebrew": ("איפה ההזמנה שלי", "ההזמנה"),
    "Greek capitals": ("ΠΟΎ ΕΊΝΑΙ Η ΠΑΡΑΓΓΕΛΊΑ", "παραγγελια"),
    "Russian": ("Где мой заказ?", "заказ"),
    "a number": ("Bestelling 2026-4711 is niet gekomen", "4711"),
    "an article number": ("The X-200b/7 is broken", "X-200b/7"),
    "number beside Han": ("订单号12345丢了", "12345"),
    "a money amount": ("You took € 19,99 twice", "19,99"),
    "what the engines have words for": ("Do not use OR, AND or NEAR", "not or near"),
    "exponent": ("Model 1e5 and 0x1f fail", "1e5"),
}


@pytest.mark.parametrize(("text", "query"), TEXTS.values(), ids=TEXTS)
def test_an_inquiry_is_found_by(receive, found, text, query):
    inquiry = receive(text)
    receive("Something else entirely")

    assert found(query) == {inquiry.id}


NOT_FOUND = {
    "one word of two": "bestelling lamp",
    "the words of a phrase in another order": '"mijn blijft"',
    "the end of a word": "stelling",
    "the beginning of a word that is not the last": "bestel mijn",
    "the beginning of a word in quotes": '"bestel"',
}


@pytest.mark.parametrize("query", NOT_FOUND.values(), ids=NOT_FOUND)
def test_an_inquiry_is_not_found_by(receive, found, query):
    receive("Waar blijft mijn bestelling?")

    assert found(query) == set()


def test_characters_far_apart_are_no_phrase(receive, found):
    receive("品は商です")

    assert found("商品") == set()


def test_it_is_found_by_its_sender_its_receipt_and_what_the_form_said(receive, found):
    sent = {
        "subject": "Mijn lamp",
        "name": "Zoë Łukasz",
        "email": "zoe.l@example.org",
        "fields": {"order": "A-77-B"},
    }
    inquiry = receive("Hallo", **sent)
    receive("Hallo")

    queries = (
        "lamp",
        "zoe lukasz",
        "zoe.l@example.org",
        "@example",
        "A-77-B",
        inquiry.receipt,
        inquiry.receipt[:9],
    )

    assert [found(query) for query in queries] == [{inquiry.id}] * len(queries)


def test_it_is_found_by_its_translation_as_soon_as_it_is_decided(receive, found):
    inquiry = receive("Waar blijft mijn bestelling?", "Where is my order?")

    assert found("order") == found("bestelling") == found("where bestelling") == {inquiry.id}


def test_it_is_found_by_a_translation_that_comes_late(store, receive, found, now):
    inquiry = intake.submit(store, now, Submission(text="Waar blijft hij?"), intake.Sender(None, "192.0.2.1"))
    (claimed,) = store.inquiries.claim(now, 1, 60)
    untranslated = DECISION | {"translation": {"status": "unavailable", "reason": "timeout"}}
    laid = [NewTicket("orders", "order_status", 0.9, True)]
    store.inquiries.decide(now, claimed, untranslated, laid, now)
    (late,) = store.late_translations.claim(now + timedelta(minutes=1), 1, 60, 24)
    before = found("where is")

    translated = DECISION | {"translation": {"status": "translated", "text": "Where is it?", "provider": "p"}}
    store.late_translations.decide(now, late, translated, laid)

    assert (before, found("where is"), found("blijft")) == (set(), {inquiry.id}, {inquiry.id})


HOSTILE = [
    "'", '"', "''", '"""', "\\", "*", "a*b*", "x' OR '1'='1", "'; DROP TABLE tickets; --", 'words:"x"', "words:x",
    "NEAR(a b)", "a NOT b", "a AND", "OR", "^x", "(", ")", "a -b", "{a b}", "!a", "a & b", "a | b", "a <-> b",
    "a:*", "':*", "\x00", "a\x00b", "\ud800", "\u202e", "%", "_", "a" * 5_000, '"' * 300, "x " * 500, "\u0301",
    "ก็", "👍", "\ufffd", "a\u200db", "1e999", "0x", "-1", "1.2.3.4", "a@b", "http://x/?a=b&c", "<b>", "&amp;",
    "\t", "\n", "q" * 64 + "r",
]  # fmt: skip


def test_nothing_that_is_typed_breaks_the_search(receive, found):
    receive("Hallo")

    answers = [found(query) for query in HOSTILE]

    assert [answer for answer in answers if answer not in (None, set())] == []


def test_nothing_that_is_sent_breaks_it_either(receive, found):
    texts = [text.replace("\x00", "") or "-" for text in HOSTILE if text.strip() and text.isprintable()]
    for text in texts:
        receive(f"{text} findme")

    assert len(found("findme")) == len(texts)


def test_the_longest_inquiry_is_stored_and_found(receive, found):
    letters = "".join(chr(0x4E00 + number) for number in range(20_000))

    inquiry = receive(letters, "x" * 20_000)

    assert found(letters[:2]) == {inquiry.id}


@pytest.mark.parametrize("query", ["", "  ", "!!!", '""', "...", "\x00"], ids=ascii)
def test_what_has_no_word_in_it_is_no_search(query):
    assert understand(query) is None


def test_words_and_inquiry_are_stored_together_or_not_at_all(store, receive, monkeypatch):
    monkeypatch.setattr("service.storage.journal.record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        receive("Hallo")

    with reading(store.engine) as connection:
        assert connection.execute(select(search_texts)).all() == []


def test_the_upgrade_lets_what_is_there_already_be_found(store, receive, found):
    inquiry = receive("Waar blijft mijn bestelling?", "Where is my order?")
    many = [receive(f"Nummer {number}") for number in range(3)]
    with writing(store.engine) as connection:
        command.downgrade(migrate._config(connection), "0003")

    upgrade(store.engine)

    with reading(store.engine) as connection:
        assert connection.execute(select(tickets.c.language)).scalars().all() == ["nl"]
    assert (found("where bestelling"), found("nummer")) == ({inquiry.id}, {one.id for one in many})
    assert found(receive("Later").receipt) != set()


def test_what_changes_is_found_by_its_new_words_alone(store, receive, found):
    inquiry = receive("Old words")

    with writing(store.engine) as connection:
        connection.execute(update(search_texts).values(words="new ones"))

    assert (found("old"), found("new ones")) == (set(), {inquiry.id})
    with reading(store.engine) as connection:
        assert connection.execute(select(inquiries.c.text)).scalar() == "Old words"
