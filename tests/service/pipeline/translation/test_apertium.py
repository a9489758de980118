"""An Apertium-APy server by its HTTP API: the text in a form, its own errors understood."""

from urllib.parse import parse_qs

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.provider import ProviderFailed

SPANISH = LanguageCode("es")


def form(exchange):
    return {name: value for name, [value] in parse_qs(exchange.body.decode(), keep_blank_values=True).items()}


def error(explanation):
    return {"status": "error", "code": 400, "message": "Bad Request", "explanation": explanation}


def translate(exchange):
    """For this server English is Spanish in capitals."""
    said = {"translatedText": form(exchange)["q"].upper()}
    exchange.reply_json(200, {"responseData": said, "responseDetails": None, "responseStatus": 200})


def provider(server):
    return ApertiumProvider(server.url, concurrency=4)


def reason_of(server, source=SPANISH):
    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hola", source)
    return caught.value.reason


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


@pytest.mark.parametrize("source", [None, LanguageCode("ja"), LanguageCode("zh", "Hant")])
def test_a_language_that_apertium_has_not_is_not_asked_for(loopback, source):
    server = loopback(translate)

    assert reason_of(server, source) == Untranslated.UNSUPPORTED_LANGUAGE
    assert server.seen == []


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, error("That pair is not installed"), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error("That pair is invalid"), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error("Missing argument q"), Untranslated.REFUSED),
        (200, {"responseData": None}, Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    assert reason_of(loopback(lambda exchange: exchange.reply_json(status, answer))) == reason
