"""`loket recall`: take back at once what a bad model or rule sent and nobody has opened."""

from datetime import UTC, datetime
from typing import Any

import click

from model.configuration import Configuration
from service import recall as recalling
from service.assembly import assemble
from service.commands.moments import MOMENT
from service.commands.options import as_json, command_of, known_desks, open_store, tell
from service.pipeline.routing import TRIAGE
from service.recall import Recall
from service.storage.inquiries import SYSTEM
from service.storage.recall import Sent
from training.progress import progress_bar


@click.command("recall")
@click.option("--model", "version", help="The version that sent them.")
@click.option("--rule", help="The routing rule that had a say in it.")
@click.option(
    "--since", type=MOMENT, required=True, help="Sent from then on: 2026-03-02, 2026-03-02T09:30 or 12h ago."
)
@click.option("--to", "desk", help=f"Lay them on this desk, such as {TRIAGE}, instead of deciding anew.")
@click.option("--dry-run", is_flag=True, help="Only print what would be moved.")
@as_json
@command_of
def recall(
    version: str | None,
    rule: str | None,
    since: datetime,
    desk: str | None,
    dry_run: bool,
    as_json: bool,
    configuration: Configuration,
) -> None:
    """Decide anew, by the champion and the rules of now, what a model or rule sent and nobody has opened.

    What somebody opened, took, reviewed or closed stays where it is. Roll the model back first. It can be run
    again: what is done is not done twice.

    Example: loket recall --model 20260302-093000-4f2a91 --since 12h --dry-run
    """
    if version is None and rule is None:
        raise click.UsageError("name --model, --rule, or both")
    settings, store = open_store(configuration)
    store.close()
    if desk:
        known_desks(settings, (desk,))
    loket = assemble(configuration)
    sent = Sent(since, version, rule, elsewhere_than=desk)
    now = datetime.now(UTC)
    with progress_bar("Recalling") as progress:
        found = recalling.recall(loket, now, SYSTEM, sent, progress, to=desk, dry_run=dry_run)
    loket.store.close()
    tell(_facts(found, dry_run), as_json, "\n".join(_lines(found, dry_run)))


def _facts(found: Recall, dry_run: bool) -> dict[str, Any]:
    moves = [{"from": start, "to": end, "tickets": n} for (start, end), n in _most_first(found)]
    return {
        "inquiries": found.inquiries, "moved": found.moved, "unchanged": found.unchanged, "left": found.left,
        "dry_run": dry_run, "moves": moves,
    }  # fmt: skip


def _lines(found: Recall, dry_run: bool) -> list[str]:
    lines = [f"{n:7}  {start or 'newly laid'} -> {end or 'withdrawn'}" for (start, end), n in _most_first(found)]
    would = "would move" if dry_run else "moved"
    tickets = "ticket" if found.moved == 1 else "tickets"
    return [*lines, f"{found.moved} {tickets} {would}; {found.unchanged} stay; {found.left} opened meanwhile"]


def _most_first(found: Recall) -> list[tuple[tuple[str | None, str | None], int]]:
    return found.moves.most_common()
