"""Business hours: when a desk is open, and how much of its time has passed. Reads no clock."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

NO_TIME = timedelta()
DAY = timedelta(days=1)
_DAYS_REMEMBERED = 4_096  # of each calendar; eleven years
_YEAR = 366

Interval = tuple[timedelta, timedelta]  # since midnight by the clock on the wall
Closed = Callable[[date], bool]


class Calendar:
    """The hours of a desk.

    An interval begins and ends when the clock on the wall first shows its time; a time that the change to
    summer time skips is the moment of the change.

    Args:
        zone: Where the clock hangs.
        hours: The intervals of each weekday (0 is Monday), in order and apart; days that are absent are closed.
            None for around the clock, holidays too.
        closed: Tells holidays.

    Raises:
        ValueError: There are no hours on any day.
    """

    def __init__(
        self,
        zone: ZoneInfo | None = None,
        hours: Mapping[int, Sequence[Interval]] | None = None,
        closed: Closed = lambda _day: False,
    ) -> None:
        if hours is not None and not any(hours.values()):
            raise ValueError("it is never open")
        self._zone = zone or ZoneInfo("UTC")
        self._hours = hours
        self._closed = closed
        self._spans = lru_cache(_DAYS_REMEMBERED)(self._spans_of)

    @property
    def is_always_open(self) -> bool:
        """Whether it is open around the clock."""
        return self._hours is None

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there; at the minute of closing nobody is."""
        if self._hours is None:
            return True
        at = at.astimezone(UTC)
        return any(start <= at < end for start, end in self._spans(self._day_of(at)))

    def add(self, at: datetime, duration: timedelta) -> datetime:
        """The first moment at which so much business time has passed since a moment, in UTC.

        Raises:
            ValueError: The duration is negative, or the calendar stays closed for a year.
        """
        if duration < NO_TIME:
            raise ValueError("business time cannot be taken away")
        at = at.astimezone(UTC)
        if self._hours is None or not duration:
            return at + duration
        left = duration
        for start, end in self._from(at):
            if end - start >= left:
                return start + left
            left -= end - start
        raise ValueError("the calendar stays closed for a year")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much business time passed from one moment to another; none if the second is not later."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return NO_TIME
        if self._hours is None:
            return end - start
        passed, day, last = NO_TIME, self._day_of(start), self._day_of(end)
        while day <= last:
            passed += sum((_shared(span, start, end) for span in self._spans(day)), NO_TIME)
            day += DAY
        return passed

    def open_times(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When it is open between two moments, oldest first; around the clock, that is one long time."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if self._hours is None:
            yield start, end
            return
        day, last = self._day_of(start), self._day_of(end)
        while day <= last:
            yield from ((max(a, start), min(b, end)) for a, b in self._spans(day) if b > start and a < end)
            day += DAY

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is open from a moment on, until nothing is for a year."""
        day, empty = self._day_of(at), 0
        while empty < _YEAR:
            spans = [(max(start, at), end) for start, end in self._spans(day) if end > at]
            yield from spans
            empty = 0 if spans else empty + 1
            day += DAY

    def _day_of(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _spans_of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        intervals = (self._hours or {}).get(day.weekday(), ())
        if not intervals or self._closed(day):
            return ()
        spans = ((self._moment(day, start), self._moment(day, end)) for start, end in intervals)
        return tuple((start, end) for start, end in spans if start < end)

    def _moment(self, day: date, since_midnight: timedelta) -> datetime:
        """When the clock on the wall first shows that time of that day, in UTC."""
        shown = datetime.combine(day, time.min, self._zone) + since_midnight
        moment = shown.astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
            return moment
        return _change(self._zone, shown.replace(fold=1).astimezone(UTC), moment)


class PublicHolidays:
    """The public holidays of a country, or of a part of it.

    Args:
        place: An ISO 3166 code, such as ``NL``, or with a subdivision, such as ``DE-BY``.
        also: Further days that are closed.

    Raises:
        ValueError: There is no such country, or it has no such part.
    """

    def __init__(self, place: str | None = None, also: Collection[date] = ()) -> None:
        self._country, _, part = (place or "").partition("-")
        self._part = part or None
        self._also = frozenset(also)
        self._years: dict[int, frozenset[date]] = {}
        if place:
            self._found(2000)

    def __call__(self, day: date) -> bool:
        """Whether it is a holiday."""
        return day in self._also or (bool(self._country) and day in self._of(day.year))

    def _of(self, year: int) -> frozenset[date]:
        # The library's own lazy dictionary shows other threads a year that it has only begun to fill.
        if year not in self._years:
            self._years[year] = self._found(year)
        return self._years[year]

    def _found(self, year: int) -> frozenset[date]:
        try:
            return frozenset(holidays.country_holidays(self._country, subdiv=self._part, years=year))
        except NotImplementedError:
            place = f"{self._country}-{self._part}" if self._part else self._country
            raise ValueError(f"the holidays of {place!r} are not known") from None


ALWAYS_OPEN = Calendar()


def _shared(span: tuple[datetime, datetime], start: datetime, end: datetime) -> timedelta:
    return max(min(span[1], end) - max(span[0], start), NO_TIME)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second between two moments at which the clock is put forward."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after
