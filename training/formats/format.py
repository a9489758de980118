"""The formats of labels by name, and which of them a file has."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from model.errors import TrainingDataInvalid
from training.dataset import LabelledInquiry
from training.formats.automl import AutoMl, has_set_column
from training.formats.azure import Azure
from training.formats.comprehend import Comprehend
from training.formats.files import csv_rows, read_bytes, read_text, shown
from training.formats.label_studio import OWN_COLUMNS, LabelStudio
from training.formats.plain import PlainCsv, PlainLines

_DELIMITERS = (",", ";", "\t")


class Format(Protocol):
    """Reads and writes labels as one service does."""

    @property
    def name(self) -> str:
        """As people choose it: ``label-studio``."""

    def read(self, path: Path) -> list[LabelledInquiry]:
        """The labelled inquiries of a file, in order; rows without a label are left out where the format has such.

        Raises:
            TrainingDataInvalid: Something is wrong; the message names the file and the place.
        """

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write a file whole or not at all; answers how many inquiries.

        Raises:
            TrainingDataInvalid: The format cannot hold one of them, or the file cannot be written.
        """


_ALL: tuple[Format, ...] = (PlainCsv(), PlainLines(), LabelStudio(), Comprehend(), Azure(), AutoMl())
FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _ALL})


def guess(path: Path) -> Format:
    """The format of a file, by what is in it.

    Raises:
        TrainingDataInvalid: It is none of them, or could be two; the message names what was seen.
    """
    if read_bytes(path).startswith(b"PK"):
        return FORMATS["azure"]
    text = read_text(path)
    start = text.lstrip()[:1]
    if not start:
        raise TrainingDataInvalid(f"{path}: holds no inquiry")
    if start == "[":
        return FORMATS["label-studio"]
    return FORMATS[_of_object(path, text) if start == "{" else _of_table(path, text)]


def _of_object(path: Path, text: str) -> str:
    """JSON: one object over many lines, or the first of JSON Lines."""
    row = _parsed(text.lstrip().partition("\n")[0]) or _parsed(text) or {}
    if "assets" in row:
        return "azure"
    if "data" in row:
        return "label-studio"
    if "textContent" in row or "textGcsUri" in row:
        return "automl"
    if "text" in row and ("label" in row or "labels" in row):
        return "jsonl"
    if "source-ref" in row or ("source" in row and any(name.endswith("-metadata") for name in row)):
        return "comprehend"
    seen = f"a JSON object with {shown(row)}" if row else "a '{', and no JSON object"
    raise TrainingDataInvalid(f"{path}: is of no known format: seen was {seen}")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _of_table(path: Path, text: str) -> str:
    for delimiter in _DELIMITERS:
        columns = _header(path, text, delimiter)
        if "annotation_id" in columns and columns & OWN_COLUMNS - {"annotation_id"}:
            return "label-studio"
        if {"text", "label"} <= columns:
            return "csv"
    return _without_header(path, [row for _, row in csv_rows(path, text)])


def _header(path: Path, text: str, delimiter: str) -> set[str]:
    try:
        return set(next(csv_rows(path, text, delimiter))[1])
    except TrainingDataInvalid:  # quotes that another delimiter closes
        return set()


def _without_header(path: Path, rows: Sequence[Sequence[str]]) -> str:
    """Google's begins with a set or a text, Amazon's with a label: of labels there are fewer than of texts."""
    widths = {len(row) for row in rows}
    if has_set_column(rows) or any(field.startswith("gs://") for row in rows for field in row[:2]):
        return "automl"
    if widths == {2}:
        first, second = (len({row[column] for row in rows}) for column in (0, 1))
        if first != second:
            return "comprehend" if first < second else "automl"
    seen = f"a first row of {len(rows[0])} fields ({shown(rows[0])}) in {len(rows)} rows"
    raise TrainingDataInvalid(f"{path}: the format is not certain, name it: seen was {seen}")
