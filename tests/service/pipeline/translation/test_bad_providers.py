"""Servers that hang, drip, refuse or answer nonsense: the call ends, the reason is told, the next one answers."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.translation.libretranslate import LibreTranslateProvider

DUTCH = Language(code="nl", confidence=0.99, source="detector")
TEXT = "Waar blijft mijn bestelling? Ik wacht al twee weken op mijn lamp, groet, Anna."
ENGLISH = "Where is my order? I have been waiting two weeks for my lamp, regards, Anna."
SPANISH = "¿Dónde está mi pedido? Llevo dos semanas esperando mi lámpara, saludos, Anna."
PLENTY = 30.0
SOON = 0.5
AT_ONCE = 64


def hang(exchange):
    exchange.server.over.wait()


def headers_only(exchange, **headers):
    exchange.send_response(200)
    for name, value in headers.items():
        exchange.send_header(name.replace("_", "-"), value)
    exchange.end_headers()


def drip(exchange):
    """A whole answer, one byte at a time and never in time."""
    answer = json.dumps({"translatedText": ENGLISH}).encode()
    headers_only(exchange, Content_Length=str(len(answer)))
    for byte in answer:
        exchange.wfile.write(bytes([byte]))
        if exchange.server.over.wait(0.05):
            return


def close_in_the_middle(exchange):
    headers_only(exchange, Content_Length="1000")
    exchange.wfile.write(b'{"translatedText": "Where is')


def replying(text):
    return lambda exchange: exchange.reply_json(200, {"translatedText": text})


def capitals(exchange):
    """For this server English is Dutch in capitals."""
    exchange.reply_json(200, {"translatedText": exchange.json["q"].upper()})


class Bad(NamedTuple):
    """How a server behaves, what is told of it, and how often in four inquiries it is asked."""

    answer: object
    reason: Untranslated
    asked: int = 2  # then the breaker is open
    seconds: float = PLENTY


BAD = {
    "hangs": Bad(hang, Untranslated.TIMEOUT, seconds=SOON),
    "drips": Bad(drip, Untranslated.TIMEOUT, seconds=SOON),
    "429": Bad(lambda exchange: exchange.reply(429, "{}", Retry_After="300"), Untranslated.QUOTA, asked=1),
    "500": Bad(lambda exchange: exchange.reply(500, TEXT), Untranslated.UNREACHABLE),
    "garbage": Bad(lambda exchange: exchange.reply(200, b"\x00\xff\xfe{{"), Untranslated.BAD_ANSWER),
    "not HTTP": Bad(lambda exchange: exchange.wfile.write(b"\x00\x01\xff\r\n\r\n"), Untranslated.UNREACHABLE),
    "a page": Bad(lambda exchange: exchange.reply(200, f"<html>{TEXT}</html>"), Untranslated.BAD_ANSWER),
    "Spanish": Bad(replying(SPANISH), Untranslated.WRONG_LANGUAGE, asked=4),
    "the text itself": Bad(replying(TEXT), Untranslated.WRONG_LANGUAGE, asked=4),
    "nothing": Bad(replying(""), Untranslated.BAD_ANSWER),
    "half": Bad(replying(ENGLISH[: len(ENGLISH) // 2]), Untranslated.INCOMPLETE, asked=4),
    "closes in the middle": Bad(close_in_the_middle, Untranslated.UNREACHABLE),
    "closes at once": Bad(lambda exchange: None, Untranslated.UNREACHABLE),
}
each_bad = pytest.mark.parametrize("bad", BAD.values(), ids=BAD)


def unavailable(reason):
    return Translation(status="unavailable", reason=reason)


@pytest.fixture
def second(make_provider):
    """The next provider in order, which is good."""
    return make_provider("second", lambda _: ENGLISH)


@pytest.fixture
def begin(loopback, make_translator, detect):
    """A bad server, and a translator that asks it and then others."""

    def run(bad, *others, **bounds):
        server = loopback(bad.answer)
        first = LibreTranslateProvider(server.url, None, concurrency=8)
        return server, make_translator(first, *others, seconds=bad.seconds, detect=detect, **bounds)

    return run


@each_bad
def test_the_call_ends_and_tells_why_there_is_no_translation(begin, bad):
    _, translator = begin(bad)

    assert translator.translate(TEXT, DUTCH) == unavailable(bad.reason)


@each_bad
def test_the_next_provider_answers_instead(begin, bad, second):
    server, translator = begin(bad, second)

    assert translator.translate(TEXT, DUTCH) == Translation(status="translated", text=ENGLISH, provider="second")
    assert len(server.seen) == 1


@each_bad
def test_it_is_left_alone_unless_it_may_serve_the_next_text(begin, bad, second):
    server, translator = begin(bad, second, failures=2)

    assert [translator.translate(TEXT, DUTCH).provider for _ in range(4)] == ["second"] * 4
    assert len(server.seen) == bad.asked


@each_bad
def test_the_text_is_in_no_log(begin, bad, caplog):
    caplog.set_level("DEBUG")
    _, translator = begin(bad)

    translator.translate(TEXT, DUTCH)

    told = [f"{vars(record)} {record.getMessage()}" for record in caplog.records]
    assert any("no translation" in one for one in told)
    assert not any("Anna" in one or "bestelling" in one for one in told)


def test_it_is_left_alone_for_as_long_as_it_asks(begin, clock):
    server, translator = begin(BAD["429"])
    translator.translate(TEXT, DUTCH)
    server.answer = replying(ENGLISH)
    clock.now += 299.9
    before = translator.translate(TEXT, DUTCH)
    clock.now += 0.1

    assert before == unavailable(Untranslated.PAUSED)
    assert translator.translate(TEXT, DUTCH).text == ENGLISH


@pytest.mark.parametrize("kind", ["500", "nothing", "half", "closes in the middle"])
def test_what_passes_a_moment_later_costs_no_translation(begin, kind):
    bad = BAD[kind]
    answers = iter([bad.answer, replying(ENGLISH)])
    _, translator = begin(bad._replace(answer=lambda exchange: next(answers)(exchange)), attempts=2)

    assert translator.translate(TEXT, DUTCH) == Translation(
        status="translated", text=ENGLISH, provider="libretranslate"
    )


def test_one_that_hangs_with_all_its_places_taken_holds_up_nobody(begin, second):
    server, translator = begin(BAD["hangs"], second, failures=1_000, concurrency=2)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: translator.translate(TEXT, DUTCH).provider, range(16)))

    assert found == ["second"] * 16
    assert len(server.seen) == 2


@pytest.fixture
def all_at_once():
    """Answer as told, but not before all have asked."""
    together = threading.Barrier(AT_ONCE)

    def wrap(answer):
        def wait(exchange):
            together.wait(timeout=PLENTY)
            answer(exchange)

        return wait

    return wrap


@pytest.fixture(params=["google", "libretranslate"])
def crowded(request, loopback, page, translate_as_page, all_at_once):
    """A provider that answers when all have asked."""
    if request.param == "google":
        return page(all_at_once(translate_as_page), AT_ONCE)[1]
    return LibreTranslateProvider(loopback(all_at_once(capitals)).url, None, AT_ONCE)


def test_sixty_four_at_once_never_get_each_others_text(crowded, make_translator):
    translator = make_translator(crowded, concurrency=AT_ONCE)
    texts = [f"Bestelling {number}, mail klant{number}@example.nl" for number in range(AT_ONCE)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        translations = list(pool.map(lambda text: translator.translate(text, DUTCH), texts))

    assert translations == [
        Translation(
            status="translated",
            text=f"BESTELLING {number}, MAIL klant{number}@example.nl",
            provider=crowded.name,
        )
        for number in range(AT_ONCE)
    ]
