"""Labels: what people said of inquiries, and examples that came with a label from elsewhere."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, or_, select

from service.storage.engine import reading, writing
from service.storage.identifiers import new_id
from service.storage.records import Example, GivenLabel, Inquiry, LabelledRequest
from service.storage.tables import examples, inquiries, labels, tickets

_COLUMNS = (
    labels.c.id.label("number"),
    *(labels.c[name] for name in GivenLabel.__slots__ if name != "number"),
)
_INQUIRY = tuple(inquiries.c[name].label(f"inquiry_{name}") for name in Inquiry.__slots__)
_WITH_INQUIRIES = labels.join(inquiries, inquiries.c.id == labels.c.inquiry_id).join(
    tickets, tickets.c.id == labels.c.ticket_id
)
_AT_ONCE = 400  # keys in one statement


class Labels:
    """The labels and examples tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self) -> int:
        """The number of the last label; 0 when there is none."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.max(labels.c.id))).scalar() or 0

    def newest_correction(self) -> int:
        """The number of the last correction; 0 when there is none. Cheap enough to be asked at each inquiry."""
        query = select(labels.c.id).where(labels.c.source == "correction").order_by(labels.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar() or 0

    def count_after(self, number: int) -> int:
        """How many labels came after a number."""
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(labels).where(labels.c.id > number)
            return connection.execute(query).scalar_one()

    def corrections(self, after: int, also: Collection[int], limit: int) -> list[LabelledRequest]:
        """The newest corrections of inquiries after a number, and those of certain numbers; oldest first."""
        wanted = (labels.c.source == "correction") & or_(labels.c.id > after, labels.c.id.in_(sorted(also)))
        query = select(*_COLUMNS, tickets.c.intent, *_INQUIRY).select_from(_WITH_INQUIRIES).where(wanted)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(labels.c.id.desc()).limit(limit)).all()
        return [_labelled(row) for row in reversed(rows)]

    def of_inquiries(self, chunk: int = 500) -> Iterator[list[LabelledRequest]]:
        """All labels of inquiries, those of one inquiry together, read in chunks of inquiries."""
        last = ""
        while True:
            ids = self._labelled_ids(last, chunk)
            if not ids:
                return
            yield from self.by_inquiry(ids).values()
            last = ids[-1]

    def by_inquiry(self, inquiry_ids: Sequence[str]) -> dict[str, list[LabelledRequest]]:
        """The labels of these inquiries, oldest first; those without any are missing."""
        query: Select[Any] = select(*_COLUMNS, tickets.c.intent, *_INQUIRY).select_from(_WITH_INQUIRIES)
        together: dict[str, list[LabelledRequest]] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(inquiry_ids), _AT_ONCE):
                some = query.where(labels.c.inquiry_id.in_(inquiry_ids[start : start + _AT_ONCE]))
                for row in connection.execute(some.order_by(labels.c.inquiry_id, labels.c.id)):
                    one = _labelled(row)
                    together.setdefault(one.inquiry.id, []).append(one)
        return together

    def of_examples(self) -> Iterator[tuple[Example, list[GivenLabel]]]:
        """Each example with its labels, oldest label first."""
        query = select(*_COLUMNS, *(examples.c[name].label(f"example_{name}") for name in _EXAMPLE))
        query = query.select_from(labels.join(examples, examples.c.id == labels.c.example_id))
        found: dict[str, tuple[Example, list[GivenLabel]]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by(labels.c.id)):
                example = Example(*row[len(_COLUMNS) :])
                found.setdefault(example.id, (example, []))[1].append(GivenLabel(*row[: len(_COLUMNS)]))
        yield from found.values()

    def of_ticket(self, ticket_id: str) -> list[GivenLabel]:
        """The labels of one ticket, oldest first."""
        query = select(*_COLUMNS).where(labels.c.ticket_id == ticket_id).order_by(labels.c.id)
        with reading(self._engine) as connection:
            return [GivenLabel(*row) for row in connection.execute(query)]

    def add_examples(self, at: datetime, rows: Sequence[dict[str, Any]]) -> int:
        """Store labelled texts; answers how many said something new. The same text is stored once.

        Args:
            at: Now.
            rows: Each with text, text_en, language, category, at (of the label) and by.
        """
        with writing(self._engine) as connection:
            known = _known_examples(connection, [_hash(row["text"]) for row in rows])
            said = _said(connection, list(known.values()))
            fresh = [row for row in rows if _hash(row["text"]) not in known]
            known |= _insert_examples(connection, at, fresh)
            new = {(known[_hash(row["text"])], row["category"]): row for row in rows}
            added = [_example_label(place, row) for (place, c), row in new.items() if said.get(place) != c]
            if added:
                connection.execute(insert(labels), added)
        return len(added)

    def _labelled_ids(self, after: str, limit: int) -> list[str]:
        query = select(labels.c.inquiry_id).where(labels.c.inquiry_id > after).distinct()
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(labels.c.inquiry_id).limit(limit)).scalars().all()
        return [str(one) for one in found]


_EXAMPLE = tuple(Example.__slots__)


def _labelled(row: Any) -> LabelledRequest:
    width = len(_COLUMNS)
    return LabelledRequest(GivenLabel(*row[:width]), row[width], Inquiry(*row[width + 1 :]))


def _hash(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()


def _known_examples(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        some = hashes[start : start + _AT_ONCE]
        query = select(examples.c.text_hash, examples.c.id).where(examples.c.text_hash.in_(some))
        found |= {row.text_hash: row.id for row in connection.execute(query)}
    return found


def _said(connection: Connection, example_ids: Sequence[str]) -> dict[str, str]:
    """The last category that was given to each."""
    found: dict[str, str] = {}
    for start in range(0, len(example_ids), _AT_ONCE):
        some = example_ids[start : start + _AT_ONCE]
        query = select(labels.c.example_id, labels.c.category).where(labels.c.example_id.in_(some))
        found |= {str(row.example_id): row.category for row in connection.execute(query.order_by(labels.c.id))}
    return found


def _insert_examples(connection: Connection, at: datetime, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    added = {
        _hash(row["text"]): {
            "id": new_id(at), "text": row["text"], "text_en": row["text_en"], "language": row["language"],
            "text_hash": _hash(row["text"]), "added_at": at,
        }
        for row in rows
    }  # fmt: skip
    if added:
        connection.execute(insert(examples), list(added.values()))
    return {text_hash: row["id"] for text_hash, row in added.items()}


def _example_label(example_id: str, row: dict[str, Any]) -> dict[str, Any]:
    known = {name: row[name] for name in ("category", "at", "by")}
    return {"example_id": example_id, "source": "import", **known}
