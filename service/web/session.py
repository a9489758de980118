"""Who is signed in on a page, and whether a form was sent by one of our pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Response, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from service.access import Actor, actor_of_session, form_token, is_form_token
from service.api.operation import loket

_COOKIE = "loket_session"


def check_origin() -> None:
    """Refuse a form that another site's page sent.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin; programs say neither.
    """
    if request.method != "POST":
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    allowed = (
        site in {"same-origin", "none"}
        if site is not None
        else origin is None or origin.partition("://")[2] == request.host
    )
    if not allowed:
        raise Forbidden("This form was sent by another site's page.")


def signed_in() -> Actor | AnyResponse:
    """The signed-in user, or the way to the sign-in page; forms must carry our token."""
    token = request.cookies.get(_COOKIE)
    actor = actor_of_session(loket().store.people, datetime.now(UTC), token)
    if actor is None or token is None:
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.page", next=here), 303)
    if request.method == "POST" and not is_form_token(token, request.form.get("token", "")):
        raise Forbidden("This page is out of date. Go back, reload it and try again.")
    g.actor, g.form_token = actor, form_token(token)
    return actor


def only_with(*scopes: str) -> Callable[[], AnyResponse | None]:
    """Lets through, before each request of a blueprint, who is signed in and has one of these scopes."""

    def check() -> AnyResponse | None:
        result = signed_in()
        if not isinstance(result, Actor):
            return result
        if not any(result.may(scope) for scope in scopes):
            result.require(scopes[0])
        return None

    return check


def start(response: AnyResponse, token: str) -> AnyResponse:
    """Give the browser its session."""
    settings = loket().settings.web
    response.set_cookie(
        _COOKIE,
        token,
        max_age=timedelta(hours=settings.session_hours),
        secure=settings.secure_cookies or request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def current_token() -> str | None:
    """The session's token."""
    return request.cookies.get(_COOKIE)


def end(response: AnyResponse) -> AnyResponse:
    """Take the session away."""
    response.delete_cookie(_COOKIE, httponly=True, samesite="Lax")
    return response


def local_path(path: str | None) -> str | None:
    """A path on this site, or None: nobody is sent elsewhere after signing in."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return None
    return path if path.isprintable() else None


def seen_version() -> int | None:
    """The version of a ticket that the posted form was made of."""
    given = request.form.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def no_store(response: Response) -> Response:
    """Pages with personal data stay out of every cache."""
    response.headers["Cache-Control"] = "no-store"
    return response
