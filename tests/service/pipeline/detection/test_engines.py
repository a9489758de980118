"""Every engine that can be chosen keeps the promises of `Engine`."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.pipeline.detection import engines as module
from service.pipeline.detection.detector import Detector
from service.pipeline.detection.engines import DEFAULT, NAMES, EngineMissing, open_engines
from service.pipeline.detection.languages import normalise

CLEAR = {
    "nl": "Waar blijft mijn bestelling? Ik wacht er al twee weken op.",
    "de": "MEINE LAMPE IST DEFEKT UND ICH MÖCHTE MEIN GELD ZURÜCK HABEN",
    "fr": "Où est mon colis ? Je l'attends depuis deux semaines.",
    "tr": "Siparişim nerede? İki haftadır bekliyorum.",
    "ru": "Где мой заказ? Я жду его уже две недели.",
    "ar": "أين طلبي؟ أنتظر منذ أسبوعين ولم يصل بعد",
    "he": "איפה ההזמנה שלי? אני מחכה כבר שבועיים",
}
UNCLEAR = ("Hello", "order status", "Lampe kaputt", "ຄໍາສັ່ງຂອງຂ້ອຍຢູ່ໃສ", "我的订单还没到")
TEXTS = (*CLEAR.values(), *UNCLEAR)
ODD = {
    "nothing": "",
    "blanks": " \t\n",
    "only control characters": "".join(map(chr, (*range(32), 127, 133))),
    "control characters": "Waar is\x00 mijn \x07lamp?\x1b\x85\r",
    "no characters": "\uffff\ufffe\U0010ffff\ue000",
    "another direction": "\u202eWaar is\u2066 mijn lamp?",
    "markup": "<b>Waar</b> is & mijn </lamp>",
    "20,000 characters": ("Waar is mijn lamp? " * 1_053)[:20_000],
    "20,000 letters": "a" * 20_000,
    "20,000 letters of two bytes": "Ж" * 20_000,
}
LONE = "Waar is \udfff mijn lamp? \ud83d"
each_engine = pytest.mark.parametrize("name", NAMES)


def ask(engine, text):
    return engine.probabilities(text, engine.languages)


def almost(answers):
    """Answers as equal as sums of floats in any order are."""
    return [pytest.approx(answer, abs=1e-9) for answer in answers]


@each_engine
def test_an_engine_tells_the_language_of_a_clear_text(open_engine, name):
    found = {code: ask(open_engine(name), text) for code, text in CLEAR.items()}

    assert {code: max(said, key=said.get) for code, said in found.items()} == {code: code for code in CLEAR}


@each_engine
def test_an_engine_knows_languages_in_their_normal_form(open_engine, name):
    known = open_engine(name).languages

    assert {"en", "nl", "de", "fr", "es", "no", "zh", "he"} <= known
    assert {normalise(code).code for code in known} == known


@each_engine
def test_an_engine_answers_with_probabilities_of_languages_that_it_knows(open_engine, name):
    engine = open_engine(name)
    found = [ask(engine, text) for text in TEXTS]

    assert set().union(*found) <= engine.languages
    assert all(0.0 <= probability <= 1.0 for said in found for probability in said.values())


@each_engine
def test_an_engine_gives_the_same_answer_twice_and_when_it_is_opened_again(open_engine, name):
    first = [ask(open_engine(name), text) for text in TEXTS]
    reopened = open_engines([name])[0]

    assert [ask(open_engine(name), text) for text in TEXTS] == almost(first)
    assert [ask(reopened, text) for text in TEXTS] == almost(first)


@each_engine
def test_an_engine_gives_each_of_sixteen_threads_its_own_answer(open_engine, name):
    expected = [ask(open_engine(name), text) for text in TEXTS]
    fresh = open_engines([name])[0]
    together = threading.Barrier(16)

    def ask_all(first):
        together.wait(timeout=60)
        turn = first % len(TEXTS)  # so that no two threads ask the same at the same time
        return [ask(fresh, text) for text in (*TEXTS[turn:], *TEXTS[:turn])], turn

    with ThreadPoolExecutor(16) as pool:
        for answers, turn in pool.map(ask_all, range(16)):
            assert answers == almost([*expected[turn:], *expected[:turn]])


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@each_engine
def test_an_engine_survives_what_nobody_means_to_send(open_engine, name, text):
    engine = open_engine(name)

    assert ask(engine, text) == pytest.approx(ask(engine, text), abs=1e-9)


@each_engine
def test_an_engine_survives_half_a_surrogate_pair(open_engine, name):
    found = ask(open_engine(name), LONE)

    assert max(found, key=found.get) == "nl"


@pytest.mark.parametrize("text", ["", "!!!", "12345"])
@each_engine
def test_a_text_with_nothing_to_go_by_has_no_language(open_engine, name, text):
    assert ask(open_engine(name), text) == {}


@each_engine
@pytest.mark.parametrize(
    ("text", "code"),
    [("", "und"), ("!!! 12345 😀", "und"), ("我爱北京天安门", "zh"), ("注文がまだ届きません", "ja")],
)
def test_on_any_engine_the_script_comes_first(open_engine, name, text, code):
    assert Detector([open_engine(name)], ["en"]).detect(text).code == code


def test_the_default_is_py3langid_beside_cld2(engines):
    assert DEFAULT == ("py3langid", "cld2")
    assert [type(engine).__name__ for engine in engines] == ["Py3langidEngine", "Cld2Engine"]


def test_an_engine_that_is_not_installed_is_missed_by_its_name(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda package: None)

    with pytest.raises(EngineMissing, match=r"lingua needs .* loket\[lingua\] brings it"):
        open_engines(["lingua"])
