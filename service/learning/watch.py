"""Watching: what drifts from week to week, which language is served worse, and when a person should look.

Weeks are those of ISO 8601, in UTC. The last finished week is compared with the eight before it. What people said
of a week's decisions is counted as it stood as long after that week as it is now after the last one: else weeks
whose tickets are all closed would be compared with one of which only the first are.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest

from model.thresholds import with_interval
from service.learning.alarms import Alarm, Week, alarms
from service.learning.changes import Tally
from service.learning.text_drift import TextDrift, text_drift
from service.pipeline.detection.languages import UNDETERMINED
from service.storage.store import Store
from service.storage.weeks import Decided, DecidedText

Interval = tuple[float, float, float]

BEFORE = 8  # weeks that the last finished one is compared with
WEEKS = BEFORE + 1
_WEEK = timedelta(weeks=1)
_KEPT_FOR = timedelta(minutes=10)
_TEXTS = 2000  # read of the last week, and of those before
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Fairness:
    """How one language is served, over all weeks that were read, with 95 % intervals.

    Attributes:
        language: Its code.
        tally: The counts.
        overrides: The share overruled of those reviewed or closed (Wilson's interval).
        confidence: The mean (normal interval; at least 0, at most 1).
        overruled_more: Whether the interval lies wholly above the share of all other languages together.
        less_confident: Whether that of the confidence lies wholly below the others' mean.
    """

    language: str
    tally: Tally
    overrides: Interval
    confidence: Interval
    overruled_more: bool
    less_confident: bool


@dataclass(frozen=True)
class Watch:
    """What was found.

    Attributes:
        at: When it was looked.
        weeks: Oldest first; the last one is not over yet.
        alarms: The least probable by chance first.
        texts: How the texts differ; None when there are too few.
        fairness: The most frequent language first.
    """

    at: datetime
    weeks: tuple[Week, ...]
    alarms: tuple[Alarm, ...]
    texts: TextDrift | None
    fairness: tuple[Fairness, ...]

    @property
    def last(self) -> Week:
        """The last finished week."""
        return self.weeks[-2]

    @property
    def before(self) -> tuple[Week, ...]:
        """Those that it is compared with."""
        return self.weeks[-2 - BEFORE : -2]


class Watcher:
    """Looks at most once in ten minutes for each set of desks, as it reads many rows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[frozenset[str] | None, Watch] = {}
        self._lock = threading.Lock()

    def look(self, at: datetime, desks: frozenset[str] | None = None) -> Watch:
        """What was found at most ten minutes ago; see `look`."""
        with self._lock:
            self._kept = {key: one for key, one in self._kept.items() if timedelta(0) <= at - one.at < _KEPT_FOR}
            if desks not in self._kept:
                self._kept[desks] = look(self._store, at, desks=desks)
            return self._kept[desks]


def look(store: Store, at: datetime, weeks: int = WEEKS, desks: frozenset[str] | None = None) -> Watch:
    """Read the last weeks and compare the last finished one.

    Args:
        store: Where from.
        at: Now.
        weeks: How many finished ones; at least 2.
        desks: Read only what was laid on these first, so that no figure and no word tells of others; None for all.
    """
    found = store.weeks.between(_monday(at) - weeks * _WEEK, at)
    seen = (one for one in found if desks is None or one.desk in desks)
    return judge(seen, lambda ids: list(store.weeks.texts(ids)), at, weeks)


def judge(
    decided: Iterable[Decided],
    texts: Callable[[Sequence[str]], list[DecidedText]],
    at: datetime,
    weeks: int = WEEKS,
) -> Watch:
    """The same of inquiries that were read already; ``texts`` reads those of a sample."""
    counted, languages = _weeks(at, weeks), defaultdict[str, Tally](Tally)
    desks: list[dict[str, str]] = [{} for _ in counted]
    for one in decided:
        place = (one.received_at - counted[0].start) // _WEEK
        if 0 <= place < len(counted):
            _count(counted[place], one, at - _monday(at))
            _add(languages[_language(one)], one, at)
            desks[place][one.inquiry] = one.desk
    before = {inquiry: desk for week in desks[-2 - BEFORE : -2] for inquiry, desk in week.items()}
    drift = _drift(desks[-2], before, texts)
    raised = alarms(counted[-2], counted[-2 - BEFORE : -2], drift)
    return Watch(at, tuple(counted), raised, drift, _fairness(languages))


def _monday(at: datetime) -> datetime:
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _weeks(at: datetime, weeks: int) -> list[Week]:
    monday = _monday(at)
    return [Week(monday - back * _WEEK, back > 0) for back in range(max(2, weeks), -1, -1)]


def _count(week: Week, one: Decided, since: timedelta) -> None:
    until = week.start + _WEEK + since
    _add(week.desks[one.desk], one, until)
    _add(week.languages[_language(one)], one, until)


def _language(one: Decided) -> str:
    return one.language or UNDETERMINED


def _add(tally: Tally, one: Decided, until: datetime) -> None:
    """Count an inquiry, with what people had said of it until then."""
    reviewed, overruled = (when is not None and when <= until for when in (one.reviewed_at, one.overruled_at))
    tally.add(one.confidence, automatic=one.automatic, reviewed=reviewed, overruled=overruled)


def _drift(
    now: dict[str, str], before: dict[str, str], texts: Callable[[Sequence[str]], list[DecidedText]]
) -> TextDrift | None:
    """Of a sample that is always the same: ids end in random digits, and those with the smallest are taken."""
    sides = [texts(nsmallest(_TEXTS, side, key=lambda inquiry: inquiry[-12:])) for side in (now, before)]
    return text_drift(sides[0], sides[1], now | before)


def _fairness(languages: dict[str, Tally]) -> tuple[Fairness, ...]:
    all_ = sum(languages.values(), Tally())
    often = sorted(languages.items(), key=lambda item: (-item[1].n, item[0]))
    return tuple(_fair(language, tally, all_) for language, tally in often)


def _fair(language: str, tally: Tally, all_: Tally) -> Fairness:
    overrides = with_interval(tally.overruled, tally.reviewed)
    half = _Z * (tally.variance / tally.n) ** 0.5 if tally.n > 1 else 1.0
    confidence = tally.mean, max(0.0, tally.mean - half), min(1.0, tally.mean + half)
    reviewed, n = all_.reviewed - tally.reviewed, all_.n - tally.n
    more = reviewed > 0 and overrides[1] > (all_.overruled - tally.overruled) / reviewed
    less = n > 0 and confidence[2] < (all_.confidence - tally.confidence) / n
    return Fairness(language, tally, overrides, confidence, more, less)
