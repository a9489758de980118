"""Signing in and out, and one's own password."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service import access
from service.access import ROLES
from service.api.operation import loket
from service.api.problems import status_of
from service.errors import InvalidInput, TooManyAttempts, Unauthenticated
from service.passwords import NO_PASSWORD
from service.web import session

blueprint = Blueprint("sign_in", __name__)
blueprint.before_request(session.check_origin)
blueprint.after_request(session.no_store)
_LOCKED_SECONDS = "900"


@blueprint.get("/sign-in")
def page() -> str:
    """Asks for name and password, or shows the way to the identity provider."""
    return form(session.local_path(request.args.get("next")))


@blueprint.post("/sign-in")
def enter() -> Response | tuple[str, int, dict[str, str]]:
    """Opens a session, or says that name or password is wrong."""
    onward = session.local_path(request.form.get("next"))
    lasts = timedelta(hours=loket().settings.web.session_hours)
    name, password = request.form.get("name", ""), request.form.get("password", "")
    people, now, origin = loket().store.people, datetime.now(UTC), request.remote_addr
    try:
        token = access.sign_in(people, now, name, password, lasts, origin=origin, admitted=_admitted())
    except (Unauthenticated, TooManyAttempts) as error:
        return form(onward, str(error), name), status_of(error), _until(error)
    return let_in(token, onward)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Ends the session."""
    token = session.current_token()
    if token:
        access.sign_out(loket().store.people, datetime.now(UTC), token, request.remote_addr)
    return session.end(redirect(url_for("sign_in.page"), 303))


@blueprint.get("/password")
def password_page() -> str | Response:
    """One's own password, and where one is signed in."""
    result = session.signed_in()
    return result if isinstance(result, Response) else _password_page()


@blueprint.post("/password")
def change_password() -> Response | tuple[str, int, dict[str, str]]:
    """Sets another password; whoever is signed in elsewhere with the old one is out."""
    result = session.signed_in()
    if isinstance(result, Response):
        return result
    old, new, again = (request.form.get(name, "") for name in ("present", "new", "again"))
    people, now = loket().store.people, datetime.now(UTC)
    try:
        if new != again:
            raise InvalidInput("the new password is not the same twice")
        token = access.change_own_password(people, now, g.session, old, new, result.origin)
    except (Unauthenticated, TooManyAttempts, InvalidInput) as error:
        return _password_page(problem=str(error)), status_of(error), _until(error)
    return session.start(
        redirect(url_for(".password_page", told="changed"), 303), token, g.session.expires_at - now
    )


@blueprint.post("/sign-out-everywhere")
def leave_everywhere() -> Response:
    """Ends all sessions of the person."""
    result = session.signed_in()
    if isinstance(result, Response):
        return result
    access.sign_out_everywhere(loket().store.people, datetime.now(UTC), g.session, result.origin)
    return session.end(redirect(url_for("sign_in.page"), 303))


def form(onward: str | None, problem: str | None = None, name: str = "") -> str:
    """The sign-in page."""
    oidc = loket().settings.oidc
    return render_template("sign_in.html", next=onward, problem=problem, name=name, oidc=oidc)


def let_in(token: str, onward: str | None) -> Response:
    """Give the browser a new session; the one that it had ends."""
    if before := session.current_token():
        access.sign_out(loket().store.people, datetime.now(UTC), before, request.remote_addr)
    actor = access.actor_of_session(loket().store.people, datetime.now(UTC), token)
    home = "inbox.desks" if actor is None or actor.may("desk") else "models_page.page"
    return session.start(redirect(onward or url_for(home), 303), token)


def _admitted() -> tuple[str, ...]:
    oidc = loket().settings.oidc
    return ("admin",) if oidc and oidc.only else ROLES


def _until(error: Exception) -> dict[str, str]:
    return {"Retry-After": _LOCKED_SECONDS} if isinstance(error, TooManyAttempts) else {}


def _password_page(problem: str | None = None) -> str:
    has_one = g.session.user.password_hash != NO_PASSWORD
    return render_template("password.html", problem=problem, has_one=has_one, told=request.args.get("told"))
