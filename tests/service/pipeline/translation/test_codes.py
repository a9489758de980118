"""Languages: each that the detector can answer is asked for by a code that the provider documents, or by none.

Servers imitate the services: they translate from the documented codes, and refuse others as documented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs

import deep_translator.google
import deep_translator.mymemory
import pytest
import requests
from babel import Locale
from deep_translator.constants import GOOGLE_LANGUAGES_TO_CODES, MY_MEMORY_LANGUAGES_TO_CODES

from service.pipeline.decision import Untranslated
from service.pipeline.detection.engines import NAMES, EngineMissing, open_engines
from service.pipeline.detection.languages import LanguageCode, UnknownLanguage, likely_script, normalise
from service.pipeline.detection.scripts import language_by_script, letters_by_script
from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.deepl import DeeplProvider
from service.pipeline.translation.fxtranslate import FxTranslateProvider
from service.pipeline.translation.google import GoogleProvider
from service.pipeline.translation.google_cloud import GoogleCloudProvider
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.microsoft import MicrosoftProvider
from service.pipeline.translation.mymemory import MyMemoryProvider
from service.pipeline.translation.provider import Provider, ProviderFailed

SCRIPTED = [
    LanguageCode(code, script)
    for code, scripts in {"zh": ("Hans", "Hant"), "sr": ("Latn", "Cyrl"), "az": ("Cyrl",), "uz": ("Cyrl",)}.items()
    for script in scripts
]
ENGLISH = LanguageCode("en")  # is not translated
# All that a form can declare, which is more than engines and scripts tell.
LANGUAGES = sorted(
    {normalise(tag) for tag in map(str, Locale("en").languages) if len(tag) == 2} - {ENGLISH} | {*SCRIPTED},
    key=lambda language: (language.code, language.script or ""),
)

# As their documentation lists them (developers.deepl.com, learn.microsoft.com, libretranslate's /languages, the
# pairs that Debian packages for Apertium); Google's and MyMemory's as deep-translator does.
DEEPL = "AR BG CS DA DE EL EN ES ET FI FR HE HU ID IT JA KO LT LV NB NL PL PT RO RU SK SL SV TH TR UK VI ZH"
MICROSOFT = (
    "af sq am ar hy as az bn ba eu bs bg ca zh-Hans zh-Hant hr cs da dv nl en et fo fj fil fi fr gl ka de el gu ht "
    "ha he hi hu is ig id iu ga it ja kn ks kk km rw ko ku ky lo lv lt ln mk mg ms ml mt mi mr my ne nb or ps fa "
    "pl pt pa ro ru sm sr-Cyrl sr-Latn st sn sd si sk sl so es sw sv ty ta tt te th bo ti to tr tk uk ur ug uz vi "
    "cy xh yo zu"
)
MICROSOFTS_OWN = {"mn-Cyrl": "mn", "lug": "lg", "nya": "ny", "run": "rn"}
LIBRETRANSLATE = (
    "ar az bg bn ca cs da de el en eo es et eu fa fi fr ga gl he hi hu id it ja ko ky lt lv ms nb nl pl pt ro ru "
    "sk sl sq sv th tl tr uk ur vi"
)
APERTIUM = {"spa": "es", "cat": "ca", "isl": "is", "mkd": "mk"}

Documented = dict[str, tuple[LanguageCode, ...]]


def as_ours(*tags: str, **own: str) -> Documented:
    """Each code with the language that it stands for; those that ISO 639-1 does not have are left out."""
    found = {tag: (LanguageCode(code),) for tag, code in own.items()}
    for tag in tags:
        try:
            found[tag] = (normalise(tag),)
        except UnknownLanguage:
            continue
    return found


@dataclass(frozen=True)
class Service:
    """How a service is asked, what it takes and how it answers."""

    make: Callable[[str], Provider]
    documented: Documented
    asked: Callable[[Any], str]
    answer: Callable[[str], Any]
    refuse: Callable[[str], Any]


def _form(exchange: Any) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(exchange.body.decode()).items()}


SERVICES = {
    "deepl": Service(
        lambda url: DeeplProvider("key", 4, url),
        as_ours(*DEEPL.split()) | {"ZH": (LanguageCode("zh", "Hans"), LanguageCode("zh", "Hant"))},
        lambda exchange: exchange.json["source_lang"],
        lambda text: {"translations": [{"text": text}]},
        lambda code: {"message": "Bad request. Reason: Value for 'source_lang' not supported."},
    ),
    "microsoft": Service(
        lambda url: MicrosoftProvider("key", 4, None, url),
        as_ours(*MICROSOFT.split(), **MICROSOFTS_OWN),
        lambda exchange: exchange.query["from"],
        lambda text: [{"translations": [{"text": text}]}],
        lambda code: {"error": {"code": 400_035, "message": "The source language is not valid."}},
    ),
    "google_cloud": Service(
        lambda url: GoogleCloudProvider("key", 4, url),
        as_ours(*GOOGLE_LANGUAGES_TO_CODES.values(), "he", "jv"),
        lambda exchange: exchange.json["source"],
        lambda text: {"data": {"translations": [{"translatedText": text}]}},
        lambda code: {"error": {"code": 400, "details": [{"fieldViolations": [{"field": "source"}]}]}},
    ),
    "libretranslate": Service(
        lambda url: LibreTranslateProvider(url, None, 4),
        as_ours(*LIBRETRANSLATE.split()) | {"zh": as_ours("zh-Hans")["zh-Hans"], "zt": as_ours("zh-TW")["zh-TW"]},
        lambda exchange: exchange.json["source"],
        lambda text: {"translatedText": text},
        lambda code: {"error": f"{code} is not supported"},
    ),
    "apertium": Service(
        lambda url: ApertiumProvider(url, 4),
        as_ours(**APERTIUM) | {"hbs": tuple(map(LanguageCode, ("bs", "hr", "sr")))},
        lambda exchange: _form(exchange)["langpair"].removesuffix("|eng"),
        lambda text: {"responseData": {"translatedText": text}},
        lambda code: {"status": "error", "code": 400, "explanation": "That pair is not installed"},
    ),
    "google": Service(
        lambda url: GoogleProvider(4),
        as_ours(*GOOGLE_LANGUAGES_TO_CODES.values()),
        lambda exchange: exchange.query["sl"],
        lambda text: f'<html><body><div class="result-container">{text}</div></body></html>',
        lambda code: "",
    ),
    "mymemory": Service(
        lambda url: MyMemoryProvider(4),
        as_ours(*MY_MEMORY_LANGUAGES_TO_CODES.values()),
        lambda exchange: exchange.query["langpair"].removesuffix("|en-GB"),
        lambda text: {"responseData": {"translatedText": text}},
        lambda code: {"responseData": {"translatedText": f"'{code}' IS AN INVALID SOURCE LANGUAGE ."}},
    ),
}
SERVICES_OWN = [
    ("microsoft", LanguageCode("mn"), "mn-Cyrl"),
    ("microsoft", LanguageCode("lg"), "lug"),
    ("microsoft", LanguageCode("ny"), "nya"),
    ("microsoft", LanguageCode("rn"), "run"),
    ("apertium", LanguageCode("sr"), "hbs"),
    ("apertium", LanguageCode("sr", "Latn"), "hbs"),
    ("apertium", LanguageCode("sr", "Cyrl"), "hbs"),
    ("apertium", LanguageCode("bs"), "hbs"),
    ("mymemory", LanguageCode("sr"), "sr-Cyrl-RS"),
]


@pytest.fixture
def ask(loopback, monkeypatch):
    """Ask a service for a language: the code that it translated from, or the reason why it did not."""

    def start(name):
        service, seen = SERVICES[name], []

        def answer(exchange):
            seen.append(service.asked(exchange))
            known = seen[-1] in service.documented
            said = service.answer("HELLO") if known else service.refuse(seen[-1])
            if isinstance(said, str):
                exchange.reply(200 if known else 400, said)
            else:
                exchange.reply_json(200 if known or name == "mymemory" else 400, said)

        server = loopback(answer)
        for module, key, path in (("google", "GOOGLE_TRANSLATE", "/m"), ("mymemory", "MYMEMORY", "/get")):
            module = getattr(deep_translator, module)
            monkeypatch.setattr(module, "requests", requests)
            monkeypatch.setitem(module.BASE_URLS, key, server.url + path)
        provider = service.make(server.url)

        def translate(language):
            try:
                assert provider.translate("x", language) == "HELLO"
            except ProviderFailed as failure:
                return failure.reason
            return seen[-1]

        return translate

    return start


def fitting(documented, language):
    """The codes that stand for a language in its script, or that leave the script open."""
    script = language.script or likely_script(language.code)
    return {
        code
        for code, ours in documented.items()
        if any(one.code == language.code and one.script in {None, script} for one in ours)
    }


@pytest.mark.parametrize("name", SERVICES)
def test_each_language_is_asked_for_by_a_documented_code_or_is_unsupported(ask, name):
    translate = ask(name)

    wrong = {}
    for language in LANGUAGES:
        right = fitting(SERVICES[name].documented, language) or {Untranslated.UNSUPPORTED_LANGUAGE}
        if (answer := translate(language)) not in right:
            wrong[language] = answer, right

    assert wrong == {}


@pytest.mark.parametrize(("name", "language", "code"), SERVICES_OWN)
def test_a_language_with_a_code_of_the_services_own_is_asked_for_by_it(ask, name, language, code):
    assert ask(name)(language) == code


def test_each_language_has_the_folder_of_firefoxs_model_or_is_unsupported(needs, tmp_path, monkeypatch):
    needs(find_spec("fxtranslate") is not None, "fxtranslate")
    from fxtranslate.cli.lang import NAMES as FIREFOXS

    class Engine:
        """Answers which model it was made of."""

        def __init__(self, model, src_vocab, trg_vocab):
            self.model = model.decode()

        def translate_long(self, text):
            return self.model

    monkeypatch.setattr("fxtranslate.Translator", Engine)
    documented = as_ours(*FIREFOXS)
    for code in documented:
        folder = tmp_path / f"{code}-en"
        folder.mkdir()
        (folder / "model.x.bin").write_text(code)
        (folder / "vocab.x.spm").touch()
    provider = FxTranslateProvider(tmp_path)

    wrong = {}
    for language in LANGUAGES:
        right = fitting(documented, language) or {Untranslated.UNSUPPORTED_LANGUAGE}
        try:
            answer = provider.translate("x", language)
        except ProviderFailed as failure:
            answer = failure.reason
        if answer not in right:
            wrong[language] = answer, right

    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
def test_no_engine_answers_a_language_that_was_not_tried(needs, name):
    try:
        [engine] = open_engines([name])
    except EngineMissing:
        needs(False, name)

    assert engine.languages <= {language.code for language in LANGUAGES} | {"en"}


def test_no_script_answers_a_language_that_was_not_tried():
    letters = [chr(code) for code in range(0x250, 0x3400) if chr(code).isalpha()] + ["한", "订", "訂"]

    found = {language_by_script(letter * 3, letters_by_script(letter * 3)) for letter in letters} - {None}

    assert {LanguageCode("bo"), LanguageCode("ja"), LanguageCode("zh", "Hant")} <= found
    assert found <= {*LANGUAGES}
