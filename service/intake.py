"""What comes in, and who may see it: API, pages and commands all come through here."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from service.access import Actor
from service.errors import InvalidInput, NotFound
from service.storage.records import Inquiry, Ticket
from service.storage.store import Store
from service.submission import Submission

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
