"""The lists of the inbox: which tickets, in which order, and how many wait on each desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, literal, or_, select, union_all

from service.storage.engine import reading
from service.storage.identifiers import is_id
from service.storage.search import Search, inquiries_with
from service.storage.tables import UtcDateTime, events, inquiries, tickets

NOBODY = ""
NO_CATEGORY = ""
PRIORITIES = ("urgent", "high", "normal", "low")  # the most urgent first
_EXCERPT_CHARS = 240
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_TICKET = (
    "id", "inquiry_id", "desk", "category", "confidence", "status", "review", "reviewed_by", "opened_at", "version",
    "priority", "due_at", "assigned_to", "unsettled_since", "language",
)  # fmt: skip
_ENGLISH = inquiries.c.decision["translation"]["text"].as_string()
_COLUMNS = (
    *(tickets.c[name] for name in _TICKET),
    *(inquiries.c[name] for name in ("receipt", "received_at", "subject")),
    func.substr(inquiries.c.text, 1, _EXCERPT_CHARS).label("text"),
    func.substr(_ENGLISH, 1, _EXCERPT_CHARS).label("english"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tickets a list shows.

    Attributes:
        status: ``open``, ``closed`` or None for both.
        category: `NO_CATEGORY` for those that have none; None for all, as for what follows.
        language: A code of ISO 639-1.
        below: The confidence is lower than this.
        older_than: Since the ticket was laid down.
        assigned_to: As the journal names people; `NOBODY` for those that nobody has.
        priority: One of `PRIORITIES`.
        overdue: Only those that should have been answered by now.
        search: What the inquiry or its translation holds.
        by_urgency: The overdue first, then by priority and due time; else the newest first.
    """

    status: str | None = "open"
    category: str | None = None
    language: str | None = None
    below: float | None = None
    older_than: timedelta | None = None
    assigned_to: str | None = None
    priority: str | None = None
    overdue: bool = False
    search: Search | None = None
    by_urgency: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket as a row of a list: what a person needs to choose it. The texts are their beginnings."""

    id: str
    inquiry_id: str
    desk: str
    category: str | None
    confidence: float
    status: str
    review: str | None
    reviewed_by: str | None
    opened_at: datetime | None
    version: int
    priority: str
    due_at: datetime | None
    assigned_to: str | None
    unsettled_since: datetime | None
    language: str | None
    receipt: str
    received_at: datetime
    subject: str | None
    text: str
    english: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many open tickets lie on a desk, of these how many nobody has, and how many are overdue."""

    open: int = 0
    unassigned: int = 0
    overdue: int = 0


class TicketLists:
    """Reads tickets as lists; changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self, at: datetime, desks: Sequence[str], filters: Filters, after: str | None, limit: int
    ) -> list[Listed]:
        """Some tickets of these desks.

        Args:
            at: Now: what is overdue, and how old.
            desks: On which they lie.
            filters: Which, and in which order.
            after: The last ticket of the page before; one that is not there is no matter.
            limit: How many at most.
        """
        if not desks:
            return []
        wanted = _matching(at, filters, self._engine.dialect.name)
        with reading(self._engine) as connection:
            if filters.by_urgency:
                last = _place(connection, at, after) if after and is_id(after) else None
                chosen = _most_urgent(at, desks, wanted, last, limit)
                order: tuple[Any, ...] = (_urgency(at), _due(), tickets.c.id.desc())
            else:
                is_rare = filters.search is not None or filters.overdue
                chosen = _newest(desks, wanted, is_rare, after if after and is_id(after) else None, limit)
                order = (tickets.c.id.desc(),)
            query = select(*_COLUMNS).join(inquiries, inquiries.c.id == tickets.c.inquiry_id)
            rows = connection.execute(query.where(tickets.c.id.in_(chosen)).order_by(*order))
            return [Listed(*row) for row in rows]

    def neighbours(
        self, at: datetime, desks: Sequence[str], filters: Filters, ticket_id: str
    ) -> tuple[str | None, str | None]:
        """The tickets before and after one in such a list; it need not be in it itself any more."""
        if not is_id(ticket_id):
            return None, None
        wanted = [tickets.c.desk.in_(desks), *_matching(at, filters, self._engine.dialect.name)]
        order: list[tuple[Any, Any]] = [(tickets.c.id, ticket_id)]
        with reading(self._engine) as connection:
            if filters.by_urgency and (place := _place(connection, at, ticket_id)) is not None:
                order = [(_urgency(at), place.urgency), (_due(), place.due), *order]
            return tuple(connection.execute(_beside(wanted, order, step)).scalar() for step in (-1, 1))  # type: ignore[return-value]

    def waiting(self, at: datetime, desks: Collection[str]) -> dict[str, Waiting]:
        """What is open on each of these desks that has anything."""
        unassigned, overdue = (func.sum(case((one, 1), else_=0)) for one in (_is_nobodys(), tickets.c.due_at < at))
        query = select(tickets.c.desk, func.count(), unassigned, overdue).group_by(tickets.c.desk)
        query = query.where(tickets.c.status == "open", tickets.c.desk.in_(sorted(desks)))
        with reading(self._engine) as connection:
            return {desk: Waiting(*counts) for desk, *counts in connection.execute(query)}

    def languages(self) -> list[str]:
        """The languages of all tickets, by code."""
        query = select(tickets.c.language).where(tickets.c.language.is_not(None)).distinct()
        with reading(self._engine) as connection:
            return sorted(connection.execute(query).scalars())

    def state(self, at: datetime) -> tuple[int | None, datetime | None]:
        """What every list depends on: the journal's last entry, and what became overdue last."""
        overdue = select(func.max(tickets.c.due_at)).where(_is_overdue(at))
        query = select(select(func.max(events.c.id)).scalar_subquery(), overdue.scalar_subquery())
        with reading(self._engine) as connection:
            last_event, last_due = connection.execute(query).one()
        return last_event, last_due


def _matching(at: datetime, filters: Filters, dialect: str) -> list[ColumnElement[bool]]:
    """The conditions that a ticket must meet, the desk aside."""
    equal = {name: getattr(filters, name) for name in ("status", "language", "priority")}
    found = [tickets.c[name] == value for name, value in equal.items() if value is not None]
    if filters.category is not None:
        found.append(tickets.c.category == filters.category if filters.category else tickets.c.category.is_(None))
    if filters.assigned_to is not None:
        found.append(tickets.c.assigned_to == filters.assigned_to if filters.assigned_to else _is_nobodys())
    if filters.below is not None:
        found.append(tickets.c.confidence < filters.below)
    if filters.older_than is not None:
        found.append(tickets.c.created_at < at - filters.older_than)
    if filters.overdue:
        found.append(_is_overdue(at))
    if filters.search is not None:
        found.append(tickets.c.id.in_(_found(filters.search, dialect)))
    return found


def _found(search: Search, dialect: str) -> Select[Any]:
    """The tickets of what is searched for; looked up first, for SQLite would else try it on ticket after ticket."""
    all_tickets = tickets.alias()
    found = select(all_tickets.c.id).where(all_tickets.c.inquiry_id.in_(inquiries_with(search, dialect)))
    return select(found.cte("found").prefix_with("MATERIALIZED").c.id)


def _newest(
    desks: Sequence[str], wanted: Sequence[ColumnElement[bool]], is_rare: bool, before: str | None, limit: int
) -> Select[Any]:
    """The ids of the newest: of each desk by its index, then of all; where few are wanted, of all at once."""
    own = [*wanted, tickets.c.id < before] if before else list(wanted)
    every = select(tickets.c.id).where(*own).order_by(tickets.c.id.desc()).limit(limit)
    if is_rare or len(desks) == 1:
        return every.where(tickets.c.desk.in_(desks))
    newest = union_all(*(select(every.where(tickets.c.desk == desk).subquery()) for desk in desks)).subquery()
    return select(newest.c.id).order_by(newest.c.id.desc()).limit(limit)


def _most_urgent(
    at: datetime, desks: Sequence[str], wanted: Sequence[ColumnElement[bool]], last: Any, limit: int
) -> Select[Any]:
    order = (_urgency(at), _due())
    query = select(tickets.c.id).where(tickets.c.desk.in_(desks), *wanted)
    if last is not None:
        urgency, due = order
        later = or_(due > last.due, and_(due == last.due, tickets.c.id < last.id))
        query = query.where(or_(urgency > last.urgency, and_(urgency == last.urgency, later)))
    return query.order_by(*order, tickets.c.id.desc()).limit(limit)


def _place(connection: Any, at: datetime, ticket_id: str) -> Any:
    """Where a ticket stands in the order of urgency."""
    columns = (tickets.c.id, _urgency(at).label("urgency"), _due().label("due"))
    return connection.execute(select(*columns).where(tickets.c.id == ticket_id)).one_or_none()


def _beside(wanted: Sequence[ColumnElement[bool]], order: Sequence[tuple[Any, Any]], step: int) -> Select[Any]:
    """The nearest ticket before (-1) or after (1) a place in an order, whose last part, the id, runs downwards."""
    beyond: Any = False
    for number, (column, value) in enumerate(reversed(order)):
        is_rising = (step > 0) != (number == 0)
        further = column > value if is_rising else column < value
        beyond = further if number == 0 else or_(further, and_(column == value, beyond))
    directions = [(step > 0) != (column is tickets.c.id) for column, _ in order]
    by = [column.asc() if up else column.desc() for (column, _), up in zip(order, directions, strict=True)]
    return select(tickets.c.id).where(*wanted, beyond).order_by(*by).limit(1)


def _urgency(at: datetime) -> ColumnElement[int]:
    priorities = {name: number for number, name in enumerate(PRIORITIES, 1)}
    return case((_is_overdue(at), 0), else_=case(priorities, value=tickets.c.priority, else_=len(PRIORITIES)))


def _due() -> ColumnElement[datetime]:
    """When it is due; what is not due at all comes after what is."""
    return func.coalesce(tickets.c.due_at, literal(_NEVER, UtcDateTime))


def _is_overdue(at: datetime) -> ColumnElement[bool]:
    return and_(tickets.c.status == "open", tickets.c.due_at < at)


def _is_nobodys() -> ColumnElement[bool]:
    return tickets.c.assigned_to.is_(None)
