"""`loket labels`: what people said of inquiries, out and in, in the formats of other services too."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from model.configuration import Configuration
from service.access import COMMAND
from service.commands.options import as_json, command_of, open_store, tell
from service.learning.labelled import LabelledText, conflicts, every_labelled_text, labelled_texts
from service.settings import Settings
from service.storage.store import Store
from training.dataset import Given, LabelledInquiry, Source
from training.formats.format import FORMATS, guess

_AT_ONCE = 1000
_SHOWN = 5


@click.group("labels")
def labels() -> None:
    """Import, export and look at labels.

    Example: loket labels export --output labels.jsonl
    """


@labels.command("export")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="A file.")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="jsonl", show_default=True)
@command_of
def export(output: Path, kind: str, configuration: Configuration) -> None:
    """Write every labelled text once, with the label that counts.

    Example: loket labels export --output labels.json --format label-studio
    """
    settings, store = open_store(configuration)
    found = labelled_texts(store, settings.present_names())
    store.reads.add(datetime.now(UTC), COMMAND, None, "export", [one.inquiry for one in found if one.inquiry])
    written = FORMATS[kind].write(output, [_inquiry(one) for one in found])
    click.echo(f"{written} labels in {output}", err=True)


@labels.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), help="Without it, found out from the content.")
@click.option(
    "--map", "pairs", multiple=True, metavar="THEIRS=OURS", help="What a label is called here; repeatable."
)
@click.option("--by", default="import", show_default=True, help="Who gave them, where the file does not say.")
@as_json
@command_of
def import_(
    files: tuple[Path, ...], kind: str | None, pairs: tuple[str, ...], by: str, as_json: bool,
    configuration: Configuration,
) -> None:  # fmt: skip
    """Store labelled texts from other services; the next `loket retrain` learns from them.

    A text that is known already, with the same label, is not stored again.

    Example: loket labels import export.json --map "Order status=order_status"
    """
    settings, store = open_store(configuration)
    names = _names(pairs)
    found = [one for file in files for one in (FORMATS[kind] if kind else guess(file)).read(file)]
    kept = [one for one in found if not one.is_mixed]
    _check_labels(kept, names, settings)
    added = _add(store, kept, names, by, datetime.now(UTC))
    facts = {"read": len(found), "mixed": len(found) - len(kept), "new": added}
    left_out = f"; {facts['mixed']} with several labels were left out" if facts["mixed"] else ""
    tell(facts, as_json, f"{added} new labels of {len(found)}{left_out}")


@labels.command("show")
@as_json
@command_of
def show(as_json: bool, configuration: Configuration) -> None:
    """Count labels by source and category, and the texts on which people disagree.

    Example: loket labels show
    """
    settings, store = open_store(configuration)
    names = settings.present_names()
    found = labelled_texts(store, names)
    apart = list(conflicts(every_labelled_text(store, names)))
    facts: dict[str, Any] = {
        "labels": len(found),
        "sources": Counter(one.label.source for one in found),
        "categories": Counter(name for one in found for name in one.categories),
        "conflicts": [[list(one.categories) for one in same] for same in apart],
    }
    tell(facts, as_json, "\n".join(_lines(facts, apart)))


def _lines(facts: dict[str, Any], apart: Sequence[Sequence[LabelledText]]) -> Iterable[str]:
    yield f"{facts['labels']} labelled texts: " + ", ".join(f"{n} {name}" for name, n in facts["sources"].items())
    for name, n in sorted(facts["categories"].items(), key=lambda pair: -pair[1]):
        yield f"{n:6}  {name}"
    if apart:
        yield f"{len(apart)} texts have different labels; the first of each counts:"
        yield from ("        " + " / ".join(", ".join(one.categories) for one in same) for same in apart[:_SHOWN])


def _inquiry(text: LabelledText) -> LabelledInquiry:
    label = text.label
    given = Given(
        Source(label.source), label.at, label.by, label.desk, label.model, label.number, text.inquiry, text.seconded
    )  # fmt: skip
    labels = text.categories if len(text.categories) > 1 else ()
    return LabelledInquiry(text.text, text.categories[0], text.language, text.text_en, labels, given)


def _names(pairs: Sequence[str]) -> dict[str, str]:
    names = dict(pair.rpartition("=")[::2] for pair in pairs)
    if not all(names) or not all(names.values()):
        raise click.BadParameter("is written THEIRS=OURS", param_hint="--map")
    return names


def _check_labels(found: Sequence[LabelledInquiry], names: dict[str, str], settings: Settings) -> None:
    strange = sorted({names.get(one.label, one.label) for one in found} - settings.all_names())
    if strange:
        more = f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
        raise click.ClickException(
            f"there is no category {', '.join(map(repr, strange[:_SHOWN]))}{more}; name it with --map THEIRS=OURS"
        )


def _add(store: Store, found: Sequence[LabelledInquiry], names: dict[str, str], by: str, at: datetime) -> int:
    rows = [
        {
            "text": one.text, "text_en": one.text_en, "language": one.language,
            "category": names.get(one.label, one.label),
            "at": one.given.at if one.given else at, "by": (one.given.by if one.given else "") or by,
        }
        for one in found
    ]  # fmt: skip
    added = 0
    with click.progressbar(range(0, len(rows), _AT_ONCE), label="Importing", file=sys.stderr) as starts:
        for start in starts:
            added += store.labels.add_examples(at, rows[start : start + _AT_ONCE])
    return added
