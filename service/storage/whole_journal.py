"""The whole journal: changes of inquiries and tickets, reads of texts, changes of people and keys, in one order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, select

from service.storage.desk_tables import admin_events, reads
from service.storage.engine import reading
from service.storage.tables import events, inquiries

_TABLES = (events, reads, admin_events)
_READ = "read"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal.

    Attributes:
        at: When.
        kind: What happened; ``read`` for a text that was shown.
        actor: Who.
        origin: The address from which.
        inquiry: Of which inquiry, if of one.
        ticket: Of which ticket, if of one.
        about: Of which user or key, if of one.
        details: Facts.
    """

    at: datetime
    kind: str
    actor: str
    origin: str | None
    inquiry: str | None = None
    ticket: str | None = None
    about: str | None = None
    details: dict[str, Any] | None = None


class WholeJournal:
    """Reads it; writing is for those who make the changes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def inquiry_of(self, name: str) -> str | None:
        """The id of an inquiry, by its id or receipt."""
        query = select(inquiries.c.id).where((inquiries.c.id == name) | (inquiries.c.receipt == name))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def last(
        self, limit: int, inquiry: str | None = None, actor: str | None = None, since: datetime | None = None
    ) -> list[Line]:
        """The last lines, oldest first.

        Args:
            limit: How many at most.
            inquiry: Of this inquiry alone, by id.
            actor: Of this actor alone.
            since: From this moment on.
        """
        found = [line for table in _TABLES for line in self._of(table, limit, inquiry, actor, since)]
        return sorted(found, key=lambda line: line.at)[-limit:]

    def _of(
        self, table: Table, limit: int, inquiry: str | None, actor: str | None, since: datetime | None
    ) -> list[Line]:
        if inquiry is not None and "inquiry_id" not in table.c:
            return []
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(*_conditions(table, inquiry, actor, since))).all()
        return [_line(row._asdict()) for row in reversed(rows)]


def _conditions(
    table: Table, inquiry: str | None, actor: str | None, since: datetime | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found.append(table.c.at >= since)
    if actor is not None:
        found.append(table.c.actor == actor)
    if inquiry is not None:
        found.append(table.c.inquiry_id == inquiry)
    return found


def _line(row: dict[str, Any]) -> Line:
    details = {"how": row["how"]} if "how" in row else row["details"]
    return Line(
        row["at"], row.get("kind", _READ), row["actor"], row["origin"],
        row.get("inquiry_id"), row.get("ticket_id"), row.get("about"), details,
    )  # fmt: skip
