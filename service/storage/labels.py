"""Labels: what people said of inquiries, and examples that came with a label from elsewhere."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, exists, func, insert, or_, select

from service.storage.engine import one_at_a_time, reading, writing
from service.storage.identifiers import new_id, text_hash
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
_SAID = ("correction", "confirmation")
_NEWS = (*_SAID, "retraction", "bounce")
_retractions = labels.alias("retractions")
_again = labels.alias("retractions_taken_back")  # the undoing of what had taken something back
_is_undone = exists().where(_again.c.takes_back == _retractions.c.id)
# What counts: a label that is not taken back, or was given again. Of an inquiry with a ticket that is sent to and
# fro, nothing does.
STANDS = labels.c.source.not_in(("retraction", "bounce")) & ~exists().where(
    _retractions.c.takes_back == labels.c.id, ~_is_undone
)
_siblings = tickets.alias("siblings")
SETTLED = ~exists().where(_siblings.c.inquiry_id == labels.c.inquiry_id, _siblings.c.unsettled_since.is_not(None))


class Labels:
    """The labels and examples tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self) -> int:
        """The number of the last label; 0 when there is none."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.max(labels.c.id))).scalar() or 0

    def newest_said(self) -> int:
        """The number of the last correction, confirmation, retraction or bounce; 0 when there is none. Cheap."""
        newest = [select(func.max(labels.c.id)).where(labels.c.source == source) for source in _NEWS]
        with reading(self._engine) as connection:
            return max(connection.execute(query).scalar() or 0 for query in newest)

    def count_after(self, number: int) -> int:
        """How many labels came after a number."""
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(labels).where(labels.c.id > number)
            return connection.execute(query).scalar_one()

    def said_of(self, after: int, also: Collection[int], limit: int) -> list[str]:
        """The newest inquiries of which something was said or taken back after a number, or by certain labels."""
        said = labels.c.source.in_(_NEWS) & or_(labels.c.id > after, labels.c.id.in_(sorted(also)))
        query = select(labels.c.inquiry_id).where(said, labels.c.inquiry_id.is_not(None))
        with reading(self._engine) as connection:
            newest = connection.execute(query.order_by(labels.c.id.desc()).limit(limit)).scalars()
            return list(dict.fromkeys(map(str, newest)))

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
                some = query.where(labels.c.inquiry_id.in_(inquiry_ids[start : start + _AT_ONCE]), STANDS, SETTLED)
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
        """The labels of one ticket that count, oldest first."""
        query = select(*_COLUMNS).where(labels.c.ticket_id == ticket_id, STANDS, SETTLED).order_by(labels.c.id)
        with reading(self._engine) as connection:
            return [GivenLabel(*row) for row in connection.execute(query)]

    def add_examples(self, at: datetime, rows: Sequence[dict[str, Any]]) -> int:
        """Store labelled texts; answers how many said something new. The same text is stored once.

        Args:
            at: Now.
            rows: Each with text, text_en, language, category, at (of the label) and by.
        """
        last = {text_hash(row["text"]): row for row in rows}  # what a file says last of a text
        with writing(self._engine) as connection:
            one_at_a_time(connection, "examples")
            known = _known_examples(connection, list(last))
            said = _said(connection, list(known.values()))
            known |= _insert_examples(connection, at, [row for key, row in last.items() if key not in known])
            new = ((known[key], row) for key, row in last.items())
            added = [_example_label(place, row) for place, row in new if _is_new(said.get(place, []), row)]
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


def _known_examples(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        some = hashes[start : start + _AT_ONCE]
        query = select(examples.c.text_hash, examples.c.id).where(examples.c.text_hash.in_(some))
        found |= {row.text_hash: row.id for row in connection.execute(query)}
    return found


def _is_new(said: Sequence[tuple[str, str]], row: dict[str, Any]) -> bool:
    """Whether it is another category than the last one, or the first time that somebody says so."""
    return not said or said[-1][0] != row["category"] or (row["category"], row["by"]) not in said


def _said(connection: Connection, example_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The categories that were given to each, and by whom, oldest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for start in range(0, len(example_ids), _AT_ONCE):
        some = example_ids[start : start + _AT_ONCE]
        query = select(labels.c.example_id, labels.c.category, labels.c.by).where(labels.c.example_id.in_(some))
        for row in connection.execute(query.order_by(labels.c.id)):
            found.setdefault(str(row.example_id), []).append((row.category, row.by))
    return found


def _insert_examples(connection: Connection, at: datetime, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    added = {
        text_hash(row["text"]): {
            "id": new_id(at), "text": row["text"], "text_en": row["text_en"], "language": row["language"],
            "text_hash": text_hash(row["text"]), "added_at": at,
        }
        for row in rows
    }  # fmt: skip
    if added:
        connection.execute(insert(examples), list(added.values()))
    return {key: row["id"] for key, row in added.items()}


def _example_label(example_id: str, row: dict[str, Any]) -> dict[str, Any]:
    known = {name: row[name] for name in ("category", "at", "by")}
    return {"example_id": example_id, "source": "import", **known}
