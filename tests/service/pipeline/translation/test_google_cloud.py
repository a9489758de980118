"""Google Cloud's official API: the text in the body, the key in a header, its own errors understood."""

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


def provider(server):
    return GoogleCloudProvider(KEY, concurrency=4, url=server.url)


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


def test_the_text_goes_in_the_body_and_the_key_in_a_header(loopback):
    server = loopback(translate)

    provider(server).translate("Waar blijft het?", DUTCH)

    [asked] = server.seen
    assert (asked.command, asked.path) == ("POST", "/language/translate/v2")
    assert asked.headers["X-Goog-Api-Key"] == KEY
    assert asked.json == {"q": "Waar blijft het?", "source": "nl", "target": "en", "format": "text"}


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
        (403, error(403, "Daily Limit Exceeded", "dailyLimitExceeded"), Untranslated.QUOTA),
        (403, error(403, "User Rate Limit Exceeded", "userRateLimitExceeded"), Untranslated.QUOTA),
        (403, error(403, "Rate Limit Exceeded", "rateLimitExceeded"), Untranslated.QUOTA),
        (403, error(403, "The request is missing a valid API key.", "forbidden"), Untranslated.REFUSED),
        (403, error(403, "Cloud Translation API has not been used", "accessNotConfigured"), Untranslated.REFUSED),
        (403, {"error": "rateLimitExceeded"}, Untranslated.REFUSED),
        (403, {"error": {"errors": None}}, Untranslated.REFUSED),
        (403, {"error": {"errors": [{}]}}, Untranslated.REFUSED),
        (200, {"data": {"translations": []}}, Untranslated.BAD_ANSWER),
        (200, {"data": None}, Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    failure = failure_of(loopback(lambda exchange: exchange.reply_json(status, answer)))

    assert failure.reason == reason
