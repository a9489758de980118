"""Only what needs a translation leaves the house, and no personal data with it."""

import pytest

from service.errors import StorageUnavailable
from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.privacy import Policy
from service.pipeline.translation.apertium import ApertiumProvider
from service.pipeline.translation.fxtranslate import FxTranslateProvider
from service.pipeline.translation.libretranslate import LibreTranslateProvider
from service.pipeline.translation.provider import Limits
from service.pipeline.translation.records import Disclosure
from service.pipeline.translation.translator import About

DUTCH = Language(code="nl", confidence=0.99, source="detector")
PERSONAL = "Mail anna@example.nl graag."
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
    make_translator(provider).translate("Bel 0470 12 34 56 of 06 12345678", DUTCH, About(country=country))

    assert [text for text, _ in provider.asked] == [sent]


def test_numbers_in_an_unknown_language_are_read_as_at_home(make_translator, provider):
    make_translator(provider, home=("NL",)).translate("Retour 06 12345678", UNKNOWN)

    assert provider.asked == [("Retour [[1]]", None)]


def test_the_name_that_the_form_told_is_masked(make_translator, provider):
    make_translator(provider).translate("Groeten van Anna de Vries", DUTCH, About(name="Anna de Vries"))

    assert [text for text, _ in provider.asked] == ["Groeten van [[1]]"]


def test_what_has_no_letters_but_personal_data_is_not_sent(make_translator, provider):
    translation = make_translator(provider).translate("anna@example.nl", DUTCH)

    assert translation == Translation(status="unavailable", reason=Untranslated.NOTHING_TO_TRANSLATE)
    assert provider.asked == []


@pytest.mark.parametrize(
    ("policy", "sent"),
    [(Policy.MASKED, "Mail [[1]] graag."), (Policy.PLAIN, PERSONAL)],
    ids=["masked", "plain"],
)
def test_the_policy_decides_as_what_it_leaves(make_translator, provider, policy, sent):
    translation = make_translator(provider).translate(PERSONAL, DUTCH, About(policy=policy))

    assert [text for text, _ in provider.asked] == [sent]
    assert "GRAAG" in translation.text


def test_what_must_not_leave_the_house_is_asked_inside_only(make_translator, provider, make_provider):
    inside = make_provider("inside", local=True)
    translator = make_translator(provider, inside)

    assert translator.translate(PERSONAL, DUTCH, About(policy=Policy.NEVER)).provider == "inside"
    assert (provider.asked, [text for text, _ in inside.asked]) == ([], ["Mail [[1]] graag."])


def test_where_nobody_inside_can_translate_it_is_kept_inside(make_translator, provider, records):
    translation = make_translator(provider, records=records).translate(PERSONAL, DUTCH, About(policy=Policy.NEVER))

    assert translation == Translation(status="unavailable", reason=Untranslated.KEPT_INSIDE)
    assert (provider.asked, records.disclosures) == ([], [])


def test_the_ledger_tells_what_went_to_whom_and_what_came_of_it(make_translator, make_failing, provider, records):
    failing = make_failing(Untranslated.QUOTA, "second")
    about = About(inquiry="i-1", country="NL")

    make_translator(failing, provider, records=records).translate(PERSONAL, DUTCH, about)

    assert records.disclosures == [
        Disclosure("i-1", name, False, "NL", "nl", Policy.MASKED, {"email": 1}, "Mail [[1]] graag.")
        for name in ("second", "first")
    ]
    assert records.outcomes == {"0": "quota", "1": "translated"}


def test_what_went_out_plain_is_written_down_as_such(make_translator, provider, records):
    make_translator(provider, records=records).translate(PERSONAL, UNKNOWN, About(policy=Policy.PLAIN))

    assert records.disclosures == [Disclosure(None, "first", False, None, "und", Policy.PLAIN, {}, PERSONAL)]


def test_it_is_in_the_ledger_before_it_is_sent(make_translator, make_provider, records):
    in_ledger = []
    provider = make_provider(answer=lambda text: in_ledger.extend(records.disclosures) or text.upper())

    make_translator(provider, records=records).translate("Waar?", DUTCH)

    assert [disclosure.text for disclosure in in_ledger] == ["Waar?"]


def test_nothing_is_sent_when_the_ledger_cannot_be_written(make_translator, provider, records):
    def fail(_):
        raise StorageUnavailable

    records.sending = fail

    with pytest.raises(StorageUnavailable):
        make_translator(provider, records=records).translate("Waar?", DUTCH)
    assert provider.asked == []


@pytest.mark.parametrize(
    "reason", [Untranslated.BUSY, Untranslated.PAUSED, Untranslated.RATE_LIMITED], ids=lambda reason: reason.value
)
def test_what_was_not_sent_after_all_is_taken_out_of_the_ledger(make_translator, make_failing, records, reason):
    make_translator(make_failing(reason), records=records).translate("Waar?", DUTCH)

    assert (records.taken_back, records.outcomes) == (["0"], {})


def test_a_language_that_the_provider_does_not_have_leaves_nothing_in_the_ledger(
    make_translator, server, page, tmp_path, records
):
    google_page, google = page()
    tibetan = Language(code="bo", confidence=0.99, source="script")
    providers = (ApertiumProvider(server.url, 4), google, FxTranslateProvider(tmp_path))

    make_translator(*providers, records=records).translate("བཀྲ་ཤིས།", tibetan)

    assert (records.taken_back, records.outcomes) == (["0", "1", "2"], {})
    assert (server.seen, google_page.seen) == ([], [])


def test_a_language_that_the_server_refuses_stays_in_the_ledger_as_sent(make_translator, make_failing, records):
    make_translator(make_failing(Untranslated.UNSUPPORTED_LANGUAGE), records=records).translate("Waar?", DUTCH)

    assert (records.taken_back, records.outcomes) == ([], {"0": "unsupported_language"})


@pytest.mark.parametrize(
    ("text", "taken_back", "outcomes"),
    [("Waar?\nAnna", [], {"1": "rate_limited"}), ("Waar?", ["1"], {})],
    ids=["after a first piece", "before"],
)
def test_what_the_rate_held_up_stays_in_the_ledger_as_far_as_it_was_sent(
    make_translator, make_provider, records, clock, text, taken_back, outcomes
):
    provider = make_provider(limits=Limits(keeps_lines=False))
    translator = make_translator(provider, records=records, per_second=0.5)
    translator.translate("Hoe?", DUTCH)
    clock.now += 2.0 if "Anna" in text else 0.0

    translator.translate(text, DUTCH)

    assert (records.taken_back, records.outcomes) == (taken_back, {"0": "translated"} | outcomes)


def test_a_text_of_too_many_pieces_leaves_nothing_in_the_ledger(make_translator, make_provider, records):
    provider = make_provider(limits=Limits(keeps_lines=False))

    translation = make_translator(provider, records=records).translate("a\n" * 101, DUTCH)

    assert translation.reason == Untranslated.TOO_LONG
    assert (provider.asked, records.taken_back) == ([], ["0"])


def test_a_paused_provider_is_not_in_the_ledger(make_translator, make_failing, records):
    translator = make_translator(make_failing(Untranslated.UNREACHABLE), failures=1, records=records)

    for _ in range(3):
        translator.translate("Waar?", DUTCH)

    assert list(records.outcomes.values()) == ["unreachable"]
