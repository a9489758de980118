"""Who has a ticket open right now: told by the open page itself, and forgotten soon after it was closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.storage.desk_tables import presence
from service.storage.engine import reading, writing

FORGOTTEN_AFTER = timedelta(minutes=1)
_RENEWED_AFTER = timedelta(seconds=20)  # open pages ask every few seconds: not each time is worth a write


@dataclass(frozen=True, slots=True)
class Looking:
    """Somebody who looks at a ticket, and since when."""

    actor: str
    since: datetime


class Presence:
    """The presence table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def look(self, at: datetime, ticket_id: str, actor: str) -> list[Looking]:
        """Note that somebody looks at a ticket; answers who else does, who came first first."""
        query = select(presence).where(presence.c.ticket_id == ticket_id, presence.c.seen_at > at - FORGOTTEN_AFTER)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(presence.c.since, presence.c.actor)).all()
        own = next((row.seen_at for row in rows if row.actor == actor), None)
        if own is None or own <= at - _RENEWED_AFTER:
            self._renew(at, ticket_id, actor, is_new=own is None)
        return [Looking(row.actor, row.since) for row in rows if row.actor != actor]

    def leave(self, ticket_id: str, actor: str) -> None:
        """Note that somebody does not look at it any more."""
        with writing(self._engine) as connection:
            connection.execute(delete(presence).where(_of(ticket_id, actor)))

    def _renew(self, at: datetime, ticket_id: str, actor: str, *, is_new: bool) -> None:
        try:
            with writing(self._engine) as connection:
                if is_new:
                    _forget(connection, at)
                    row = {"ticket_id": ticket_id, "actor": actor, "since": at, "seen_at": at}
                    connection.execute(insert(presence), row)
                else:
                    connection.execute(update(presence).where(_of(ticket_id, actor)).values(seen_at=at))
        except IntegrityError:
            pass  # the same person opened it in two windows at once: one note is enough


def _of(ticket_id: str, actor: str) -> ColumnElement[bool]:
    return (presence.c.ticket_id == ticket_id) & (presence.c.actor == actor)


def _forget(connection: Connection, at: datetime) -> None:
    connection.execute(delete(presence).where(presence.c.seen_at <= at - FORGOTTEN_AFTER))
