"""Label Studio: its JSON, JSON-MIN, CSV and TSV exports, and JSON that it imports.

Followed: Label Studio 1.x, "Label Studio JSON format of annotated tasks" and "Export formats"
(labelstud.io/guide/task_format, /guide/export) and "Import pre-annotated data" (/guide/predictions).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.errors import TrainingDataInvalid
from training.dataset import Given, LabelledInquiry
from training.formats.files import csv_rows, expect, json_content, parse_json, read_text, shown
from training.formats.rows import given_at, inquiry, labels_of, numbered, some, write_all

# What the CSV and JSON-MIN exports add to the task's data and the choices.
OWN_COLUMNS = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history"}
_OURS = {"language", "text_en"}
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Annotation:
    labels: tuple[str, ...]
    given: Given | None = None
    is_ground_truth: bool = False


@dataclass(frozen=True, slots=True)
class LabelStudio:
    """Tasks with annotations of ``<Choices>`` on a ``<Text>``; written as tasks to import.

    Of several annotations of a task one counts: a ground truth; else what most people chose; else the latest.
    Cancelled ones and drafts do not count, predictions only where asked for: a label is a person's.

    Attributes:
        text: The field of a task's data that holds the text.
        control: The name of the ``<Choices>`` whose choices are the labels; needed when there are several.
        predictions: Write labels as predictions for people to check, and read them where nobody annotated.
    """

    text: str = "text"
    control: str | None = None
    predictions: bool = False
    name = "label-studio"

    def read(self, path: Path) -> list[LabelledInquiry]:
        """One inquiry for each task with a label; tasks without are left out.

        Raises:
            TrainingDataInvalid: The file is none of Label Studio's exports, or its fields leave a doubt.
        """
        content = read_text(path)
        if content.lstrip()[:1] not in ("[", "{"):
            return some(path, self._of_rows(path, _table(path, content)))
        tasks = parse_json(path, content)
        tasks = tasks if isinstance(tasks, list) else [tasks]
        rows = [
            (f"{path}: task {n}", expect(f"{path}: task {n}", "it", row, dict)) for n, row in enumerate(tasks, 1)
        ]
        if any("data" in row for _, row in rows):
            return some(path, (self._task(place, row) for place, row in rows))
        return some(path, self._of_rows(path, rows))

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write tasks with annotations (or predictions), whole or not at all; answers how many."""
        tasks = [json_content(self._written(one)).strip() for _, one in numbered(path, inquiries)]
        write_all(path, [b"[\n", b",\n".join(tasks), b"\n]\n"])
        return len(tasks)

    def _task(self, place: str, task: dict[str, Any]) -> LabelledInquiry | None:
        place = f"{place} (id {task['id']})" if isinstance(task.get("id"), int) else place
        data = expect(place, "'data'", task.get("data"), dict)
        found = [self._annotation(place, one) for one in self._counting(place, task)]
        settled = _settled([one for one in found if one.labels])
        return self._inquiry(place, data, settled) if settled else None

    def _counting(self, place: str, task: dict[str, Any]) -> list[dict[str, Any]]:
        listed = [_objects(place, task, name) for name in ("annotations", "predictions")]
        annotations = [one for one in listed[0] if not one.get("was_cancelled")]
        return annotations or (listed[1] if self.predictions else [])

    def _annotation(self, place: str, one: dict[str, Any]) -> _Annotation:
        chosen = [result for result in _objects(place, one, "result") if result.get("type") == "choices"]
        control = self._control(place, [str(result.get("from_name")) for result in chosen])
        values = [
            expect(place, "'value'", result.get("value"), dict)
            for result in chosen
            if str(result.get("from_name")) == control
        ]
        labels = [label for value in values for label in expect(place, "'choices'", value.get("choices"), list)]
        at = one.get("updated_at") or one.get("created_at")
        return _Annotation(tuple(labels), given_at(place, at, _by(one)), one.get("ground_truth") is True)

    def _control(self, place: str, names: Sequence[str]) -> str | None:
        if self.control is None and len(set(names)) > 1:
            raise TrainingDataInvalid(f"{place}: has several choices, name one: {shown(sorted(set(names)))}")
        return self.control or (names[0] if names else None)

    def _inquiry(self, place: str, data: dict[str, Any], settled: _Annotation) -> LabelledInquiry:
        if self.text not in data:
            raise TrainingDataInvalid(f"{place}: has no {self.text!r}; its data has {shown(data)}")
        row = inquiry(place, data[self.text], settled.labels, language=data.get("language"), given=settled.given)
        text_en = data.get("text_en")
        return replace(row, text_en=expect(place, "'text_en'", text_en, str)) if text_en else row

    def _of_rows(self, path: Path, rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[LabelledInquiry | None]:
        """Rows of CSV and JSON-MIN: one for each annotation; those of a task have its id."""
        tasks: dict[object, tuple[str, dict[str, Any], list[_Annotation]]] = {}
        listed = list(rows)
        column = self._column(path, {name: None for _, row in listed for name in row})
        for place, row in listed:
            _, _, found = tasks.setdefault(str(row.get("id") or place), (place, row, []))
            if labels := _choices(place, row.get(column)):
                at = row.get("updated_at") or row.get("created_at")
                found.append(_Annotation(labels, given_at(place, at, _by({"completed_by": row.get("annotator")}))))
        for place, row, found in tasks.values():
            settled = _settled(found)
            yield self._inquiry(place, row, settled) if settled else None

    def _column(self, path: Path, columns: Iterable[str]) -> str:
        left = [name for name in columns if name not in OWN_COLUMNS | _OURS | {self.text}]
        if self.control:
            return self.control
        preferred = [name for name in ("label", "category") if name in left]
        if not preferred and len(left) != 1:
            found = f"several could be the label, name one: {shown(left)}" if left else "no column is the label"
            raise TrainingDataInvalid(f"{path}: {found}")
        return (preferred or left)[0]

    def _written(self, one: LabelledInquiry) -> dict[str, Any]:
        known = {self.text: one.text, "language": one.language, "text_en": one.text_en}
        choices = {"choices": list(labels_of(one))}
        result = {"from_name": self.control or "label", "to_name": "text", "type": "choices", "value": choices}
        data = {name: value for name, value in known.items() if value}
        if self.predictions:
            return {"data": data, "predictions": [{"model_version": "loket", "result": [result]}]}
        at = {"created_at": one.given.at.isoformat()} if one.given else {}
        return {"data": data, "annotations": [{"result": [result], "was_cancelled": False, **at}]}


def _settled(annotations: Sequence[_Annotation]) -> _Annotation | None:
    truths = [one for one in annotations if one.is_ground_truth]
    votes = Counter(frozenset(one.labels) for one in annotations)
    return max(
        truths or annotations,
        key=lambda one: (votes[frozenset(one.labels)], one.given.at if one.given else _EARLIEST),
        default=None,
    )


def _objects(place: str, row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; it may be missing, and a snapshot export may hold only ids of predictions."""
    listed = expect(place, f"{name!r}", row.get(name) or [], list)
    if name == "predictions":
        return [one for one in listed if isinstance(one, dict)]
    return [expect(place, f"one of {name!r}", one, dict) for one in listed]


def _by(annotation: dict[str, Any]) -> str:
    """Who annotated: a number, an address, or an object of both, by the kind of export."""
    by = annotation.get("completed_by")
    who = (by.get("id") or by.get("email")) if isinstance(by, dict) else by
    return f"label-studio:{who}" if isinstance(who, str | int) and who != "" else ""


def _table(path: Path, content: str) -> Iterator[tuple[str, dict[str, Any]]]:
    delimiter = "\t" if "\t" in content.partition("\n")[0] else ","
    rows = csv_rows(path, content, delimiter)
    _, header = next(rows, (f"{path}:1", []))
    for place, row in rows:
        if len(row) != len(header):
            raise TrainingDataInvalid(f"{place}: has {len(row)} fields, the header has {len(header)}")
        yield place, dict(zip(header, row, strict=True))


def _choices(place: str, value: Any) -> tuple[str, ...]:
    """One choice is its name; several are an object ``{"choices": [...]}``, in CSV as JSON."""
    if isinstance(value, str) and value.lstrip().startswith('{"choices"'):
        value = parse_json(place, value)
    if isinstance(value, dict):
        value = expect(place, "'choices'", value.get("choices"), list)
    return tuple(value) if isinstance(value, list) else (value,) if value else ()
