"""Labelled inquiries from files, read strictly: what is wrong is named with its file and line."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from model.errors import TrainingDataInvalid
from model.reading import Reading
from model.taxonomy import OUT_OF_SCOPE, is_out_of_scope
from model.text import clean

_DELIMITERS = (",", ";", "\t")  # spreadsheets of countries with a decimal comma write semicolons
_FIELD_MAX_CHARS = 1_000_000
_MIXED = "mixed"


class Source(StrEnum):
    """How somebody came to give a label, surest first."""

    CORRECTION = "correction"
    CONFIRMATION = "confirmation"
    IMPORT = "import"
    CLOSED = "closed"  # answered by the desk it lay on, which changed nothing


@dataclass(frozen=True, slots=True)
class Given:
    """Who gave a label, when and how; what was written for training has none of this.

    Attributes:
        source: How.
        at: When.
        by: Who: ``user:anna``, ``key:shop``.
        desk: On which the ticket lay.
        model: The version that had decided.
        number: Of the label in the store.
        inquiry: The stored inquiry's id.
        seconded: Whether a second person said the same.
    """

    source: Source
    at: datetime
    by: str = ""
    desk: str | None = None
    model: str | None = None
    number: int | None = None
    inquiry: str | None = None
    seconded: bool = False


@dataclass(frozen=True, slots=True)
class LabelledInquiry:
    """One row: what was written, its category, and where known its language and English text.

    A mixed inquiry has several ``labels``, the main one first, and ``label`` is the main one.
    """

    text: str
    label: str
    language: str | None = None
    text_en: str | None = None
    labels: tuple[str, ...] = ()
    given: Given | None = None

    @property
    def is_mixed(self) -> bool:
        """Whether it has several requests."""
        return len(self.labels) > 1

    @property
    def has_one_category(self) -> bool:
        """Whether it is neither mixed nor out of scope."""
        return not self.is_mixed and self.label != OUT_OF_SCOPE

    def reading(self, *, untranslated: bool = False) -> Reading:
        """What the classifier reads: cleaned, with the translation where there is one.

        A text of which no language is known and that has no translation is taken for English.
        """
        original = clean(self.text)
        if (self.language or "en").partition("-")[0].lower() == "en" and not self._is_translated():
            return Reading.in_english(original)
        return Reading(original, clean(self.text_en) if self.text_en and not untranslated else None)

    def _is_translated(self) -> bool:
        return self.language is None and self.text_en is not None and self.text_en != self.text


@dataclass(frozen=True, slots=True)
class Dataset:
    """The rows of one file, and the hash of the bytes that were read."""

    name: str
    sha256: str
    inquiries: list[LabelledInquiry]

    def facts(self) -> dict[str, Any]:
        """For the manifest of a model."""
        return {"name": self.name, "rows": len(self.inquiries), "sha256": self.sha256}


def read(paths: Sequence[Path]) -> list[LabelledInquiry]:
    """All rows of all files, in order; see `read_file`."""
    return [inquiry for path in paths for inquiry in read_file(path).inquiries]


def read_file(path: Path) -> Dataset:
    """The rows of one file, in order.

    Raises:
        TrainingDataInvalid: A file is missing, empty, not UTF-8, of another kind, lacks the columns
            ``text`` and ``label``, or has a row without them; the message names file and line.
    """
    content = _content(path)
    text = _decode(path, content)
    rows = _csv_rows(path, text) if path.suffix.lower() in {".csv", ".tsv"} else _json_rows(path, text)
    inquiries = [_inquiry(path, line, row) for line, row in rows]
    if not inquiries:
        raise TrainingDataInvalid(f"{path}: holds no inquiry")
    return Dataset(path.name, hashlib.sha256(content).hexdigest(), inquiries)


def seed_files() -> list[Path]:
    """The inquiries that come with Loket, to train the default model on: a file for each language, and others."""
    return [path for path in _packaged("seed") if path.stem != _MIXED]


def out_of_scope_file() -> Path:
    """Messages that no company's categories are about."""
    return _packaged_file("seed", OUT_OF_SCOPE)


def mixed_file() -> Path:
    """Inquiries with several requests."""
    return _packaged_file("seed", _MIXED)


def evaluation_files() -> list[Path]:
    """The inquiries that come with Loket to measure with, one file a language; never trained on."""
    return _packaged("evaluation")


def _packaged(folder: str) -> list[Path]:
    place = Path(str(files("training").joinpath("data", folder)))
    return sorted(place.glob("*.jsonl"))


def _packaged_file(folder: str, stem: str) -> Path:
    return Path(str(files("training").joinpath("data", folder, f"{stem}.jsonl")))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrainingDataInvalid(f"{path}: cannot be read: {error.strerror}") from error


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TrainingDataInvalid(f"{path}:{line}: is not UTF-8 (byte {content[error.start]:#04x})") from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _json_row(path, number, line)


def _json_row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TrainingDataInvalid(f"{path}:{number}: is neither CSV by its name nor JSON") from error
    if not isinstance(row, dict):
        raise TrainingDataInvalid(f"{path}:{number}: is not a JSON object")
    return row


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    csv.field_size_limit(_FIELD_MAX_CHARS)
    reader = csv.DictReader(_lines(text), delimiter=delimiter, strict=True)
    starts_at = 1
    try:
        _require_columns(path, reader.fieldnames)
        starts_at = reader.line_num + 1
        for row in reader:
            if None in row:
                raise TrainingDataInvalid(f"{path}:{starts_at}: has more fields than there are columns")
            yield starts_at, row
            starts_at = reader.line_num + 1
    except csv.Error as error:
        raise TrainingDataInvalid(f"{path}:{starts_at}: {error}") from error


def _lines(text: str) -> Iterable[str]:
    return (line + "\n" for line in text.removesuffix("\n").split("\n"))


def _require_columns(path: Path, columns: Sequence[str] | None) -> None:
    missing = [name for name in ("text", "label") if name not in (columns or ())]
    if columns and missing:
        found = ", ".join(columns)
        raise TrainingDataInvalid(f"{path}:1: has no column {missing[0]!r}; its columns are {found}")


def _inquiry(path: Path, line: int, row: dict[str, Any]) -> LabelledInquiry:
    labels = _labels(path, line, row)
    text, label = _required(path, line, row, "text"), labels[0] if labels else _required(path, line, row, "label")
    return LabelledInquiry(
        text,
        OUT_OF_SCOPE if is_out_of_scope(label) else label,
        _optional(path, line, row, "language"),
        _optional(path, line, row, "text_en"),
        labels,
        _given(path, line, row),
    )


def _given(path: Path, line: int, row: dict[str, Any]) -> Given | None:
    """How the label came about, where the row says so in our words."""
    if row.get("source") not in set(Source):
        return None
    number = row.get("number")
    return Given(
        Source(row["source"]),
        _time(path, line, row),
        _optional(path, line, row, "by") or "",
        _optional(path, line, row, "desk"),
        _optional(path, line, row, "model"),
        number if isinstance(number, int) else None,
        _optional(path, line, row, "inquiry"),
        row.get("seconded") is True,
    )


def _time(path: Path, line: int, row: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(_required(path, line, row, "at"))
    except ValueError as error:
        raise TrainingDataInvalid(f"{path}:{line}: 'at' is not a time such as 2026-03-02T09:30:00Z") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _labels(path: Path, line: int, row: dict[str, Any]) -> tuple[str, ...]:
    """The categories of a mixed inquiry, which JSON Lines may give instead of one ``label``."""
    labels = row.get("labels")
    if labels is None or "label" in row:
        return ()
    if not isinstance(labels, list) or not labels:
        raise TrainingDataInvalid(f"{path}:{line}: 'labels' is not a list of texts")
    return tuple(_required(path, line, {"labels": label}, "labels") for label in labels)


def _required(path: Path, line: int, row: dict[str, Any], name: str) -> str:
    if name not in row:
        raise TrainingDataInvalid(f"{path}:{line}: has no {name!r}")
    value = _text(path, line, name, row[name])
    if not value:
        raise TrainingDataInvalid(f"{path}:{line}: {name!r} is not a text")
    return value


def _optional(path: Path, line: int, row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if value is None else _text(path, line, name, value) or None


def _text(path: Path, line: int, name: str, value: Any) -> str:
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise TrainingDataInvalid(f"{path}:{line}: {name!r} is not a text")
    return value.strip()
