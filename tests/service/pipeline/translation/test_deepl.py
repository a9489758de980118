"""DeepL's JSON API: the text in the body, the key in a header, its own errors understood."""

import socket
import threading

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.deepl import DeeplProvider
from service.pipeline.translation.provider import ProviderFailed

DUTCH = LanguageCode("nl")
KEY = "0123-secret"
REQUEST_MAX_BYTES = 131_072  # DeepL's documentation: 128 KiB
NOT_SUPPORTED = "Bad request. Reason: Value for '{}' not supported."


def translate(exchange):
    """For this server English is Dutch in capitals."""
    translations = [{"detected_source_language": "NL", "text": text.upper()} for text in exchange.json["text"]]
    exchange.reply_json(200, {"translations": translations})


def provider(server):
    return DeeplProvider(KEY, concurrency=4, url=server.url)


def failure_of(server, source=DUTCH):
    with pytest.raises(ProviderFailed) as caught:
        provider(server).translate("Hallo", source)
    return caught.value


def test_the_text_goes_in_the_body_and_the_key_in_a_header(loopback):
    server = loopback(translate)

    provider(server).translate("Waar blijft het?", DUTCH)

    [asked] = server.seen
    assert (asked.command, asked.path) == ("POST", "/v2/translate")
    assert asked.headers["Authorization"] == f"DeepL-Auth-Key {KEY}"
    assert asked.json == {
        "text": ["Waar blijft het?"],
        "source_lang": "NL",
        "target_lang": "EN-US",
        "preserve_formatting": True,
    }
    assert KEY.encode() not in asked.body


@pytest.mark.parametrize(("key", "host"), [(KEY, "api.deepl.com"), (KEY + ":fx", "api-free.deepl.com")])
def test_a_free_key_goes_to_the_free_service_and_none_goes_unencrypted(monkeypatch, key, host):
    proxy = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
    monkeypatch.setenv("NO_PROXY", "")
    asked = []

    def answer():
        connection, _ = proxy.accept()
        with connection:
            asked.append(connection.recv(4_096))
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with proxy, pytest.raises(ProviderFailed, match="unreachable"):
        DeeplProvider(key, concurrency=1).translate("Hallo", DUTCH)

    thread.join(30)
    assert asked[0].startswith(f"CONNECT {host}:443 ".encode())
    assert key.encode() not in asked[0]


def test_an_unknown_language_is_left_to_deepl(loopback):
    server = loopback(translate)

    assert provider(server).translate("Hallo", None) == "HALLO"

    assert "source_lang" not in server.seen[0].json


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (400, {"message": NOT_SUPPORTED.format("source_lang")}, Untranslated.UNSUPPORTED_LANGUAGE),
        (400, {"message": NOT_SUPPORTED.format("target_lang")}, Untranslated.REFUSED),
        (400, {"message": "Bad request. Reason: Parameter 'text' not specified."}, Untranslated.REFUSED),
        (456, {"message": "Quota Exceeded"}, Untranslated.QUOTA),
        (529, {"message": "Too many requests"}, Untranslated.UNREACHABLE),
        (200, {"translations": []}, Untranslated.BAD_ANSWER),
        (200, {"translations": None}, Untranslated.BAD_ANSWER),
        (200, {"translations": ["HALLO"]}, Untranslated.BAD_ANSWER),
    ],
)
def test_another_answer_is_a_named_failure(loopback, status, answer, reason):
    failure = failure_of(loopback(lambda exchange: exchange.reply_json(status, answer)))

    assert failure.reason == reason


def test_a_language_that_deepl_found_out_and_cannot_translate_is_unsupported(loopback):
    answer = {"message": "Bad request. Reason: Unsupported language pair: 'ks' => 'en-US'."}

    failure = failure_of(loopback(lambda exchange: exchange.reply_json(400, answer)), source=None)

    assert failure.reason == Untranslated.UNSUPPORTED_LANGUAGE


def test_a_spent_quota_is_not_the_texts_fault(loopback):
    failure = failure_of(loopback(lambda exchange: exchange.reply_json(456, {"message": "Quota Exceeded"})))

    assert (failure.is_quota, failure.retry_after) == (True, None)


@pytest.mark.parametrize("letter", ["a", "订", "😀"])
def test_what_the_limits_allow_fits_in_a_request(loopback, letter):
    server = loopback(translate)

    provider(server).translate(letter * DeeplProvider.limits.chars, None)

    assert len(server.seen[0].body) <= REQUEST_MAX_BYTES
