"""What stands around one ticket: the customer's other inquiries, and answered ones of its category."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select

from service.storage.engine import reading
from service.storage.tables import inquiries, tickets


@dataclass(frozen=True, slots=True)
class Written:
    """An inquiry and one of its tickets, if it has any, without what the customer wrote."""

    inquiry_id: str
    receipt: str
    received_at: datetime
    ticket_id: str | None
    desk: str | None
    category: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A closed ticket with the beginning of what was asked, and of its English text where it has one."""

    ticket_id: str
    inquiry_id: str
    receipt: str
    closed_at: datetime
    category: str | None
    text: str
    language: str | None
    english: str | None


_TICKET = tuple(tickets.c[name] for name in ("id", "desk", "category", "status"))


class History:
    """Reads across tables; writes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_customer(self, inquiry_id: str, limit: int) -> list[Written]:
        """Other inquiries with the same e-mail address, in whatever case it was typed; the newest first.

        Args:
            inquiry_id: The one that is not meant.
            limit: How many rows at most; an inquiry with several tickets has one for each.
        """
        same = select(inquiries.c.customer).where(inquiries.c.id == inquiry_id).scalar_subquery()
        query = select(inquiries.c.id, inquiries.c.receipt, inquiries.c.received_at, *_TICKET)
        query = query.select_from(inquiries.outerjoin(tickets))
        query = query.where(inquiries.c.customer == same, inquiries.c.id != inquiry_id)
        query = query.order_by(inquiries.c.id.desc(), tickets.c.intent).limit(limit)
        with reading(self._engine) as connection:
            return [Written(*row) for row in connection.execute(query)]

    def answered(
        self, desks: Collection[str], category: str | None, among: Collection[str], limit: int, chars: int
    ) -> list[Answered]:
        """Closed tickets of a category, the newest first, and those of the named inquiries.

        Args:
            desks: On which they lie.
            category: Of which.
            among: Inquiries that are meant as well, whatever their category.
            limit: How many of the category at most.
            chars: How much of each text.
        """
        # What a later decision withdrew is closed too, at no time: nobody answered it.
        closed = (tickets.c.status == "closed") & tickets.c.closed_at.is_not(None)
        newest = select(tickets.c.id).where(tickets.c.category == category, closed)
        newest = newest.order_by(tickets.c.id.desc()).limit(limit)
        cited = select(tickets.c.id).where(tickets.c.inquiry_id.in_(sorted(among)), closed)
        # As one list of ids: left to themselves both databases would read every closed ticket of these desks.
        with reading(self._engine) as connection:
            ids = [*connection.execute(newest).scalars(), *connection.execute(cited).scalars()]
            rows = connection.execute(_answered(chars).where(tickets.c.id.in_(ids)).order_by(tickets.c.id.desc()))
            return [Answered(*row[1:]) for row in rows if row[0] in desks]


def _answered(chars: int) -> Select[Any]:
    decision = inquiries.c.decision
    return select(
        tickets.c.desk, tickets.c.id, tickets.c.inquiry_id, inquiries.c.receipt, tickets.c.closed_at,
        tickets.c.category, func.substr(inquiries.c.text, 1, chars), decision["language"]["code"].as_string(),
        func.substr(decision["translation"]["text"].as_string(), 1, chars),
    ).select_from(tickets.join(inquiries))  # fmt: skip
