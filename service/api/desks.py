"""Desks and their tickets: list, confirm, correct, close, undo, assign."""

from datetime import UTC, datetime

from flask import Blueprint, request

from service import bounces, colleagues, desk_work
from service.access import Actor
from service.api.operation import loket, note_reads, operation
from service.api.views import DeskList, TicketPage, TicketView, desk_list, desk_ticket, ticket_view
from service.errors import InvalidInput, NotFound
from service.submission import Assignment, Correction

blueprint = Blueprint("desks_api", __name__, url_prefix="/api/v1")
_PAGE = 50
_SEEN = {"If-Match": "the ticket's version that you have seen; needed to change another's review"}


@blueprint.get("/desks")
@operation("List desks", scope="desk", answers={200: DeskList}, problems=(401, 403, 503))
def desks(actor: Actor) -> DeskList:
    """The desks that the key may see, with the number of open tickets."""
    return desk_list(loket(), actor.sees)


@blueprint.get("/desks/<desk>/tickets")
@operation(
    "List a desk's tickets",
    scope="desk",
    answers={200: TicketPage},
    problems=(401, 403, 404, 422, 503),
    query={"status": "`open` or `closed`; both without it", "cursor": "`next` of the page before"},
)
def tickets(actor: Actor, desk: str) -> TicketPage:
    """Newest first, 50 a page."""
    if desk not in loket().settings.desks:
        raise NotFound(f"there is no desk {desk!r}")
    actor.require_desk(desk)
    status, cursor = _status(), request.args.get("cursor")
    found = loket().store.tickets.on_desk(desk, status, cursor, _PAGE + 1)
    note_reads(actor, [inquiry.id for _, inquiry in found[:_PAGE]])
    page = [desk_ticket(ticket, inquiry) for ticket, inquiry in found[:_PAGE]]
    return TicketPage(tickets=page, next=page[-1].id if len(found) > _PAGE else None)


@blueprint.post("/tickets/<ticket_id>/confirm")
@operation(
    "Confirm a ticket",
    scope="desk",
    answers={200: TicketView},
    problems=(401, 403, 404, 409, 422, 503),
    headers=_SEEN,
)
def confirm(actor: Actor, ticket_id: str) -> TicketView:
    """Category and desk are right; this becomes a label."""
    return ticket_view(desk_work.confirm(loket().store, datetime.now(UTC), actor, ticket_id, _seen()))


@blueprint.post("/tickets/<ticket_id>/correct")
@operation(
    "Correct a ticket",
    scope="desk",
    body=Correction,
    answers={200: TicketView},
    problems=(400, 401, 403, 404, 409, 413, 415, 422, 503),
    headers=_SEEN,
)
def correct(actor: Actor, ticket_id: str, body: Correction) -> TicketView:
    """Category or desk was wrong; the ticket moves, and a corrected category becomes a label.

    The third move to another desk is not made: the ticket goes to an owner, and `note` says so.
    """
    parts, now = loket(), datetime.now(UTC)
    ticket = desk_work.correct(parts.store, parts.settings, now, actor, ticket_id, body, _seen())
    return ticket_view(ticket).model_copy(update={"note": bounces.told(ticket, parts.settings)})


@blueprint.post("/tickets/<ticket_id>/close")
@operation("Close a ticket", scope="desk", answers={200: TicketView}, problems=(401, 403, 404, 503))
def close(actor: Actor, ticket_id: str) -> TicketView:
    """It is answered."""
    return ticket_view(desk_work.close(loket().store, datetime.now(UTC), actor, ticket_id))


@blueprint.post("/tickets/<ticket_id>/undo")
@operation(
    "Undo one's own last change of a ticket",
    scope="desk",
    answers={200: TicketView},
    problems=(401, 403, 404, 409, 503),
)
def undo(actor: Actor, ticket_id: str) -> TicketView:
    """For ten minutes, while it is the ticket's last change; the label that it gave is taken back."""
    return ticket_view(desk_work.undo(loket().store, datetime.now(UTC), actor, ticket_id))


@blueprint.post("/tickets/<ticket_id>/assign")
@operation(
    "Say who answers a ticket",
    scope="desk",
    body=Assignment,
    answers={200: TicketView},
    problems=(400, 401, 403, 404, 409, 413, 415, 422, 503),
    headers=_SEEN,
)
def assign(actor: Actor, ticket_id: str, body: Assignment) -> TicketView:
    """The key itself, somebody who sees the ticket's desk, or nobody."""
    return ticket_view(colleagues.give(loket().store, datetime.now(UTC), actor, ticket_id, body.to, _seen()))


def _status() -> str | None:
    status = request.args.get("status") or None
    if status not in {None, "open", "closed"}:
        raise InvalidInput("is open or closed", field="status")
    return status


def _seen() -> int | None:
    given = request.headers.get("If-Match")
    if given is None:
        return None
    if not given.strip('"').isdecimal() or len(given) > 12:
        raise InvalidInput("is a ticket's version", field="If-Match")
    return int(given.strip('"'))
