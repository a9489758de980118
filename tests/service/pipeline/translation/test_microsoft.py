"""Microsoft Translator's JSON API: the text in the body, the key in a header, its numbers of errors understood."""

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.microsoft import MicrosoftProvider
from service.pipeline.translation.provider import ProviderFailed

DUTCH = LanguageCode("nl")
KEY = "0123secret"


def translate(exchange):
    """For this server English is Dutch in capitals."""
    exchange.reply_json(
        200, [{"translations": [{"text": one["Text"].upper(), "to": "en"}]} for one in exchange.json]
    )


def provider(server, region=None):
    return MicrosoftProvider(KEY, concurrency=4, region=region, url=server.url)


def failure_of(server):
    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hallo", DUTCH)
    return caught.value


def error(number):
    return {"error": {"code": number, "message": "One of the request inputs is not valid."}}


def test_the_text_goes_in_the_body_and_the_key_in_a_header(loopback):
    server = loopback(translate)

    provider(server).translate("Waar blijft het?", DUTCH)

    [asked] = server.seen
    assert (asked.command, asked.path.partition("?")[0]) == ("POST", "/translate")
    assert asked.query == {"api-version": "3.0", "from": "nl", "to": "en", "textType": "plain"}
    assert asked.headers["Ocp-Apim-Subscription-Key"] == KEY
    assert asked.headers["Content-Type"].startswith("application/json")
    assert asked.json == [{"Text": "Waar blijft het?"}]


@pytest.mark.parametrize("region", [None, "westeurope"])
def test_a_key_of_a_region_says_which(loopback, region):
    server = loopback(translate)

    provider(server, region).translate("Hallo", DUTCH)

    assert server.seen[0].headers["Ocp-Apim-Subscription-Region"] == region


def test_an_unknown_language_is_left_to_microsoft(loopback):
    server = loopback(translate)

    assert provider(server).translate("Hallo", None) == "HALLO"

    assert "from" not in server.seen[0].query


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, error(400_035), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error(400_019), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error(400_023), Untranslated.UNSUPPORTED_LANGUAGE),
        (400, error(400_077), Untranslated.TOO_LONG),
        (400, error(400_050), Untranslated.TOO_LONG),
        (400, error(400_036), Untranslated.REFUSED),
        (400, error(400_074), Untranslated.REFUSED),
        (403, error(403_001), Untranslated.QUOTA),
        (500, error(400_035), Untranslated.UNREACHABLE),
        (400, {"error": {"code": "400035"}}, Untranslated.REFUSED),
        (400, {"error": "400035"}, Untranslated.REFUSED),
        (200, [{"translations": []}], Untranslated.BAD_ANSWER),
        (200, error(400_035), Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    failure = failure_of(loopback(lambda exchange: exchange.reply_json(status, answer)))

    assert failure.reason == reason
