"""A breaker opens after failures in a row, and lets one caller try after a pause."""

import pytest

from service.pipeline.translation.breaker import Breaker


@pytest.fixture
def breaker(clock):
    return Breaker(failures=3, pause_seconds=60.0, clock=clock)


@pytest.fixture
def opened(breaker):
    for _ in range(3):
        breaker.failed()
    return breaker


def test_it_allows_calls_at_first(breaker):
    assert breaker.allows()


def test_it_opens_at_the_last_allowed_failure(breaker):
    allowed = []
    for _ in range(3):
        allowed.append(breaker.allows())
        breaker.failed()

    assert [*allowed, breaker.allows()] == [True, True, True, False]


def test_a_success_in_between_starts_the_count_anew(breaker):
    for _ in range(2):
        breaker.failed()
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()

    assert breaker.allows()


def test_it_stays_open_to_the_end_of_the_pause(opened, clock):
    clock.now += 59.9

    assert not opened.allows()


def test_after_the_pause_one_caller_may_try(opened, clock):
    clock.now += 60.0

    assert [opened.allows() for _ in range(3)] == [True, False, False]


def test_a_trial_that_fails_starts_the_pause_again(opened, clock):
    clock.now += 60.0
    opened.allows()
    clock.now += 30.0
    opened.failed()
    clock.now += 59.9
    still_paused = not opened.allows()
    clock.now += 0.1

    assert (still_paused, opened.allows()) == (True, True)


def test_a_trial_that_succeeds_closes_it(opened, clock):
    clock.now += 60.0
    opened.allows()
    opened.succeeded()

    assert [opened.allows() for _ in range(3)] == [True, True, True]


def test_a_trial_that_never_answers_does_not_pause_it_for_ever(opened, clock):
    clock.now += 60.0
    opened.allows()
    clock.now += 60.0

    assert opened.allows()


def test_what_asks_to_be_left_alone_is_left_alone_at_once_for_as_long_as_it_says(breaker, clock):
    breaker.open(300.0)
    clock.now += 299.9
    still_paused = not breaker.allows()
    clock.now += 0.1

    assert (still_paused, breaker.allows()) == (True, True)


@pytest.mark.parametrize("seconds", [None, 0.0, 5.0])
def test_a_shorter_wish_does_not_shorten_the_pause(breaker, clock, seconds):
    breaker.open(seconds)
    clock.now += 59.9

    assert not breaker.allows()


@pytest.mark.parametrize("end", [Breaker.failed, lambda breaker: breaker.open(None)], ids=["failed", "open"])
def test_a_failure_of_a_call_under_way_does_not_shorten_the_pause(breaker, clock, end):
    breaker.open(300.0)
    end(breaker)
    clock.now += 299.9

    assert not breaker.allows()


def test_it_tells_how_long_nobody_will_call(opened, clock):
    clock.now += 20.0

    assert opened.paused_seconds() == 40.0


def test_a_closed_one_and_one_whose_pause_is_over_are_not_paused(breaker, clock):
    closed = breaker.paused_seconds()
    breaker.open(None)
    clock.now += 60.0

    assert (closed, breaker.paused_seconds()) == (0.0, 0.0)


def test_a_success_of_a_call_begun_before_the_pause_does_not_end_it(opened, clock):
    clock.now += 20.0
    opened.succeeded()

    assert (opened.allows(), opened.paused_seconds()) == (False, 40.0)


def test_nor_does_it_shorten_what_was_asked_for(breaker, clock):
    breaker.open(300.0)
    breaker.succeeded()
    clock.now += 299.9

    assert not breaker.allows()
