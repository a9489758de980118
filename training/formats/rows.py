"""Between a row of a format and a labelled inquiry: both are checked here, and nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.errors import TrainingDataInvalid
from training.dataset import Given, LabelledInquiry, Source
from training.formats.files import checked_text, replace_whole


def inquiry(
    place: str, text: Any, labels: Sequence[Any], *, language: Any = None, given: Given | None = None
) -> LabelledInquiry:
    """A labelled inquiry, with text and label names exactly as they are; several labels make it mixed.

    Raises:
        TrainingDataInvalid: Text, language or a label is not a text, or is empty.
    """
    names = tuple(dict.fromkeys(checked_text(place, "the label", label) for label in labels))
    spoken = checked_text(place, "the language", language) if language not in (None, "") else None
    return LabelledInquiry(
        checked_text(place, "the text", text), names[0], spoken, labels=names if len(names) > 1 else (), given=given
    )


def labels_of(labelled: LabelledInquiry) -> tuple[str, ...]:
    """All labels, the main one first."""
    return labelled.labels or (labelled.label,)


def some(path: Path, read: Iterable[LabelledInquiry | None]) -> list[LabelledInquiry]:
    """The labelled of all rows; None stands for one without a label.

    Raises:
        TrainingDataInvalid: There is no labelled one.
    """
    rows = list(read)
    labelled = [row for row in rows if row is not None]
    if not labelled:
        found = f"none of its {len(rows)} inquiries has a label" if rows else "holds no inquiry"
        raise TrainingDataInvalid(f"{path}: {found}")
    return labelled


def numbered(path: Path, inquiries: Iterable[LabelledInquiry]) -> Iterator[tuple[str, LabelledInquiry]]:
    """Each inquiry to write, with its place among them.

    Raises:
        TrainingDataInvalid: One could not be read again.
    """
    for number, one in enumerate(inquiries, 1):
        place = f"{path}: inquiry {number}"
        inquiry(place, one.text, labels_of(one), language=one.language)
        if one.text_en:
            checked_text(place, "the translation", one.text_en)
        yield place, one


def write_all(path: Path, rows: Sequence[bytes]) -> int:
    """Write rows, whole or not at all; answers how many."""
    replace_whole(path, b"".join(rows))
    return len(rows)


def given_at(place: str, at: Any, by: str = "") -> Given | None:
    """That somebody gave a label elsewhere, where the row says when; without a zone the time is UTC.

    Raises:
        TrainingDataInvalid: The time is none.
    """
    if at in (None, ""):
        return None
    try:
        time = datetime.fromisoformat(checked_text(place, "the time", at))
    except ValueError as error:
        raise TrainingDataInvalid(f"{place}: {at!r} is not a time") from error
    return Given(Source.IMPORT, time if time.tzinfo else time.replace(tzinfo=UTC), by)
