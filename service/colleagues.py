"""Who answers the tickets of a desk, and giving a ticket to one of them."""

from datetime import datetime

from service import desk_work, intake
from service.access import Actor, actor_of
from service.errors import InvalidInput
from service.storage.people import People
from service.storage.records import Ticket
from service.storage.store import Store


def of_desk(people: People, desk: str) -> list[str]:
    """The people who see the tickets of a desk, as the journal names them."""
    return [f"user:{user.name}" for user in people.users() if not user.disabled_at and actor_of(user).sees(desk)]


def give(
    store: Store, at: datetime, actor: Actor, ticket_id: str, to: str | None, seen: int | None = None
) -> Ticket:
    """Say who answers a ticket: oneself, somebody else who sees its desk, or None for nobody.

    Raises:
        NotFound: The ticket is not the actor's to see.
        InvalidInput: Nobody of that name sees its desk.
        Conflict: Somebody else was given it meanwhile.
    """
    ticket = intake.visible_ticket(store, actor, ticket_id)
    if to is not None and to != actor.name and to not in of_desk(store.people, ticket.desk):
        raise InvalidInput("nobody of that name answers the tickets of this desk", field="to")
    return desk_work.assign(store, at, actor, ticket_id, to, seen)
