"""A label counts by how it came about, and less with age, but never nothing."""

from datetime import timedelta

import pytest

from training.dataset import Given, Source
from training.weights import Weighting


def given(source, at, days=0.0):
    return Given(source, at - timedelta(days=days))


@pytest.mark.parametrize("source", list(Source))
def test_what_a_person_said_counts_whole_and_what_was_only_closed_half(now, source):
    assert Weighting().weight(given(source, now), now) == (0.5 if source is Source.CLOSED else 1.0)


@pytest.mark.parametrize(("days", "weight"), [(0, 1.0), (365, 0.5), (730, 0.25), (3650, 0.25)])
def test_with_each_half_life_it_counts_half_as_much_down_to_a_quarter(now, days, weight):
    assert Weighting().weight(given(Source.CORRECTION, now, days), now) == pytest.approx(weight)


def test_an_old_weak_label_keeps_a_quarter_of_its_own_weight(now):
    assert Weighting().weight(given(Source.CLOSED, now, 9999), now) == pytest.approx(0.125)


def test_what_was_written_for_training_does_not_age(now):
    assert Weighting().weight(None, now + timedelta(days=9999)) == 1.0


def test_without_a_half_life_nothing_ages(now):
    assert Weighting(half_life_days=None).weight(given(Source.IMPORT, now, 9999), now) == 1.0


def test_a_label_from_the_future_counts_no_more_than_one_of_now(now):
    assert Weighting().weight(given(Source.IMPORT, now, -400), now) == 1.0


def test_without_settings_the_weights_are_the_default():
    assert Weighting.of_configuration({}) == Weighting.of_configuration({"learning": {}}) == Weighting()


def test_settings_change_what_they_name(now):
    weighting = Weighting.of_configuration({"learning": {"weights": {"closed": 0.1}, "half_life_days": 10}})

    assert weighting.weight(given(Source.CLOSED, now), now) == 0.1
    assert weighting.weight(given(Source.CORRECTION, now, 10), now) == 0.5


def test_a_half_life_of_none_means_that_nothing_ages():
    assert Weighting.of_configuration({"learning": {"half_life_days": 0}}).half_life_days is None


def test_a_variable_of_the_environment_is_a_number_too():
    assert Weighting.of_configuration({"learning": {"half_life_days": "30"}}).half_life_days == 30.0
