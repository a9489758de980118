"""An Apertium-APy server by its HTTP API: the text in a form, each of its answers understood."""

from urllib.parse import parse_qs

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.provider import ProviderFailed

SPANISH = LanguageCode("es")


def form(exchange):
    return {name: value for name, [value] in parse_qs(exchange.body.decode(), keep_blank_values=True).items()}


def said(text):
    return {"responseData": {"translatedText": text}, "responseDetails": None, "responseStatus": 200}


def error(status, message, explanation):
    return {"status": "error", "code": status, "message": message, "explanation": explanation}


def translate(exchange):
    """For this server English is Spanish in capitals."""
    exchange.reply_json(200, said(form(exchange)["q"].upper()))


def provider(server, path=""):
    return ApertiumProvider(server.url + path, concurrency=4)


def reason_of(server, source=SPANISH):
    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hola", source)
    return caught.value.reason


def test_it_translates(loopback):
    text = "¿Dónde está [[1]]?\n\nAnna & <b>"

    assert provider(loopback(translate)).translate(text, SPANISH) == "¿DÓNDE ESTÁ [[1]]?\n\nANNA & <B>"


def test_the_text_goes_in_the_body_and_unknown_words_come_back_unmarked(loopback):
    server = loopback(translate)

    provider(server).translate("¿Dónde está? a=b&c", SPANISH)

    [asked] = server.seen
    assert (asked.command, asked.path) == ("POST", "/translate")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form(asked) == {
        "q": "¿Dónde está? a=b&c",
        "langpair": "spa|eng",
        "markUnknown": "no",
        "format": "txt",
    }


@pytest.mark.parametrize("path", ["/", "/apy", "/apy/"])
def test_the_server_may_stand_under_a_path(loopback, path):
    server = loopback(translate)

    provider(server, path=path).translate("Hola", SPANISH)

    assert server.seen[0].path == path.rstrip("/") + "/translate"


@pytest.mark.parametrize("source", [None, LanguageCode("ja"), LanguageCode("zh", "Hant")])
def test_a_language_that_apertium_has_not_is_not_asked_for(loopback, source):
    server = loopback(translate)

    assert reason_of(server, source) == Untranslated.UNSUPPORTED_LANGUAGE
    assert server.seen == []


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, error(400, "Bad Request", "That pair is not installed"), Untranslated.UNSUPPORTED_LANGUAGE),
        (
            400,
            error(400, "Bad Request", "That pair is invalid"),
            Untranslated.UNSUPPORTED_LANGUAGE,
        ),
        (400, error(400, "Bad Request", "Missing argument q"), Untranslated.REFUSED),
        (404, error(404, "Not Found", "Resource not found."), Untranslated.REFUSED),
        (405, error(405, "Method Not Allowed", "POST"), Untranslated.REFUSED),
        (413, error(413, "Request Entity Too Large", "too large"), Untranslated.TOO_LONG),
        (429, {}, Untranslated.QUOTA),
        (500, error(500, "Internal Server Error", "internal error"), Untranslated.UNREACHABLE),
        (503, error(503, "Service Unavailable", "internal error"), Untranslated.UNREACHABLE),
        (200, {}, Untranslated.BAD_ANSWER),
        (200, {"responseData": None}, Untranslated.BAD_ANSWER),
        (200, said(" "), Untranslated.BAD_ANSWER),
        (200, said(None), Untranslated.BAD_ANSWER),
        (200, said(["a", "list"]), Untranslated.BAD_ANSWER),
        (200, ["a list"], Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    assert reason_of(loopback(lambda exchange: exchange.reply_json(status, answer))) == reason


def test_a_proxy_before_it_says_how_long_it_wants_to_be_left_alone(loopback):
    server = loopback(lambda exchange: exchange.reply(429, Retry_After="30"))

    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hola", SPANISH)

    assert caught.value.retry_after == 30.0


@pytest.mark.parametrize("content", ["", "<html>It works!</html>", b"\xff\xfe", '"a string"', '{"responseData": '])
def test_what_is_not_its_json_is_a_bad_answer(loopback, content):
    assert reason_of(loopback(lambda exchange: exchange.reply(200, content))) == Untranslated.BAD_ANSWER


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_carry_the_text_elsewhere(loopback, status):
    elsewhere = loopback(translate)
    server = loopback(lambda exchange: exchange.reply(status, Location=elsewhere.url + "/translate"))

    assert reason_of(server) == Untranslated.REFUSED
    assert elsewhere.seen == []
