"""What is to be pushed to where desks work, written in the transaction that changes a ticket."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.storage.desk_tables import deliveries
from service.storage.identifiers import new_id

LAID, MOVED, CHANGED, CONFIRMED, CLOSED = (
    f"ticket.{what}" for what in ("laid", "moved", "changed", "confirmed", "closed")
)
EVENTS = (LAID, MOVED, CHANGED, CONFIRMED, CLOSED)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Knows which targets the tickets of each desk go to.

    Attributes:
        targets: Their names, by desk.
        events: What a target gets, by its name; without an entry, everything.
    """

    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: Mapping[str, Collection[str]] = field(default_factory=dict)

    def post(
        self,
        connection: Connection,
        at: datetime,
        ticket: tuple[str, str],
        event: str,
        desks: set[str],
        **details: Any,
    ) -> None:
        """Add one delivery for each target of these desks.

        Args:
            connection: In the transaction of the change.
            at: Now.
            ticket: Its id and its inquiry's.
            event: One of `EVENTS`.
            desks: Where the ticket lies, and where it lay before.
            details: As the journal has them; never personal data.
        """
        names = dict.fromkeys(name for desk in sorted(desks) for name in self.targets.get(desk, ()))
        rows = [
            {
                "id": new_id(at), "target": name, "ticket_id": ticket[0], "inquiry_id": ticket[1], "event": event,
                "number": _next_number(connection, ticket[0], name), "details": details, "created_at": at,
                "status": "waiting", "attempts": 0, "due_at": at,
            }
            for name in names
            if event in self.events.get(name, EVENTS)
        ]  # fmt: skip
        if rows:
            connection.execute(insert(deliveries), rows)


def _next_number(connection: Connection, ticket_id: str, target: str) -> int:
    """Not by time: two changes may fall in one millisecond. The ticket's row is locked, so nobody else counts."""
    of_ticket = (deliveries.c.ticket_id == ticket_id) & (deliveries.c.target == target)
    last: int | None = connection.execute(select(func.max(deliveries.c.number)).where(of_ticket)).scalar()
    return (last or 0) + 1


def event_of(kind: str, before: str, after: str) -> str:
    """What a change of a ticket is to its receivers.

    Args:
        kind: As the journal says.
        before: The desk on which it lay.
        after: The desk on which it lies.
    """
    if before != after:
        return MOVED
    return {"confirmed": CONFIRMED, "closed": CLOSED, "withdrawn": CLOSED}.get(kind, CHANGED)
