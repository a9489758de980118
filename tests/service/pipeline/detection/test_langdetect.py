"""langdetect without its known faults, numbered as in the research: without a cure, its test fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from langdetect import detector_factory

from service.pipeline.detection.detector import Hints
from service.pipeline.detection.engine import log_likelihoods
from service.pipeline.detection.engines import LangdetectEngine
from service.pipeline.detection.languages import LanguageCode


def best(engine, text):
    found = engine.probabilities(text, engine.languages)
    return max(found, key=found.get)


def test_it_knows_all_languages_of_langdetect(engine):
    assert len(engine.languages) == 54  # 55, of which two are Chinese
    assert {"en", "nl", "he", "no", "zh"} <= engine.languages


@pytest.mark.parametrize("text", ["Hello", "I love you", "Waar blijft mijn bestelling?"])
def test_l1_the_same_text_has_the_same_answer_fifty_times(engine, text):
    answers = [engine.probabilities(text, engine.languages) for _ in range(50)]

    assert answers[0]
    assert answers == [answers[0]] * 50


def test_l1_two_engines_agree(engine):
    other = LangdetectEngine()

    assert [other.probabilities(text, other.languages) for text in ("Hello", "I love you")] == [
        engine.probabilities(text, engine.languages) for text in ("Hello", "I love you")
    ]


@pytest.mark.parametrize(
    ("text", "script"),
    [("我爱北京天安门", "Hans"), ("北京", "Hans"), ("我的訂單還沒到", "Hant"), ("東京都庁前", "Hans")],
)
def test_l2_chinese_characters_are_not_taken_for_korean(by_langdetect, text, script):
    language = by_langdetect.detect(text)

    assert (language.code, language.script, language.source) == ("zh", script, "script")


def test_l2_characters_on_a_japanese_form_are_japanese(by_langdetect):
    assert by_langdetect.detect("領収書発行依頼", Hints(LanguageCode("ja"))).code == "ja"


@pytest.mark.parametrize("text", ["", "   ", "!!!", "12345", "😀😀", "ຄໍາສັ່ງຂອງຂ້ອຍຢູ່ໃສ"])
def test_l3_a_text_with_nothing_to_go_by_has_no_language(engine, text):
    assert engine.probabilities(text, engine.languages) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [("ຄໍາສັ່ງຂອງຂ້ອຍຢູ່ໃສ", "lo"), ("Որտե՞ղ է իմ պատվերը", "hy"), ("!!!", "und")],
)
def test_l3_a_script_that_langdetect_was_not_taught_tells_its_language(by_langdetect, text, code):
    assert by_langdetect.detect(text).code == code


def test_l3_asked_among_languages_that_it_does_not_know_it_says_nothing(engine):
    assert engine.probabilities("Hvenær kemur pöntunin mín?", {"is"}) == {}


def test_l4_sixteen_threads_right_after_construction_are_all_right(monkeypatch):
    monkeypatch.setattr(detector_factory, "_factory", None)  # as in a process that never detected anything
    fresh = LangdetectEngine()
    together = threading.Barrier(16)

    def ask(_):
        together.wait(timeout=30)
        return best(fresh, "Where is my order? I have been waiting for two weeks.")

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == ["en"] * 16
    assert detector_factory._factory is None  # the package's own, which has no lock, was never asked for


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MEINE LAMPE IST DEFEKT", "de"),
        ("LA LÁMPARA NO FUNCIONA Y QUIERO MI DINERO", "es"),
        ("МОЯ ЛАМПА СЛОМАЛАСЬ, ВЕРНИТЕ ДЕНЬГИ", "ru"),
    ],
)
def test_l5_capitals_are_read_as_lower_case(engine, text, code):
    assert best(engine, text) == code
    assert engine.probabilities(text, engine.languages) == engine.probabilities(text.lower(), engine.languages)


def test_l5_english_in_capitals_is_not_taken_for_another_language(by_langdetect):
    assert by_langdetect.detect("I HAVE A DREAM").code in {"en", "und"}


@pytest.mark.parametrize("text", ["order status", "Kde je moje objednávka lampy", "Hvor er pakken?"])
def test_l6_its_certainty_of_a_few_words_is_not_taken_at_its_word(engine, by_langdetect, text):
    assert max(engine.probabilities(text, engine.languages).values()) > 0.999
    assert by_langdetect.detect(text).confidence < 0.95


@pytest.mark.parametrize("text", ["Danke", "Hello", "Retour"])
def test_l6_a_single_word_is_unknown_however_certain_it_is(by_langdetect, text):
    assert by_langdetect.detect(text).code == "und"


def test_l6_a_language_that_it_left_out_is_improbable_and_not_impossible(engine, by_langdetect):
    text = "Jeg har ikke hørt noget fra jer"

    assert "da" not in engine.probabilities(text, engine.languages)
    assert log_likelihoods([engine], text, {"da", "no"})["da"] > -10.0
    assert by_langdetect.detect(text).code == "no"
    assert by_langdetect.detect(text, Hints(LanguageCode("da"))).code != "no"


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("Hvenær kemur pöntunin mín? Ég hef beðið í tvær vikur eftir lampanum.", "is"),
        ("Где је моја поруџбина? Чекам већ две недеље.", "sr"),
    ],
)
def test_l6_a_declared_language_that_it_does_not_know_is_believed(by_langdetect, text, declared):
    language = by_langdetect.detect(text, Hints(LanguageCode(declared)))

    assert (language.code, language.source) == (declared, "declared")


def test_l7_its_profiles_are_read_once(monkeypatch):
    read = []
    load = detector_factory.DetectorFactory.load_profile
    monkeypatch.setattr(
        detector_factory.DetectorFactory,
        "load_profile",
        lambda self, folder: (read.append(folder), load(self, folder))[1],
    )

    opened = LangdetectEngine()
    answers = {best(opened, text) for text in ("Waar blijft mijn bestelling?", "Waar is mijn pakket?")}

    assert (answers, len(read)) == ({"nl"}, 1)


def test_a_language_that_is_not_in_question_is_not_found(engine):
    found = engine.probabilities("Hvor er min bestilling? Jeg har ventet i to uker.", {"no", "sv"})

    assert set(found) <= {"no", "sv"}
    assert max(found, key=found.get) == "no"
