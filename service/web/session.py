"""Who is signed in on a page, and whether a form was sent by one of our pages."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from flask import Response, after_this_request, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from service import access
from service.access import Actor
from service.api.operation import loket
from service.errors import StorageUnavailable
from service.storage.records import Session

Answer = TypeVar("Answer", bound=AnyResponse)
_COOKIE = "loket_session"
_SECURE_PREFIX = "__Host-"  # browsers take it from this host alone, over HTTPS alone, for the whole of it


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
    token, now = current_token(), datetime.now(UTC)
    idle = timedelta(minutes=loket().settings.web.idle_minutes)
    found = access.session_of(loket().store.people, now, token, idle, request.remote_addr)
    if found is None or token is None:
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.page", next=here), 303)
    if request.method == "POST" and not access.is_form_token(token, request.form.get("token", "")):
        raise Forbidden("This page is out of date. Go back, reload it and try again.")
    if not _is_by_itself():
        _keep(now, token, found)
    actor = access.actor_of(found.user, request.remote_addr)
    g.actor, g.form_token, g.session = actor, access.form_token(token), found
    return actor


def only_with(*scopes: str) -> Callable[[], AnyResponse | None]:
    """Lets through, before each request of a blueprint, who is signed in and has one of these scopes."""

    def check() -> AnyResponse | None:
        result = signed_in()
        if not isinstance(result, Actor):
            return result
        if scopes and not any(result.may(scope) for scope in scopes):
            result.require(scopes[0])
        return None

    return check


def start(response: Answer, token: str, lasts: timedelta | None = None) -> Answer:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(_COOKIE),
        token,
        max_age=lasts or timedelta(hours=loket().settings.web.session_hours),
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def current_token() -> str | None:
    """The session's token."""
    return request.cookies.get(cookie_name(_COOKIE))


def end(response: AnyResponse) -> AnyResponse:
    """Take the session away."""
    response.delete_cookie(cookie_name(_COOKIE), secure=is_secure(), httponly=True, samesite="Lax")
    return response


def note_reads(how: str, inquiry_ids: Collection[str]) -> None:
    """Write in the journal whose texts the signed-in person is about to see, and how; see `Reads.add`.

    Raises:
        StorageUnavailable: It was not written: the texts must not be shown.
    """
    loket().store.reads.add(datetime.now(UTC), g.actor.name, g.actor.origin, how, inquiry_ids)


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


def _keep(now: datetime, token: str, found: Session) -> None:
    """Note that the session is used; where its token is replaced, the answer carries the new one."""
    with suppress(StorageUnavailable):  # to answer is more urgent
        if new := access.keep(loket().store.people, now, token, found):
            after_this_request(partial(start, token=new, lasts=found.expires_at - now))


def _is_by_itself() -> bool:
    """Whether a script of a page asked and no person: a list that updates itself keeps nobody signed in."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "empty"


def is_secure() -> bool:
    """Whether cookies are for HTTPS alone."""
    return loket().settings.web.secure_cookies or request.is_secure


def cookie_name(name: str) -> str:
    """A cookie's name, which binds it to this host where that can be."""
    return f"{_SECURE_PREFIX}{name}" if is_secure() else name
