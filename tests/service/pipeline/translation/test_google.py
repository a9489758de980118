"""Google through deep-translator, whose faults are cured: tried against a server that imitates the page."""

import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import deep_translator.google
import pytest
import requests
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from service.pipeline.decision import Language, Untranslated
from service.pipeline.detection.languages import LanguageCode, normalise
from service.pipeline.translation.http import BoundedSession
from service.pipeline.translation.provider import ProviderFailed

SPANISH = LanguageCode("es")
PLENTY = 30.0


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

    assert isinstance(deep_translator.google.requests, BoundedSession)
    assert requests.get.__module__ == "requests.api"


def test_a_page_that_hangs_holds_nobody(page, make_line):
    _, google = page(lambda exchange: exchange.server.over.wait())

    with pytest.raises(ProviderFailed, match="timeout"):
        make_line(google).translate("Hola", SPANISH, 0.2)


def test_when_the_page_is_no_longer_as_it_was_the_next_provider_answers(page, make_provider, make_translator):
    _, google = page(lambda exchange: exchange.reply(200, "<html><div class='renamed'>Hello</div></html>"))
    translator = make_translator(google, make_provider("second"))

    assert translator.translate("Hola", Language(code="es", confidence=1.0, source="detector")).text == "HOLA"


def test_only_its_providers_know_deep_translator():
    service = Path(__file__).parents[4] / "service"
    files = [path for path in service.rglob("*.py") if re.search("^(import|from) deep_tr", path.read_text(), re.M)]

    assert {path.name for path in files} == {"google.py", "mymemory.py"}


def test_line_breaks_are_kept(page, make_line):
    _, google = page()

    translated = make_line(google).translate("Hola,\n\n  mi lámpara\nAnna", SPANISH, PLENTY)

    assert translated == "HOLA,\n\n  MI LÁMPARA\nANNA"


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
def test_long_texts_are_translated_whole(page, make_line, text):
    _, google = page()

    assert make_line(google).translate(text, None, PLENTY) == text.upper()


def test_sixteen_threads_never_get_each_others_text(page, translate_as_page):
    together = threading.Barrier(16)

    def answer_all_at_once(exchange):
        together.wait(timeout=PLENTY)
        translate_as_page(exchange)

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


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_may_pass(page, status):
    _, google = page(lambda exchange: exchange.reply(status))

    assert reason_of(google) == Untranslated.UNREACHABLE


def test_it_tells_how_long_google_wants_to_be_left_alone(page):
    _, google = page(lambda exchange: exchange.reply(429, Retry_After="3600"))

    with pytest.raises(ProviderFailed) as caught:
        google.translate("Hola", SPANISH)

    assert caught.value.retry_after == 3_600.0


def test_a_refusal_for_too_many_calls_opens_the_breaker_at_once(page, make_translator):
    server, google = page(lambda exchange: exchange.reply(429))
    translator = make_translator(google, failures=3)
    spanish = Language(code="es", confidence=1.0, source="detector")

    reasons = [translator.translate("¿Dónde está?", spanish).reason for _ in range(2)]

    assert (reasons, len(server.seen)) == ([Untranslated.QUOTA, Untranslated.PAUSED], 1)


def answer_with_a_broken_header(exchange):
    exchange.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nno header\r\nX: y\r\n\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda exchange: exchange.reply(500), id="error"),
        pytest.param(lambda exchange: exchange.reply(200, "<html></html>"), id="no translation"),
        pytest.param(lambda exchange: None, id="closed"),
        pytest.param(answer_with_a_broken_header, id="broken header"),
    ],
)
def test_the_address_which_holds_the_text_is_in_no_log(page, make_line, caplog, answer):
    caplog.set_level(logging.WARNING)  # what service.logs lets through of the libraries
    _, google = page(answer)

    with pytest.raises(ProviderFailed):
        make_line(google).translate("Soy Anna", SPANISH, PLENTY)

    assert not any("Anna" in f"{vars(record)} {record.getMessage()}" for record in caplog.records)
