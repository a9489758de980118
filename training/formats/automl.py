"""Google AutoML Natural Language and Vertex AI: their import and export files for text classification.

Followed: AutoML API v1 ``InputConfig`` (CSV, ``ML_USE,text or gs:// path,LABEL,LABEL,…``) and Vertex AI's schemas
``text_classification_single_label_io_format_1.0.0`` and ``text_classification_multi_label_io_format_1.0.0``
(JSON Lines).
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from model.errors import TrainingDataInvalid
from training.dataset import LabelledInquiry
from training.formats.files import (
    csv_content,
    csv_rows,
    expect,
    json_content,
    json_lines,
    read_text,
    relative,
    text_beside,
)
from training.formats.rows import inquiry, labels_of, numbered, some, write_all

# Of the API (UNASSIGNED, VALIDATE), the older guide (VALIDATION) and Vertex AI (training); empty leaves it open.
SETS = {"", "train", "training", "validate", "validation", "test", "unassigned"}
_GCS_PATH = re.compile(r"gs://(?P<bucket>[^/\s]+)/(?P<object>\S.*)")
_LANGUAGE = "language"  # the schema leaves a data item's own labels open


class AutoMl:
    """CSV ``[set,]text,label…`` or JSON Lines with ``textContent``: by content read, by name written.

    A text in Cloud Storage is looked for beside the file, under ``bucket/object``, then ``object``, then its last
    name: download it there first. Unlabelled rows are allowed and left out. The first column is a set when it names
    one and a text and a label follow, or when every row names one. Only JSON Lines has a place for the language.
    """

    name = "automl"

    def read(self, path: Path) -> list[LabelledInquiry]:
        """The labelled inquiries, in order.

        Raises:
            TrainingDataInvalid: A row is not of the format, or its text is not found; names file and line.
        """
        content = read_text(path)
        if content.lstrip().startswith("{"):
            return some(path, (_of_object(place, path.parent, row) for place, row in json_lines(path, content)))
        rows = list(csv_rows(path, content))
        has_set = has_set_column([row for _, row in rows])
        return some(path, (_of_row(place, path.parent, row, has_set) for place, row in rows))

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write JSON Lines when the name ends in .jsonl, else CSV; whole or not at all; answers how many rows.

        Raises:
            TrainingDataInvalid: A text is what CSV would take for a path.
        """
        written = _object if path.suffix.lower() == ".jsonl" else _row
        return write_all(path, [written(place, one) for place, one in numbered(path, inquiries)])


def has_set_column(rows: Sequence[Sequence[str]]) -> bool:
    """Whether every row begins with the name of a set, or with nothing."""
    return all(len(row) > 1 and row[0].lower() in SETS for row in rows)


def _of_row(place: str, folder: Path, row: list[str], has_set: bool) -> LabelledInquiry | None:
    begins_with_set = has_set or (len(row) > 2 and row[0].lower() in SETS)
    text, *labels = row[1:] if begins_with_set else row
    labels = [label for label in labels if label]
    return inquiry(place, _text(place, folder, text), labels) if labels else None


def _text(place: str, folder: Path, text: str) -> str:
    """The text itself, or that of the file in Cloud Storage which it names."""
    stored = _GCS_PATH.fullmatch(text)
    return _downloaded(place, folder, stored["bucket"], stored["object"]) if stored else text


def _downloaded(place: str, folder: Path, bucket: str, name: str) -> str:
    if not name.lower().endswith(".txt"):
        raise TrainingDataInvalid(f"{place}: {name!r} is not a .txt file")
    last = relative(place, name).name
    for location in (f"{bucket}/{name}", name, last):
        if (folder / relative(place, location)).is_file():
            return text_beside(place, folder, location)
    raise TrainingDataInvalid(f"{place}: gs://{bucket}/{name} is not beside the file; download the bucket there")


def _of_object(place: str, folder: Path, row: dict[str, Any]) -> LabelledInquiry | None:
    single = row.get("classificationAnnotation")
    listed = expect(place, "'classificationAnnotations'", row.get("classificationAnnotations") or [], list)
    found = [expect(place, "an annotation", one, dict) for one in ([single] if single else listed)]
    labels = [one.get("displayName") for one in found]
    facts = expect(place, "'dataItemResourceLabels'", row.get("dataItemResourceLabels") or {}, dict)
    return inquiry(place, _content(place, folder, row), labels, language=facts.get(_LANGUAGE)) if labels else None


def _content(place: str, folder: Path, row: dict[str, Any]) -> Any:
    if "textGcsUri" not in row or "textContent" in row:
        return row.get("textContent")
    uri = expect(place, "'textGcsUri'", row["textGcsUri"], str)
    if not _GCS_PATH.fullmatch(uri):
        raise TrainingDataInvalid(f"{place}: 'textGcsUri' is not a gs:// path")
    return _text(place, folder, uri)


def _row(place: str, one: LabelledInquiry) -> bytes:
    if _GCS_PATH.fullmatch(one.text):
        raise TrainingDataInvalid(f"{place}: its text would be read as a path; write .jsonl")
    return csv_content([("UNASSIGNED", one.text, *labels_of(one))])


def _object(_: str, one: LabelledInquiry) -> bytes:
    annotations: list[dict[str, str]] = [{"displayName": label} for label in labels_of(one)]
    key, value = ("s", annotations) if one.is_mixed else ("", annotations[0])
    language = {"dataItemResourceLabels": {_LANGUAGE: one.language}} if one.language else {}
    return json_content({f"classificationAnnotation{key}": value, "textContent": one.text, **language})
