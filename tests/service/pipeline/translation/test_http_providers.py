"""What holds for every provider that posts to an HTTP API, whatever its protocol. One server imitates each."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.deepl import DeeplProvider
from service.pipeline.translation.google_cloud import GoogleCloudProvider
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.microsoft import MicrosoftProvider
from service.pipeline.translation.provider import Provider, ProviderFailed

SPANISH = LanguageCode("es")
KEY = "0123secret"  # looks the same when it is quoted
PAGE = "<html>It works!</html>"


class Api(NamedTuple):
    """A provider of the server at an address, and how that server is asked and answers."""

    make: Callable[[str], Provider]
    path: str
    asked: Callable[[Any], str]
    said: Callable[[Any], Any]
    error: Callable[[int], Any]

    def translate(self, exchange):
        """For this server English is Spanish in capitals."""
        exchange.reply_json(200, self.said(self.asked(exchange).upper()))


APIS = {
    "deepl": Api(
        make=lambda url: DeeplProvider(KEY, concurrency=4, url=url),
        path="/v2/translate",
        asked=lambda exchange: exchange.json["text"][0],
        said=lambda text: {"translations": [{"detected_source_language": "ES", "text": text}]},
        error=lambda status: {"message": f"Error {status}"},
    ),
    "microsoft": Api(
        make=lambda url: MicrosoftProvider(KEY, concurrency=4, url=url),
        path="/translate",
        asked=lambda exchange: exchange.json[0]["Text"],
        said=lambda text: [{"translations": [{"text": text, "to": "en"}]}],
        error=lambda status: {"error": {"code": status * 1_000, "message": f"Error {status}"}},
    ),
    "google_cloud": Api(
        make=lambda url: GoogleCloudProvider(KEY, concurrency=4, url=url),
        path="/language/translate/v2",
        asked=lambda exchange: exchange.json["q"],
        said=lambda text: {"data": {"translations": [{"translatedText": text}]}},
        error=lambda status: {
            "error": {"code": status, "errors": [{"message": f"Error {status}", "reason": "backendError"}]}
        },
    ),
    "apertium": Api(
        make=lambda url: ApertiumProvider(url, concurrency=4),
        path="/translate",
        asked=lambda exchange: parse_qs(exchange.body.decode())["q"][0],
        said=lambda text: {"responseData": {"translatedText": text}, "responseStatus": 200},
        error=lambda status: {"status": "error", "code": status, "explanation": f"Error {status}"},
    ),
    "libretranslate": Api(
        make=lambda url: LibreTranslateProvider(url, KEY, concurrency=4),
        path="/translate",
        asked=lambda exchange: exchange.json["q"],
        said=lambda text: {"translatedText": text},
        error=lambda status: {"error": f"Error {status}"},
    ),
}


@pytest.fixture(params=APIS.values(), ids=APIS)
def api(request):
    return request.param


@pytest.fixture
def failure_of(api, loopback):
    """What goes wrong with a server that answers so."""

    def find(answer):
        with pytest.raises(ProviderFailed) as caught:
            api.make(loopback(answer).url).translate("Hola", SPANISH)
        return caught.value

    return find


def test_line_breaks_and_placeholders_survive(api, loopback):
    text = "¿Dónde está [[1]]?\n\nAnna & <b>"

    assert api.make(loopback(api.translate).url).translate(text, SPANISH) == "¿DÓNDE ESTÁ [[1]]?\n\nANNA & <B>"


def test_neither_text_nor_key_is_in_the_address(api, loopback):
    server = loopback(api.translate)

    api.make(server.url).translate("Hola", SPANISH)

    [asked] = server.seen
    assert asked.command == "POST"
    assert "hola" not in asked.path.lower()
    assert KEY not in asked.path


@pytest.mark.parametrize("path", ["", "/", "/proxy", "/proxy/", "/translator/text/v3.0/"])
def test_the_server_may_stand_under_a_path(api, loopback, path):
    server = loopback(api.translate)

    api.make(server.url + path).translate("Hola", SPANISH)

    assert server.seen[0].path.partition("?")[0] == path.rstrip("/") + api.path


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_neither_text_nor_key_elsewhere(api, loopback, failure_of, status):
    elsewhere = loopback(api.translate)

    failure = failure_of(lambda exchange: exchange.reply(status, Location=elsewhere.url + api.path))

    assert failure.reason == Untranslated.REFUSED
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, Untranslated.REFUSED),
        (401, Untranslated.REFUSED),
        (403, Untranslated.REFUSED),
        (404, Untranslated.REFUSED),
        (405, Untranslated.REFUSED),
        (413, Untranslated.TOO_LONG),
        (429, Untranslated.QUOTA),
        (500, Untranslated.UNREACHABLE),
        (503, Untranslated.UNREACHABLE),
    ],
)
def test_an_error_is_named_by_its_status_in_its_own_words_or_a_proxys(api, failure_of, status, reason):
    answers = [json.dumps(api.error(status)), "{}", '["a list"]', "null", PAGE, ""]

    failures = [failure_of(lambda exchange, said=said: exchange.reply(status, said)) for said in answers]

    assert [failure.reason for failure in failures] == [reason] * len(answers)


def test_it_says_how_long_it_wants_to_be_left_alone(api, failure_of):
    failure = failure_of(lambda exchange: exchange.reply(429, json.dumps(api.error(429)), Retry_After="90"))

    assert (failure.reason, failure.retry_after) == (Untranslated.QUOTA, 90.0)


@pytest.mark.parametrize("content", ["", PAGE, b"\xff\xfe", '"a string"', '["a list"]', "null", "{}", "[]"])
def test_what_is_not_its_json_is_a_bad_answer(failure_of, content):
    assert failure_of(lambda exchange: exchange.reply(200, content)).reason == Untranslated.BAD_ANSWER


@pytest.mark.parametrize("end", [12, -1])
def test_half_of_its_json_is_a_bad_answer(api, failure_of, end):
    content = json.dumps(api.said("HELLO"))[:end]

    assert failure_of(lambda exchange: exchange.reply(200, content)).reason == Untranslated.BAD_ANSWER


@pytest.mark.parametrize("translated", ["", " ", None, 1, ["a", "list"]])
def test_an_answer_without_a_text_is_a_bad_answer(api, failure_of, translated):
    failure = failure_of(lambda exchange: exchange.reply_json(200, api.said(translated)))

    assert failure.reason == Untranslated.BAD_ANSWER


def test_an_error_that_calls_itself_a_success_is_a_bad_answer(api, failure_of):
    failure = failure_of(lambda exchange: exchange.reply_json(200, api.error(500)))

    assert failure.reason == Untranslated.BAD_ANSWER


def test_closing_the_connection_is_unreachable(failure_of):
    assert failure_of(lambda exchange: None).reason == Untranslated.UNREACHABLE


def test_closing_it_in_the_middle_of_an_answer_is_unreachable(api, failure_of):
    content = json.dumps(api.said("HELLO"))

    failure = failure_of(lambda exchange: exchange.reply(200, content, **{"Content-Length": "1000"}))

    assert failure.reason == Untranslated.UNREACHABLE
