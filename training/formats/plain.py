"""Our own two formats, which `training.dataset` reads."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model.errors import TrainingDataInvalid
from training.dataset import Given, LabelledInquiry, read_file
from training.formats.files import csv_content, json_content
from training.formats.rows import labels_of, numbered, write_all


class PlainCsv:
    """CSV with the header ``text,label,language,text_en`` (RFC 4180, UTF-8).

    It cannot hold several labels, or when a label was given. White space around a text is dropped on reading.
    """

    name = "csv"

    def read(self, path: Path) -> list[LabelledInquiry]:
        """The rows; see `training.dataset.read_file`."""
        return _read(path, {".csv", ".tsv"}, "CSV")

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write the rows, whole or not at all; answers how many.

        Raises:
            TrainingDataInvalid: An inquiry has several labels.
        """
        header = csv_content([("text", "label", "language", "text_en")])
        rows = [_csv_row(place, one) for place, one in numbered(path, inquiries)]
        write_all(path, [header, *rows])
        return len(rows)


class PlainLines:
    """JSON Lines with ``text``, ``label`` or ``labels``, ``language``, ``text_en``, and how the label came about.

    It holds all that we know. White space around a text is dropped on reading.
    """

    name = "jsonl"

    def read(self, path: Path) -> list[LabelledInquiry]:
        """The rows; see `training.dataset.read_file`."""
        return _read(path, None, "JSON Lines")

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write the rows, whole or not at all; answers how many."""
        return write_all(path, [json_content(_json_row(one)) for _, one in numbered(path, inquiries)])


def _read(path: Path, suffixes: set[str] | None, kind: str) -> list[LabelledInquiry]:
    """`training.dataset` tells the two formats apart by the file's name."""
    is_table = path.suffix.lower() in {".csv", ".tsv"}
    if is_table is not bool(suffixes):
        raise TrainingDataInvalid(f"{path}: by its name this is not {kind}")
    return read_file(path).inquiries


def _csv_row(place: str, one: LabelledInquiry) -> bytes:
    if one.is_mixed:
        raise TrainingDataInvalid(f"{place}: has several labels, which CSV cannot hold; write jsonl")
    return csv_content([(one.text, one.label, one.language or "", one.text_en or "")])


def _json_row(one: LabelledInquiry) -> dict[str, Any]:
    label = {"labels": list(labels_of(one))} if one.is_mixed else {"label": one.label}
    known = {"text_en": one.text_en, "language": one.language, **_given(one.given)}
    return {"text": one.text, **label} | {name: value for name, value in known.items() if value not in (None, "")}


def _given(given: Given | None) -> dict[str, Any]:
    return asdict(given) | {"at": given.at.isoformat()} if given else {}
