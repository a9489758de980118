"""The page that watches: alarms, desks and languages week by week, with plots that need no script."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, current_app, g, render_template

from service.learning.alarms import Week
from service.learning.changes import Tally
from service.learning.watch import Fairness, Watch, Watcher
from service.web import session
from service.web.plot import Line, Range, bounds

blueprint = Blueprint("watch", __name__)
blueprint.before_request(session.only_with("desk", "models"))
blueprint.after_request(session.no_store)
_SHARES = (0.0, 0.1)  # least scales of plots, so that none makes much of one in a hundred
_CONFIDENCES = (0.7, 1.0)


@blueprint.get("/watch")
def page() -> str:
    """What drifted on the actor's desks; on all, for those who look after the models."""
    desks = None if g.actor.may("models") else g.actor.desks
    watcher: Watcher = current_app.extensions["watcher"]
    found = watcher.look(datetime.now(UTC), desks)
    return render_template(
        "watch.html", found=found, sees_all=desks is None, desks=_desks(found), languages=_languages(found)
    )


def _desks(found: Watch) -> list[tuple[str, Line, Line]]:
    """Each desk with its confidence and its overrides; all together first."""
    names = sorted({desk for week in found.weeks for desk in week.desks})
    confidences = bounds((_confidence(week.of(name)) for week in found.weeks for name in names), *_CONFIDENCES)
    overrides = bounds((week.of(name).overrides for week in found.weeks for name in names), *_SHARES)
    return [
        (name, _line(found, name, _confidence, confidences), _line(found, name, _overrides, overrides))
        for name in ("", *names)
    ]


def _line(found: Watch, desk: str, figure: Callable[[Tally], float | None], scale: tuple[float, float]) -> Line:
    before = sum((week.of(desk) for week in found.before), Tally())
    values = tuple(figure(week.of(desk)) for week in found.weeks)
    return Line(values, figure(found.last.of(desk)), figure(before), *scale)


def _confidence(tally: Tally) -> float | None:
    return tally.mean if tally.n else None


def _overrides(tally: Tally) -> float | None:
    return tally.overrides


def _languages(found: Watch) -> list[tuple[Fairness, Line, Range, Range]]:
    """Each language with its share, its overrides and its confidence."""
    shares = {one.language: tuple(_share(week, one.language) for week in found.weeks) for one in found.fairness}
    scale = bounds((share for some in shares.values() for share in some), *_SHARES)
    lines = [
        Line(shares[one.language], _share(found.last, one.language), _before(found, one.language), *scale)
        for one in found.fairness
    ]
    return [(one, line, *_ranges(found, one)) for one, line in zip(found.fairness, lines, strict=True)]


def _share(week: Week, language: str) -> float | None:
    n = week.of().n
    return week.languages.get(language, Tally()).n / n if n else None


def _before(found: Watch, language: str) -> float | None:
    n = sum(week.of().n for week in found.before)
    return sum(week.languages.get(language, Tally()).n for week in found.before) / n if n else None


def _ranges(found: Watch, one: Fairness) -> tuple[Range, Range]:
    others = sum((other.tally for other in found.fairness if other is not one), Tally())
    reviewed = [other.overrides for other in found.fairness if other.tally.reviewed]
    shares = bounds((end for interval in reviewed for end in interval), *_SHARES)
    confidences = bounds((end for other in found.fairness for end in other.confidence), *_CONFIDENCES)
    return (
        Range(*one.overrides, others.overrides, *shares),
        Range(*one.confidence, _confidence(others), *confidences),
    )
