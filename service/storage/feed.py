"""The journal as a feed: complete and in order, however many transactions write to it at once."""

import time
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select, text

from service.storage.engine import reading
from service.storage.records import Inquiry, Step
from service.storage.tables import events, inquiries

_COLUMNS = (events.c.id, *(events.c[name] for name in Step.__slots__[1:]))
_INQUIRY = tuple(inquiries.c[name] for name in Inquiry.__slots__)
_AT_ONCE = 500  # ids in one statement
_PATIENCE, _PAUSE_SECONDS = 100, 0.01  # a second in all: transactions of ours take milliseconds
# Who may have taken a number of the journal that nobody else sees yet: an insert locks the table first.
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND mode = 'RowExclusiveLock'"
)


class Feed:
    """The events table, read from a place on.

    On PostgreSQL a transaction may commit after another that took a later number. Its number is missing until
    then: what stands after a missing number is handed out only once nobody is left who may still fill it.
    Among the steps of one ticket numbers follow the order in which they happened, since a change locks it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, after: int, limit: int) -> list[Step]:
        """The next entries: none before the last of them will ever come later.

        Args:
            after: The number of the last entry that was read; 0 for the beginning.
            limit: How many at most.
        """
        steps = self._page(after, limit)
        whole = _without_gap(steps, after)
        if len(whole) == len(steps) or self._engine.dialect.name != "postgresql":
            return steps
        if self._writers_are_done():
            return self._page(after, limit, until=steps[-1].number)
        return whole

    def last_number(self) -> int:
        """Of the newest entry; 0 while there is none."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.max(events.c.id))).scalar() or 0

    def histories(self, inquiry_ids: Collection[str], until: int | None = None) -> dict[str, list[Step]]:
        """All entries of inquiries, oldest first, up to a number."""
        found: dict[str, list[Step]] = {one: [] for one in inquiry_ids}
        for ids in _in_portions(inquiry_ids):
            query = select(*_COLUMNS).where(events.c.inquiry_id.in_(ids)).order_by(events.c.id)
            for step in self._steps(query if until is None else query.where(events.c.id <= until)):
                found[step.inquiry_id].append(step)
        return found

    def inquiries(self, inquiry_ids: Collection[str]) -> dict[str, Inquiry]:
        """The inquiries by their ids."""
        found: dict[str, Inquiry] = {}
        for ids in _in_portions(inquiry_ids):
            with reading(self._engine) as connection:
                rows = connection.execute(select(*_INQUIRY).where(inquiries.c.id.in_(ids))).all()
            found |= {row.id: Inquiry(*row) for row in rows}
        return found

    def active(self, since: datetime | None, until: datetime | None) -> set[str]:
        """The ids of the inquiries that had a step in a time."""
        query = select(events.c.inquiry_id).distinct()
        query = query.where(events.c.at >= since) if since else query
        query = query.where(events.c.at < until) if until else query
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def _page(self, after: int, limit: int, until: int | None = None) -> list[Step]:
        query = select(*_COLUMNS).where(events.c.id > after).order_by(events.c.id).limit(limit)
        return self._steps(query if until is None else query.where(events.c.id <= until))

    def _steps(self, query: Select[Any]) -> list[Step]:
        with reading(self._engine) as connection:
            return [Step(*row) for row in connection.execute(query)]

    def _writers_are_done(self) -> bool:
        """Whether everybody who writes to the journal now has ended, after waiting for a moment."""
        with reading(self._engine) as connection:
            writers = set(connection.execute(_WRITERS).scalars())
            for _ in range(_PATIENCE):
                if not writers:
                    return True
                time.sleep(_PAUSE_SECONDS)
                writers &= set(connection.execute(_WRITERS).scalars())
        return False


def _without_gap(steps: list[Step], after: int) -> list[Step]:
    """The first entries, up to the first number that is missing."""
    found = []
    for expected, step in enumerate(steps, after + 1):
        if step.number != expected:
            break
        found.append(step)
    return found


def _in_portions(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
