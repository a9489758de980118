"""What came back is a translation: there is one, it is whole, and it is in English."""

import pytest

from service.pipeline.decision import Language, Untranslated
from service.pipeline.translation.answers import checked
from service.pipeline.translation.provider import ProviderFailed

DUTCH = "Waar blijft mijn bestelling? Ik wacht al twee weken op mijn lamp."
ENGLISH = "Where is my order? I have been waiting two weeks for my lamp."
SPANISH = "¿Dónde está mi pedido? Llevo dos semanas esperando mi lámpara."
CHINESE = "我的订单还没有到，我已经等了两个星期了，请问什么时候可以送到我家里？我每天都在家里等着你们的快递员。"
CHINESE_IN_ENGLISH = (
    "My order has not arrived yet, I have been waiting for two weeks. When can it be delivered to my house? "
    "I am at home every day waiting for your courier."
)


def english(_):
    return Language(code="en", confidence=1.0, source="detector")


def sees(code, confidence):
    return lambda _: Language(code=code, confidence=confidence, source="detector")


def reason_of(text, answer, detect):
    with pytest.raises(ProviderFailed) as caught:
        checked(text, answer, detect)
    return caught.value.reason


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (DUTCH, ENGLISH),
        (CHINESE, CHINESE_IN_ENGLISH),
        ("Mail [[1]] graag.", "Please mail [[1]]."),
        ("Hallo", "Hi"),
        ("订单", "Order"),
        (DUTCH, f"  {ENGLISH}\n"),
    ],
    ids=["Dutch", "Chinese", "placeholder", "short", "two letters", "blanks around it"],
)
def test_a_translation_passes_as_it_is(detect, text, answer):
    assert checked(text, answer, detect) == answer


@pytest.mark.parametrize("answer", ["", " \n", "123", "[[1]]", "...", "😀"])
def test_what_has_no_letters_is_no_translation(answer):
    assert reason_of("Hallo", answer, english) == Untranslated.BAD_ANSWER


@pytest.mark.parametrize(
    ("text", "shortest"),
    [("e" * 40, 24), ("e" * 100, 60), ("单" * 40, 60), ("か" * 40, 60), ("e" * 20 + "单" * 20, 42)],
    ids=["forty letters", "a hundred letters", "Chinese", "Japanese", "mixed"],
)
def test_what_is_much_shorter_is_incomplete(text, shortest):
    assert checked(text, "a" * shortest, english)
    assert reason_of(text, "a" * (shortest - 1), english) == Untranslated.INCOMPLETE


def test_the_length_of_a_short_text_says_nothing():
    assert checked("e" * 39, "a", english) == "a"


@pytest.mark.parametrize(
    "letter", ["မ", "ก", "ខ", "ა", "አ"], ids=["Burmese", "Thai", "Khmer", "Georgian", "Amharic"]
)
def test_the_length_is_not_judged_for_scripts_that_were_not_measured(letter):
    assert checked(letter * 100, "a", english) == "a"


@pytest.mark.parametrize("letter", ["e", "я", "ع", "क", "单"])
def test_the_length_is_judged_for_those_that_were(letter):
    assert reason_of(letter * 100, "a", english) == Untranslated.INCOMPLETE


@pytest.mark.parametrize("answer", [SPANISH, DUTCH], ids=["Spanish", "the text itself"])
def test_another_language_is_told_by_the_detector_that_serves(detect, answer):
    assert reason_of(DUTCH, answer, detect) == Untranslated.WRONG_LANGUAGE


def test_only_a_sure_detector_is_believed():
    assert reason_of(DUTCH, ENGLISH, sees("es", 0.9)) == Untranslated.WRONG_LANGUAGE
    assert checked(DUTCH, ENGLISH, sees("es", 0.89)) == ENGLISH


@pytest.mark.parametrize("code", ["en", "und"])
def test_english_and_what_cannot_be_told_pass(code):
    assert checked(DUTCH, ENGLISH, sees(code, 1.0)) == ENGLISH


def test_the_language_of_a_short_answer_is_not_asked_for():
    spanish = sees("es", 1.0)

    assert checked("Hallo", "a" * 29, spanish)
    assert reason_of("Hallo", "a" * 30, spanish) == Untranslated.WRONG_LANGUAGE
