"""The page of the clock: how long tickets take from step to step, for those who answer for desks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from babel import Locale
from babel.numbers import format_decimal
from flask import Blueprint, g, render_template, request

from service import clock
from service.access import Actor
from service.api.operation import loket
from service.clock import STEPS, Clock, Figures, Group, monday
from service.errors import InvalidInput, NotFound
from service.web import session
from service.web.pages import in_words
from service.web.week_plot import Series, WeekPlot

blueprint = Blueprint("clock", __name__)
blueprint.before_request(session.only_with("figures"))
blueprint.after_request(session.no_store)
WEEKS = (4, 12, 26, 52)
HOURS = ("business", "plain")
_DEFAULT_WEEKS = 12
_DRAWN = ("answered", "opened", "routed")
_FEW = 5  # tickets of a week below which its median is drawn as a hollow dot
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_DAYS_FROM = 2 * _DAY


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the page is asked to show.

    Attributes:
        since: The first day.
        until: The day after the last.
        weeks: The chosen number of weeks; None for days of one's own.
        hours: One of `HOURS`.
        step: One of `clock.STEPS`: what the tables are about.
        desk: The only one; None for all that may be seen.
    """

    since: datetime
    until: datetime
    weeks: int | None
    hours: str
    step: str
    desk: str | None


@dataclass(frozen=True, slots=True)
class _Card:
    """A step in large letters: the median of the last finished week, and of the first one that tells."""

    step: str
    now: float | None
    before: float | None


@blueprint.get("/clock")
def page() -> str:
    """Medians week by week, and percentiles of desks, languages and categories."""
    now, parts = datetime.now(UTC), loket()
    try:
        asked, problem = _asked(now), None
        found = _read(now, asked)
    except InvalidInput:
        asked, problem = _default(now), g.translate("These are not two days of which the first comes first.")
        found = _read(now, asked)
    return render_template(
        "clock.html", found=found, asked=asked, problem=problem,
        desks=[desk for desk in parts.settings.desks if g.actor.sees(desk)],
        cards=_cards(found, asked.hours), plots=_plots(found, asked.hours),
        short=lambda seconds: in_short(seconds, g.translate, g.language, days=False),
        plain=lambda seconds: in_short(seconds, g.translate, g.language),
        step_name=step_name, language_of=_language, category_of=_category, WEEKS=WEEKS, STEPS=STEPS,
    )  # fmt: skip


def desks_of(actor: Actor) -> frozenset[str] | None:
    """The desks whose figures somebody may see; None for all."""
    return actor.desks


def step_name(step: str) -> str:
    """A step as the page calls it."""
    names = {
        "translated": g.translate("Translated"),
        "routed": g.translate("On its desk"),
        "delivered": g.translate("Delivered to its system"),
        "opened": g.translate("First opened"),
        "answered": g.translate("Answered"),
    }
    return str(names[step])


def in_short(seconds: float | None, translate: Callable[[str], str], language: str, *, days: bool = True) -> str:
    """A duration in one unit, such as ``14 min``.

    Args:
        seconds: None for a figure that is not told.
        translate: Into the page's language.
        language: Of which the numbers are.
        days: Whether there are days; a day of business hours is of no fixed length.
    """
    if seconds is None:
        return "–"
    if seconds < 1:
        return translate("under 1 s")
    if seconds < _MINUTE:
        return translate("{n} s").format(n=int(seconds))
    if seconds < _HOUR:
        return translate("{n} min").format(n=int(seconds // _MINUTE))
    if seconds < _DAYS_FROM or not days:
        return translate("{n} h").format(n=_number(seconds / _HOUR, language))
    return translate("{n} d").format(n=_number(seconds / _DAY, language))


def _language(code: str) -> str:
    """In the page's language, where there is a name for it."""
    found = Locale(g.language).languages.get(code)
    return str(found) if found else code or str(g.translate("Unknown"))


def _category(name: str) -> str:
    return str(in_words(name)) if name else str(g.translate("No category"))


def _number(value: float, language: str) -> str:
    """With one digit behind the point where it is below ten."""
    return str(format_decimal(value, "0.#" if value < 10 else "0", locale=language))


def _default(now: datetime) -> _Asked:
    return _Asked(monday(now) - timedelta(weeks=_DEFAULT_WEEKS), now, _DEFAULT_WEEKS, HOURS[0], "answered", None)


def _asked(now: datetime) -> _Asked:
    """As the page's address has it; what it does not know is left as usual."""
    given = request.args
    weeks = int(given["weeks"]) if given.get("weeks") in {str(one) for one in WEEKS} else _DEFAULT_WEEKS
    desk = given.get("desk") or None
    if desk and (desk not in loket().settings.desks or not g.actor.sees(desk)):
        raise NotFound
    hours = given["hours"] if given.get("hours") in HOURS else HOURS[0]
    step = given["step"] if given.get("step") in STEPS else "answered"
    if given.get("since"):
        since, until = _day(given["since"]), _day(given["until"], 1) if given.get("until") else now
        return _Asked(since, until, None, hours, step, desk)
    return _Asked(monday(now) - timedelta(weeks=weeks), now, weeks, hours, step, desk)


def _day(given: str, more: int = 0) -> datetime:
    """A day, or the one so many days later."""
    try:
        return datetime.combine(date.fromisoformat(given) + timedelta(days=more), time(), UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("is a day such as 2026-03-02") from None


def _read(now: datetime, asked: _Asked) -> Clock:
    parts = loket()
    desks = frozenset({asked.desk}) if asked.desk else desks_of(g.actor)
    return clock.read(parts.store, parts.settings.calendar, now, asked.since, asked.until, desks)


def _figures(group: Group, step: str, hours: str) -> Figures:
    return group.steps[step].business if hours == "business" else group.steps[step].plain


def _counting(found: Clock, step: str, hours: str) -> list[Figures]:
    """Of the weeks that are over and tell something."""
    over = [week for week, is_over in zip(found.weeks, _are_over(found), strict=True) if is_over]
    return [one for week in over if (one := _figures(week, step, hours)).n >= _FEW]


def _are_over(found: Clock) -> list[bool]:
    starts = [datetime.combine(date.fromisoformat(week.name), time(), UTC) for week in found.weeks]
    ends = [*starts[1:], starts[-1] + timedelta(weeks=1)]
    return [end <= found.at for end in ends]


def _cards(found: Clock, hours: str) -> list[_Card]:
    cards = []
    for step in reversed(_DRAWN):
        known = _counting(found, step, hours)
        now = known[-1].p50 if known else _figures(found.all, step, hours).p50
        cards.append(_Card(step, now, known[0].p50 if len(known) > 1 else None))
    return cards


def _plots(found: Clock, hours: str) -> list[tuple[str, WeekPlot]]:
    """One for a wide window and one for a narrow; none where there is nothing to draw."""
    if not any(week.tickets for week in found.weeks) or len(found.weeks) < 2:
        return []
    names = [week.name[5:] for week in found.weeks]
    series = [
        Series(step_name(step), step, tuple(_figures(week, step, hours).p50 for week in found.weeks))
        for step in _DRAWN
    ]
    over = _are_over(found)
    counts = [is_over and week.tickets >= _FEW for is_over, week in zip(over, found.weeks, strict=True)]
    sizes = (("wide", 760, 320, 130), ("narrow", 380, 300, 112))
    return [(kind, WeekPlot(names, series, counts, *size)) for kind, *size in sizes]
