"""Only what needs a translation leaves the house, and no personal data with it."""

import pytest

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.translation.libretranslate import LibreTranslateProvider

DUTCH = Language(code="nl", confidence=0.99, source="detector")
UNKNOWN = Language(code="und", confidence=0.0, source="none")


@pytest.fixture
def provider(make_provider):
    return make_provider()


@pytest.fixture
def server(loopback):
    """Translates into capitals."""
    return loopback(lambda exchange: exchange.reply_json(200, {"translatedText": exchange.json["q"].upper()}))


@pytest.fixture
def translator(make_translator, server):
    """Asks that server."""
    return make_translator(LibreTranslateProvider(server.url, None, concurrency=4))


def test_english_is_not_sent(make_translator, provider):
    english = Language(code="en", confidence=0.99, source="detector")

    assert make_translator(provider).translate("Where is it?", english) == Translation(status="not_needed")
    assert provider.asked == []


@pytest.mark.parametrize("text", ["12345", "!!!", "😀", "+31 6 12345678"])
@pytest.mark.parametrize("language", [DUTCH, UNKNOWN], ids=["Dutch", "unknown"])
def test_what_has_no_letters_is_not_sent(make_translator, provider, text, language):
    translation = make_translator(provider).translate(text, language)

    assert translation == Translation(status="unavailable", reason=Untranslated.NOTHING_TO_TRANSLATE)
    assert provider.asked == []


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (DUTCH, LanguageCode("nl")),
        (Language(code="zh", confidence=0.99, source="script", script="Hant"), LanguageCode("zh", "Hant")),
        (UNKNOWN, None),
    ],
    ids=["Dutch", "Chinese", "unknown"],
)
def test_the_language_goes_with_it_as_far_as_it_is_known(make_translator, provider, language, source):
    make_translator(provider).translate("Retour", language)

    assert provider.asked == [("Retour", source)]


def test_an_unknown_language_is_left_to_the_server_to_find_out(translator, server):
    translator.translate("Retour", UNKNOWN)

    assert [seen.json["source"] for seen in server.seen] == ["auto"]


def test_personal_data_does_not_reach_the_server(translator, server):
    translator.translate("Mail anna@example.nl of bel 06 12345678, rekening NL91ABNA0417164300.", DUTCH)

    assert [seen.json["q"] for seen in server.seen] == ["Mail [[1]] of bel [[2]], rekening [[3]]."]


def test_personal_data_is_back_in_the_translation(translator):
    translation = translator.translate("Mail anna@example.nl of bel 06 12345678.", DUTCH)

    text = "MAIL anna@example.nl OF BEL 06 12345678."
    assert translation == Translation(status="translated", text=text, provider="libretranslate")


@pytest.mark.parametrize(
    ("country", "sent"),
    [("BE", "Bel [[1]] of [[2]]"), ("US", "Bel [[1]] of [[2]]"), (None, "Bel [[1]] of [[2]]")],
    ids=["of its country", "of another country", "of no country"],
)
def test_phone_numbers_of_all_countries_of_the_language_are_masked_whatever_country_is_named(
    make_translator, provider, country, sent
):
    make_translator(provider).translate("Bel 0470 12 34 56 of 06 12345678", DUTCH, country)

    assert [text for text, _ in provider.asked] == [sent]
