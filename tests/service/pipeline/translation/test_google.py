"""Google through deep-translator, whose faults are cured: tried against a server that imitates the page."""

import html
import threading
from concurrent.futures import ThreadPoolExecutor

import deep_translator.google
import pytest
import requests
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode, normalise
from service.pipeline.translation.google import GoogleProvider
from service.pipeline.translation.provider import ProviderFailed

SPANISH = LanguageCode("es")
LINE_MAX_BYTES = 16_300  # measured: Google answered 16,200 bytes and refused 17,100
PLENTY = 30.0


def translate_page(exchange):
    """Google's mobile page, for which English is Spanish in capitals. It drops line breaks, as Google does."""
    if len(exchange.path) > LINE_MAX_BYTES:
        exchange.reply(400, "Your client has issued a malformed or illegal request.")
        return
    translated = html.escape(exchange.query["q"].upper()).replace("\n", "<br>")
    exchange.reply(200, f'<html><body><div class="result-container">{translated}</div></body></html>')


@pytest.fixture
def page(loopback, monkeypatch):
    """Start a server in Google's place."""
    monkeypatch.setattr(deep_translator.google, "requests", requests)

    def start(answer=translate_page):
        server = loopback(answer)
        monkeypatch.setitem(deep_translator.google.BASE_URLS, "GOOGLE_TRANSLATE", server.url + "/m")
        return server, GoogleProvider(16)

    return start


def reason_of(provider, text="Hola", source=SPANISH):
    with pytest.raises(ProviderFailed) as caught:
        provider.translate(text, source)
    return caught.value.reason


def test_it_translates(page):
    server, google = page()

    assert google.translate("¿Dónde está mi pedido? <b> & [[1]]", SPANISH) == "¿DÓNDE ESTÁ MI PEDIDO? <B> & [[1]]"
    assert server.seen[0].query == {"sl": "es", "tl": "en", "q": "¿Dónde está mi pedido? <b> & [[1]]"}


def test_a_user_agent_is_sent(page):
    server, google = page()

    google.translate("Hola", SPANISH)

    assert server.seen[0].headers["User-Agent"] == "Mozilla/5.0 (compatible; Loket)"


def test_only_deep_translators_requests_are_bounded(page):
    page()

    assert deep_translator.google.requests is not requests
    assert requests.get.__module__ == "requests.api"


def test_line_breaks_are_kept(page):
    _, google = page()

    assert google.translate("Hola,\n\n  mi lámpara\nAnna", SPANISH) == "HOLA,\n\n  MI LÁMPARA\nANNA"


@pytest.mark.parametrize("text", ["!!!", "???", "😀", "1.249,00", "OK"])
def test_what_it_leaves_as_it_is_stays(page, text):
    _, google = page()

    assert google.translate(text, SPANISH) == text


@pytest.mark.parametrize(
    "text",
    [
        "我的订单还没有到。" * 700,
        "订单" * 3_000,
        "Где мой заказ? Я жду уже две недели. " * 150,
        "Quisiera saber dónde está mi pedido, por favor. " * 150,
    ],
    ids=["Chinese", "Chinese without a stop", "Russian", "Spanish"],
)
def test_long_texts_are_translated_whole(page, text):
    _, google = page()

    assert google.translate(text, None) == text.upper()


def test_sixteen_threads_never_get_each_others_text(page):
    together = threading.Barrier(16)

    def answer_all_at_once(exchange):
        together.wait(timeout=PLENTY)
        translate_page(exchange)

    _, google = page(answer_all_at_once)
    texts = [f"pedido número {number}" for number in range(64)]

    with ThreadPoolExecutor(16) as pool:
        translated = list(pool.map(lambda text: google.translate(text, SPANISH), texts))

    assert translated == [text.upper() for text in texts]


def test_every_language_of_langdetect_is_asked_for_by_googles_code(page):
    server, google = page()
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    names = sorted({*factory.langlist} - {"en"})

    for name in names:
        google.translate("x", normalise(name))

    other = {"he": "iw", "zh-cn": "zh-CN", "zh-tw": "zh-TW"}
    assert [seen.query["sl"] for seen in server.seen] == [other.get(name, name) for name in names]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (None, "auto"),
        (LanguageCode("jv"), "jw"),
        (LanguageCode("nn"), "no"),
        (LanguageCode("sr", "Latn"), "sr"),
    ],
)
def test_other_languages_have_their_codes_too(page, source, code):
    server, google = page()

    google.translate("x", source)

    assert server.seen[0].query["sl"] == code


@pytest.mark.parametrize("code", ["bo", "aa", "zz"])
def test_a_language_it_does_not_know_is_not_asked_for(page, code):
    server, google = page()

    assert reason_of(google, source=LanguageCode(code)) == Untranslated.UNSUPPORTED_LANGUAGE
    assert server.seen == []


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (429, "", Untranslated.QUOTA),
        (500, "", Untranslated.REFUSED),
        (403, "", Untranslated.REFUSED),
        (302, "", Untranslated.REFUSED),
        (200, "<html>Our systems have detected unusual traffic</html>", Untranslated.BAD_ANSWER),
        (200, "", Untranslated.BAD_ANSWER),
        (200, b"\xff\xfe\x00garbage", Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(page, status, content, reason):
    _, google = page(lambda exchange: exchange.reply(status, content))

    assert reason_of(google) == reason


def test_a_lost_connection_is_a_named_failure(page):
    _, google = page(lambda exchange: None)

    assert reason_of(google) == Untranslated.UNREACHABLE
