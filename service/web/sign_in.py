"""Signing in and out."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service import access
from service.api.operation import loket
from service.errors import TooManyAttempts, Unauthenticated
from service.web import session

blueprint = Blueprint("sign_in", __name__)
blueprint.before_request(session.check_origin)


@blueprint.get("/sign-in")
def page() -> str:
    """Asks for name and password."""
    return render_template("sign_in.html", next=session.local_path(request.args.get("next")), problem=None)


@blueprint.post("/sign-in")
def enter() -> Response | tuple[str, int, dict[str, str]]:
    """Opens a session, or says that name or password is wrong."""
    onward = session.local_path(request.form.get("next"))
    lasts = timedelta(hours=loket().settings.web.session_hours)
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        token = access.sign_in(loket().store.people, datetime.now(UTC), name, password, lasts)
    except (Unauthenticated, TooManyAttempts) as error:
        status = 429 if isinstance(error, TooManyAttempts) else 401
        page = render_template("sign_in.html", next=onward, problem=str(error), name=name)
        return page, status, {"Retry-After": "900"} if status == 429 else {}
    return session.start(redirect(onward or url_for("inbox.desks"), 303), token)


@blueprint.post("/sign-out")
def leave() -> Response:
    """Ends the session."""
    token = session.current_token()
    if token:
        access.sign_out(loket().store.people, token)
    return session.end(redirect(url_for("sign_in.page"), 303))
