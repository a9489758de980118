"""The use cases: submit, confirm, correct, close. API, pages and commands all come through here."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from model.taxonomy import OUT_OF_SCOPE
from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound, StorageUnavailable
from service.pipeline.routing import TRIAGE
from service.settings import Settings
from service.storage.records import Inquiry, Ticket
from service.storage.store import Store
from service.storage.tickets import Change
from service.submission import Correction, Submission

Plan = Callable[[Ticket], Change | None]
_KEY_MAX_CHARS = 255
_HEADER_MAX_CHARS = 200


@dataclass(frozen=True, slots=True)
class Sender:
    """Who submits: a key's name, or a visitor known only by an address."""

    key_name: str | None
    address: str
    accept_language: str | None = None  # of a visitor's browser; a website's server says nothing of the visitor

    def idempotency_hash(self, key: str | None) -> str | None:
        """The same key means the same inquiry only from the same credential or address.

        Raises:
            InvalidInput: The key is empty or too long.
        """
        if key is None:
            return None
        if not 0 < len(key) <= _KEY_MAX_CHARS:
            raise InvalidInput(f"has 1 to {_KEY_MAX_CHARS} characters", field="Idempotency-Key")
        whose = f"key {self.key_name}" if self.key_name else f"address {self.address}"
        return hashlib.sha256(f"{whose}\n{key}".encode("utf-8", "replace")).hexdigest()


def submit(
    store: Store, at: datetime, submission: Submission, sender: Sender, idempotency_key: str | None = None
) -> Inquiry:
    """Store an inquiry; when this returns, it cannot be lost.

    Raises:
        InvalidInput: The idempotency key was used for another inquiry.
        StorageUnavailable: It was not stored.
    """
    browser = None if sender.key_name else (sender.accept_language or "")[:_HEADER_MAX_CHARS] or None
    values = submission.values() | {"submitted_by": sender.key_name, "accept_language": browser}
    inquiry = store.inquiries.add(at, values, sender.idempotency_hash(idempotency_key))
    if inquiry.body_hash != values["body_hash"]:
        raise InvalidInput("was used for another inquiry", field="Idempotency-Key")
    return inquiry


def visible_inquiry(store: Store, actor: Actor, inquiry_id: str) -> tuple[Inquiry, list[Ticket]]:
    """An inquiry and its tickets, for somebody who sees one of their desks.

    Raises:
        NotFound: There is none, or it is not theirs.
    """
    inquiry = store.inquiries.get(inquiry_id)
    laid = store.tickets.of_inquiry(inquiry_id)
    seen = any(actor.sees(ticket.desk) for ticket in laid) or actor.desks is None
    if inquiry is None or not seen:
        raise NotFound
    return inquiry, laid


def visible_ticket(store: Store, actor: Actor, ticket_id: str) -> Ticket:
    """A ticket on a desk of the actor.

    Raises:
        NotFound: There is none, or it lies on a desk that is not theirs.
    """
    ticket = store.tickets.get(ticket_id)
    if ticket is None:
        raise NotFound
    actor.require_desk(ticket.desk)
    return ticket


def open_ticket(store: Store, at: datetime, actor: Actor, ticket: Ticket) -> None:
    """Note that a person looks at it, so that nothing moves it from under their eyes; to read it is more urgent."""
    if ticket.opened_at is None:
        with suppress(StorageUnavailable):
            store.tickets.open(at, ticket.id, actor.name)


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
        if is_own and is_same:  # sent twice; the ticket may lie on a desk by now that is not theirs
            return None
        actor.require_desk(ticket.desk)
        if is_same and ticket.review == "corrected":
            return None
        _check_unchanged(ticket, actor, seen)
        values = {
            "category": new_category, "desk": new_desk, "review": "corrected", "reviewed_by": actor.name,
            "comment": correction.comment,
            "status": ticket.status if new_desk == ticket.desk else "open",
        }  # fmt: skip
        details = {"from": [ticket.category, ticket.desk], "to": [new_category, new_desk]}
        label = (category, "correction") if category else None
        return Change(values, "corrected", details, label)

    return _change(store, at, ticket_id, actor, plan)


def close(store: Store, at: datetime, actor: Actor, ticket_id: str) -> Ticket:
    """Say that the ticket is answered; where nobody reviewed it, its desk took it for its own: a weak label.

    Raises:
        NotFound: It is not theirs.
    """

    def plan(ticket: Ticket) -> Change | None:
        actor.require_desk(ticket.desk)
        if ticket.status == "closed":
            return None
        says_something = ticket.automatic and ticket.review is None and ticket.category is not None
        label = (ticket.category or "", "closed") if says_something else None
        return Change({"status": "closed"}, "closed", {}, label)

    return _change(store, at, ticket_id, actor, plan)


def _change(store: Store, at: datetime, ticket_id: str, actor: Actor, plan: Plan) -> Ticket:
    ticket = store.tickets.change(at, ticket_id, actor.name, plan)
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
