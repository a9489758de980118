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


def provider(server, region=None, path=""):
    return MicrosoftProvider(KEY, concurrency=4, region=region, url=server.url + path)


def failure_of(server):
    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hallo", DUTCH)
    return caught.value


def error(number):
    return {"error": {"code": number, "message": "One of the request inputs is not valid."}}


def test_it_translates(loopback):
    text = "Waar blijft [[1]]?\n\nAnna & <b>"

    assert provider(loopback(translate)).translate(text, DUTCH) == "WAAR BLIJFT [[1]]?\n\nANNA & <B>"


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


def test_the_service_may_stand_under_a_path(loopback):
    server = loopback(translate)

    provider(server, path="/translator/text/v3.0/").translate("Hallo", DUTCH)

    assert server.seen[0].path.partition("?")[0] == "/translator/text/v3.0/translate"


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
        (401, error(401_000), Untranslated.REFUSED),
        (403, error(403_000), Untranslated.REFUSED),
        (403, error(403_001), Untranslated.QUOTA),
        (404, error(404_000), Untranslated.REFUSED),
        (413, {}, Untranslated.TOO_LONG),
        (429, error(429_001), Untranslated.QUOTA),
        (500, error(500_000), Untranslated.UNREACHABLE),
        (503, error(503_000), Untranslated.UNREACHABLE),
        (500, error(400_035), Untranslated.UNREACHABLE),
        (400, {"error": {"code": "400035"}}, Untranslated.REFUSED),
        (400, {"error": "400035"}, Untranslated.REFUSED),
        (400, ["a list"], Untranslated.REFUSED),
        (403, None, Untranslated.REFUSED),
        (200, [], Untranslated.BAD_ANSWER),
        (200, {}, Untranslated.BAD_ANSWER),
        (200, [{"translations": []}], Untranslated.BAD_ANSWER),
        (200, [{"translations": [{"text": " "}]}], Untranslated.BAD_ANSWER),
        (200, [{"translations": [{"text": None}]}], Untranslated.BAD_ANSWER),
        (200, error(400_035), Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    failure = failure_of(loopback(lambda exchange: exchange.reply_json(status, answer)))

    assert failure.reason == reason


def test_it_says_how_long_it_wants_to_be_left_alone(loopback):
    assert failure_of(loopback(lambda exchange: exchange.reply(429, Retry_After="30"))).retry_after == 30.0


@pytest.mark.parametrize("content", ["", "<html>It works!</html>", b"\xff\xfe", '"a string"', '[{"translations": '])
def test_what_is_not_its_json_is_a_bad_answer(loopback, content):
    failure = failure_of(loopback(lambda exchange: exchange.reply(200, content)))

    assert failure.reason == Untranslated.BAD_ANSWER


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_neither_text_nor_key_elsewhere(loopback, status):
    elsewhere = loopback(translate)
    server = loopback(lambda exchange: exchange.reply(status, Location=elsewhere.url + "/translate"))

    assert failure_of(server).reason == Untranslated.REFUSED
    assert elsewhere.seen == []
