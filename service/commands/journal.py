"""`loket journal`: who did and who read what, when and from where."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service.access import operator
from service.commands.moments import MOMENT
from service.commands.options import as_json, command_of, open_store, tell
from service.errors import NotFound
from service.storage.store import Store
from service.storage.whole_journal import Line

_MANY = 1_000


@click.command("journal")
@click.option("--inquiry", metavar="RECEIPT|ID", help="Of this inquiry alone.")
@click.option("--actor", metavar="NAME", help="Of this one alone, such as user:anna or key:shop.")
@click.option("--since", type=MOMENT, help="From then on: 2026-03-02, 2026-03-02T09:30 or 7d ago; in UTC.")
@click.option("--last", type=click.IntRange(1), default=_MANY, show_default=True, help="How many lines at most.")
@as_json
@command_of
def journal(
    inquiry: str | None,
    actor: str | None,
    since: datetime | None,
    last: int,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Print the journal, oldest line first: changes, reads of texts, sign-ins. That it was read is in it, too.

    Example: loket journal --inquiry LK-7Q4M-9XKD
    """
    _, store = open_store(configuration)
    inquiry_id = _inquiry_id(store, inquiry)
    asked = {"inquiry": inquiry_id, "actor": actor, "since": since.isoformat() if since else None}
    store.people.note(operator().entry(datetime.now(UTC), "journal_read", **asked))
    found = store.whole_journal.last(last, inquiry_id, actor, since)
    tell([_facts(line) for line in found], as_json, "\n".join(map(_text, found)) or "There is nothing like it.")


def _inquiry_id(store: Store, named: str | None) -> str | None:
    found = store.whole_journal.inquiry_of(named) if named else None
    if named and found is None:
        raise NotFound(f"there is no inquiry {named!r}")
    return found


def _facts(line: Line) -> dict[str, Any]:
    return asdict(line) | {"at": line.at.isoformat()}


def _text(line: Line) -> str:
    """Only what is safe in a terminal: details are JSON, in which no control character stands as itself."""
    of = line.inquiry or line.about or ""
    details = json.dumps(line.details) if line.details else ""
    known = f"{line.at:%Y-%m-%d %H:%M:%S}  {line.kind:18} {line.actor:20} {line.origin or '':16} {of}"
    return f"{known}  {details}".rstrip()
