"""A LibreTranslate server by its JSON API: the text in the body, its own errors understood."""

import pytest
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import LanguageCode, normalise
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.provider import ProviderFailed

DUTCH = LanguageCode("nl")
TOO_LONG = "Invalid request: request (6000) exceeds text limit (5000)"
NO_PAIR = "English (en) is not available as a target language from Japanese (ja)"


def translate(exchange):
    """For this server English is Dutch in capitals."""
    exchange.reply_json(200, {"translatedText": exchange.json["q"].upper()})


def provider(server, api_key=None):
    return LibreTranslateProvider(server.url, api_key, concurrency=4)


def test_the_text_goes_in_the_body_and_no_key_is_needed(loopback):
    server = loopback(translate)

    provider(server).translate("Waar blijft het?", DUTCH)

    asked = server.seen[0]
    assert (asked.command, asked.path) == ("POST", "/translate")
    assert asked.json == {"q": "Waar blijft het?", "source": "nl", "target": "en", "format": "text"}


def test_a_key_goes_in_the_body(loopback):
    server = loopback(translate)

    provider(server, api_key="secret").translate("Hallo", DUTCH)

    assert (server.seen[0].path, server.seen[0].json["api_key"]) == ("/translate", "secret")


def test_every_language_of_langdetect_is_asked_for_by_its_code(loopback):
    server = loopback(translate)
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    names = sorted(factory.langlist)

    for name in names:
        provider(server).translate("x", normalise(name))

    other = {"no": "nb", "zh-cn": "zh", "zh-tw": "zt"}
    assert [seen.json["source"] for seen in server.seen] == [other.get(name, name) for name in names]


def test_an_unknown_language_is_left_to_the_server(loopback):
    server = loopback(translate)

    provider(server).translate("x", None)

    assert server.seen[0].json["source"] == "auto"


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, {"error": "bo is not supported"}, Untranslated.UNSUPPORTED_LANGUAGE),
        (400, {"error": "Invalid request: missing q parameter"}, Untranslated.REFUSED),
        (400, {"error": TOO_LONG}, Untranslated.TOO_LONG),
        (400, {"error": NO_PAIR}, Untranslated.UNSUPPORTED_LANGUAGE),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    server = loopback(lambda exchange: exchange.reply_json(status, answer))

    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hallo", DUTCH)

    assert caught.value.reason == reason


def test_an_unsupported_language_does_not_open_the_breaker(loopback, make_translator):
    def only_dutch(exchange):
        if exchange.json["source"] == "nl":
            translate(exchange)
        else:
            exchange.reply_json(400, {"error": f"{exchange.json['source']} is not supported"})

    translator = make_translator(provider(loopback(only_dutch)), failures=1)
    languages = [Language(code=code, confidence=1.0, source="detector") for code in ("bo", "bo", "nl")]

    unsupported = Translation(status="unavailable", reason=Untranslated.UNSUPPORTED_LANGUAGE)
    assert [translator.translate("Hallo", language) for language in languages] == [
        unsupported,
        unsupported,
        Translation(status="translated", text="HALLO", provider="libretranslate"),
    ]


@pytest.mark.parametrize("local", [True, False])
def test_whether_it_is_inside_the_house_is_told_to_it(local):
    assert LibreTranslateProvider("http://127.0.0.1:5000", None, 1, local=local).local is local
