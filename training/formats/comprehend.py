"""Amazon Comprehend: the training files of its custom classification.

Followed: Amazon Comprehend Developer Guide, "Preparing classifier training data", plain-text models, API version
2017-11-27: two-column CSV without a header in multi-class and in multi-label mode, and the augmented manifest of
SageMaker Ground Truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import TrainingDataInvalid
from training.dataset import LabelledInquiry
from training.formats.files import csv_content, csv_rows, expect, json_content, json_lines, read_text, shown
from training.formats.rows import given_at, inquiry, labels_of, numbered, some, write_all

_METADATA = "-metadata"
_HEADERS = {"label", "labels", "class", "category"}
_MANIFESTS = {".jsonl", ".manifest", ".json"}


@dataclass(frozen=True, slots=True)
class Comprehend:
    """CSV ``LABEL,text`` or ``LABEL|LABEL,text``, or an augmented manifest: by content read, by name written.

    Neither has a place for the language. CSV must label every row; in a manifest, objects whose labelling failed
    are left out. Labels that Ground Truth gave by itself (``human-annotated: no``) count: the classifier learned
    from them.

    Attributes:
        delimiter: Between the labels of one inquiry in CSV; empty when the file has one label a row and the labels'
            names hold the character.
        attribute: Whose labels of a manifest count; needed when several jobs added theirs.
    """

    delimiter: str = "|"
    attribute: str | None = None
    name = "comprehend"

    def read(self, path: Path) -> list[LabelledInquiry]:
        """The labelled inquiries, in order.

        Raises:
            TrainingDataInvalid: A row is not of the format; the message names file and line.
        """
        content = read_text(path)
        if content.lstrip().startswith("{"):
            return some(path, (self._of_object(place, row) for place, row in json_lines(path, content)))
        return some(path, [self._of_row(place, row) for place, row in csv_rows(path, content)])

    def write(self, path: Path, inquiries: Iterable[LabelledInquiry]) -> int:
        """Write a manifest when the name ends in .jsonl, .json or .manifest, else CSV; answers how many rows.

        Raises:
            TrainingDataInvalid: A label's name holds the delimiter of CSV.
        """
        written = _object if path.suffix.lower() in _MANIFESTS else self._row
        return write_all(path, [written(place, one) for place, one in numbered(path, inquiries)])

    def _of_row(self, place: str, row: list[str]) -> LabelledInquiry:
        if len(row) != 2:
            raise TrainingDataInvalid(
                f"{place}: has {len(row)} fields, not a label and a text; is a text unquoted?"
            )
        label, text = row
        if place.endswith(":1") and label.strip().lower() in _HEADERS:
            raise TrainingDataInvalid(f"{place}: is a header, which Comprehend's CSV has none of; delete the line")
        return inquiry(place, text, label.split(self.delimiter) if self.delimiter else [label])

    def _of_object(self, place: str, row: dict[str, Any]) -> LabelledInquiry | None:
        if "source" not in row:
            why = "its text is a file elsewhere ('source-ref')" if "source-ref" in row else "has no 'source'"
            raise TrainingDataInvalid(f"{place}: {why}")
        attribute = self._attribute(place, row)
        if attribute is None or "failure-reason" in row[attribute + _METADATA]:
            return None
        facts = row[attribute + _METADATA]
        labels = _labels(place, row.get(attribute), facts)
        given = given_at(place, facts.get("creation-date"), "comprehend")
        return inquiry(place, row["source"], labels, given=given) if labels else None

    def _attribute(self, place: str, row: dict[str, Any]) -> str | None:
        found = [
            name.removesuffix(_METADATA)
            for name, facts in row.items()
            if name.endswith(_METADATA) and expect(place, repr(name), facts, dict) is not None
        ]
        if self.attribute:
            return self.attribute if self.attribute in found else None
        if len(found) > 1:
            raise TrainingDataInvalid(f"{place}: has labels of several jobs, name one: {shown(found)}")
        return found[0] if found else None

    def _row(self, place: str, one: LabelledInquiry) -> bytes:
        labels = labels_of(one)
        if any(self.delimiter and self.delimiter in label for label in labels):
            raise TrainingDataInvalid(f"{place}: the label's name holds {self.delimiter!r}, which separates labels")
        if len(labels) > 1 and not self.delimiter:
            raise TrainingDataInvalid(f"{place}: has several labels, and there is no delimiter")
        return csv_content([(self.delimiter.join(labels), one.text)])


def _labels(place: str, value: Any, facts: dict[str, Any]) -> list[Any]:
    """A class's name, or names of the numbers by the map beside them."""
    if "class-name" in facts:
        return [facts["class-name"]]
    names = expect(place, "'class-map'", facts.get("class-map"), dict)
    numbers = [str(number) for number in expect(place, "the list of classes", value, list)]
    if missing := [number for number in numbers if number not in names]:
        raise TrainingDataInvalid(f"{place}: class {missing[0]} is not in 'class-map'")
    return [names[number] for number in numbers]


def _object(_: str, one: LabelledInquiry) -> bytes:
    """An object as Ground Truth writes it; the numbers are those of the row, its names say what they are."""
    labels = labels_of(one)
    facts: dict[str, Any] = {"human-annotated": "yes", "job-name": "labeling-job/loket"}
    if one.given:
        facts["creation-date"] = one.given.at.isoformat()
    if one.is_mixed:
        numbers = list(range(len(labels)))
        facts["class-map"] = {str(number): label for number, label in enumerate(labels)}
        facts["type"] = "groundtruth/text-classification-multilabel"
        return json_content({"source": one.text, "loket": numbers, "loket-metadata": facts})
    facts |= {"class-name": one.label, "type": "groundtruth/text-classification"}
    return json_content({"source": one.text, "loket": 0, "loket-metadata": facts})
