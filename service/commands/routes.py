"""`loket routes`: are the rules sound, and what would other rules change?"""

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from model import configuration as configurations
from model.configuration import Configuration
from model.errors import ModelError
from service.assembly import make_router
from service.commands.moments import MOMENT
from service.commands.options import as_json, command_of, open_store, tell
from service.route_check import Finding, findings
from service.route_replay import Change, Difference, Side, What, compare
from service.settings import Settings, check, parsed
from service.storage.records import Inquiry
from service.storage.store import Store

_TITLES: dict[What, str] = {"desk": "to another desk", "priority": "another priority", "due": "another due time"}


@click.group("routes")
def routes() -> None:
    """Routing rules: look for mistakes in them, and try others on stored inquiries.

    Example: loket routes check
    """


@routes.command("check")
@click.option("--model/--no-model", "with_model", default=True, help="Whether to ask what the champion knows.")
@as_json
@command_of
def check_rules(with_model: bool, as_json: bool, configuration: Configuration) -> None:
    """Find rules that nothing reaches, names of nothing, and desks or categories that are left out.

    The exit status is 1 when something was found.

    Example: loket routes check --no-model
    """
    settings = parsed(configuration)
    found = findings(settings, _categories_of_champion(configuration) if with_model else ())
    said = "\n".join(map(str, found)) or f"{_number(len(settings.routes), 'rule')}: nothing is wrong."
    tell({"rules": len(settings.routes), "findings": [_finding(one) for one in found]}, as_json, said)
    if found:
        sys.exit(1)


@routes.command("try")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--last", type=click.IntRange(min=1), help="Only the newest inquiries, so many.")
@click.option("--since", type=MOMENT, help="Only those received from this day or time on (UTC).")
@as_json
@command_of
def try_rules(
    file: str, last: int | None, since: datetime | None, as_json: bool, configuration: Configuration
) -> None:
    """Route stored inquiries as configured now and as in FILE, and print what FILE would change.

    No model is asked: what was certain when it was decided counts as certain.

    Example: loket routes try new.toml --last 10000
    """
    settings, store = open_store(configuration)
    other = check(configurations.read(os.environ, file))
    found = compare(_side(settings), _side(other), _stored(store, since, last))
    tell(_facts(found), as_json, _told(found, str(configuration.file or "present rules"), file))


def _stored(store: Store, since: datetime | None, last: int | None) -> Iterator[Inquiry]:
    total = store.inquiries.count_decided(since)
    stored = store.inquiries.decided(since, last)
    total = total if last is None else min(total, last)
    with click.progressbar(stored, total, "Routing", file=sys.stderr, update_min_steps=100) as bar:
        yield from bar


def _side(settings: Settings) -> Side:
    return Side(make_router(settings), settings.present_names())


def _categories_of_champion(configuration: Configuration) -> list[str]:
    """None where there is no model yet: rules can be checked before one is trained."""
    try:
        loaded = configuration.registry().load_champion()
    except ModelError:
        return []
    return [str(name) for name in loaded.classifier.classes_]


def _finding(one: Finding) -> dict[str, str]:
    return {"kind": one.kind, "where": one.where, "message": one.message}


def _facts(found: Difference) -> dict[str, Any]:
    changes = [
        {"what": change.what, "from": change.before, "to": change.after, "because": change.because,
         "requests": count, "examples": found.examples[change]}
        for what in _TITLES for change, count in found.of(what)
    ]  # fmt: skip
    moved = {what: found.count(what) for what in _TITLES}
    return {"inquiries": found.inquiries, "requests": found.requests, "changed": moved, "changes": changes}


def _told(found: Difference, before: str, after: str) -> str:
    asked = f"{_number(found.inquiries, 'inquiry', 'inquiries')}, {_number(found.requests, 'request')}"
    lines = [f"--- {before}", f"+++ {after}", f"{asked}{'' if found.changes else ': nothing changes'}"]
    for what, title in _TITLES.items():
        if changes := found.of(what):
            lines += ["", f"@@ {title}: {found.count(what):,} of {found.requests:,} @@"]
            lines += [_line(change, count, found.examples[change]) for change, count in changes]
    return "\n".join(lines)


def _line(change: Change, count: int, examples: list[str]) -> str:
    return f"{count:7,}  {change.before} -> {change.after}  {change.because}  ({', '.join(examples)})"


def _number(count: int, noun: str, nouns: str | None = None) -> str:
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
