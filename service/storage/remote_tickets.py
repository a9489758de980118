"""What help desks were last known to hold of tickets, beside what the tickets are called there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select, update

from service.storage.desk_tables import remote_tickets
from service.storage.engine import reading, writing


@dataclass(frozen=True, slots=True)
class RemoteTicket:
    """A ticket that a help desk has too.

    Attributes:
        ticket_id: Ours.
        state: What it was last known to hold; None when nothing is known.
    """

    ticket_id: str
    state: dict[str, Any] | None


class RemoteTickets:
    """The remote_tickets table, from the help desks' side; deliveries write it from ours."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, target: str, remote_id: str) -> RemoteTicket | None:
        """The ticket that a target calls so."""
        query = select(remote_tickets.c.ticket_id, remote_tickets.c.state).where(
            remote_tickets.c.target == target, remote_tickets.c.remote_id == remote_id
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return RemoteTicket(*row) if row else None

    def learn(
        self, target: str, remote_id: str, plan: Callable[[dict[str, Any] | None], Mapping[str, Any] | None]
    ) -> None:
        """Let ``plan`` make a new state of the stored one, or None to leave it, in one transaction."""
        this = (remote_tickets.c.target == target) & (remote_tickets.c.remote_id == remote_id)
        with writing(self._engine) as connection:
            row = connection.execute(select(remote_tickets.c.state).where(this).with_for_update()).one_or_none()
            state = plan(row.state) if row else None
            if state is not None:
                connection.execute(update(remote_tickets).where(this).values(state=dict(state)))
