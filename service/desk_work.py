"""What people do with tickets: open, confirm, correct, close, undo, assign."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from model.taxonomy import OUT_OF_SCOPE
from service import bounces
from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound, StorageUnavailable
from service.pipeline.routing import TRIAGE
from service.settings import Settings
from service.storage.records import Ticket
from service.storage.store import Store
from service.storage.tickets import Change
from service.submission import Correction

Plan = Callable[[Ticket], Change | None]
UNDO_FOR = timedelta(minutes=10)


def open_ticket(store: Store, at: datetime, actor: Actor, ticket: Ticket) -> None:
    """Note that a person looks at it, so that nothing moves it from under their eyes; to read it is more urgent."""
    if ticket.opened_at is None:
        with suppress(StorageUnavailable):
            store.tickets.open(at, ticket.id, actor.name, actor.origin)


def confirm(store: Store, at: datetime, actor: Actor, ticket_id: str, seen: int | None = None) -> Ticket:
    """Say that category and desk are right; a second person's confirmation, of what they saw, is a label too.

    Args:
        store: Where.
        at: Now.
        actor: Who.
        ticket_id: Which.
        seen: The ticket's version that the actor looked at, where known.

    Raises:
        NotFound: It is not theirs.
        Conflict: Somebody else changed it meanwhile.
    """

    def plan(ticket: Ticket) -> Change | None:
        actor.require_desk(ticket.desk)
        if ticket.unsettled_since:
            return bounces.settled(ticket, actor, ticket.category, ticket.desk, None, seen)
        is_second = ticket.reviewed_by != actor.name and seen == ticket.version
        if ticket.review == "confirmed" and not is_second:
            return None
        if ticket.review == "corrected" and ticket.reviewed_by == actor.name:
            return None
        _check_unchanged(ticket, actor, seen)
        values = {"review": "confirmed", "reviewed_by": actor.name, "comment": None}
        label = (ticket.category, "confirmation") if ticket.category else None
        return Change(values, "confirmed", {"category": ticket.category, "desk": ticket.desk}, label)

    return _change(store, at, ticket_id, actor, plan)


def correct(
    store: Store,
    settings: Settings,
    at: datetime,
    actor: Actor,
    ticket_id: str,
    correction: Correction,
    seen: int | None = None,
) -> Ticket:
    """Put category or desk right; a corrected category is a label, and moves the ticket to its desk.

    The third move of a ticket to another desk is not made: it goes to an owner, as ``unsettled_since`` then tells
    (`bounces.told` says it in a sentence). The owner's next correction or confirmation settles it.

    Raises:
        InvalidInput: There is no such category or desk.
        NotFound: The ticket is not theirs.
        Conflict: It was corrected otherwise meanwhile.
    """
    category, desk = _known(settings, correction)

    def plan(ticket: Ticket) -> Change | None:
        new_category, new_desk = category or ticket.category, desk or ticket.desk
        is_own = ticket.review == "corrected" and ticket.reviewed_by == actor.name
        is_same = (ticket.category, ticket.desk) == (new_category, new_desk)
        if is_own and is_same and not ticket.unsettled_since:  # sent twice; it may lie on another's desk by now
            return None
        if bounces.was_just_bounced(ticket, actor) and not bounces.may_settle(actor, ticket):
            return None  # the same
        actor.require_desk(ticket.desk)
        if ticket.unsettled_since:
            return bounces.settled(ticket, actor, new_category, new_desk, correction.comment, seen)
        if is_same and ticket.review == "corrected":
            return None
        _check_unchanged(ticket, actor, seen)
        if new_desk != ticket.desk and ticket.hops >= bounces.MOST_HOPS:
            return bounces.bounced(store, settings, at, actor, ticket, correction, new_desk)
        values = bounces.corrected(ticket, actor, new_category, new_desk, correction.comment)
        if new_desk != ticket.desk:
            values |= {"hops": ticket.hops + 1}
        details = {"from": [ticket.category, ticket.desk], "to": [new_category, new_desk]}
        label = (category, "correction") if category else None
        return Change(values, "corrected", details, label)

    return _change(store, at, ticket_id, actor, plan)


def settle(
    store: Store,
    settings: Settings,
    at: datetime,
    actor: Actor,
    ticket_id: str,
    correction: Correction | None = None,
    seen: int | None = None,
) -> Ticket:
    """Say where a ticket belongs that was sent to and fro: where it lies, or as corrected. What others said of it
    counts from now on where it agrees, and is taken back where it does not.

    Raises:
        InvalidInput: There is no such category or desk.
        NotFound: It is not theirs.
        Conflict: It is not sent to and fro, another settles it, or somebody changed it meanwhile.
    """
    found = store.tickets.get(ticket_id)
    if found and actor.sees(found.desk) and found.unsettled_since is None:
        raise Conflict("there is nothing to settle")
    if correction is None:
        return confirm(store, at, actor, ticket_id, seen)
    return correct(store, settings, at, actor, ticket_id, correction, seen)


def close(store: Store, at: datetime, actor: Actor, ticket_id: str, seen: int | None = None) -> Ticket:
    """Say that the ticket is answered; where nobody reviewed it, its desk took it for its own: a weak label.

    Raises:
        NotFound: It is not theirs.
        Conflict: It is not any more what the actor saw.
    """

    def plan(ticket: Ticket) -> Change | None:
        actor.require_desk(ticket.desk)
        if ticket.status == "closed":
            return None
        if seen is not None and seen != ticket.version:
            raise Conflict
        says_something = ticket.automatic and ticket.review is None and ticket.category is not None
        label = (ticket.category or "", "closed") if says_something else None
        return Change({"status": "closed", "closed_at": at}, "closed", {}, label)

    return _change(store, at, ticket_id, actor, plan)


def undo(store: Store, at: datetime, actor: Actor, ticket_id: str, seen: int | None = None) -> Ticket:
    """Take back one's own last change of a ticket, and the label that it gave, within ten minutes.

    Raises:
        NotFound: There is no such ticket, or neither it nor the change is theirs.
        Conflict: The change is too long ago, or somebody changed the ticket since.
    """

    def check(ticket: Ticket) -> None:
        if not can_undo(ticket, actor, at) or seen not in {None, ticket.version}:
            actor.require_desk(ticket.desk)
            raise Conflict(
                "there is nothing of yours to undo: a change can be undone for ten minutes, while it is the last"
            )

    ticket = store.tickets.undo(at, ticket_id, actor.name, check, actor.origin)
    if ticket is None:
        raise NotFound
    return ticket


def can_undo(ticket: Ticket, actor: Actor, at: datetime) -> bool:
    """Whether the ticket's last change is the actor's own and not too long ago, wherever the ticket lies now."""
    last = ticket.previous
    return last is not None and last["by"] == actor.name and at - datetime.fromisoformat(last["at"]) <= UNDO_FOR


def assign(
    store: Store, at: datetime, actor: Actor, ticket_id: str, to: str | None, seen: int | None = None
) -> Ticket:
    """Say who answers a ticket; None for nobody.

    Raises:
        NotFound: The ticket is not theirs.
        Conflict: Somebody else was given it meanwhile.
    """

    def plan(ticket: Ticket) -> Change | None:
        actor.require_desk(ticket.desk)
        if ticket.assigned_to == to:
            return None
        if ticket.unsettled_since:
            bounces.require_settler(actor, ticket)
        if ticket.assigned_to not in {None, actor.name} and seen != ticket.version:
            raise Conflict(f"this ticket was taken by {ticket.assigned_to} meanwhile")
        return Change({"assigned_to": to}, "assigned", {"to": to})

    return _change(store, at, ticket_id, actor, plan)


def _change(store: Store, at: datetime, ticket_id: str, actor: Actor, plan: Plan) -> Ticket:
    ticket = store.tickets.change(at, ticket_id, actor.name, plan, actor.origin)
    if ticket is None:
        raise NotFound
    return ticket


def _check_unchanged(ticket: Ticket, actor: Actor, seen: int | None) -> None:
    """Whoever proves to have seen the present state may change it; else only an unreviewed one, or one's own
    confirmation. So a second, different correction is never made blindly."""
    if seen is not None:
        if seen != ticket.version:
            raise Conflict
        return
    if ticket.review is None or (ticket.review == "confirmed" and ticket.reviewed_by == actor.name):
        return
    raise Conflict(f"this ticket was {ticket.review} by {ticket.reviewed_by} meanwhile")


def _known(settings: Settings, correction: Correction) -> tuple[str | None, str | None]:
    """The category, and the desk that is named or follows from it."""
    category, desk = correction.category, correction.desk
    if category == OUT_OF_SCOPE:
        return category, desk or TRIAGE
    if category is not None and category not in settings.categories:
        raise InvalidInput(f"there is no category {category!r}", field="category")
    if desk is not None and desk not in settings.desks:
        raise InvalidInput(f"there is no desk {desk!r}", field="desk")
    return category, desk or (settings.categories[category].desk if category else None)
