"""Puts the tickets of a new decision in place of an old one's, in a transaction, as long as nobody opened them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from service.storage import journal
from service.storage.inquiries import SYSTEM, NewTicket, lay
from service.storage.outbox import CLOSED, Outbox, event_of
from service.storage.tables import tickets

_DECIDED = ("desk", "category", "confidence", "automatic", "rule", "priority", "due_at")

Move = tuple[str | None, str | None]  # from which desk to which: None for what was laid newly, or withdrawn


@dataclass(frozen=True, slots=True)
class Because:
    """What the journal says of it.

    Attributes:
        kind: Of the entry.
        details: Beside from where to where.
        actor: Who had it done.
    """

    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)
    actor: str = SYSTEM


def tickets_of(inquiry_id: str) -> Select[Any]:
    """All tickets of an inquiry, locked, the main one first."""
    return select(tickets).where(tickets.c.inquiry_id == inquiry_id).order_by(tickets.c.intent).with_for_update()


def is_withdrawn(ticket: Row[Any]) -> bool:
    """Whether a later decision had no use for it: closed, but answered by nobody."""
    return ticket.status == "closed" and ticket.closed_at is None


def is_touched(ticket: Row[Any]) -> bool:
    """Whether a person was there: opened, reviewed, took or closed it."""
    seen = ticket.opened_at or ticket.review or ticket.assigned_to
    return bool(seen or (ticket.status != "open" and not is_withdrawn(ticket)))


def lay_anew(
    connection: Connection,
    outbox: Outbox,
    at: datetime,
    inquiry_id: str,
    rows: Sequence[Row[Any]],
    laid: Sequence[NewTicket],
    because: Because | None = None,
) -> list[Move]:
    """Make the tickets those of the new decision; none is taken away, one that is no longer needed is closed.

    Args:
        connection: In a transaction that holds ``rows``.
        outbox: Receivers are told.
        at: Now.
        inquiry_id: Whose tickets they are.
        rows: All of the inquiry; no person has touched one.
        laid: Those of the new decision.
        because: What the journal says; without it, that they were rerouted, or got another category.
    """
    # Places among the intents are unique: all are freed before they are given anew.
    for number, row in enumerate(rows, 1):
        connection.execute(update(tickets).where(tickets.c.id == row.id).values(intent=-number))
    spare = count(1 + max([row.intent for row in rows] + [new.intent for new in laid]))
    live = [row for row in rows if not is_withdrawn(row)]
    for row in rows:
        if is_withdrawn(row):
            connection.execute(update(tickets).where(tickets.c.id == row.id).values(intent=next(spare)))
    pairs = _paired(live, laid)
    kept = {new.intent for new in pairs.values() if new}
    for row in live:
        _change(connection, outbox, at, row, pairs[row.id], spare, because)
    for new in laid:
        if new.intent not in kept:
            lay(connection, outbox, at, inquiry_id, new)
    moved: list[Move] = [(row.desk, new.desk if new else None) for row in live for new in [pairs[row.id]]]
    return [one for one in moved if one[0] != one[1]] + [(None, n.desk) for n in laid if n.intent not in kept]


def _paired(rows: Sequence[Row[Any]], laid: Sequence[NewTicket]) -> dict[str, NewTicket | None]:
    """For each ticket the new one that it becomes: of the same desk, else in the order of the intents."""
    wanted = list(laid)
    pairs: dict[str, NewTicket | None] = {}
    for row in rows:
        same = next((new for new in wanted if new.desk == row.desk), None)
        if same:
            wanted.remove(same)
        pairs[row.id] = same
    for row in rows:
        if pairs[row.id] is None and wanted:
            pairs[row.id] = wanted.pop(0)
    return pairs


def _change(
    connection: Connection,
    outbox: Outbox,
    at: datetime,
    row: Row[Any],
    new: NewTicket | None,
    spare: Iterator[int],
    because: Because | None,
) -> None:
    if new is None:
        # Without a time of closing: nobody answered it.
        values: dict[str, Any] = {"status": "closed", "intent": next(spare)}
    else:
        values = {name: getattr(new, name) for name in ("intent", *_DECIDED)}
    if any(values.get(name, getattr(row, name)) != getattr(row, name) for name in ("status", *_DECIDED)):
        values |= {"version": row.version + 1, "changed_at": at, "previous": None}
    connection.execute(update(tickets).where(tickets.c.id == row.id).values(values))
    if new is None:
        _tell(connection, outbox, at, row, row.desk, Because("withdrawn", _reason(because)), {"desk": row.desk})
    elif (new.category, new.desk) != (row.category, row.desk):
        kind = "recategorised" if new.desk == row.desk else "rerouted"
        details = {"from": [row.category, row.desk], "to": [new.category, new.desk]}
        _tell(connection, outbox, at, row, new.desk, because or Because(kind), details)


def _reason(because: Because | None) -> Mapping[str, Any]:
    return because.details if because else {}


def _tell(
    connection: Connection,
    outbox: Outbox,
    at: datetime,
    row: Row[Any],
    desk: str,
    because: Because,
    details: dict[str, Any],
) -> None:
    """In the journal, and to the receivers of the desk where it lay and of the one where it lies."""
    details |= because.details
    journal.record(connection, at, because.kind, because.actor, row.inquiry_id, row.id, **details)
    event = CLOSED if because.kind == "withdrawn" else event_of(because.kind, row.desk, desk)
    outbox.post(connection, at, (row.id, row.inquiry_id), event, {row.desk, desk}, **details)
