"""A rate lets short bursts pass and keeps the average; who would wait too long takes no place."""

import pytest

from service.pipeline.translation.rate import RateLimit

PATIENCE = 1.0


@pytest.fixture
def rate(clock):
    """Four calls a second."""
    return RateLimit(4.0, clock)


def test_without_a_rate_nobody_waits(clock):
    rate = RateLimit(None, clock)

    assert [rate.take(0.0) for _ in range(1_000)] == [0.0] * 1_000


def test_a_burst_of_one_second_passes_and_the_next_ones_wait_in_turn(rate):
    assert [rate.take(PATIENCE) for _ in range(8)] == [0.0] * 4 + [0.25, 0.5, 0.75, 1.0]


def test_who_would_wait_too_long_takes_no_place(rate, clock):
    for _ in range(8):
        rate.take(PATIENCE)
    refused = [rate.take(PATIENCE) for _ in range(100)]
    clock.now += 0.25

    assert (refused, rate.take(PATIENCE)) == ([None] * 100, 1.0)


def test_a_long_quiet_time_does_not_save_up_more_than_a_burst(rate, clock):
    clock.now += 3_600.0

    assert [rate.take(PATIENCE) for _ in range(5)] == [0.0] * 4 + [0.25]


def test_the_average_stays_within_the_rate(rate, clock):
    began, called = clock.now, 0
    while clock.now < began + 100.0:
        wait = rate.take(PATIENCE)
        called += wait is not None
        clock.now += 0.0625

    assert 400 <= called <= 400 + 8  # a burst at first, and who is still waiting at last


@pytest.mark.parametrize(("per_second", "seconds"), [(0.5, 2.0), (0.01, 100.0)])
def test_less_than_one_a_second_is_one_at_a_time(clock, per_second, seconds):
    rate = RateLimit(per_second, clock)
    first, second = rate.take(PATIENCE), rate.take(PATIENCE)
    clock.now += seconds

    assert (first, second, rate.take(PATIENCE)) == (0.0, None, 0.0)


def test_who_cannot_wait_gets_a_place_only_while_one_is_free(rate):
    assert [rate.take(0.0) for _ in range(5)] == [0.0] * 4 + [None]
