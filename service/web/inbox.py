"""The inbox: desks, their tickets, and what an agent does with them."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from service import intake
from service.api.operation import loket
from service.api.problems import problem_of, status_of
from service.api.views import decision_of, desk_list
from service.errors import Conflict, InvalidInput, NotFound
from service.learning.golden_inquiries import is_golden
from service.learning.receipt import Receipts
from service.storage.records import Inquiry, Ticket
from service.submission import Correction
from service.web import session

blueprint = Blueprint("inbox", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("desk"))
blueprint.after_request(session.no_store)
_PAGE = 25


@blueprint.get("/desks")
def desks() -> str:
    """The agent's desks with the number of open tickets."""
    return render_template("desks.html", desks=desk_list(loket(), g.actor.sees).desks)


@blueprint.get("/desks/<desk>")
def desk(desk: str) -> str:
    """A desk's tickets, newest first."""
    if desk not in loket().settings.desks or not g.actor.sees(desk):
        raise NotFound
    status = "closed" if request.args.get("status") == "closed" else "open"
    found = loket().store.tickets.on_desk(desk, status, request.args.get("cursor"), _PAGE + 1)
    return render_template(
        "desk.html",
        desk=desk,
        desks=desk_list(loket(), g.actor.sees).desks,
        status=status,
        rows=[_row(ticket, inquiry) for ticket, inquiry in found[:_PAGE]],
        next=found[_PAGE - 1][0].id if len(found) > _PAGE else None,
        done=request.args.get("done"),
    )


@blueprint.get("/tickets/<ticket_id>")
def ticket(ticket_id: str) -> str:
    """One ticket with its journal."""
    store = loket().store
    found = intake.visible_ticket(store, g.actor, ticket_id)
    intake.open_ticket(store, datetime.now(UTC), g.actor, found)
    return _ticket_page(found, None)


@blueprint.post("/tickets/<ticket_id>/confirm")
def confirm(ticket_id: str) -> Response | tuple[str, int]:
    """Category and desk are right."""
    store, now = loket().store, datetime.now(UTC)
    return _done(
        ticket_id, "confirmed", lambda: intake.confirm(store, now, g.actor, ticket_id, session.seen_version())
    )


@blueprint.post("/tickets/<ticket_id>/correct")
def correct(ticket_id: str) -> Response | tuple[str, int]:
    """Category or desk was wrong."""
    parts, now = loket(), datetime.now(UTC)

    def act() -> Ticket:
        given = {name: request.form.get(name, "") for name in Correction.model_fields}
        correction = Correction.model_validate(given)
        return intake.correct(
            parts.store, parts.settings, now, g.actor, ticket_id, correction, session.seen_version()
        )

    return _done(ticket_id, "corrected", act)


@blueprint.post("/tickets/<ticket_id>/close")
def close(ticket_id: str) -> Response | tuple[str, int]:
    """It is answered."""
    store, now = loket().store, datetime.now(UTC)
    return _done(ticket_id, "closed", lambda: intake.close(store, now, g.actor, ticket_id))


def _done(ticket_id: str, what: str, act: Callable[[], Ticket]) -> Response | tuple[str, int]:
    """Act, then show the desk on which the agent was; what could not be done is told on the ticket's page."""
    try:
        act()
    except (Conflict, InvalidInput) as error:
        now = intake.visible_ticket(loket().store, g.actor, ticket_id)
        return _ticket_page(now, str(error)), status_of(error)
    except ValidationError as error:
        now = intake.visible_ticket(loket().store, g.actor, ticket_id)
        is_of_a_field = bool(error.errors()[0]["loc"])
        return _ticket_page(now, problem_of(error) if is_of_a_field else "Choose another category or desk."), 422
    desk = request.form.get("on", "")
    if desk not in loket().settings.desks or not g.actor.sees(desk):
        return redirect(url_for("inbox.desks"), 303)
    return redirect(url_for("inbox.desk", desk=desk, done=what), 303)


def _ticket_page(found: Ticket, problem: str | None) -> str:
    inquiry = loket().store.inquiries.get(found.inquiry_id)
    if inquiry is None:
        raise NotFound
    events = loket().store.journal(found.inquiry_id)
    row = _row(found, inquiry) | {"linked": loket().store.tickets.of_inquiry(found.inquiry_id)}
    sent = loket().store.disclosures.of_inquiry(found.inquiry_id)
    return render_template(
        "ticket.html",
        row=row,
        events=events,
        disclosures=sent,
        problem=problem,
        learned=_learned(found),
        golden=is_golden(loket().store, found, inquiry),
    )


def _learned(found: Ticket) -> dict[str, object]:
    """What became of a correction, and whether it is remembered until a model has learned it."""
    receipts: Receipts = current_app.extensions["receipts"]
    parts, serving = loket(), loket().pipeline.champion.current()
    remembers = parts.settings.learning.remembered > 0 and serving is not None and bool(serving.classifier.encoder)
    return {"receipt": receipts.of_ticket(found.id, found.inquiry_id), "remembers": remembers}


def _row(ticket: Ticket, inquiry: Inquiry) -> dict[str, object]:
    return {"ticket": ticket, "inquiry": inquiry, "decision": decision_of(inquiry)}
