"""`loket export`: what people labelled, as training reads it."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import click

from model.configuration import Configuration
from service.access import COMMAND
from service.commands.options import command_of, open_store
from service.learning.labelled import of_inquiry, text_of, translation_of
from service.storage.records import Inquiry, LabelledRequest
from service.storage.store import Store

_CHUNK = 500


@click.command("export")
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8", atomic=True),
    default="-",
    help="A file; else standard output.",
)
@click.option("--all", "everything", is_flag=True, help="Inquiries without a label as well.")
@command_of
def export(output: TextIO, everything: bool, configuration: Configuration) -> None:
    """Write labelled inquiries as JSON Lines: text, text_en, language, label, source, at.

    Example: loket export --output labels.jsonl
    """
    settings, store = open_store(configuration)
    output.write("")  # an export of nothing is an empty file, not the one that was there before
    total = store.inquiries.count_received()
    now = datetime.now(UTC)
    with click.progressbar(length=total, label="Exporting", file=sys.stderr) as bar:
        for row in _rows(store, now, everything, settings.present_names(), bar.update):
            output.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(
    store: Store, at: datetime, everything: bool, names: Mapping[str, str], progress: Any
) -> Iterator[dict[str, Any]]:
    for chunk in _chunks(store.inquiries.all(_CHUNK)):
        labels = store.labels.by_inquiry([inquiry.id for inquiry in chunk])
        told = [inquiry for inquiry in chunk if everything or inquiry.id in labels]
        store.reads.add(at, COMMAND, None, "export", [inquiry.id for inquiry in told])
        yield from (_row(inquiry, labels.get(inquiry.id, []), names) for inquiry in told)
        progress(len(chunk))


def _chunks(inquiries: Iterator[Inquiry]) -> Iterator[list[Inquiry]]:
    chunk: list[Inquiry] = []
    for inquiry in inquiries:
        chunk.append(inquiry)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _row(inquiry: Inquiry, labels: list[LabelledRequest], names: Mapping[str, str]) -> dict[str, Any]:
    """One inquiry; what has a label for each of several requests has ``labels``, and is not trained on as one."""
    if labels:
        return of_inquiry(labels, names).row()
    english, language = translation_of(inquiry.decision)
    unlabelled = {"text": text_of(inquiry), "text_en": english, "language": language, "label": None}
    return unlabelled | {"source": None, "at": inquiry.received_at.isoformat()}
