"""`loket golden`: what must always come to a desk, whatever a model learns."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from model.configuration import Configuration
from service.access import Actor
from service.commands.options import as_json, command_of, known_desks, open_store, tell
from service.errors import InvalidInput, NotFound
from service.learning import golden_inquiries
from service.learning.golden_inquiries import Golden
from service.storage.records import GoldenInquiry

_SHOWN_CHARS = 70
_OPERATOR = Actor("command", frozenset({"admin"}), None)


@click.group("golden")
def golden() -> None:
    """Inquiries that must go to a desk: no model that sends one elsewhere is promoted.

    Example: loket golden list --desk privacy
    """


@golden.command("list")
@click.option("--desk", help="Of this desk alone.")
@as_json
@command_of
def list_golden(desk: str | None, as_json: bool, configuration: Configuration) -> None:
    """List the golden inquiries, oldest first.

    Example: loket golden list --desk privacy
    """
    settings, store = open_store(configuration)
    known_desks(settings, (desk,) if desk else ())
    found = store.golden_inquiries.all(desk)
    store.reads.add(datetime.now(UTC), _OPERATOR.name, None, "golden", [one.id for one in found])
    lines = [f"{one.id}  {one.desk:12} {one.by:16} {_shown(one.text)}" for one in found]
    tell([_facts(one) for one in found], as_json, "\n".join(lines) or "There are no golden inquiries.")


@golden.command("add")
@click.argument("desk")
@click.argument("text")
@click.option("--english", help="Its English text, where it is not English.")
@click.option("--language", help="Its language, such as nl.")
@command_of
def add(desk: str, text: str, english: str | None, language: str | None, configuration: Configuration) -> None:
    """Keep an inquiry that must always go to a desk, and print its id.

    Example: loket golden add privacy "Delete everything you know about me"
    """
    settings, store = open_store(configuration)
    known_desks(settings, (desk,))
    try:
        wanted = Golden(text=text, text_en=english, language=language)
    except ValidationError as error:
        first = error.errors()[0]
        raise click.UsageError(f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}") from None
    added = golden_inquiries.add(store, settings, datetime.now(UTC), _OPERATOR, desk, wanted)
    click.echo(added.id)


@golden.command("remove")
@click.argument("golden_id", metavar="ID")
@command_of
def remove(golden_id: str, configuration: Configuration) -> None:
    """Let one go: models are no longer held to it.

    Example: loket golden remove 01999c5e-27c8-7d2c-b1c5-5a51a2d01f7e
    """
    _, store = open_store(configuration)
    try:
        removed = golden_inquiries.remove(store, _OPERATOR, golden_id)
    except NotFound:
        raise NotFound(f"there is no golden inquiry {golden_id!r}") from None
    click.echo(f"{removed.desk} has one golden inquiry less.")


@golden.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@command_of
def import_golden(file: Path, as_json: bool, configuration: Configuration) -> None:
    """Read JSON Lines with desk and text, perhaps text_en and language; where a line is wrong, none is kept.

    Example: loket golden import golden.jsonl
    """
    settings, store = open_store(configuration)
    wanted = golden_inquiries.read_lines(settings, str(file), _lines(file))
    golden_inquiries.add_all(store, settings, datetime.now(UTC), _OPERATOR, wanted)
    now = len(store.golden_inquiries.all())
    tell(
        {"read": len(wanted), "golden": now}, as_json, f"{len(wanted)} read; there are {now} golden inquiries now."
    )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise InvalidInput(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file}: is not UTF-8 at byte {error.start}") from None


def _facts(one: GoldenInquiry) -> dict[str, Any]:
    return asdict(one) | {"added_at": one.added_at.isoformat()}


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARS else f"{line[: _SHOWN_CHARS - 1]}…"
