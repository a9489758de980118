"""How far each receiver has the feed: moved on only when it said that it has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, insert, or_, select, true, update

from service.storage.desk_tables import feed_positions
from service.storage.engine import one_at_a_time, reading, writing


@dataclass(frozen=True, slots=True)
class Position:
    """Where one receiver is.

    Attributes:
        receiver: Its name.
        event_id: The number of the last entry that it has.
        until: The last entry of the batch that was tried before, so that the same batch is tried again.
        attempts: How often it was tried.
        due_at: When the next attempt is due; None while the receiver wants nothing (it answered 410).
        lease_until: Until when somebody is at it.
        problem: Why the last attempt failed.
    """

    receiver: str
    event_id: int
    until: int | None
    attempts: int
    due_at: datetime | None
    lease_until: datetime | None
    problem: str | None

    def is_due(self, at: datetime) -> bool:
        """Whether it may be tried now."""
        is_free = self.lease_until is None or self.lease_until < at
        return is_free and self.due_at is not None and self.due_at <= at


_COLUMNS = tuple(feed_positions.c[name] for name in Position.__slots__)


class FeedPositions:
    """The feed_positions table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Position]:
        """Of every receiver that was ever begun with."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(feed_positions.c.receiver))
            return [Position(*row) for row in rows]

    def get(self, receiver: str) -> Position | None:
        """Where a receiver is."""
        with reading(self._engine) as connection:
            row = connection.execute(select(*_COLUMNS).where(feed_positions.c.receiver == receiver)).one_or_none()
        return Position(*row) if row else None

    def begin(self, at: datetime, receiver: str, start: int) -> Position:
        """Start a new receiver after an entry; of two that begin at once, the first one counts."""
        new = {"receiver": receiver, "event_id": start, "attempts": 0, "due_at": at}
        query = select(*_COLUMNS).where(feed_positions.c.receiver == receiver)
        with writing(self._engine) as connection:
            one_at_a_time(connection, "feed positions")
            if connection.execute(query).one_or_none() is None:
                connection.execute(insert(feed_positions), new)
            return Position(*connection.execute(query).one())

    def take(self, at: datetime, position: Position, until: int, lease_until: datetime) -> bool:
        """Take a batch for as long as the lease lasts; False when somebody else has it or it is not due.

        Args:
            at: Now.
            position: As it was read.
            until: The last entry of the batch.
            lease_until: When another worker may take it.
        """
        free = or_(feed_positions.c.lease_until.is_(None), feed_positions.c.lease_until < at)
        due = (feed_positions.c.due_at <= at) & (feed_positions.c.attempts == position.attempts)
        values = {"until": until, "attempts": position.attempts + 1, "lease_until": lease_until}
        return self._change(position, values, free & due)

    def advance(self, position: Position, to: int, at: datetime) -> bool:
        """The receiver has everything up to an entry."""
        done = {"event_id": to, "until": None, "attempts": 0, "due_at": at, "lease_until": None, "problem": None}
        return self._change(position, done, true())

    def fail(self, position: Position, due_at: datetime | None, problem: str) -> bool:
        """The attempt failed; the next one is due then, or when somebody resumes it."""
        tried = feed_positions.c.attempts == position.attempts + 1
        return self._change(position, {"due_at": due_at, "lease_until": None, "problem": problem}, tried)

    def resume(self, at: datetime, receiver: str, after: int | None = None) -> bool:
        """Try at once, from where it is or after another entry; answers whether it was ever begun with."""
        values: dict[str, Any] = {"due_at": at, "attempts": 0, "lease_until": None, "problem": None}
        values |= {} if after is None else {"event_id": after, "until": None}
        with writing(self._engine) as connection:
            same = feed_positions.c.receiver == receiver
            return connection.execute(update(feed_positions).where(same).values(values)).rowcount == 1

    def _change(self, position: Position, values: Mapping[str, Any], condition: ColumnElement[bool]) -> bool:
        same = (feed_positions.c.receiver == position.receiver) & (feed_positions.c.event_id == position.event_id)
        with writing(self._engine) as connection:
            return connection.execute(update(feed_positions).where(same, condition).values(values)).rowcount == 1
