"""One normal form for the language tags of browsers, forms and libraries; what is no language is refused."""

import pytest
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from service.pipeline.detection.languages import (
    LanguageCode,
    UnknownLanguage,
    accepted,
    english_name,
    languages_of,
    likely_script,
    normalise,
    regions,
)


@pytest.mark.parametrize(
    ("tag", "code", "script"),
    [
        ("nl", "nl", None),
        ("nl-BE", "nl", None),
        ("NL_be", "nl", None),
        ("es-419", "es", None),
        ("de-CH-1996", "de", None),
        ("ca-ES-valencia", "ca", None),
        ("pt-br", "pt", None),
        ("nb", "no", None),
        ("nb-NO", "no", None),
        ("no", "no", None),
        ("nn", "no", None),
        ("nn-NO", "no", None),
        ("no-bok", "no", None),
        ("iw", "he", None),
        ("in", "id", None),
        ("ji", "yi", None),
        ("jw", "jv", None),
        ("fil", "tl", None),
        ("mo", "ro", None),
        ("sh", "sr", None),
        ("zh", "zh", "Hans"),
        ("zh-CN", "zh", "Hans"),
        ("zh_SG", "zh", "Hans"),
        ("zh-Hans", "zh", "Hans"),
        ("zh-Hans-CN", "zh", "Hans"),
        ("zh-TW", "zh", "Hant"),
        ("zh_hk", "zh", "Hant"),
        ("zh-MO", "zh", "Hant"),
        ("zh-Hant-TW", "zh", "Hant"),
        ("sr", "sr", None),
        ("sr-Latn-RS", "sr", "Latn"),
        ("sr-Cyrl", "sr", "Cyrl"),
        ("zh-Hans-HK", "zh", "Hans"),
        ("zh-Hant-CN", "zh", "Hant"),
        ("ZH-hant", "zh", "Hant"),
        ("yue-Hant-HK", "zh", "Hant"),
        ("sr_Latn", "sr", "Latn"),
        ("sr-RS", "sr", None),
        ("arz", "ar", None),
        ("de-DE-u-co-phonebk", "de", None),
        ("nl-x-formal", "nl", None),
    ],
)
def test_a_tag_becomes_a_two_letter_code_and_where_needed_a_script(tag, code, script):
    assert normalise(tag) == LanguageCode(code, script)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        " ",
        "*",
        "n",
        "nl ",
        " nl",
        "nl\n",
        "xx",
        "zz",
        "und",
        "english",
        "nl;q=0.8",
        "nl--BE",
        "-nl",
        "nl-",
        "12",
    ],
)
def test_what_names_no_language_is_refused(tag):
    with pytest.raises(UnknownLanguage, match="is not a language"):
        normalise(tag)


def test_all_forms_of_norwegian_are_one():
    assert {normalise(tag) for tag in ("no", "nb", "nn", "nb-NO", "nn_NO", "NB")} == {LanguageCode("no")}


def test_every_language_of_langdetect_has_a_code():
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)

    codes = {name: normalise(name) for name in factory.langlist}

    chinese = {"zh-cn": LanguageCode("zh", "Hans"), "zh-tw": LanguageCode("zh", "Hant")}
    assert len(codes) == 55
    assert codes == {name: LanguageCode(name) for name in codes} | chinese


@pytest.mark.parametrize(
    ("code", "name", "script"),
    [
        ("nl", "Dutch", "Latn"),
        ("ru", "Russian", "Cyrl"),
        ("ar", "Arabic", "Arab"),
        ("hi", "Hindi", "Deva"),
        ("no", "Norwegian", "Latn"),
    ],
)
def test_a_code_has_a_name_and_a_likely_script(code, name, script):
    assert (english_name(code), likely_script(code)) == (name, script)


def test_an_unknown_language_is_called_so():
    assert english_name("und") == "unknown language"


@pytest.mark.parametrize(
    ("code", "countries"),
    [
        ("nl", ("NL", "BE")),
        ("de", ("DE", "AT", "CH")),
        ("pt", ("PT", "BR")),
        ("pl", ("PL",)),
        ("zz", ()),
        ("und", ()),
    ],
)
def test_a_language_has_the_countries_where_many_write_it(code, countries):
    assert regions(code) == countries


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("nl-BE,nl;q=0.9,en-US;q=0.8,en;q=0.7", ["nl", "en"]),
        ("en;q=0.2, nl;q=0.9 ,de;q=.5", ["nl", "de", "en"]),
        ("de,en,nl", ["de", "en", "nl"]),
        ("nb-NO,nn;q=0.9,no;q=0.8", ["no"]),
        ("en ; q=0.5 , fr ; q=0.7", ["fr", "en"]),
        ("*;q=0.5, de", ["de"]),
        ("en;q=0.2,,;;;q,nl;q=x,de;q=0.5,english,fr;q", ["de", "en"]),
        ("\ud800,nl\x00,fr", ["fr"]),
        ("a" * 5_000 + ",nl", ["nl"]),
        ("", []),
        ("*", []),
    ],
)
def test_the_languages_of_a_browser_come_in_its_order_without_what_cannot_be_read(header, codes):
    assert [language.code for language in accepted(header)] == codes


def test_a_browser_may_prefer_a_script():
    assert accepted("zh-TW,zh;q=0.9") == (LanguageCode("zh", "Hant"), LanguageCode("zh", "Hans"))


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("en;q=0,nl", ["nl"]),
        ("en;q=nan,nl;q=0.1,de;q=0.9", ["de", "nl"]),
        ("en;q=inf,nl", ["nl"]),
        ("en;q=0.2,nl;Q=0.9", ["nl", "en"]),
    ],
    ids=["zero is a refusal", "no number", "no finite number", "a capital Q"],
)
def test_a_weight_is_read_as_http_defines_it(header, codes):
    assert [language.code for language in accepted(header)] == codes


@pytest.mark.parametrize(
    ("country", "codes"),
    [
        ("NL", ("nl",)),
        ("BE", ("nl", "fr", "de")),
        ("be", ("nl", "fr", "de")),
        ("CH", ("de", "fr", "it")),
        ("NO", ("no",)),
        ("RS", ("sr",)),
        ("XX", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_a_country_has_its_official_languages(country, codes):
    assert languages_of(country) == codes


@pytest.mark.parametrize(("country", "code"), [("TW", "zh"), ("HK", "zh"), ("ME", "sr")])
def test_a_country_has_its_official_language_in_whichever_script(country, code):
    assert code in languages_of(country)
