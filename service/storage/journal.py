"""The journal: every change with who and when, in the transaction that makes the change."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from service.storage.engine import reading
from service.storage.records import Event
from service.storage.tables import events


def record(
    connection: Connection,
    at: datetime,
    kind: str,
    actor: str,
    inquiry_id: str,
    ticket_id: str | None = None,
    origin: str | None = None,
    **details: Any,
) -> None:
    """Add an entry; its details never hold personal data. The origin is the address from which the actor acted."""
    row = {
        "at": at, "kind": kind, "actor": actor,
        "inquiry_id": inquiry_id, "ticket_id": ticket_id, "details": details, "origin": origin,
    }  # fmt: skip
    connection.execute(insert(events), row)


def of_inquiry(engine: Engine, inquiry_id: str) -> list[Event]:
    """The entries of one inquiry, oldest first."""
    columns = (events.c.at, events.c.kind, events.c.actor, events.c.ticket_id, events.c.details)
    query = select(*columns).where(events.c.inquiry_id == inquiry_id).order_by(events.c.id)
    with reading(engine) as connection:
        return [Event(*row) for row in connection.execute(query)]
