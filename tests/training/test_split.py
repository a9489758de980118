"""The newest labels that the champion has not seen are held out; nothing is both learned and held out."""

from datetime import timedelta

import pytest

from training.dataset import Given, LabelledInquiry, Source
from training.split import split


@pytest.fixture
def label(now):
    """A label, as old as its number is small."""

    def make(number, text=None, labels=()):
        given = Given(Source.CORRECTION, now + timedelta(minutes=number), "user:anna", number=number)
        return LabelledInquiry(text or f"text {number}", "a", "en", labels=labels, given=given)

    return make


def numbers(inquiries):
    return [one.given.number for one in inquiries]


@pytest.mark.parametrize(
    ("new", "held_out"),
    [(0, 0), (1, 0), (2, 1), (30, 15), (150, 75), (200, 100), (400, 100), (1000, 200), (10_000, 2000)],
)
def test_a_fifth_but_at_least_a_hundred_at_most_half_and_at_most_two_thousand(label, new, held_out):
    parts = split([label(number) for number in range(1, new + 1)], ())

    assert (len(parts.learned), len(parts.held_out)) == (new - held_out, held_out)


def test_the_newest_are_held_out_and_both_parts_are_oldest_first(label):
    parts = split([label(number) for number in (5, 2, 6, 1, 4, 3)], ())

    assert (numbers(parts.learned), numbers(parts.held_out)) == ([1, 2, 3], [4, 5, 6])


def test_of_one_moment_the_greater_number_is_newer(now):
    given = [LabelledInquiry(f"text {n}", "a", given=Given(Source.IMPORT, now, number=n)) for n in (2, 1)]

    parts = split(given, ())

    assert (numbers(parts.learned), numbers(parts.held_out)) == ([1], [2])


def test_what_the_champion_learned_from_is_never_held_out(label):
    parts = split([label(number) for number in range(1, 21)], seen=range(11, 21))

    assert numbers(parts.held_out) == [6, 7, 8, 9, 10]
    assert numbers(parts.learned) == [*range(1, 6), *range(11, 21)]


def test_what_was_held_out_before_is_learned_when_newer_labels_come(label):
    parts = split([label(number) for number in range(1, 41)], seen=range(1, 11))

    assert numbers(parts.held_out) == list(range(26, 41))
    assert set(range(1, 26)) == set(numbers(parts.learned))


def test_a_text_that_is_learned_from_is_not_held_out_as_well(label):
    parts = split([label(1, "Where is it?"), label(2), label(3, " Where  is it? "), label(4)], ())

    assert (numbers(parts.learned), numbers(parts.held_out)) == ([1, 2], [4])


def test_mixed_inquiries_are_neither(label):
    parts = split([label(1), label(2), label(3, labels=("a", "b")), label(4, labels=("a", "b"))], ())

    assert (numbers(parts.learned), numbers(parts.held_out)) == ([1], [2])


def test_what_nobody_gave_is_neither(label):
    parts = split([LabelledInquiry("written", "a"), label(1), label(2)], ())

    assert (numbers(parts.learned), numbers(parts.held_out)) == ([1], [2])


def test_of_no_labels_nothing_is_learned():
    parts = split([], ())

    assert (parts.learned, parts.held_out) == ([], [])
