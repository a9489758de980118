"""One normal form for the language tags of browsers, forms and libraries; what is no language is refused."""

import pytest
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from service.pipeline.detection.languages import (
    LanguageCode,
    UnknownLanguage,
    english_name,
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
        ("nn", "nn", None),
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
