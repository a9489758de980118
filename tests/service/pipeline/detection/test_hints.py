"""What is known besides the text: it moves a few words, moves no clear long text, and never crosses scripts."""

import pytest

from service.pipeline.detection.detector import Detector, Hints
from service.pipeline.detection.languages import LanguageCode, accepted

FEW = [
    ("Kargom nerede", "tr", "TR"),
    ("Glemt adgangskoden", "da", "DK"),
    ("Onde está a encomenda?", "pt", "PT"),
    ("zaboravljena zaporka", "hr", "HR"),
    ("Не приходит код", "ru", "RU"),
    ("order status", "en", "GB"),
]
LONG = {
    "nl": "Ik heb twee weken geleden een lamp besteld, maar die is nog steeds niet bezorgd.",
    "fr": "J'ai commandé une lampe il y a deux semaines et je n'ai toujours rien reçu.",
    "pl": "Zamówiłem lampę dwa tygodnie temu i nadal jej nie dostałem, proszę o pomoc.",
    "no": "Jeg bestilte en lampe for to uker siden, men har ennå ikke fått noe svar fra dere.",
    "ru": "Я заказал лампу две недели назад, но до сих пор ничего не получил, помогите.",
}
ELSEWHERE = [("en", "GB"), ("de", "DE"), ("tr", "TR"), ("da", "DK"), ("cs", "CZ"), ("af", "ZA"), ("bg", "BG")]


def of_the_form(code, country):
    return Hints(LanguageCode(code))


def of_the_browser(code, country):
    return Hints(browser=accepted(f"{code}-{country},{code};q=0.9,en;q=0.5"))


def of_the_country(code, country):
    return Hints(country=country)


def of_all(code, country):
    return Hints(LanguageCode(code), accepted(f"{code}-{country}"), country)


HINTS = pytest.mark.parametrize("hints", [of_the_form, of_the_browser, of_the_country, of_all])


@HINTS
@pytest.mark.parametrize(("text", "code", "country"), FEW)
def test_a_hint_moves_a_few_words(detector, text, code, country, hints):
    assert detector.detect(text).code == "und"
    assert detector.detect(text, hints(code, country)).code == code


@pytest.mark.parametrize(
    ("hints", "source"), [(of_the_form, "declared"), (of_the_browser, "site"), (of_the_country, "site")]
)
def test_what_a_hint_decided_is_said_to_be_so(detector, hints, source):
    assert detector.detect("Kargom nerede", hints("tr", "TR")).source == source


def test_the_form_is_believed_more_than_browser_or_country(detector):
    told = [
        detector.detect("Kargom nerede", hints("tr", "TR"))
        for hints in (of_the_form, of_the_browser, of_the_country)
    ]

    assert told[0].confidence > max(told[1].confidence, told[2].confidence)


@HINTS
@pytest.mark.parametrize(("code", "country"), ELSEWHERE)
def test_no_hint_moves_a_clear_long_text(detector, code, country, hints):
    assert {language: detector.detect(text, hints(code, country)).code for language, text in LONG.items()} == {
        language: language for language in LONG
    }


@HINTS
@pytest.mark.parametrize(
    ("text", "code", "country"),
    [
        ("Kargom nerede", "ru", "RU"),
        ("Hvor er pakken?", "el", "GR"),
        ("Lampe kaputt", "ar", "EG"),
        ("Danke", "ja", "JP"),
        ("Где мой заказ?", "nl", "NL"),
        ("Не приходит код", "tr", "TR"),
        ("лампа", "de", "DE"),
        ("أين طلبي؟", "en", "GB"),
    ],
)
def test_a_hint_of_another_script_is_no_evidence(detector, text, code, country, hints):
    assert detector.detect(text, hints(code, country)) == detector.detect(text)


def test_only_the_browsers_preferred_language_counts(detector):
    assert detector.detect("Kargom nerede", Hints(browser=accepted("tr;q=0.5,nl"))) == detector.detect(
        "Kargom nerede", Hints(browser=accepted("nl"))
    )


@pytest.mark.parametrize("country", ["XX", "", None, "United States", "be\n"])
def test_an_unknown_country_is_no_evidence(detector, country):
    assert detector.detect("Kargom nerede", Hints(country=country)) == detector.detect("Kargom nerede")


@pytest.mark.parametrize(
    ("text", "code", "country"),
    [
        ("Wou ass mäi Pak?", "lb", "LU"),
        ("Hvar er pakkinn minn?", "is", "IS"),
        ("Ku është porosia ime?", "sq", "AL"),
        ("Fejn hu l-ordni tiegħi?", "mt", "MT"),
    ],
)
def test_a_rare_language_is_told_of_a_few_words_where_a_hint_names_it(engines, detector, text, code, country):
    hinted = {
        detector.detect(text, hints(code, country)).code for hints in (of_the_form, of_the_browser, of_the_country)
    }

    assert (detector.detect(text).code, hinted) == ("und", {code})
    assert Detector(engines, [code]).detect(text).code == code
