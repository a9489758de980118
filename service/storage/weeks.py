"""What was decided in the last weeks and what became of it: facts without texts, and the texts of a sample."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, and_, func, select

from model.text import join_subject
from service.storage.engine import reading
from service.storage.identifiers import first_id
from service.storage.labels import SETTLED, STANDS
from service.storage.tables import inquiries, labels, tickets

_AT_ONCE = 400  # ids in one statement


@dataclass(frozen=True, slots=True)
class Decided:
    """An inquiry's decision, and what became of its main ticket.

    Attributes:
        inquiry: Its id.
        received_at: When it came.
        language: As found; None where the decision does not tell.
        category: As first decided; None when no model could be asked.
        desk: Where it was laid first.
        confidence: Of the category.
        automatic: Whether the confidence chose the desk.
        reviewed_at: When a person first judged or closed it; None while nobody did.
        overruled_at: When a person first gave it another category than the decision; None if nobody did.
    """

    inquiry: str
    received_at: datetime
    language: str | None
    category: str | None
    desk: str
    confidence: float
    automatic: bool
    reviewed_at: datetime | None
    overruled_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecidedText:
    """A text: in English where a translation is known, else as it was written.

    Attributes:
        inquiry: Its id.
        sender: The same for all inquiries of one address; a hash, so that nobody is named.
        text: Subject and text.
    """

    inquiry: str
    sender: str
    text: str


class Weeks:
    """Reads inquiries with their main tickets and labels by the time at which they came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(self, since: datetime, until: datetime, chunk: int = 2000) -> Iterator[Decided]:
        """The decided inquiries received from ``since`` until before ``until``, oldest first, read in chunks."""
        last, end = first_id(since), first_id(until)
        while True:
            query = _decided().where(inquiries.c.id > last, inquiries.c.id < end)
            with reading(self._engine) as connection:
                rows = connection.execute(query.order_by(inquiries.c.id).limit(chunk)).all()
            yield from (_from(row) for row in rows)
            if len(rows) < chunk:
                return
            last = rows[-1].id

    def texts(self, inquiry_ids: Sequence[str]) -> Iterator[DecidedText]:
        """The texts of these inquiries."""
        english = inquiries.c.decision[("translation", "text")].as_string().label("english")
        query = select(inquiries.c.id, inquiries.c.email, inquiries.c.subject, inquiries.c.text, english)
        for start in range(0, len(inquiry_ids), _AT_ONCE):
            some = inquiry_ids[start : start + _AT_ONCE]
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(inquiries.c.id.in_(some)).order_by(inquiries.c.id)).all()
            for row in rows:
                text = row.english or join_subject(row.subject, row.text)
                yield DecidedText(row.id, _sender(row.email or row.id), text)


def _decided() -> Select[Any]:
    said = inquiries.c.decision
    category = said["category"].as_string()
    of_ticket = select(func.min(labels.c.at)).where(labels.c.ticket_id == tickets.c.id)
    overruled = of_ticket.where(labels.c.source == "correction", labels.c.category != category, STANDS, SETTLED)
    main = and_(tickets.c.inquiry_id == inquiries.c.id, tickets.c.intent == 0)
    columns = (
        inquiries.c.id,
        inquiries.c.received_at,
        said[("language", "code")].as_string().label("language"),
        category.label("category"),
        said["desk"].as_string().label("desk"),
        said["confidence"].as_float().label("confidence"),
        said["automatic"].as_boolean().label("automatic"),
        tickets.c.status,
        tickets.c.review,
        tickets.c.changed_at,
        of_ticket.scalar_subquery().label("labelled_at"),
        overruled.scalar_subquery().label("overruled_at"),
    )
    return select(*columns).select_from(inquiries.join(tickets, main)).where(inquiries.c.status == "decided")


def _from(row: Any) -> Decided:
    is_reviewed = row.review is not None or row.status == "closed"
    reviewed_at = row.labelled_at or (row.changed_at if is_reviewed else None)
    return Decided(
        row.id, row.received_at, row.language, row.category, row.desk, row.confidence, row.automatic,
        reviewed_at, row.overruled_at,
    )  # fmt: skip


def _sender(address: str) -> str:
    return hashlib.sha256(address.strip().casefold().encode("utf-8", "replace")).hexdigest()
