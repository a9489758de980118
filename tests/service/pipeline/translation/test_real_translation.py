"""Real engines behind the providers: Apertium by its server, Firefox's Portuguese model in this process."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from service.pipeline.decision import Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.masking.masker import Masker
from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.fxtranslate import FxTranslateProvider
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.provider import ProviderFailed

MESSAGES = Path(__file__).parents[3] / "data" / "masking" / "test"
PATTERNS = {"order": r"\bLK[ -]?\d{6}\b", "customer": r"\bKN[ -]?\d{7}\b"}
APERTIUM = Path("/usr/lib/python3/dist-packages/apertium_apy")
MODES = Path("/usr/share/apertium/modes")
# Apertium-APy listens on every address; here it gets this machine's own.
ON_LOOPBACK = """
import sys, tornado.tcpserver as server
bind = server.bind_sockets
server.bind_sockets = lambda port, address=None, *a, **k: bind(port, address or "127.0.0.1", *a, **k)
from apertium_apy.apy import main
main()
"""
SPANISH = "¿Dónde está mi pedido?\n\nTodavía no ha llegado. Mi número es [[1]].\nGracias, [[2]]"
CATALAN = "On és la meva comanda?\n\nEncara no ha arribat. El meu número és [[1]].\nGràcies, [[2]]"


@pytest.fixture(scope="session")
def apertium(needs, wait_until):
    """The address of a running Apertium-APy that knows Spanish and Catalan."""
    installed = APERTIUM.is_dir() and all((MODES / f"{code}-eng.mode").is_file() for code in ("spa", "cat"))
    needs(installed, "Apertium (apertium-apy, apertium-eng-spa, apertium-eng-cat)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["/usr/bin/python3", "-c", ON_LOOPBACK, "-p", str(port), str(MODES)]
    engine = subprocess.Popen(
        command, env=os.environ | {"LC_ALL": "C.UTF-8"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: _listens(port))
    yield f"http://127.0.0.1:{port}"
    engine.send_signal(signal.SIGINT)
    engine.wait(30)


@pytest.fixture
def by_apertium(apertium, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return ApertiumProvider(apertium, concurrency=4, local=True)


@pytest.fixture
def by_libretranslate(by_apertium, loopback):
    """LibreTranslate's protocol in front of the same engine."""

    def answer(exchange):
        asked = exchange.json
        try:
            english = by_apertium.translate(asked["q"], LanguageCode(asked["source"]))
        except ProviderFailed:
            exchange.reply_json(400, {"error": f"{asked['source']} is not supported"})
        else:
            exchange.reply_json(200, {"translatedText": english})

    return LibreTranslateProvider(loopback(answer).url, None, concurrency=4, local=True)


@pytest.fixture(scope="session")
def by_firefox(models):
    return FxTranslateProvider(models)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def messages(language):
    lines = (MESSAGES / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("provider", ["by_apertium", "by_libretranslate"])
@pytest.mark.parametrize(("language", "text"), [("es", SPANISH), ("ca", CATALAN)], ids=["es", "ca"])
def test_an_inquiry_becomes_english_with_its_lines_and_placeholders(request, provider, language, text):
    english = request.getfixturevalue(provider).translate(text, LanguageCode(language))

    asked, blank, said, thanks = english.split("\n")
    assert (asked.partition(" ")[0], blank, thanks) == ("Where", "", "Thank you, [[2]]")
    assert "has not arrived." in said
    assert said.endswith("My number is [[1]].")


def test_apertiums_marks_do_not_stand_in_the_english(by_apertium):
    english = by_apertium.translate("Quiero devolver la lámpara y recibir el dinero.", LanguageCode("es"))

    assert "#" not in english


@pytest.mark.parametrize("provider", ["by_apertium", "by_libretranslate"])
@pytest.mark.parametrize("language", ["nl", "is", "ja"])
def test_a_pair_that_is_not_installed_is_unsupported(request, provider, language):
    with pytest.raises(ProviderFailed) as caught:
        request.getfixturevalue(provider).translate("Halló", LanguageCode(language))

    assert caught.value.reason == Untranslated.UNSUPPORTED_LANGUAGE


@pytest.mark.parametrize(
    ("language", "provider"),
    [
        ("es", "by_apertium"),
        ("ca", "by_apertium"),
        ("es", "by_libretranslate"),
        ("ca", "by_libretranslate"),
        ("pt", "by_firefox"),
    ],
)
def test_all_that_was_masked_stands_in_the_translation(request, language, provider):
    translator, masker = request.getfixturevalue(provider), Masker(PATTERNS)

    lost, kept = [], 0
    for message in messages(language):
        masked = masker.mask(message["text"], [message["country"]], message["name"])
        english = masked.restore(translator.translate(masked.text, LanguageCode(language)))
        kept += len(masked.originals)
        lost += [(original, english) for original in masked.originals.values() if original not in english]
        lost += [("[[", english)] if "[[" in english else []

    assert lost == []
    assert kept >= 20
