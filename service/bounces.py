"""Tickets that are sent to and fro: where the third move goes instead, and who settles them. Writes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.access import Actor
from service.errors import Conflict
from service.pipeline.routing import TRIAGE
from service.settings import Settings
from service.storage.people import People
from service.storage.records import Event, Ticket, User
from service.storage.store import Store
from service.storage.tickets import Change
from service.submission import Correction

MOST_HOPS = 2  # moves to another desk by people; the next one goes to the owner
OWNED = (
    "This ticket was sent on {hops} times before, so it went to {owner} on {desk}, who decides where it belongs; "
    "until then nothing is learned from it."
)
OWNERLESS = (
    "This ticket was sent on {hops} times before, so it went to {desk} with high priority, to be decided there; "
    "until then nothing is learned from it."
)
_LAID = ("laid_on_desk", "rerouted", "recalled")  # by the program: a desk sends nothing to and fro by that
_MOVES = ("corrected", "bounced", "settled")
_DESK_ROLES = ("agent", "lead", "admin")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket that is sent to and fro lies until it is settled.

    Attributes:
        desk: Its name.
        owner: The actor's name of who settles it, such as ``user:anna``; None for whoever is on the desk.
    """

    desk: str
    owner: str | None = None


def place_of(settings: Settings, people: People, first: str) -> Place:
    """The owner of the desk where a ticket was first laid, else the arbiter on triage, else triage itself.

    Somebody who cannot sign in, or does not see that desk, is passed over: a ticket must not lie unseen.
    """
    desk = settings.desks.get(first)
    for name, where in ((desk.owner if desk else None, first), (settings.routing.arbiter, TRIAGE)):
        if name and _sees(people.user(name), where):
            return Place(where, f"user:{name}")
    return Place(TRIAGE)


def desks_of(events: Iterable[Event], ticket_id: str) -> list[str]:
    """The desks that a ticket has been on since the program laid it, the first one first."""
    path: list[str] = []
    before: list[str] = []
    for event in events:
        said = event.details
        if event.ticket_id != ticket_id:
            continue
        if event.kind in _LAID:
            path = [said["desk"] if "desk" in said else said["to"][1]]
        elif event.kind in _MOVES:
            before, path = path, path + [said["to"][1]] * (said["to"][1] != path[-1])
        elif event.kind == "undone" and said["what"] in _MOVES:
            path = before
    return path


def may_settle(actor: Actor, ticket: Ticket) -> bool:
    """Its owner, a lead or an administrator; where nobody owns it, everybody on its desk."""
    if not actor.sees(ticket.desk):
        return False
    return ticket.assigned_to in {None, actor.name} or actor.may("figures")


def was_just_bounced(ticket: Ticket, actor: Actor) -> bool:
    """Whether the last that happened to a ticket is that this person's move went to its owner."""
    last = ticket.previous
    return last is not None and (last["kind"], last["by"]) == ("bounced", actor.name)


def told(ticket: Ticket, settings: Settings, translate: Callable[[str], str] = str) -> str | None:
    """Where a ticket that is sent to and fro went, and why, in a sentence; None for any other."""
    if ticket.unsettled_since is None:
        return None
    desk = settings.desks[ticket.desk].name if ticket.desk in settings.desks else ticket.desk
    owner = (ticket.assigned_to or "").removeprefix("user:")
    return translate(OWNED if owner else OWNERLESS).format(hops=ticket.hops, owner=owner, desk=desk)


def corrected(ticket: Ticket, actor: Actor, category: str | None, desk: str, comment: str | None) -> dict[str, Any]:
    """What a correction makes of a ticket; one that comes to another desk is open there, and nobody's yet."""
    values: dict[str, Any] = {
        "category": category, "desk": desk, "review": "corrected", "reviewed_by": actor.name, "comment": comment,
    }  # fmt: skip
    return values | ({"status": "open", "closed_at": None, "assigned_to": None} if desk != ticket.desk else {})


def bounced(
    store: Store, settings: Settings, at: datetime, actor: Actor, ticket: Ticket, correction: Correction, desk: str
) -> Change:
    """A ticket's third move: not to the desk that was meant, but to its owner; that one's own move settles it."""
    desks = desks_of(store.journal(ticket.inquiry_id), ticket.id) or [ticket.desk]
    place, category = place_of(settings, store.people, desks[0]), correction.category or ticket.category
    if place.owner == actor.name:
        return _settlement(ticket, actor, category, desk, correction.comment)
    values: dict[str, Any] = {
        "desk": place.desk, "assigned_to": place.owner, "unsettled_since": at, "status": "open", "closed_at": None,
        "comment": correction.comment or ticket.comment,
    }  # fmt: skip
    if place.owner is None and ticket.priority != "urgent":
        values["priority"] = "high"
    details = {
        "from": [ticket.category, ticket.desk], "to": [ticket.category, place.desk], "been_on": desks,
        "wanted": [category, desk], "owner": place.owner,
    }  # fmt: skip
    # Without a category that is said, the memory still has to hear that it must forget this inquiry for now.
    said = (correction.category, "correction") if correction.category else None
    return Change(values, "bounced", details, said or ((ticket.category, "bounce") if ticket.category else None))


def settled(
    ticket: Ticket, actor: Actor, category: str | None, desk: str, comment: str | None, seen: int | None
) -> Change:
    """What its owner says of a ticket that was sent to and fro.

    Raises:
        Conflict: Another settles it, or somebody changed it meanwhile.
    """
    require_settler(actor, ticket)
    if seen is not None and seen != ticket.version:
        raise Conflict
    return _settlement(ticket, actor, category, desk, comment)


def require_settler(actor: Actor, ticket: Ticket) -> None:
    """Raises `Conflict` for who may not settle it; it names who does."""
    if not may_settle(actor, ticket):
        owner = (ticket.assigned_to or "").partition(":")[2]
        raise Conflict(f"this ticket was sent to and fro and waits for {owner}, who decides where it belongs")


def _settlement(ticket: Ticket, actor: Actor, category: str | None, desk: str, comment: str | None) -> Change:
    values = corrected(ticket, actor, category, desk, comment or ticket.comment) | {"unsettled_since": None}
    if (category, desk) == (ticket.category, ticket.desk):
        values["review"] = "confirmed"
    details = {"from": [ticket.category, ticket.desk], "to": [category, desk]}
    source = "confirmation" if category == ticket.category else "correction"
    return Change(values, "settled", details, (category, source) if category else None, settles=True)


def _sees(user: User | None, desk: str) -> bool:
    if user is None or user.role not in _DESK_ROLES:
        return False
    return user.role == "admin" or desk in user.desks
