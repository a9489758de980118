"""A reading knows in which situation it is read."""

import pytest

from model.reading import Reading, Situation


@pytest.mark.parametrize(
    ("reading", "situation", "best"),
    [
        pytest.param(Reading.in_english("where is it"), Situation.ENGLISH, "where is it", id="english"),
        pytest.param(Reading("wo ist es", "where is it"), Situation.TRANSLATED, "where is it", id="translated"),
        pytest.param(Reading("wo ist es", None), Situation.UNTRANSLATED, "wo ist es", id="untranslated"),
        pytest.param(Reading("wo ist es", ""), Situation.TRANSLATED, "", id="translated_to_nothing"),
        pytest.param(Reading("", None), Situation.UNTRANSLATED, "", id="nothing"),
    ],
)
def test_the_situation_follows_from_the_texts_there_are(reading, situation, best):
    assert (reading.situation, reading.best) == (situation, best)


def test_equal_readings_are_one():
    assert len({Reading("a", "b"), Reading("a", "b"), Reading("a", None)}) == 2
