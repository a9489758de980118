"""Golden inquiries: what must always come to a desk, with the button that says so and the list of all."""

from datetime import UTC, datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service import intake
from service.api.operation import loket
from service.errors import Conflict
from service.learning import golden_inquiries
from service.web import session

blueprint = Blueprint("golden", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("desk", "models"))
blueprint.after_request(session.no_store)


@blueprint.get("/golden")
def page() -> str:
    """Those of the actor's desks; whoever looks after the models sees of all which desks they are for."""
    store = loket().store
    found = golden_inquiries.of_desks(store, g.actor)
    session.note_reads("golden", [one.id for one in found])
    others = [one for one in store.golden_inquiries.all() if one not in found] if g.actor.may("models") else []
    return render_template("golden.html", found=found, others=others, told=request.args.get("told"))


@blueprint.post("/golden/<golden_id>/remove")
def remove(golden_id: str) -> Response:
    """Models are no longer held to it."""
    golden_inquiries.remove(loket().store, g.actor, golden_id)
    return redirect(url_for("golden.page", told="removed"), 303)


@blueprint.post("/tickets/<ticket_id>/golden")
def add(ticket_id: str) -> Response:
    """What this ticket asks must always come to its desk."""
    parts = loket()
    ticket = intake.visible_ticket(parts.store, g.actor, ticket_id)
    if session.seen_version() not in {None, ticket.version}:
        raise Conflict
    golden_inquiries.add_ticket(parts.store, parts.settings, datetime.now(UTC), g.actor, ticket)
    return redirect(url_for("golden.page", told="added"), 303)
