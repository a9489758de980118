"""One ticket, and what an agent does with it."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, g, redirect, request, url_for
from flask import Response as FlaskResponse
from pydantic import ValidationError
from werkzeug.wrappers import Response

from service import colleagues, desk_work, intake
from service.api.operation import loket
from service.api.problems import problem_of, status_of
from service.errors import Conflict, InvalidInput, NotFound
from service.marking import marked, one_line
from service.storage.deliveries import FAILED
from service.storage.records import Ticket
from service.submission import Correction
from service.web import sentences, session, ticket_view
from service.web.refusals import refusal_here
from service.web.ticket_view import Refused, ticket_now, ticket_page
from service.web.way import Way

Answer = Response | tuple[str, int]
blueprint = Blueprint("ticket", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("desk"))
blueprint.after_request(session.no_store)
for _filter in (
    marked, one_line, sentences.sentence, sentences.person, sentences.desk_name, ticket_view.in_time,
    ticket_view.time_over, ticket_view.language_called, ticket_view.country_called,
):  # fmt: skip
    blueprint.add_app_template_filter(_filter)
blueprint.add_app_template_global(ticket_view.last_done)


@blueprint.get("/tickets/<ticket_id>")
def page(ticket_id: str) -> str:
    """One ticket with all that is known around it."""
    found = intake.visible_ticket(loket().store, g.actor, ticket_id)
    desk_work.open_ticket(loket().store, datetime.now(UTC), g.actor, found)
    return ticket_page(found, Way.of(request.args.get("list")))


@blueprint.get("/tickets/<ticket_id>/now")
def now(ticket_id: str) -> Response:
    """Who else looks at a ticket and what changed: what an open page asks for, again and again."""
    found = intake.visible_ticket(loket().store, g.actor, ticket_id)
    answer = FlaskResponse(ticket_now(found, _seen(request.args.get("version", ""))))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.post("/tickets/<ticket_id>/confirm")
def confirm(ticket_id: str) -> Answer:
    """Category and desk are right."""
    store, at, seen = loket().store, datetime.now(UTC), session.seen_version()
    return _act("confirm", "confirmed", ticket_id, lambda: desk_work.confirm(store, at, g.actor, ticket_id, seen))


@blueprint.post("/tickets/<ticket_id>/correct")
def correct(ticket_id: str) -> Answer:
    """Category or desk was wrong."""
    parts, at, seen = loket(), datetime.now(UTC), session.seen_version()

    def act() -> Ticket:
        given = {name: request.form.get(name, "") for name in Correction.model_fields}
        correction = Correction.model_validate(given)
        return desk_work.correct(parts.store, parts.settings, at, g.actor, ticket_id, correction, seen)

    return _act("correct", "corrected", ticket_id, act)


@blueprint.post("/tickets/<ticket_id>/close")
def close(ticket_id: str) -> Answer:
    """It is answered."""
    store, at, seen = loket().store, datetime.now(UTC), session.seen_version()
    return _act("close", "closed", ticket_id, lambda: desk_work.close(store, at, g.actor, ticket_id, seen))


@blueprint.post("/tickets/<ticket_id>/assign")
def assign(ticket_id: str) -> Answer:
    """Take it, give it to a colleague, or release it; the agent stays on the ticket."""
    store, at, seen = loket().store, datetime.now(UTC), session.seen_version()
    to = request.form.get("to") or None
    given = g.actor.name if to == "me" else to

    def act() -> Ticket:
        return colleagues.give(store, at, g.actor, ticket_id, given, seen)

    return _refusal("assign", ticket_id, act) or _back_to(ticket_id, "assigned" if given else "released")


@blueprint.post("/tickets/<ticket_id>/undo")
def undo(ticket_id: str) -> Answer:
    """Take back one's own last change, wherever the ticket lies by now, and go back to it."""
    store, at = loket().store, datetime.now(UTC)
    try:
        undone = desk_work.undo(store, at, g.actor, ticket_id)
    except Conflict:
        found, why = (
            intake.visible_ticket(store, g.actor, ticket_id),
            g.translate("There is nothing to undo any more."),
        )
        return ticket_page(found, _way(), Refused("undo", {}, why=why)), 409
    return _back_to(ticket_id, "undone") if g.actor.sees(undone.desk) else redirect(url_for("inbox.desks"), 303)


@blueprint.post("/tickets/<ticket_id>/deliveries/<delivery_id>/again")
def send_again(ticket_id: str, delivery_id: str) -> Response:
    """Try a delivery anew that had failed."""
    store = loket().store
    found = intake.visible_ticket(store, g.actor, ticket_id)
    failed = {one.id for one in store.deliveries.of_ticket(found.id) if one.status == FAILED}
    if delivery_id not in failed:
        raise NotFound
    now = datetime.now(UTC)
    store.people.note(g.actor.entry(now, "delivery_sent_again", delivery_id))
    store.deliveries.replay(now, [delivery_id])
    return _back_to(ticket_id, "sent_again")


def _act(button: str, done: str, ticket_id: str, act: Callable[[], Ticket]) -> Answer:
    """Act, then show the list on which the agent was; what could not be done is told on the ticket's page."""
    return _refusal(button, ticket_id, act) or _onward(ticket_id, done)


def _refusal(button: str, ticket_id: str, act: Callable[[], Ticket]) -> Answer | None:
    try:
        act()
    except Conflict as error:
        is_seen = intake.visible_ticket(loket().store, g.actor, ticket_id).version == session.seen_version()
        return _refused(button, ticket_id, str(error) if is_seen else None), status_of(error)
    except InvalidInput as error:
        return _refused(button, ticket_id, str(error)), status_of(error)
    except ValidationError as error:
        is_of_a_field = bool(error.errors()[0]["loc"])
        why = problem_of(error) if is_of_a_field else g.translate("Choose another category or desk.")
        return _refused(button, ticket_id, why), 422
    return None


def _refused(button: str, ticket_id: str, why: str | None) -> str:
    found = intake.visible_ticket(loket().store, g.actor, ticket_id)
    said = refusal_here(why) if why else None
    return ticket_page(found, _way(), Refused(button, request.form, session.seen_version(), said))


def _onward(ticket_id: str, done: str) -> Response:
    loket().store.presence.leave(ticket_id, g.actor.name)
    way = _way() or Way.to_desk(request.form.get("on", ""))
    if way is None:
        return redirect(url_for("inbox.desks", done=done, undo=ticket_id), 303)
    return redirect(way.told(done=done, undo=ticket_id), 303)


def _back_to(ticket_id: str, done: str) -> Response:
    way = _way()
    return redirect(url_for("ticket.page", ticket_id=ticket_id, done=done, list=way.path if way else None), 303)


def _way() -> Way | None:
    return Way.of(request.form.get("list"))


def _seen(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) < 10 else None
