"""Google Cloud's official API: the text in the body, the key in a header, each of its answers understood."""

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.google_cloud import GoogleCloudProvider
from service.pipeline.translation.provider import ProviderFailed

DUTCH = LanguageCode("nl")
KEY = "AIza-secret"


def translate(exchange):
    """For this server English is Dutch in capitals."""
    exchange.reply_json(200, {"data": {"translations": [{"translatedText": exchange.json["q"].upper()}]}})


def provider(server, path=""):
    return GoogleCloudProvider(KEY, concurrency=4, url=server.url + path)


def failure_of(server):
    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hallo", DUTCH)
    return caught.value


def error(code, message, reason, **more):
    """An error as Google's APIs write it."""
    one = {"message": message, "domain": "global", "reason": reason}
    return {"error": {"code": code, "message": message, "errors": [one], **more}}


def violation(field):
    kind = "type.googleapis.com/google.rpc.BadRequest"
    return {"details": [{"@type": kind, "fieldViolations": [{"field": field, "description": "Unknown language"}]}]}


def test_it_translates(loopback):
    text = "Waar blijft [[1]]?\n\nAnna & <b>"

    assert provider(loopback(translate)).translate(text, DUTCH) == "WAAR BLIJFT [[1]]?\n\nANNA & <B>"


def test_the_text_goes_in_the_body_and_the_key_in_a_header(loopback):
    server = loopback(translate)

    provider(server).translate("Waar blijft het?", DUTCH)

    [asked] = server.seen
    assert (asked.command, asked.path) == ("POST", "/language/translate/v2")
    assert asked.headers["X-Goog-Api-Key"] == KEY
    assert asked.json == {"q": "Waar blijft het?", "source": "nl", "target": "en", "format": "text"}


@pytest.mark.parametrize("path", ["/", "/proxy", "/proxy/"])
def test_the_service_may_stand_under_a_path(loopback, path):
    server = loopback(translate)

    provider(server, path=path).translate("Hallo", DUTCH)

    assert server.seen[0].path == path.rstrip("/") + "/language/translate/v2"


def test_an_unknown_language_is_left_to_google(loopback):
    server = loopback(translate)

    assert provider(server).translate("Hallo", None) == "HALLO"

    assert "source" not in server.seen[0].json


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, error(400, "Invalid Value", "invalid", **violation("source")), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error(400, "Bad language pair: zz|en", "invalid"), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error(400, "Invalid Value", "invalid", **violation("target")), Untranslated.REFUSED),
        (400, error(400, "API key not valid. Please pass a valid API key.", "badRequest"), Untranslated.REFUSED),
        (401, error(401, "Invalid Credentials", "authError"), Untranslated.REFUSED),
        (403, error(403, "Daily Limit Exceeded", "dailyLimitExceeded"), Untranslated.QUOTA),
        (403, error(403, "User Rate Limit Exceeded", "userRateLimitExceeded"), Untranslated.QUOTA),
        (403, error(403, "Rate Limit Exceeded", "rateLimitExceeded"), Untranslated.QUOTA),
        (403, error(403, "The request is missing a valid API key.", "forbidden"), Untranslated.REFUSED),
        (403, error(403, "Cloud Translation API has not been used", "accessNotConfigured"), Untranslated.REFUSED),
        (403, {"error": "rateLimitExceeded"}, Untranslated.REFUSED),
        (403, {"error": {"errors": None}}, Untranslated.REFUSED),
        (403, {"error": {"errors": [{}]}}, Untranslated.REFUSED),
        (403, ["a list"], Untranslated.REFUSED),
        (404, error(404, "Not Found", "notFound"), Untranslated.REFUSED),
        (413, error(413, "The request is too large.", "uploadTooLarge"), Untranslated.TOO_LONG),
        (429, error(429, "Quota exceeded", "rateLimitExceeded"), Untranslated.QUOTA),
        (500, error(500, "Backend Error", "backendError"), Untranslated.UNREACHABLE),
        (503, error(503, "Service Unavailable", "backendError"), Untranslated.UNREACHABLE),
        (200, {}, Untranslated.BAD_ANSWER),
        (200, {"data": {"translations": []}}, Untranslated.BAD_ANSWER),
        (200, {"data": None}, Untranslated.BAD_ANSWER),
        (200, {"data": {"translations": [{"translatedText": " "}]}}, Untranslated.BAD_ANSWER),
        (200, {"data": {"translations": [{"translatedText": 1}]}}, Untranslated.BAD_ANSWER),
        (200, ["a list"], Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    failure = failure_of(loopback(lambda exchange: exchange.reply_json(status, answer)))

    assert failure.reason == reason


def test_it_says_how_long_it_wants_to_be_left_alone(loopback):
    assert failure_of(loopback(lambda exchange: exchange.reply(429, Retry_After="60"))).retry_after == 60.0


@pytest.mark.parametrize("content", ["", "<html>It works!</html>", b"\xff\xfe", '"a string"', '{"data": '])
def test_what_is_not_its_json_is_a_bad_answer(loopback, content):
    failure = failure_of(loopback(lambda exchange: exchange.reply(200, content)))

    assert failure.reason == Untranslated.BAD_ANSWER


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_neither_text_nor_key_elsewhere(loopback, status):
    elsewhere = loopback(translate)
    server = loopback(lambda exchange: exchange.reply(status, Location=elsewhere.url))

    assert failure_of(server).reason == Untranslated.REFUSED
    assert elsewhere.seen == []
