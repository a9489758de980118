"""Deliveries: claimed with a lease, in order per ticket and target, finished by whoever still holds the lease."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, exists, func, insert, or_, select, update

from service.storage import journal
from service.storage.desk_tables import deliveries, disabled_targets, remote_tickets
from service.storage.engine import reading, writing
from service.storage.identifiers import is_id, new_id
from service.storage.inquiries import SYSTEM

WAITING, DELIVERED, FAILED = STATUSES = ("waiting", "delivered", "failed")
_FREE = {"lease_token": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One push of a ticket to a target.

    Attributes:
        attempts: How often it was tried, the one under way included.
        due_at: When it is tried next.
        problem: Why the last attempt failed.
    """

    id: str
    target: str
    ticket_id: str
    inquiry_id: str
    number: int
    event: str
    details: dict[str, Any]
    created_at: datetime
    status: str
    attempts: int
    due_at: datetime
    delivered_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that one dispatcher may send until its lease is over."""

    delivery: Delivery
    lease_token: str


@dataclass(frozen=True, slots=True)
class Remote:
    """What a ticket is called at a target, and what the target was last known to hold of it."""

    id: str
    state: dict[str, Any] | None


_COLUMNS = tuple(deliveries.c[name] for name in Delivery.__slots__)
_IS_WAITING = deliveries.c.status == WAITING


class Deliveries:
    """The deliveries table, which is also the queue; disabled targets; what tickets are called elsewhere."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, at: datetime, places: Mapping[str, int], lease: timedelta) -> list[ClaimedDelivery]:
        """Take what is due, for as long as the lease lasts; counts the attempt.

        A delivery waits for the earlier ones of its ticket to the same target, and for its target to be enabled.

        Args:
            at: Now.
            places: How many may be taken, by target.
            lease: After it, others may take them.
        """
        wanted = [name for name, places_left in places.items() if places_left > 0]
        with reading(self._engine) as connection:
            off = set(connection.execute(select(disabled_targets.c.target)).scalars()) if wanted else set()
            due = [name for name in wanted if name not in off and _is_any_due(connection, at, name)]
        if not due:
            return []
        with writing(self._engine) as connection:
            return [one for name in due for one in _take(connection, at, name, places[name], at + lease)]

    def delivered(
        self, at: datetime, claimed: ClaimedDelivery, remote_id: str | None, state: Mapping[str, Any] | None = None
    ) -> bool:
        """It arrived. Answers False, and writes nothing, when another dispatcher holds it by now."""
        delivery = claimed.delivery
        values = {"status": DELIVERED, "delivered_at": at, "problem": None, **_FREE}
        with writing(self._engine) as connection:
            if not _finish(connection, claimed, values):
                return False
            _remember(connection, delivery, remote_id, state)
            _record(connection, at, "delivered", delivery)
        return True

    def postpone(
        self,
        at: datetime,
        claimed: ClaimedDelivery,
        due_at: datetime | None,
        problem: str,
        remote_id: str | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> bool:
        """It did not arrive: it is tried again, or has failed for good where no time is given."""
        delivery = claimed.delivery
        again = {"due_at": due_at} if due_at else {"status": FAILED}
        with writing(self._engine) as connection:
            if not _finish(connection, claimed, {"problem": problem, **again, **_FREE}):
                return False
            _remember(connection, delivery, remote_id, state)
            if due_at is None:
                _record(connection, at, "delivery_failed", delivery, problem=problem)
        return True

    def disable(self, at: datetime, claimed: ClaimedDelivery, problem: str) -> bool:
        """Its target wants nothing any more: this and all that wait for it wait until it is enabled."""
        delivery = claimed.delivery
        with writing(self._engine) as connection:
            values = {"problem": problem, "attempts": delivery.attempts - 1, **_FREE}
            if not _finish(connection, claimed, values):
                return False
            known = select(disabled_targets.c.target).where(disabled_targets.c.target == delivery.target)
            if connection.execute(known).first() is None:
                row = {"target": delivery.target, "at": at, "problem": problem}
                connection.execute(insert(disabled_targets), row)
        return True

    def enable(self, at: datetime, target: str) -> tuple[bool, int]:
        """Try at once what waits for a target; answers whether it was disabled, and how many wait."""
        with writing(self._engine) as connection:
            gone = delete(disabled_targets).where(disabled_targets.c.target == target)
            was_disabled = connection.execute(gone).rowcount > 0
            waiting = update(deliveries).where(_IS_WAITING, deliveries.c.target == target, _is_free(at))
            return was_disabled, connection.execute(waiting.values(due_at=at)).rowcount

    def disabled(self) -> dict[str, tuple[datetime, str]]:
        """Since when and why, by target."""
        with reading(self._engine) as connection:
            return {row.target: (row.at, row.problem) for row in connection.execute(select(disabled_targets))}

    def replay(self, at: datetime, ids: Collection[str]) -> int:
        """Send again, under the same ids, from the first attempt; answers how many that are not under way."""
        chosen = deliveries.c.id.in_([one for one in ids if is_id(one)])
        values = {"status": WAITING, "attempts": 0, "due_at": at, "delivered_at": None, "problem": None}
        with writing(self._engine) as connection:
            return connection.execute(update(deliveries).where(chosen, _is_free(at)).values(values)).rowcount

    def give_up(self, at: datetime, known: Collection[str], before: datetime, problem: str) -> int:
        """Fail what has waited since before a moment for targets that are not known; answers how many."""
        unknown = deliveries.c.target.not_in(sorted(known)) & (deliveries.c.created_at < before)
        query = select(*_COLUMNS).where(_IS_WAITING, unknown).with_for_update(skip_locked=True)
        with writing(self._engine) as connection:
            found = [Delivery(*row) for row in connection.execute(query)]
            for one in found:
                failed = update(deliveries).where(deliveries.c.id == one.id)
                connection.execute(failed.values(status=FAILED, problem=problem))
                _record(connection, at, "delivery_failed", one, problem=problem)
        return len(found)

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        found = self._list(deliveries.c.id == delivery_id, limit=1) if is_id(delivery_id) else []
        return found[0] if found else None

    def of_ticket(self, ticket_id: str) -> list[Delivery]:
        """All deliveries of a ticket, oldest first."""
        query = select(*_COLUMNS).where(deliveries.c.ticket_id == ticket_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(deliveries.c.created_at, deliveries.c.number)).all()
        return [Delivery(*row) for row in rows]

    def newest(self, limit: int, target: str | None = None, status: str | None = None) -> list[Delivery]:
        """Deliveries, newest first."""
        conditions: list[ColumnElement[bool]] = []
        if target:
            conditions.append(deliveries.c.target == target)
        if status:
            conditions.append(deliveries.c.status == status)
        return self._list(*conditions, limit=limit)

    def counts(self) -> dict[tuple[str, str], int]:
        """How many there are, by target and status."""
        columns = (deliveries.c.target, deliveries.c.status)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns, func.count()).group_by(*columns)).all()
        return {(target, status): count for target, status, count in rows}

    def oldest_waiting(self) -> dict[str, datetime]:
        """When the oldest delivery that waits was written, by target."""
        query = select(deliveries.c.target, func.min(deliveries.c.created_at)).where(_IS_WAITING)
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(deliveries.c.target))}

    def remote(self, target: str, ticket_id: str) -> Remote | None:
        """What a ticket is called at a target."""
        query = select(remote_tickets.c.remote_id, remote_tickets.c.state).where(
            remote_tickets.c.target == target, remote_tickets.c.ticket_id == ticket_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return Remote(*row) if row else None

    def ticket_of(self, target: str, remote_id: str) -> str | None:
        """The id of the ticket that a target calls so."""
        query = select(remote_tickets.c.ticket_id).where(
            remote_tickets.c.target == target, remote_tickets.c.remote_id == remote_id
        )
        with reading(self._engine) as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def _list(self, *conditions: ColumnElement[bool], limit: int) -> list[Delivery]:
        query = select(*_COLUMNS).where(*conditions).order_by(deliveries.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [Delivery(*row) for row in connection.execute(query)]


def _is_free(at: datetime) -> ColumnElement[bool]:
    return or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until < at)


def _due(at: datetime, target: str) -> ColumnElement[bool]:
    earlier = deliveries.alias("earlier")
    first = ~exists().where(
        earlier.c.ticket_id == deliveries.c.ticket_id,
        earlier.c.target == deliveries.c.target,
        earlier.c.status == WAITING,
        earlier.c.number < deliveries.c.number,
    )
    return (deliveries.c.target == target) & _IS_WAITING & (deliveries.c.due_at <= at) & _is_free(at) & first


def _is_any_due(connection: Connection, at: datetime, target: str) -> bool:
    return connection.execute(select(deliveries.c.id).where(_due(at, target)).limit(1)).first() is not None


def _take(
    connection: Connection, at: datetime, target: str, places: int, until: datetime
) -> Sequence[ClaimedDelivery]:
    query = select(*_COLUMNS).where(_due(at, target)).order_by(deliveries.c.due_at, deliveries.c.id).limit(places)
    rows = connection.execute(query.with_for_update(skip_locked=True, of=deliveries)).all()
    return [_lease(connection, row, new_id(at), until) for row in rows]


def _lease(connection: Connection, row: Row[Any], token: str, until: datetime) -> ClaimedDelivery:
    values = {"lease_token": token, "lease_until": until, "attempts": row.attempts + 1}
    connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(values))
    return ClaimedDelivery(Delivery(**(row._asdict() | {"attempts": row.attempts + 1})), token)


def _finish(connection: Connection, claimed: ClaimedDelivery, values: Mapping[str, Any]) -> bool:
    ours = (
        (deliveries.c.id == claimed.delivery.id) & (deliveries.c.lease_token == claimed.lease_token) & _IS_WAITING
    )
    return connection.execute(update(deliveries).where(ours).values(dict(values))).rowcount == 1


def _remember(
    connection: Connection, delivery: Delivery, remote_id: str | None, state: Mapping[str, Any] | None
) -> None:
    """Also of an attempt that failed half-way: the ticket may be there by now."""
    if remote_id is None:
        return
    this = (remote_tickets.c.target == delivery.target) & (remote_tickets.c.ticket_id == delivery.ticket_id)
    values = {"remote_id": remote_id} | ({"state": dict(state)} if state is not None else {})
    if connection.execute(update(remote_tickets).where(this).values(values)).rowcount == 0:
        row = {"target": delivery.target, "ticket_id": delivery.ticket_id, **values}
        connection.execute(insert(remote_tickets), row)


def _record(connection: Connection, at: datetime, kind: str, delivery: Delivery, **details: Any) -> None:
    facts = {"target": delivery.target, "event": delivery.event, "delivery": delivery.id, **details}
    journal.record(connection, at, kind, SYSTEM, delivery.inquiry_id, delivery.ticket_id, None, **facts)
