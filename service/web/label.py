"""Labelling: one inquiry after the other, those first whose label helps most, with one key each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from flask import Blueprint, g, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from model.classifier import InquiryClassifier
from service import desk_work, intake
from service.api.operation import loket
from service.api.views import decision_of
from service.errors import Conflict, InvalidInput, NotFound
from service.learning.queue import next_tickets, suggested
from service.storage.records import Ticket
from service.submission import Correction
from service.web import session

blueprint = Blueprint("label", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("desk"))
blueprint.after_request(session.no_store)
_KEYS = 9  # of which each labels with one category
_AHEAD = 20  # tickets that are chosen at once: to choose takes up to a second
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Sitting:
    """What one page tells the next.

    Attributes:
        done: How many were labelled.
        then: The tickets that come next.
        last: The ticket that was labelled last.
        told: What went wrong with it: ``changed`` or ``choose``.
    """

    done: int = 0
    then: tuple[str, ...] = ()
    last: str = ""
    told: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """As a link or a form brought it."""
        done = given.get("done", "")
        then = tuple(one for one in given.get("then", "").split(",")[:_AHEAD] if one)
        is_number = done.isdecimal() and len(done) <= _DIGITS
        return cls(int(done) if is_number else 0, then, given.get("last", ""), given.get("told", ""))

    @property
    def carried(self) -> dict[str, Any]:
        """As the next link or form brings it."""
        found = {"done": str(self.done), "then": ",".join(self.then), "last": self.last, "told": self.told}
        return {name: value for name, value in found.items() if value not in {"", "0"}}

    def next(self) -> Response:
        """To the next inquiry, whichever that is."""
        return redirect(url_for("label.queue", **self.carried), 303)

    def at(self, ticket_id: str) -> Response:
        """To the page of one inquiry."""
        return redirect(url_for("label.page", ticket_id=ticket_id, **self.carried), 303)


@blueprint.get("/label")
def queue() -> str | Response:
    """The way to the next inquiry: of those chosen before, or newly chosen."""
    sitting = _Sitting.of(request.args)
    for place, ticket_id in enumerate(sitting.then, 1):
        ticket = _waiting(ticket_id)
        if ticket and ticket.opened_by in {None, g.actor.name}:  # else another person is labelling it
            return replace(sitting, then=sitting.then[place:]).at(ticket_id)
    names = loket().settings.all_names()
    first, *then = next_tickets(loket().store, _classifier(), _desks(), _AHEAD, names) or [""]
    if first:
        return replace(sitting, then=tuple(then)).at(first)
    return render_template("label.html", row=None, waiting=0, sitting=sitting, last=_last(sitting))


@blueprint.get("/label/<ticket_id>")
def page(ticket_id: str) -> str | Response:
    """One inquiry, and the categories that it may have."""
    sitting, ticket = _Sitting.of(request.args), _waiting(ticket_id)
    inquiry = loket().store.inquiries.get(ticket.inquiry_id) if ticket else None
    if ticket is None or inquiry is None:
        return replace(sitting, told="changed").next()
    desk_work.open_ticket(loket().store, datetime.now(UTC), g.actor, ticket)
    session.note_reads("label", [inquiry.id])
    return render_template(
        "label.html",
        row={"ticket": ticket, "inquiry": inquiry, "decision": decision_of(inquiry)},
        choices=suggested(ticket, inquiry, _classifier(), loket().settings, _KEYS),
        waiting=loket().store.tickets.count_unreviewed(_desks(), loket().settings.all_names()),
        sitting=sitting,
        last=_last(sitting),
    )


@blueprint.post("/label/<ticket_id>")
def label(ticket_id: str) -> Response:
    """Give an inquiry its category, and go on to the next."""
    sitting = replace(_Sitting.of(request.form), last="", told="")
    try:
        _give(ticket_id, request.form.get("category", ""))
    except (Conflict, NotFound):  # not found: meanwhile it lies on a desk of somebody else
        return replace(sitting, told="changed").next()
    except (InvalidInput, ValidationError):
        return replace(sitting, told="choose").at(ticket_id)
    return replace(sitting, done=sitting.done + 1, last=ticket_id).next()


def _give(ticket_id: str, category: str) -> None:
    """What is as the ticket says is a confirmation, anything else a correction."""
    parts, now = loket(), datetime.now(UTC)
    ticket = intake.visible_ticket(parts.store, g.actor, ticket_id)
    own = parts.settings.categories.get(category)
    if own and (ticket.category, ticket.desk) == (category, own.desk):
        desk_work.confirm(parts.store, now, g.actor, ticket_id, session.seen_version())
        return
    correction = Correction(category=category)
    desk_work.correct(parts.store, parts.settings, now, g.actor, ticket_id, correction, session.seen_version())


def _waiting(ticket_id: str) -> Ticket | None:
    """A ticket that is still to be labelled, by this actor."""
    ticket = loket().store.tickets.get(ticket_id)
    if ticket is None or not g.actor.sees(ticket.desk) or ticket.unsettled_since:
        return None
    is_new = ticket.status == "open" and ticket.review is None
    was_split = ticket.category is not None and ticket.category not in loket().settings.all_names()
    return ticket if is_new or was_split else None


def _last(sitting: _Sitting) -> Ticket | None:
    """The ticket that was labelled last, if it is still the actor's to see."""
    ticket = loket().store.tickets.get(sitting.last)
    return ticket if ticket and g.actor.sees(ticket.desk) else None


def _desks() -> list[str]:
    return [desk for desk in loket().settings.desks if g.actor.sees(desk)]


def _classifier() -> InquiryClassifier | None:
    serving = loket().pipeline.champion.current()
    return serving.classifier if serving else None
