"""MyMemory through deep-translator, whose faults are cured: tried against a server that imitates the service."""

import threading
from concurrent.futures import ThreadPoolExecutor

import deep_translator.mymemory
import pytest
import requests

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.mymemory import MyMemoryProvider
from service.pipeline.translation.pieces import translate_pieces
from service.pipeline.translation.provider import ProviderFailed

DUTCH = LanguageCode("nl")
PLENTY = 30.0
QUERY_MAX_CHARS = 500
TOO_LONG = "QUERY LENGTH LIMIT EXCEEDED. MAX ALLOWED QUERY : 500 CHARS"
SPENT = "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY. NEXT AVAILABLE IN 09 HOURS"
NO_LANGUAGE = "'XX' IS AN INVALID SOURCE LANGUAGE . EXAMPLE: LANGPAIR=EN|IT USING 2 LETTER ISO OR RFC3066"


def said(text, status=200):
    """The service's answer; its own status stands in the body."""
    return {"responseData": {"translatedText": text, "match": 1}, "responseStatus": status, "matches": []}


def translate(exchange):
    """For this server English is Dutch in capitals. It drops line breaks and refuses what is too long."""
    text = exchange.query["q"]
    if len(text) > QUERY_MAX_CHARS:
        exchange.reply_json(200, said(TOO_LONG, "403"))
    else:
        exchange.reply_json(200, said(" ".join(text.upper().split("\n"))))


@pytest.fixture
def service(loopback, monkeypatch):
    """Start a server in MyMemory's place."""
    monkeypatch.setattr(deep_translator.mymemory, "requests", requests)

    def start(answer=translate, email=None):
        server = loopback(answer)
        monkeypatch.setitem(deep_translator.mymemory.BASE_URLS, "MYMEMORY", server.url + "/get")
        return server, MyMemoryProvider(16, email)

    return start


def reason_of(provider, source=DUTCH):
    with pytest.raises(ProviderFailed) as caught:
        provider.translate("Hallo", source)
    return caught.value.reason


def test_it_translates(service):
    server, mymemory = service()

    assert mymemory.translate("Waar blijft [[1]]? <b> & co", DUTCH) == "WAAR BLIJFT [[1]]? <B> & CO"
    [asked] = server.seen
    assert (asked.command, asked.path.partition("?")[0]) == ("GET", "/get")
    assert asked.query == {"q": "Waar blijft [[1]]? <b> & co", "langpair": "nl-NL|en-GB"}
    assert asked.headers["User-Agent"] == "Mozilla/5.0 (compatible; Loket)"


def test_the_operators_address_raises_the_quota(service):
    server, mymemory = service(email="it@example.com")

    mymemory.translate("Hallo", DUTCH)

    assert server.seen[0].query["de"] == "it@example.com"


def test_only_deep_translators_requests_are_bounded(service):
    service()

    assert deep_translator.mymemory.requests is not requests
    assert requests.get.__module__ == "requests.api"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (LanguageCode("nl"), "nl-NL"),
        (LanguageCode("de"), "de-DE"),
        (LanguageCode("es"), "es-ES"),
        (LanguageCode("fr"), "fr-FR"),
        (LanguageCode("it"), "it-IT"),
        (LanguageCode("pt"), "pt-PT"),
        (LanguageCode("ja"), "ja-JP"),
        (LanguageCode("tl"), "tl-PH"),
        (LanguageCode("zh", "Hans"), "zh-CN"),
        (LanguageCode("sr", "Cyrl"), "sr-Cyrl-RS"),
        (LanguageCode("sr", "Latn"), "sr-Latn-RS"),
        (LanguageCode("zh", "Hant"), "zh-TW"),
        (LanguageCode("no"), "nb-NO"),
        (LanguageCode("sr"), "sr-Cyrl-RS"),
        (LanguageCode("bs"), "bs-BA"),
    ],
)
def test_a_language_is_asked_for_by_its_own_countrys_code(service, source, code):
    server, mymemory = service()

    mymemory.translate("x", source)

    assert server.seen[0].query["langpair"] == f"{code}|en-GB"


@pytest.mark.parametrize("source", [None, LanguageCode("aa"), LanguageCode("zz")])
def test_a_language_it_does_not_know_is_not_asked_for(service, source):
    server, mymemory = service()

    assert reason_of(mymemory, source) == Untranslated.UNSUPPORTED_LANGUAGE
    assert server.seen == []


@pytest.mark.parametrize(
    "text",
    [
        "Waar blijft mijn bestelling? Ik wacht al twee weken.\n\n  Groeten,\nAnna",
        "Ik wacht al twee weken op mijn lamp, waar blijft hij? " * 40,
        "lampenkappenwinkel" * 100,
        "我的订单还没有到。" * 200,
        "a" * 499 + "\n" + "b" * 500,
    ],
    ids=["lines", "sentences", "one word", "Chinese", "just too long"],
)
def test_long_texts_are_translated_whole_and_line_breaks_kept(service, text):
    server, mymemory = service()

    translated = translate_pieces(text, mymemory.limits, lambda piece: mymemory.translate(piece, DUTCH))

    assert translated == text.upper()
    assert max(len(seen.query["q"]) for seen in server.seen) <= QUERY_MAX_CHARS


def test_sixteen_threads_never_get_each_others_text(service):
    together = threading.Barrier(16)

    def answer_all_at_once(exchange):
        together.wait(timeout=PLENTY)
        translate(exchange)

    _, mymemory = service(answer_all_at_once)
    texts = [f"bestelling nummer {number}" for number in range(64)]

    with ThreadPoolExecutor(16) as pool:
        translated = list(pool.map(lambda text: mymemory.translate(text, DUTCH), texts))

    assert translated == [text.upper() for text in texts]


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (200, said(SPENT), Untranslated.QUOTA),
        (200, said(SPENT.lower(), "429"), Untranslated.QUOTA),
        (429, said(SPENT, "429"), Untranslated.QUOTA),
        (200, said(TOO_LONG, "403"), Untranslated.TOO_LONG),
        (200, said(NO_LANGUAGE, "403"), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, said("", "400"), Untranslated.REFUSED),
        (403, said(TOO_LONG, "403"), Untranslated.REFUSED),
        (413, {}, Untranslated.REFUSED),
        (500, {}, Untranslated.UNREACHABLE),
        (503, {}, Untranslated.UNREACHABLE),
        (200, {}, Untranslated.BAD_ANSWER),
        (200, None, Untranslated.BAD_ANSWER),
        (200, ["a list"], Untranslated.BAD_ANSWER),
        (200, {"responseData": None}, Untranslated.BAD_ANSWER),
        (200, said(""), Untranslated.BAD_ANSWER),
        (200, said(None), Untranslated.BAD_ANSWER),
        (200, said(["a", "list"]), Untranslated.BAD_ANSWER),
        (200, said(None) | {"matches": [{}]}, Untranslated.BAD_ANSWER),
        (200, said(None) | {"matches": None}, Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(service, status, answer, reason):
    _, mymemory = service(lambda exchange: exchange.reply_json(status, answer))

    assert reason_of(mymemory) == reason


def test_it_tells_how_long_mymemory_wants_to_be_left_alone(service):
    _, mymemory = service(lambda exchange: exchange.reply(429, Retry_After="3600"))

    with pytest.raises(ProviderFailed) as caught:
        mymemory.translate("Hallo", DUTCH)

    assert caught.value.retry_after == 3_600.0


@pytest.mark.parametrize("content", ["", "<html>It works!</html>", b"\xff\xfe", '{"responseData": '])
def test_what_is_not_its_json_is_a_bad_answer(service, content):
    _, mymemory = service(lambda exchange: exchange.reply(200, content))

    assert reason_of(mymemory) == Untranslated.BAD_ANSWER


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_carry_the_text_elsewhere(service, loopback, status):
    elsewhere = loopback(translate)
    _, mymemory = service(lambda exchange: exchange.reply(status, Location=elsewhere.url + "/get"))

    assert reason_of(mymemory) == Untranslated.REFUSED
    assert elsewhere.seen == []


def test_a_lost_connection_is_a_named_failure(service):
    _, mymemory = service(lambda exchange: None)

    assert reason_of(mymemory) == Untranslated.UNREACHABLE
