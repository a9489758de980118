"""What an agent should know besides a ticket: whether the customer asked before, and what happened meanwhile."""

from dataclasses import dataclass

from service.access import Actor
from service.storage.history import Written
from service.storage.records import Event, Ticket
from service.storage.store import Store

_ROWS = 50  # of one customer; who writes more often is shown the newest
_SHOWN = 8
_BY_PEOPLE = ("confirmed", "corrected", "closed", "undone", "assigned", "bounced", "settled")
_CHANGES = frozenset({*_BY_PEOPLE, "rerouted", "recategorised", "recalled", "withdrawn"})


@dataclass(frozen=True, slots=True)
class CustomersOthers:
    """What else a customer wrote.

    Attributes:
        shown: Tickets that the actor may see, the newest first.
        more: How many further ones the actor may see.
        elsewhere: How many inquiries lie on desks that are not the actor's; nothing more is told of them.
    """

    shown: tuple[Written, ...] = ()
    more: int = 0
    elsewhere: int = 0

    def __bool__(self) -> bool:
        return bool(self.shown or self.elsewhere)


def of_customer(store: Store, actor: Actor, inquiry_id: str) -> CustomersOthers:
    """The other inquiries that were sent with the same e-mail address, which nobody has checked."""
    found = store.history.of_customer(inquiry_id, _ROWS)
    seen = [one for one in found if one.desk is not None and actor.sees(one.desk)]
    hidden = {one.inquiry_id for one in found} - {one.inquiry_id for one in seen}
    return CustomersOthers(tuple(seen[:_SHOWN]), len(seen[_SHOWN:]), len(hidden))


def changes_since(store: Store, ticket: Ticket, seen: int | None) -> list[Event]:
    """What happened to a ticket after one of its versions, oldest first; the last change where that is unknown.

    Each change counts the version up by one, and has one entry in the journal.
    """
    entries = [one for one in store.journal(ticket.inquiry_id) if one.ticket_id == ticket.id]
    changes = [one for one in entries if one.kind in _CHANGES]
    since = 1 if seen is None else max(0, ticket.version - seen)
    return changes[-since:] if since else []
