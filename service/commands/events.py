"""`loket events`: journeys as files for analysts, and what the feed says of one inquiry."""

import json
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from model.configuration import Configuration
from service.access import operator
from service.commands.options import as_json, command_of, open_store, tell
from service.errors import NotFound
from service.journeys.event import sentence
from service.journeys.export import Export
from service.journeys.feed import catalogue_of, journeys_of
from service.journeys.files import FORMATS, rows_file
from service.journeys.pseudonyms import Pseudonyms
from service.settings import DEFAULT_CALENDAR, Settings

_MOMENT = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
_PAGE = 1_000


@click.group("events")
def events() -> None:
    """Tell what happened to inquiries, without saying whose they were.

    Example: loket events export --format parquet --output journeys.parquet
    """


@events.command("export")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.option("--since", type=_MOMENT, help="Steps from this day or moment on, by the clock of the time zone.")
@click.option("--until", type=_MOMENT, help="Steps before this day or moment.")
@click.option("--zone", help="The time zone of dates and hours; else journeys.zone.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else standard output.")
@command_of
def export(
    format_: str,
    since: datetime | None,
    until: datetime | None,
    zone: str | None,
    output: Path | None,
    configuration: Configuration,
) -> None:
    """Write each step of each inquiry as a row, with columns derived for analysts.

    No row holds a text, a name, an address or a number of an inquiry; what few inquiries have in common is told as
    "other". The pseudonyms are of this file alone.

    Example: loket events export --format parquet --output steps.parquet
    """
    if format_ == "parquet" and output is None:
        raise click.UsageError("--format parquet needs --output")
    settings, store = open_store(configuration)
    made = _export(settings, _zone(zone or settings.journeys.zone))
    facts = {"format": format_, "since": since and since.isoformat(), "until": until and until.isoformat()}
    store.people.note(operator().entry(datetime.now(UTC), "journeys_exported", None, **facts))
    first, last = _in_zone(since, made.zone), _in_zone(until, made.zone)
    with (
        rows_file(format_, output, made.names()) as write,
        click.progressbar(length=1, label="Exporting", file=sys.stderr) as bar,
    ):

        def show(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        for rows in made.rows(store, first, last, show):
            write(rows)


@events.command("show")
@click.option("--inquiry", "inquiry_id", help="All steps of one inquiry.")
@click.option("--after", type=click.IntRange(0), default=0, help="Steps after this cursor of the feed.")
@click.option("--limit", type=click.IntRange(1, _PAGE), default=100, show_default=True)
@as_json
@command_of
def show(inquiry_id: str | None, after: int, limit: int, as_json: bool, configuration: Configuration) -> None:
    """Print events as the feed has them, one a line.

    Example: loket events show --limit 20
    """
    settings, store = open_store(configuration)
    journeys = journeys_of(settings, store)
    if inquiry_id is not None:
        steps = store.feed.histories([inquiry_id])[inquiry_id]
        if not steps:
            raise NotFound(f"there is no inquiry {inquiry_id!r}")
        found = journeys.events(steps)
    else:
        found = journeys.page(after, limit).events
    for event in found:
        told = f"{event['id']:>8}  {event['time'][:19]}  {sentence(event)}"
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else told)


@events.command("receivers")
@as_json
@command_of
def receivers(as_json: bool, configuration: Configuration) -> None:
    """Print how far each receiver has the feed, and what keeps it.

    Example: loket events receivers
    """
    settings, store = open_store(configuration)
    last, known = store.feed.last_number(), {one.receiver: one for one in store.feed_positions.all()}
    for receiver in settings.journeys.receivers:
        one = known.get(receiver.name)
        facts = {
            "receiver": receiver.name, "has": one.event_id if one else None, "of": last,
            "attempts": one.attempts if one else 0, "problem": one.problem if one else None,
            "due_at": one.due_at.isoformat() if one and one.due_at else None,
        }  # fmt: skip
        problem = f", {facts['problem']} after {facts['attempts']} attempts" if facts["problem"] else ""
        tell(facts, as_json, f"{receiver.name}: has {facts['has'] or 0} of {last}{problem}")


@events.command("resume")
@click.argument("receiver")
@click.option("--after", type=click.IntRange(0), help="Push what comes after this cursor once more.")
@command_of
def resume(receiver: str, after: int | None, configuration: Configuration) -> None:
    """Push to a receiver at once: after it said that it is gone, or before the next attempt is due.

    Example: loket events resume warehouse
    """
    settings, store = open_store(configuration)
    if receiver not in {one.name for one in settings.journeys.receivers}:
        raise NotFound(f"there is no receiver {receiver!r}")
    if after is not None and after > store.feed.last_number():
        raise click.BadParameter("there is no such entry", param_hint="--after")
    if not store.feed_positions.resume(datetime.now(UTC), receiver, after):
        raise NotFound(f"nothing was pushed to {receiver!r} yet")
    click.echo(f"{receiver} is pushed to.")


def _export(settings: Settings, zone: ZoneInfo) -> Export:
    """An export whose pseudonyms nobody can make again: its key is forgotten with it."""
    own = settings.journeys
    pseudonyms = Pseudonyms(secrets.token_bytes(32))
    columns = own.own_columns()
    return Export(pseudonyms, catalogue_of(settings), zone, _business_hours(settings), columns, own.least)


def _business_hours(settings: Settings) -> Callable[[datetime], bool] | None:
    found = settings.calendars.get(settings.journeys.calendar or DEFAULT_CALENDAR)
    return found.calendar.is_open if found else None


def _in_zone(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{name!r} is not a time zone such as Europe/Amsterdam") from None
