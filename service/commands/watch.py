"""`loket watch`: what drifted last week, and which language is served worse."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service.commands.options import as_json, command_of, open_store, tell
from service.learning.alarms import Week
from service.learning.changes import Tally
from service.learning.watch import WEEKS, Fairness, Watch, look


@click.command("watch")
@click.option(
    "--weeks", default=WEEKS, show_default=True, type=click.IntRange(2, 520), help="Finished weeks that are read."
)
@as_json
@command_of
def watch(weeks: int, as_json: bool, configuration: Configuration) -> None:
    """Print what changed from the weeks before to the last finished one, an alarm a line.

    The exit status is 0 with or without alarms: 1 says that it could not look.

    Example: loket watch --json
    """
    _, store = open_store(configuration)
    found = look(store, datetime.now(UTC), weeks)
    lines = [f"{one.kind}: {one.message}" for one in found.alarms] or [f"no alarm in week {found.last.name}"]
    tell(facts(found), as_json, "\n".join(lines))


def facts(found: Watch) -> dict[str, Any]:
    """All figures for a program; shares and confidences are within [0, 1]."""
    return {
        "at": found.at.isoformat(),
        "week": found.last.name,
        "alarms": [asdict(one) for one in found.alarms],
        "texts": asdict(found.texts) if found.texts else None,
        "weeks": [_week(one) for one in found.weeks],
        "languages": [_fairness(one) for one in found.fairness],
    }


def _week(week: Week) -> dict[str, Any]:
    return {
        "week": week.name,
        "finished": week.finished,
        "desks": {name: _tally(one) for name, one in sorted(week.desks.items())},
        "languages": {name: _tally(one) for name, one in sorted(week.languages.items())},
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "n": tally.n, "automatic": tally.automatic, "reviewed": tally.reviewed, "overruled": tally.overruled,
        "override_rate": tally.overrides, "confidence": tally.mean,
    }  # fmt: skip


def _fairness(one: Fairness) -> dict[str, Any]:
    measured = {
        "override_rate_interval": one.overrides[1:], "confidence_interval": one.confidence[1:],
        "overruled_more": one.overruled_more, "less_confident": one.less_confident,
    }  # fmt: skip
    return {"language": one.language, **_tally(one.tally), **measured}
