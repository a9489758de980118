"""Tickets: what lies on which desk, and the one careful way to change it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, case, func, insert, select, update

from service.storage import journal
from service.storage.engine import reading, writing
from service.storage.identifiers import is_id
from service.storage.labels import STANDS
from service.storage.outbox import Outbox, event_of
from service.storage.records import Inquiry, Ticket
from service.storage.tables import UtcDateTime, inquiries, labels, tickets

_COLUMNS = tuple(tickets.c[name] for name in Ticket.__slots__)
_INQUIRY = tuple(inquiries.c[name].label(f"inquiry_{name}") for name in Inquiry.__slots__)


@dataclass(frozen=True, slots=True)
class Change:
    """What a person does to a ticket: new values, the journal's entry, and perhaps a label."""

    values: dict[str, Any]
    kind: str
    details: dict[str, Any]
    label: tuple[str, str] | None = None  # category, source
    settles: bool = False  # earlier labels of the ticket that say otherwise are taken back


class Tickets:
    """The tickets table."""

    def __init__(self, engine: Engine, outbox: Outbox) -> None:
        self._engine, self._outbox = engine, outbox

    def get(self, ticket_id: str) -> Ticket | None:
        """One ticket."""
        if not is_id(ticket_id):
            return None
        with reading(self._engine) as connection:
            row = connection.execute(select(*_COLUMNS).where(tickets.c.id == ticket_id)).one_or_none()
        return Ticket(*row) if row else None

    def of_inquiry(self, inquiry_id: str) -> list[Ticket]:
        """The tickets of one inquiry, the main one first."""
        if not is_id(inquiry_id):
            return []
        query = select(*_COLUMNS).where(tickets.c.inquiry_id == inquiry_id).order_by(tickets.c.intent)
        with reading(self._engine) as connection:
            return [Ticket(*row) for row in connection.execute(query)]

    def on_desk(
        self, desk: str, status: str | None, before: str | None, limit: int
    ) -> list[tuple[Ticket, Inquiry]]:
        """Tickets with their inquiries, newest first.

        Args:
            desk: Its name.
            status: ``open`` or ``closed``; None for both.
            before: Only tickets with a smaller id: the last one of the page before.
            limit: How many at most.
        """
        query: Select[Any] = select(*_COLUMNS, *_INQUIRY).join(inquiries).where(tickets.c.desk == desk)
        if status:
            query = query.where(tickets.c.status == status)
        if before and is_id(before):
            query = query.where(tickets.c.id < before)
        return self._with_inquiries(query.order_by(tickets.c.id.desc()).limit(limit))

    def main_ones(self, since: datetime, limit: int) -> list[tuple[Ticket, Inquiry]]:
        """The main tickets of the newest inquiries received since a moment, newest first."""
        query: Select[Any] = select(*_COLUMNS, *_INQUIRY).join(inquiries).where(tickets.c.intent == 0)
        query = query.where(inquiries.c.received_at >= since)
        return self._with_inquiries(query.order_by(inquiries.c.id.desc()).limit(limit))

    def unreviewed(
        self, desks: Collection[str], first: str, limit: int, categories: Collection[str] = ()
    ) -> list[tuple[Ticket, Inquiry]]:
        """Open tickets that nobody has reviewed, and all whose category there is no more; the newest first.

        Those that nobody has opened go before the others, and of these the ones on the desk ``first``.

        Args:
            desks: On which they lie.
            first: The desk that matters most.
            limit: How many at most.
            categories: Those that there are, under all their names; none for not asking.
        """
        query: Select[Any] = select(*_COLUMNS, *_INQUIRY).join(inquiries).where(_unreviewed_on(desks, categories))
        opened = case((tickets.c.opened_at.is_(None), 0), else_=1)
        elsewhere = case((tickets.c.desk == first, 0), else_=1)
        return self._with_inquiries(query.order_by(opened, elsewhere, tickets.c.id.desc()).limit(limit))

    def count_unreviewed(self, desks: Collection[str], categories: Collection[str] = ()) -> int:
        """How many tickets of these desks `unreviewed` has."""
        query = select(func.count()).select_from(tickets).where(_unreviewed_on(desks, categories))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def _with_inquiries(self, query: Select[Any]) -> list[tuple[Ticket, Inquiry]]:
        """The rows of a query for `_COLUMNS` and `_INQUIRY`."""
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        width = len(_COLUMNS)
        return [(Ticket(*row[:width]), Inquiry(*row[width:])) for row in rows]

    def open_counts(self) -> dict[str, int]:
        """How many open tickets lie on each desk that has any."""
        query = (
            select(tickets.c.desk, func.count().label("open"))
            .where(tickets.c.status == "open")
            .group_by(tickets.c.desk)
        )
        with reading(self._engine) as connection:
            return {row.desk: row.open for row in connection.execute(query)}

    def counts(self) -> list[tuple[str, bool, str, int]]:
        """Desk, automatic, status and how many."""
        columns = (tickets.c.desk, tickets.c.automatic, tickets.c.status)
        with reading(self._engine) as connection:
            query = select(*columns, func.count()).group_by(*columns)
            return [(desk, automatic, status, n) for desk, automatic, status, n in connection.execute(query)]

    def open(self, at: datetime, ticket_id: str, actor: str, origin: str | None = None) -> None:
        """Note that a person looks at it; only the first is kept."""
        first = (tickets.c.id == ticket_id) & tickets.c.opened_at.is_(None)
        with writing(self._engine) as connection:
            row = connection.execute(select(tickets.c.inquiry_id).where(first).with_for_update()).one_or_none()
            if row is None:
                return
            connection.execute(update(tickets).where(first).values(opened_at=at, opened_by=actor))
            journal.record(connection, at, "opened", actor, row.inquiry_id, ticket_id, origin)

    def change(
        self,
        at: datetime,
        ticket_id: str,
        actor: str,
        plan: Callable[[Ticket], Change | None],
        origin: str | None = None,
    ) -> Ticket | None:
        """Read a ticket, let ``plan`` decide on what was read, and write it, all in one transaction.

        Args:
            at: Now.
            ticket_id: Which.
            actor: Who, for the journal and the label.
            plan: Answers what to change, or None to leave it; may raise, and then nothing is written.
            origin: The address from which the actor acts.
        """
        if not is_id(ticket_id):
            return None
        with writing(self._engine) as connection:
            row = connection.execute(_locked(ticket_id)).one_or_none()
            if row is None or (change := plan(Ticket(*row))) is None:
                return Ticket(*row) if row else None
            label = self._label(connection, at, row, actor, *change.label) if change.label else None
            against = _contradicting(connection, row, change.label) if change.settles and change.label else []
            retractions = self._take_back(connection, at, row, actor, against)
            previous = _remembered(at, actor, change, row, [*([label] if label else []), *retractions])
            return self._write(connection, at, row, actor, origin, change, previous)

    def undo(
        self, at: datetime, ticket_id: str, actor: str, check: Callable[[Ticket], None], origin: str | None = None
    ) -> Ticket | None:
        """Make a ticket what it was before its last change, and take back the label that the change gave.

        Args:
            at: Now.
            ticket_id: Which; it must have a previous state, which ``check`` sees to.
            actor: Who.
            check: Raises when this may not be undone; then nothing is written.
            origin: The address from which the actor acts.
        """
        if not is_id(ticket_id):
            return None
        with writing(self._engine) as connection:
            row = connection.execute(_locked(ticket_id)).one_or_none()
            if row is None:
                return None
            check(Ticket(*row))
            self._take_back(connection, at, row, actor, row.previous["labels"])
            change = Change(_restored(row.previous["values"]), "undone", {"what": row.previous["kind"]})
            return self._write(connection, at, row, actor, origin, change, None)

    def _write(
        self,
        connection: Connection,
        at: datetime,
        row: Row[Any],
        actor: str,
        origin: str | None,
        change: Change,
        previous: dict[str, Any] | None,
    ) -> Ticket:
        values = change.values | {"version": row.version + 1, "changed_at": at, "previous": previous}
        connection.execute(update(tickets).where(tickets.c.id == row.id).values(values))
        journal.record(connection, at, change.kind, actor, row.inquiry_id, row.id, origin, **change.details)
        desk = values.get("desk", row.desk)
        event, ticket = event_of(change.kind, row.desk, desk), (row.id, row.inquiry_id)
        self._outbox.post(connection, at, ticket, event, {row.desk, desk}, by=actor, **change.details)
        return Ticket(**(row._asdict() | values))

    def _label(
        self, connection: Connection, at: datetime, ticket: Row[Any], actor: str, category: str, source: str
    ) -> int:
        """Keep what a person said of a ticket, with the model that had decided and the desk it lay on."""
        decided = select(inquiries.c.decision).where(inquiries.c.id == ticket.inquiry_id)
        model = (connection.execute(decided).scalar() or {}).get("model")
        row = {
            "inquiry_id": ticket.inquiry_id, "ticket_id": ticket.id, "category": category, "source": source,
            "at": at, "by": actor, "model": model, "desk": ticket.desk,
        }  # fmt: skip
        return int(connection.execute(insert(labels).values(row).returning(labels.c.id)).scalar_one())

    def _take_back(
        self, connection: Connection, at: datetime, ticket: Row[Any], actor: str, numbers: Sequence[int]
    ) -> list[int]:
        """Add retractions of labels, or of retractions; answers theirs: labels are only ever added to."""
        if not numbers:
            return []
        found = connection.execute(select(labels.c.id, labels.c.category).where(labels.c.id.in_(numbers)))
        rows = [
            {
                "inquiry_id": ticket.inquiry_id, "ticket_id": ticket.id, "category": one.category,
                "source": "retraction", "at": at, "by": actor, "desk": ticket.desk, "takes_back": one.id,
            }
            for one in found
        ]  # fmt: skip
        return [int(number) for number in connection.execute(insert(labels).returning(labels.c.id), rows).scalars()]


def _locked(ticket_id: str) -> Select[Any]:
    return select(*_COLUMNS).where(tickets.c.id == ticket_id).with_for_update()


def _contradicting(connection: Connection, row: Row[Any], label: tuple[str, str]) -> list[int]:
    """The labels of a ticket that stand and say otherwise."""
    query = select(labels.c.id).where(labels.c.ticket_id == row.id, labels.c.category != label[0], STANDS)
    return [int(number) for number in connection.execute(query.order_by(labels.c.id)).scalars()]


def _remembered(at: datetime, actor: str, change: Change, row: Row[Any], given: Sequence[int]) -> dict[str, Any]:
    """What undoing needs, as JSON; ``given`` are the labels and retractions that came with the change."""
    old = {name: getattr(row, name) for name in change.values}
    values = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in old.items()}
    return {"at": at.isoformat(), "by": actor, "kind": change.kind, "labels": list(given), "values": values}


def _restored(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if value and isinstance(tickets.c[name].type, UtcDateTime) else value
        for name, value in values.items()
    }


def _unreviewed_on(desks: Collection[str], categories: Collection[str]) -> ColumnElement[bool]:
    waits = (tickets.c.status == "open") & tickets.c.review.is_(None)
    if categories:
        waits |= tickets.c.category.not_in(sorted(categories))
    return tickets.c.desk.in_(sorted(desks)) & waits & tickets.c.unsettled_since.is_(None)
