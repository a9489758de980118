"""When tickets were received, translated, routed, delivered, opened and answered, as numbers, read in one go."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, Float, Select, extract, func, literal_column, select, type_coerce

from service.storage.desk_tables import deliveries
from service.storage.engine import reading
from service.storage.identifiers import first_id
from service.storage.tables import tickets

_TIMES = ("translated_at", "created_at", "opened_at", "closed_at", "due_at")
_UNIX_EPOCH_DAY = 2440587.5  # as Julian days count: https://www.sqlite.org/lang_datefunc.html
_DAY_SECONDS = 86_400.0


class Times(NamedTuple):
    """A ticket's moments, in seconds since 1970; None for what has not happened.

    A ticket that was withdrawn, because a later decision had no use for it, is none.
    """

    desk: str
    language: str | None
    category: str | None
    received: float
    translated: float | None
    routed: float
    opened: float | None
    answered: float | None
    due: float | None
    delivered: float | None


class Clock:
    """Reads the tickets table by the time at which inquiries came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(
        self, since: datetime, until: datetime, most: int, desks: Collection[str] | None = None
    ) -> list[Times]:
        """The tickets of inquiries received from ``since`` until before ``until``, newest first.

        Args:
            since: From when on.
            until: Before when.
            most: How many at most; the newest are kept.
            desks: Only those that lie on these; None for all.
        """
        query = select(tickets.c.desk, tickets.c.language, tickets.c.category, tickets.c.inquiry_id, *self._times())
        query = query.where(tickets.c.inquiry_id > first_id(since), tickets.c.inquiry_id < first_id(until))
        query = _not_withdrawn(_on(query, desks)).order_by(tickets.c.inquiry_id.desc()).limit(most)
        with reading(self._engine) as connection:
            return [_from(row) for row in connection.execute(query)]

    def overdue(self, at: datetime, desks: Collection[str] | None = None) -> dict[str, int]:
        """How many open tickets of each desk should have been answered by now; desks without any are missing."""
        late = (tickets.c.status == "open") & (tickets.c.due_at < at)
        query = _on(select(tickets.c.desk, func.count().label("late")).where(late), desks).group_by(tickets.c.desk)
        with reading(self._engine) as connection:
            return {row.desk: row.late for row in connection.execute(query)}

    def _times(self) -> list[ColumnElement[Any]]:
        delivered = select(func.min(deliveries.c.delivered_at)).where(deliveries.c.ticket_id == tickets.c.id)
        moments = [*(tickets.c[name] for name in _TIMES), delivered.scalar_subquery()]
        return [self._seconds(moment) for moment in moments]

    def _seconds(self, moment: ColumnElement[Any]) -> ColumnElement[Any]:
        """Since 1970; made by the database, as to read so many times as times would take seconds."""
        if self._engine.dialect.name == "postgresql":
            return type_coerce(extract("epoch", moment), Float)
        days = func.julianday(moment) - literal_column(str(_UNIX_EPOCH_DAY))
        return type_coerce(days * literal_column(str(_DAY_SECONDS)), Float)


def _on(query: Select[Any], desks: Collection[str] | None) -> Select[Any]:
    return query if desks is None else query.where(tickets.c.desk.in_(sorted(desks)))


def _not_withdrawn(query: Select[Any]) -> Select[Any]:
    return query.where((tickets.c.status != "closed") | tickets.c.closed_at.is_not(None))


def _from(row: Sequence[Any]) -> Times:
    desk, language, category, inquiry_id, translated, routed, opened, answered, due, delivered = row
    received = int(inquiry_id[:8] + inquiry_id[9:13], 16) / 1000  # a UUID of version 7 begins with its milliseconds
    return Times(desk, language, category, received, translated, routed, opened, answered, due, delivered)
