"""What was translated once is remembered without anybody's data, and never leaves the house again."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.pipeline.decision import Language, Translation, Untranslated
from service.pipeline.detection.languages import LanguageCode
from service.pipeline.privacy import Policy
from service.pipeline.translation.records import memory_key
from service.pipeline.translation.translator import About

DUTCH = Language(code="nl", confidence=0.99, source="detector")
CODE = LanguageCode("nl")
PERSONAL = "Mail anna@example.nl graag."
PLAIN = About(policy=Policy.PLAIN)


def remembered(text, provider="first"):
    return Translation(status="translated", text=text, provider=provider, cached=True)


@pytest.fixture
def provider(make_provider):
    return make_provider()


@pytest.fixture
def translator(make_translator, provider, records):
    return make_translator(provider, records=records)


def test_a_repeat_is_not_sent_again(translator, provider):
    translations = [translator.translate("Waar blijft het?", DUTCH) for _ in range(3)]

    fresh = Translation(status="translated", text="WAAR BLIJFT HET?", provider="first")
    assert translations == [fresh, *[remembered("WAAR BLIJFT HET?")] * 2]
    assert len(provider.asked) == 1


def test_a_repeat_is_counted_and_not_in_the_ledger(translator, records):
    for _ in range(2):
        translator.translate("Waar blijft het?", DUTCH)

    assert records.calls == [("first", "translated"), ("first", "remembered")]
    assert len(records.disclosures) == 1


def test_a_repeat_with_other_personal_data_gets_its_own_back(translator, provider):
    translator.translate(PERSONAL, DUTCH)

    assert translator.translate("Mail bob@example.com graag.", DUTCH) == remembered("MAIL bob@example.com GRAAG.")
    assert len(provider.asked) == 1


def test_the_memory_holds_no_personal_data(translator, records):
    translator.translate(PERSONAL, DUTCH)
    translator.translate("Groeten van Anna", DUTCH, About(name="Anna"))

    assert list(records.known.values()) == ["MAIL [[1]] GRAAG.", "GROETEN VAN [[1]]"]


def test_customers_who_ask_the_same_at_once_get_their_own_data_back(translator):
    texts = [f"Mail klant{number}@example.nl graag." for number in range(64)]

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda text: translator.translate(text, DUTCH).text, texts))

    assert found == [f"MAIL klant{number}@example.nl GRAAG." for number in range(64)]


def test_a_text_that_went_out_plain_is_not_remembered_with_its_personal_data(translator, provider, records):
    translations = [translator.translate(PERSONAL, DUTCH, PLAIN) for _ in range(2)]

    assert [one.cached for one in translations] == [False, False]
    assert (len(provider.asked), records.known) == (2, {})


def test_a_plain_text_without_personal_data_is(translator, provider):
    assert [translator.translate("Waar?", DUTCH, PLAIN).cached for _ in range(2)] == [False, True]


def test_what_was_remembered_masked_serves_a_plain_text_too(translator, provider):
    translator.translate(PERSONAL, DUTCH)

    assert translator.translate(PERSONAL, DUTCH, PLAIN) == remembered("MAIL anna@example.nl GRAAG.")


def test_what_any_provider_translated_before_is_sent_to_none(make_translator, make_provider, records):
    first, second = make_provider(), make_provider("second")
    make_translator(second, records=records).translate("Waar?", DUTCH)

    assert make_translator(first, second, records=records).translate("Waar?", DUTCH) == remembered(
        "WAAR?", "second"
    )
    assert (len(first.asked), len(second.asked)) == (0, 1)


def test_of_two_that_are_remembered_the_first_providers_is_taken(make_translator, make_provider, records):
    first, second = make_provider(answer=lambda _: "Where?"), make_provider("second")
    for one in (second, first):
        make_translator(one, records=records).translate("Waar?", DUTCH)

    found = make_translator(first, second, records=records).translate("Waar?", DUTCH)

    assert found == remembered("Where?")


def test_another_providers_translation_is_not_taken_for_this_ones(make_translator, make_provider, records):
    make_translator(make_provider(), records=records).translate("Waar?", DUTCH)

    found = make_translator(make_provider("second"), records=records).translate("Waar?", DUTCH)

    assert found == Translation(status="translated", text="WAAR?", provider="second")


def test_what_is_remembered_is_told_while_the_provider_is_paused(translator, provider):
    translator.translate("Waar?", DUTCH)
    provider.answer = lambda text: {}[text]
    reasons = [translator.translate("Hoe?", DUTCH).reason for _ in range(4)]

    assert reasons[-1] == Untranslated.PAUSED
    assert translator.translate("Waar?", DUTCH) == remembered("WAAR?")


@pytest.mark.parametrize("answer", ["", "Wo"], ids=["none", "half"])
def test_what_is_no_translation_is_not_remembered(translator, provider, records, answer):
    provider.answer = lambda _: answer

    translator.translate("Waar blijft mijn bestelling? Ik wacht al twee weken.", DUTCH)

    assert records.known == {}


def test_without_a_memory_each_is_sent(make_translator, provider):
    translator = make_translator(provider)

    assert [translator.translate("Waar?", DUTCH).cached for _ in range(2)] == [False, False]


@pytest.mark.parametrize(
    "text",
    ["Één  lamp\tgraag?\nAnna", " Één lamp graag?\nAnna\n", "E\u0301e\u0301n lamp graag?\nAnna"],
    ids=["blanks", "around it", "Unicode's form"],
)
def test_what_differs_in_form_only_is_the_same(text):
    assert memory_key("google", CODE, text) == memory_key("google", CODE, "Één lamp graag?\nAnna")


@pytest.mark.parametrize(
    "other",
    [
        ("deepl", CODE, "Één lamp.\nAnna"),
        ("google", LanguageCode("af"), "Één lamp.\nAnna"),
        ("google", None, "Één lamp.\nAnna"),
        ("google", LanguageCode("nl", "Latn"), "Één lamp.\nAnna"),
        ("google", CODE, "Één lamp. Anna"),
        ("google", CODE, "één lamp.\nAnna"),
        ("google", CODE, "Één lamp.\nBob"),
        ("google", CODE, "Één lamp.\n[[1]]"),
    ],
    ids=["provider", "language", "unknown language", "script", "lines", "case", "words", "placeholder"],
)
def test_anything_else_is_another(other):
    assert memory_key(*other) != memory_key("google", CODE, "Één lamp.\nAnna")


@pytest.mark.parametrize("text", ["Ik heet Anna", "", "\ud83d", "a\0b"])
def test_a_key_tells_nothing_of_the_text(text):
    assert re.fullmatch("[0-9a-f]{64}", memory_key("google", CODE, text))
