"""The clock: how long tickets take from step to step, in business hours and in plain ones, as honest percentiles.

Each step is counted from the moment at which the inquiry was received. What has not happened yet is in no
percentile: how many tickets a figure is made of stands beside it.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from service.errors import InvalidInput
from service.pipeline.calendar import Calendar
from service.storage.clock import Times
from service.storage.store import Store

STEPS = ("translated", "routed", "delivered", "opened", "answered")
_PERIOD = timedelta(weeks=12)
# Beyond these there are no inquiries, and moments that cannot be counted with.
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_MOST = 200_000  # tickets that are read: what they take in memory and time is bounded
_LEAST_FOR = {50: 1, 90: 10, 99: 100}  # tickets below which a percentile would only name one of the largest
_LONGEST = timedelta(days=3660)
_WEEK = timedelta(weeks=1)

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Percentiles by nearest rank, in seconds.

    Attributes:
        n: How many tickets they are made of.
        p50: The median; None without any.
        p90: None below ten.
        p99: None below a hundred.
    """

    n: int
    p50: float | None
    p90: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """How long it took from receipt: in business hours of each ticket's desk, and in plain ones."""

    business: Figures
    plain: Figures


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets of one desk, language or category, of one week, or all.

    Attributes:
        name: Empty for all, and for none; a week is named by its Monday.
        tickets: How many were received.
        waiting: How many of them are not answered yet.
        due: How many had a due time that is over, or were answered before it.
        in_time: How many of these were answered by then.
        steps: By the names in `STEPS`.
    """

    name: str
    tickets: int
    waiting: int
    due: int
    in_time: int
    steps: dict[str, Step]


@dataclass(frozen=True, slots=True)
class Clock:
    """What was measured.

    Attributes:
        at: When.
        since: Received from then on.
        until: Received before then.
        is_cut: Whether there were more tickets than are read; then the newest were.
        all: Everything together.
        desks: By where they lie; the most tickets first, as in all of these.
        languages: By code.
        categories: By name.
        weeks: Of ISO 8601, in UTC, oldest first, without gaps.
        overdue: How many open tickets of each desk should be answered by now, whenever they were received.
    """

    at: datetime
    since: datetime
    until: datetime
    is_cut: bool
    all: Group
    desks: tuple[Group, ...]
    languages: tuple[Group, ...]
    categories: tuple[Group, ...]
    weeks: tuple[Group, ...]
    overdue: dict[str, int]


def read(
    store: Store,
    calendars: Callable[[str], Calendar],
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    desks: Collection[str] | None = None,
    most: int = _MOST,
) -> Clock:
    """Measure a period.

    Args:
        store: Where from.
        calendars: The business hours of a desk.
        at: Now.
        since: Inquiries received from then on; else twelve weeks.
        until: And before then; else until now.
        desks: Only tickets that lie on these; None for all.
        most: How many tickets are read at most.

    Raises:
        InvalidInput: The period ends before it begins, is longer than ten years, or is not of our time.
    """
    since, until = _period(since, until or at)
    found = store.clock.between(since, until, most, desks)
    return measure(found, calendars, at, since, until, store.clock.overdue(at, desks), is_cut=len(found) == most)


def _period(since: datetime | None, until: datetime) -> tuple[datetime, datetime]:
    if _FIRST <= until <= _LAST:
        since = since or until - _PERIOD
        if timedelta() < until - since <= _LONGEST:
            return since, until
    raise InvalidInput("a period ends after it begins, within ten years", field="since")


def measure(
    found: Sequence[Times],
    calendars: Callable[[str], Calendar],
    at: datetime,
    since: datetime,
    until: datetime,
    overdue: dict[str, int],
    *,
    is_cut: bool = False,
) -> Clock:
    """The same of tickets that were read already."""
    columns = _Columns(found, calendars, at)
    first = monday(since)
    weeks = math.ceil((min(until, at) - first) / _WEEK)
    names = [(first + n * _WEEK).date().isoformat() for n in range(max(weeks, 1))]
    week_of = np.clip((columns.received - first.timestamp()) // _WEEK.total_seconds(), 0, len(names) - 1)
    return Clock(
        at, since, until, is_cut,
        all=columns.groups([""], np.zeros(len(found), np.int64))[0],
        desks=columns.by([one.desk for one in found]),
        languages=columns.by([one.language or "" for one in found]),
        categories=columns.by([one.category or "" for one in found]),
        weeks=tuple(columns.groups(names, week_of.astype(np.int64))),
        overdue=overdue,
    )  # fmt: skip


class _Columns:
    """Tickets column by column: steps as seconds since receipt, NaN where they have not happened."""

    def __init__(self, found: Sequence[Times], calendars: Callable[[str], Calendar], at: datetime) -> None:
        def column(name: str) -> Floats:
            return np.array([getattr(one, name) for one in found], dtype=np.float64)

        self.received = column("received")
        ends = {step: column(step) for step in STEPS}
        self._answered, self._due = ends["answered"], column("due")
        self._at = at.timestamp()
        plain = {step: np.maximum(end - self.received, 0.0) for step, end in ends.items()}
        business = _in_business_hours(self.received, ends, [one.desk for one in found], calendars)
        self._plain = {step: _Sorted.of(seconds) for step, seconds in plain.items()}
        self._business = {step: _Sorted.of(seconds) for step, seconds in business.items()}

    def by(self, names: Sequence[str]) -> tuple[Group, ...]:
        """The groups of tickets that share a name, the largest first."""
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        found = self.groups(list(numbers), np.array([numbers[name] for name in names], np.int64))
        return tuple(sorted(found, key=lambda group: (-group.tickets, group.name)))

    def groups(self, names: Sequence[str], places: Places) -> list[Group]:
        """One group for each name, of the tickets that stand at its place."""
        n = len(names)
        is_answered = ~np.isnan(self._answered)
        is_in_time = is_answered & (self._answered <= self._due)
        is_due = is_in_time | (self._due < self._at)
        everything, waiting, due, in_time = (
            np.bincount(places[chosen], minlength=n).tolist()
            for chosen in (slice(None), ~is_answered, is_due, is_in_time)
        )
        plain, business = (
            {step: one.percentiles(places, n) for step, one in kind.items()}
            for kind in (self._plain, self._business)
        )
        steps = [{step: Step(business[step][i], plain[step][i]) for step in STEPS} for i in range(n)]
        return [Group(*row) for row in zip(names, everything, waiting, due, in_time, steps, strict=True)]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Durations of one step, the shortest first, and whose they are: sorted once for all groupings."""

    seconds: Floats
    tickets: Places

    @classmethod
    def of(cls, seconds: Floats) -> Self:
        known = np.flatnonzero(~np.isnan(seconds))
        order = known[np.argsort(seconds[known])]
        return cls(seconds[order], order)

    def percentiles(self, places: Places, n: int) -> list[Figures]:
        """Of the tickets at each place."""
        mine = places[self.tickets]
        together = np.argsort(mine.astype(np.min_scalar_type(n)), kind="stable")  # of small numbers it is quickest
        ends = np.cumsum(np.bincount(mine, minlength=n))
        starts = [0, *ends][:-1]
        return [_of_sorted(self.seconds[together[a:b]]) for a, b in zip(starts, ends, strict=True)]


def _of_sorted(seconds: Floats) -> Figures:
    n = len(seconds)
    ranks = {
        p: round(float(seconds[math.ceil(n * p / 100) - 1]), 2) if n >= least else None
        for p, least in _LEAST_FOR.items()
    }
    return Figures(n, ranks[50], ranks[90], ranks[99])


def _in_business_hours(
    received: Floats, ends: dict[str, Floats], desks: Sequence[str], calendars: Callable[[str], Calendar]
) -> dict[str, Floats]:
    """Steps in seconds of business time, each ticket's by its desk's calendar."""
    passed = {step: np.full(len(received), np.nan) for step in ends}
    of_desk = np.array(desks)
    for desk in dict.fromkeys(desks):
        own = np.flatnonzero(of_desk == desk)
        moments = [received[own], *(end[own] for end in ends.values())]
        open_until = _open_seconds(calendars(desk), moments)
        for step, end in ends.items():
            passed[step][own] = np.maximum(open_until(end[own]) - open_until(received[own]), 0.0)
    return passed


def _open_seconds(calendar: Calendar, moments: Sequence[Floats]) -> Callable[[Floats], Floats]:
    """How much business time has passed until a moment, counted from before the first of these moments.

    Asked of each ticket alone, a calendar would go through its days anew: here all days are gone through once.
    """
    known = np.concatenate(moments)
    first, last = (datetime.fromtimestamp(one, UTC) for one in (np.nanmin(known), np.nanmax(known)))
    times = list(calendar.open_times(first, last + timedelta(seconds=1)))
    starts = np.array([start.timestamp() for start, _ in times])
    lengths = np.array([(end - start).total_seconds() for start, end in times])
    before = np.concatenate([[0.0], np.cumsum(lengths)])

    def until(at: Floats) -> Floats:
        if not times:
            return np.where(np.isnan(at), np.nan, 0.0)
        place = np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
        found: Floats = before[place] + np.clip(at - starts[place], 0.0, lengths[place])
        return found

    return until


def monday(at: datetime) -> datetime:
    """When the week of a moment began, in UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
