"""Business hours over weekends, holidays and the change of the clock."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.pipeline.calendar import ALWAYS_OPEN, Calendar, PublicHolidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OFFICE = (9 * HOUR, 12.5 * HOUR), (13 * HOUR, 17.5 * HOUR)  # eight hours a day
WEEK = dict.fromkeys(range(5), OFFICE)


def local(day, clock="00:00", zone=AMSTERDAM):
    """A moment by the clock on the wall."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)


def by_the_clock(moment, zone=AMSTERDAM):
    return moment.astimezone(zone).strftime("%m-%d %H:%M")


@pytest.fixture
def office():
    """Monday to Friday in the Netherlands, with a break at noon."""
    return Calendar(AMSTERDAM, WEEK, PublicHolidays("NL", [date(2026, 12, 24)]))


@pytest.fixture
def nights():
    """Sundays around the hours in which the clock is changed."""
    return Calendar(AMSTERDAM, {6: [(HOUR, 2.5 * HOUR), (2.75 * HOUR, 4 * HOUR)]})


@pytest.mark.parametrize(
    ("day", "clock", "is_open"),
    [
        ("2026-03-02", "08:59", False), ("2026-03-02", "09:00", True), ("2026-03-02", "12:29", True),
        ("2026-03-02", "12:30", False), ("2026-03-02", "12:59", False), ("2026-03-02", "13:00", True),
        ("2026-03-02", "17:29", True), ("2026-03-02", "17:30", False), ("2026-03-07", "10:00", False),
        ("2026-03-08", "10:00", False), ("2026-04-27", "10:00", False), ("2026-12-24", "10:00", False),
        ("2026-12-23", "10:00", True), ("2026-12-25", "10:00", False),
    ],
)  # fmt: skip
def test_it_is_open_from_the_first_minute_to_before_the_last(office, day, clock, is_open):
    assert office.is_open(local(day, clock)) is is_open
    assert office.is_open(local(day, clock).astimezone(UTC)) is is_open


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        (local("2026-03-02", "09:00"), 1, "03-02 10:00"),
        (local("2026-03-02", "12:00"), 1, "03-02 13:30"),  # over the break
        (local("2026-03-02", "09:00"), 3.5, "03-02 12:30"),  # to the minute of closing
        (local("2026-03-02", "06:00"), 8, "03-02 17:30"),
        (local("2026-03-06", "16:30"), 2, "03-09 10:00"),  # over a weekend
        (local("2026-03-07", "11:00"), 1, "03-09 10:00"),  # from a weekend
        (local("2026-04-24", "17:00"), 1, "04-28 09:30"),  # over a weekend and King's Day
        (local("2026-12-23", "17:00"), 1, "12-28 09:30"),  # over a day closed by hand, Christmas and a weekend
        (local("2026-03-27", "17:00"), 1, "03-30 09:30"),  # over the change to summer time
    ],
)
def test_business_time_is_added(office, begin, hours, end):
    assert by_the_clock(office.add(begin, hours * HOUR)) == end


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        (local("2026-03-02", "09:00"), local("2026-03-02", "17:30"), 8),
        (local("2026-03-02", "00:00"), local("2026-03-09", "00:00"), 40),
        (local("2026-03-06", "17:00"), local("2026-03-09", "09:30"), 1),
        (local("2026-03-07", "00:00"), local("2026-03-08", "23:59"), 0),
        (local("2026-04-24", "17:00"), local("2026-04-28", "09:30"), 1),
        (local("2026-03-23"), local("2026-04-03"), 72),  # nine days with a changed clock; Good Friday is no holiday
        (local("2026-03-03"), local("2026-03-02"), 0),
    ],
)
def test_business_time_between_two_moments(office, begin, end, hours):
    assert office.between(begin, end) == hours * HOUR


def test_where_the_clock_is_put_forward_the_hour_that_is_skipped_counts_nothing(nights):
    spring = date(2026, 3, 29)  # 02:00 becomes 03:00

    assert nights.between(local(spring), local(spring, "12:00")) == 2 * HOUR
    assert by_the_clock(nights.add(local(spring), HOUR + 30 * MINUTE)) == "03-29 03:30"
    assert nights.is_open(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    assert nights.is_open(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


def test_where_the_clock_is_put_back_the_hour_that_comes_twice_counts_twice():
    autumn = date(2026, 10, 25)  # 03:00 becomes 02:00
    through = Calendar(AMSTERDAM, {6: [(HOUR, 4 * HOUR)]})

    assert through.between(local(autumn), local(autumn, "12:00")) == 4 * HOUR
    assert by_the_clock(through.add(local(autumn), 4 * HOUR)) == "10-25 04:00"


def test_it_closes_when_the_clock_first_shows_the_time_of_closing(nights):
    closes = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, an hour before it is 02:30 again

    assert nights.is_open(closes - MINUTE)
    assert not nights.is_open(closes)


def test_a_day_that_a_country_skipped_has_no_hours():
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    daily = Calendar(apia, dict.fromkeys(range(7), ((9 * HOUR, 17 * HOUR),)))

    assert daily.between(local("2011-12-29", zone=apia), local("2012-01-01", zone=apia)) == 16 * HOUR


def test_without_hours_it_is_always_open():
    christmas = local("2026-12-25", "03:00")

    assert ALWAYS_OPEN.is_open(christmas)
    assert ALWAYS_OPEN.add(christmas, 8 * HOUR) == christmas + 8 * HOUR
    assert ALWAYS_OPEN.between(christmas, christmas + HOUR) == HOUR


def test_a_full_day_ends_at_midnight():
    mondays = Calendar(AMSTERDAM, {0: [(timedelta(), 24 * HOUR)]})

    assert mondays.is_open(local("2026-03-02", "23:59"))
    assert not mondays.is_open(local("2026-03-03"))
    assert mondays.between(local("2026-03-01"), local("2026-03-08")) == 24 * HOUR


@pytest.mark.parametrize("seed", range(20))
def test_what_was_added_has_passed(office, seed):
    """However time is added, just so much business time lies between, and a moment earlier it was less."""
    dice = random.Random(seed)
    for _ in range(50):
        begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(525_600))
        time = timedelta(minutes=dice.randrange(1, 6_000))
        end = office.add(begin, time)

        assert office.between(begin, end) == time
        assert office.between(begin, end - timedelta(seconds=1)) == time - timedelta(seconds=1)


@pytest.mark.parametrize("seed", range(10))
def test_time_between_adds_up(office, seed):
    dice = random.Random(seed)
    for _ in range(50):
        minutes = sorted(dice.randrange(525_600) for _ in range(3))
        first, second, third = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=one) for one in minutes)

        assert office.between(first, second) + office.between(second, third) == office.between(first, third)


def test_no_time_added_changes_nothing(office):
    saturday = local("2026-03-07", "11:00")

    assert office.add(saturday, timedelta()) == saturday


def test_a_region_has_holidays_of_its_own():
    epiphany = date(2026, 1, 6)

    assert PublicHolidays("DE-BY")(epiphany)
    assert not PublicHolidays("DE")(epiphany)


@pytest.mark.parametrize("place", ["XX", "DE-XX", "nl", "Netherlands!"])
def test_a_place_without_holidays_is_named(place):
    with pytest.raises(ValueError, match=f"holidays of '{place}'"):
        PublicHolidays(place)


def test_what_never_opens_is_refused():
    with pytest.raises(ValueError, match="never open"):
        Calendar(AMSTERDAM, {0: []})


def test_what_stays_closed_for_a_year_ends_the_search():
    closed = Calendar(AMSTERDAM, WEEK, lambda day: day.year > 2026)

    with pytest.raises(ValueError, match="closed for a year"):
        closed.add(local("2026-12-31", "16:00"), 8 * HOUR)


def test_time_is_not_taken_away(office):
    with pytest.raises(ValueError, match="taken away"):
        office.add(local("2026-03-02"), -HOUR)


def test_each_zone_decides_by_its_own_clock(office):
    tokyo = Calendar(ZoneInfo("Asia/Tokyo"), WEEK)
    morning = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # half past nine in Tokyo

    assert tokyo.is_open(morning)
    assert not office.is_open(morning)
