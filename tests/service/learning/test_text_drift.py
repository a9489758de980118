"""Texts of a week beside those before: what is new is found and named, and nobody's name is."""

import numpy as np
import pytest

from service.learning.text_drift import text_drift
from service.storage.weeks import DecidedText
from training.dataset import read_file, seed_files


@pytest.fixture(scope="module")
def seed_texts():
    found = [one.text_en or one.text for file in seed_files() for one in read_file(file).inquiries]
    return [str(one) for one in np.random.default_rng(0).permutation(found)[:600]]


@pytest.fixture
def of(seed_texts):
    """Texts of different senders; those that are given replace the first."""

    def make(week, start, stop, replaced=()):
        texts = [*replaced, *seed_texts[start + len(replaced) : stop]]
        return [DecidedText(f"{week}{i}", f"{week}{i}", text) for i, text in enumerate(texts)]

    return make


def test_texts_of_the_same_kind_do_not_drift(of):
    found = text_drift(of("now", 0, 200), of("before", 200, 600), {})

    assert (found.n, found.n_before) == (200, 400)
    assert 0.4 < found.auc < 0.6
    assert found.p_auc > 0.01
    assert found.p_word > 0.01


def test_a_new_problem_in_one_text_of_twenty_is_named_with_its_desk(of):
    problem = [f"My aurora strip number {i} flickers" for i in range(10)]
    desks = {f"now{i}": "support" for i in range(10)}

    found = text_drift(of("now", 0, 200, problem), of("before", 200, 600), desks)

    assert found.p_word < 0.01
    assert {"aurora", "flickers"} <= {one.word for one in found.words[:3]}
    assert found.words[0].now >= 0.05 > found.words[0].before
    assert found.desks[0][0] == "support"
    assert found.desks[0][1] > 0.8


def test_other_texts_altogether_are_told_apart(of):
    other = [f"{a} {b} wunderbar" for a in ("eins", "zwei", "drei", "vier") for b in "abcdefghijklmnopqrst"]

    found = text_drift(of("now", 0, 80, other), of("before", 200, 600), {})

    assert found.auc > 0.95
    assert found.p_auc < 1e-6


def test_what_one_sender_writes_often_is_not_shown(of):
    flood = [DecidedText(f"flood{i}", "the same", "Call Zebulon Quackenbush") for i in range(30)]

    found = text_drift([*of("now", 0, 200), *flood], of("before", 200, 600), {})

    assert found.n == 201
    assert not {"zebulon", "quackenbush"} & {one.word for one in found.words}
    assert found.p_word > 0.01


def test_no_word_of_fewer_than_five_senders_is_shown(of):
    four = of("now", 0, 100, ["Quackenbush again"] * 4)

    found = text_drift(four, of("before", 200, 500), {})

    assert "quackenbush" not in {one.word for one in found.words}


def test_addresses_and_numbers_are_no_words(of):
    personal = [f"mail zebulon@example.org or call 0123 456 78{i}" for i in range(10, 30)]

    words = {one.word for one in text_drift(of("now", 0, 100, personal), of("before", 200, 500), {}).words}

    assert "mail" in words
    assert not {"zebulon", "example", "org", "0123", "456"} & words


def test_the_same_texts_give_the_same_answer(of):
    both = of("now", 0, 100), of("before", 200, 400)

    assert text_drift(*both, {}) == text_drift(*both, {})


@pytest.mark.parametrize(("n", "before"), [(49, 200), (100, 99), (0, 0)])
def test_of_too_few_texts_nothing_is_said(of, n, before):
    assert text_drift(of("now", 0, n), of("before", 200, 200 + before), {}) is None


def test_texts_without_a_word_say_nothing():
    silent = [DecidedText(str(i), str(i), "?!") for i in range(300)]

    assert text_drift(silent[:100], silent[100:], {}) is None


def test_texts_that_share_no_word_say_nothing():
    each = [DecidedText(str(i), str(i), f"word{i}") for i in range(300)]

    assert text_drift(each[:100], each[100:], {}) is None
