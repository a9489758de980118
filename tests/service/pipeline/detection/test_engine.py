"""langdetect without its faults: the same answer each time, in threads too, and no exception on nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from langdetect import detector_factory

from service.pipeline.detection.engine import LangdetectEngine
from service.pipeline.detection.languages import LanguageCode


@pytest.fixture(scope="module")
def anywhere(engine):
    """Every language as probable as any other."""
    return dict.fromkeys(engine.languages, 1.0)


def best(engine, text, prior):
    found = engine.probabilities(text, prior)
    return max(found, key=found.get).code


def test_it_knows_all_languages_of_langdetect(engine):
    assert len(engine.languages) == 54  # 55, of which two are Chinese
    assert {"en", "nl", "he", "no", "zh"} <= engine.languages


@pytest.mark.parametrize("text", ["Hello", "I love you", "Waar blijft mijn bestelling?"])
def test_the_same_text_has_the_same_answer_fifty_times(engine, anywhere, text):
    answers = [engine.probabilities(text, anywhere) for _ in range(50)]

    assert answers[0]
    assert answers == [answers[0]] * 50


def test_two_engines_agree(engine, anywhere):
    other = LangdetectEngine()

    assert other.probabilities("Hello", anywhere) == engine.probabilities("Hello", anywhere)


def test_sixteen_threads_right_after_construction_are_all_right(monkeypatch, anywhere):
    monkeypatch.setattr(detector_factory, "_factory", None)  # as in a process that never detected anything
    fresh = LangdetectEngine()
    together = threading.Barrier(16)

    def ask(_):
        together.wait(timeout=30)
        return best(fresh, "Where is my order? I have been waiting for two weeks.", anywhere)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == ["en"] * 16


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MEINE LAMPE IST DEFEKT", "de"),
        ("LA LÁMPARA NO FUNCIONA Y QUIERO MI DINERO", "es"),
        ("МОЯ ЛАМПА СЛОМАЛАСЬ, ВЕРНИТЕ ДЕНЬГИ", "ru"),
    ],
)
def test_capitals_are_read_as_lower_case(engine, anywhere, text, code):
    assert best(engine, text, anywhere) == code
    assert engine.probabilities(text, anywhere) == engine.probabilities(text.lower(), anywhere)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "12345", "😀😀", "ຄໍາສັ່ງຂອງຂ້ອຍຢູ່ໃສ"])
def test_a_text_with_nothing_to_go_by_has_no_language(engine, anywhere, text):
    assert engine.probabilities(text, anywhere) == {}


def test_a_language_that_the_prior_excludes_is_not_found(engine):
    found = engine.probabilities("Hvor er min bestilling? Jeg har ventet i to uker.", {"no": 1.0, "sv": 1.0})

    assert set(found) <= {LanguageCode("no"), LanguageCode("sv")}
    assert max(found, key=found.get) == LanguageCode("no")
