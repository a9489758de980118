"""What a link in a message does: correct the ticket that the message showed, once, as whom it was sent to."""

from datetime import datetime
from enum import StrEnum

from service import desk_work
from service.access import Actor
from service.delivery.email.links import CorrectionLink, LinkAltered, Signer
from service.delivery.email.settings import EmailSettings
from service.errors import Conflict, Forbidden, InvalidInput, NotFound, ServiceError
from service.settings import Settings
from service.storage.records import Ticket
from service.storage.store import Store
from service.submission import Correction


class Worthless(StrEnum):
    """Why a link does nothing."""

    ALTERED = "altered"
    EXPIRED = "expired"
    CHANGED = "changed"  # the ticket, perhaps by this very link; or what is configured


class LinkRefused(ServiceError):
    """This link does nothing any more."""

    def __init__(self, why: Worthless) -> None:
        super().__init__()
        self.why = why


def read_link(
    store: Store, settings: Settings, signer: Signer, at: datetime, token: str
) -> tuple[CorrectionLink, Ticket]:
    """What a link would do, and to which ticket.

    Raises:
        LinkRefused: Nothing.
    """
    try:
        link = signer.read(token)
    except LinkAltered:
        raise LinkRefused(Worthless.ALTERED) from None
    if at >= link.expires_at:
        raise LinkRefused(Worthless.EXPIRED)
    ticket = store.tickets.get(link.ticket_id)
    if ticket is None or ticket.version != link.version or not _is_told(settings, link.address, ticket.desk):
        raise LinkRefused(Worthless.CHANGED)
    return link, ticket


def follow_link(
    store: Store, settings: Settings, signer: Signer, at: datetime, token: str, origin: str | None
) -> Ticket:
    """Correct the ticket, as the mailbox that the link was sent to.

    Raises:
        LinkRefused: Nothing was changed.
    """
    link, _ = read_link(store, settings, signer, at, token)
    actor = Actor(f"mail:{link.address}", frozenset({"desk"}), None, origin)
    correction = Correction(category=link.category)
    try:
        return desk_work.correct(store, settings, at, actor, link.ticket_id, correction, link.version)
    except (Conflict, Forbidden, InvalidInput, NotFound):
        raise LinkRefused(Worthless.CHANGED) from None


def _is_told(settings: Settings, address: str, desk: str) -> bool:
    """Whether the mailbox still gets the desk's tickets: who loses them loses the links too."""
    mailboxes = (one for one in settings.deliveries if isinstance(one, EmailSettings))
    return any(one.to == address and one.wants(desk) for one in mailboxes)
