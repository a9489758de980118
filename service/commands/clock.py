"""`loket clock`: how long tickets take from receipt to answer."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service import clock as measuring
from service.clock import STEPS, Clock, Figures, Group
from service.commands.moments import MOMENT
from service.commands.options import as_json, command_of, known_desks, open_store, tell

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@click.command("clock")
@click.option("--desk", "desks", multiple=True, help="Only tickets that lie on this desk; repeatable.")
@click.option("--since", type=MOMENT, help="Received from then on: 2026-03-02 or 4w ago; else twelve weeks.")
@click.option("--until", type=MOMENT, help="And before then; else now.")
@as_json
@command_of
def clock(
    desks: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Print how long tickets took to be translated, routed, delivered, opened and answered, counted from receipt.

    Percentiles in business hours of each ticket's desk, and in all hours. A dash: too few tickets to tell.

    Example: loket clock --desk orders --since 4w
    """
    settings, store = open_store(configuration)
    chosen = known_desks(settings, desks) or None
    found = measuring.read(store, settings.calendar, datetime.now(UTC), since, until, chosen)
    store.close()
    tell(facts(found), as_json, "\n".join(_lines(found)))


def facts(found: Clock) -> dict[str, Any]:
    """All figures for a program; durations are seconds, moments ISO 8601."""
    moments = {name: getattr(found, name).isoformat() for name in ("at", "since", "until")}
    return asdict(found) | moments


def _lines(found: Clock) -> Iterator[str]:
    yield f"{found.all.tickets} tickets received from {found.since:%Y-%m-%d} until {found.until:%Y-%m-%d %H:%M} UTC"
    if found.is_cut:
        yield "there are more than are read at once: these are the newest"
    yield f"{'':24}  tickets   business hours: 50 %   90 %   99 %   all hours: 50 %   90 %   99 %"
    for step in STEPS:
        yield _line(step, found.all, step)
    for title, groups in (("desk", found.desks), ("language", found.languages), ("category", found.categories)):
        yield f"answered, by {title}"
        yield from (_line(group.name or "none", group, "answered") for group in groups)
    late = ", ".join(f"{n} on {desk}" for desk, n in sorted(found.overdue.items(), key=lambda pair: -pair[1]))
    yield f"overdue now: {late or 'none'}"


def _line(name: str, group: Group, step: str) -> str:
    business, plain = group.steps[step].business, group.steps[step].plain
    return f"{name[:24]:24}  {plain.n:7}  {_columns(business):>37}  {_columns(plain):>32}"


def _columns(figures: Figures) -> str:
    return " ".join(f"{_short(one):>6}" for one in (figures.p50, figures.p90, figures.p99))


def _short(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    value = seconds / size
    return f"{value:.1f}{unit}" if value < 10 and unit in {"h", "d"} else f"{value:.0f}{unit}"
