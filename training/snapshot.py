"""What one training learned from, whole and in order: the same snapshot gives the same predictions again.

A snapshot is text, one JSON object a line: first what the classifier was made with, then the labelled inquiries.
Its name is its SHA-256.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from model.errors import ArtifactInvalid
from model.taxonomy import Category
from training.dataset import Given, LabelledInquiry, Source


@dataclass(frozen=True)
class Snapshot:
    """Labelled inquiries with their weights, of equal length, and what else decides a training's outcome.

    Attributes:
        inquiries: In the order in which they are learned.
        weights: How much each counts.
        taxonomy: The categories whose meanings are learned from as well.
        encoder: Its identity; None for words alone.
        parameters: Those of the classifier that are not the default.
    """

    inquiries: Sequence[LabelledInquiry]
    weights: Sequence[float]
    taxonomy: Sequence[Category] = ()
    encoder: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)

    def content(self) -> bytes:
        """The bytes that are hashed and kept."""
        head = {
            "taxonomy": [asdict(category) for category in self.taxonomy],
            "encoder": self.encoder,
            "parameters": self.parameters,
        }
        rows = (_row(*pair) for pair in zip(self.inquiries, self.weights, strict=True))
        return "".join(_line(one) for one in (head, *rows)).encode()

    @classmethod
    def of_content(cls, content: bytes) -> "Snapshot":
        """Read it back.

        Raises:
            ArtifactInvalid: It is not one.
        """
        try:
            head, *rows = (json.loads(line) for line in content.decode().splitlines())
            taxonomy = [Category(one["name"], one["meaning"], tuple(one["examples"])) for one in head["taxonomy"]]
            inquiries = [_inquiry(row) for row in rows]
            return cls(inquiries, [row["weight"] for row in rows], taxonomy, head["encoder"], head["parameters"])
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ArtifactInvalid(f"this is no snapshot of a training: {type(error).__name__}") from error

    @property
    def written(self) -> list[LabelledInquiry]:
        """Those that were written or collected for training, not given by desks."""
        return [inquiry for inquiry in self.inquiries if inquiry.given is None]


def _line(row: dict[str, Any]) -> str:
    # ASCII alone: no letter of a text can be taken for a line's end.
    return json.dumps(row, ensure_ascii=True, sort_keys=True, separators=(",", ":")) + "\n"


def _row(inquiry: LabelledInquiry, weight: float) -> dict[str, Any]:
    return as_row(inquiry) | {"weight": weight}


def as_row(inquiry: LabelledInquiry) -> dict[str, Any]:
    """A labelled inquiry as JSON Lines hold it, without what is not known; `training.dataset` reads it."""
    label = {"labels": list(inquiry.labels)} if inquiry.is_mixed else {"label": inquiry.label}
    row: dict[str, Any] = {"text": inquiry.text, "text_en": inquiry.text_en, "language": inquiry.language, **label}
    if given := inquiry.given:
        facts = {"source": str(given.source), "at": given.at.isoformat(), "seconded": given.seconded or None}
        row |= asdict(given) | facts
    return {name: value for name, value in row.items() if value is not None}


def _inquiry(row: dict[str, Any]) -> LabelledInquiry:
    labels = tuple(row.get("labels", ()))
    label = row["label"] if "label" in row else labels[0]
    return LabelledInquiry(row["text"], label, row.get("language"), row.get("text_en"), labels, _given(row))


def _given(row: dict[str, Any]) -> Given | None:
    if "source" not in row:
        return None
    known = {name: row.get(name) for name in ("desk", "model", "number", "inquiry")}
    at, seconded = datetime.fromisoformat(row["at"]), row.get("seconded", False)
    return Given(Source(row["source"]), at, row.get("by", ""), seconded=seconded, **known)
