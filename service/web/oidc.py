"""The way to the identity provider and back."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NoReturn

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from service import identities
from service.api.operation import loket
from service.api.problems import status_of
from service.errors import NotFound
from service.oidc import Provider, ProviderUnreachable, SignInRefused
from service.storage.admin_events import Entry
from service.storage.sign_in_flows import Flow
from service.web import session, sign_in

blueprint = Blueprint("oidc", __name__)
blueprint.after_request(session.no_store)
_COOKIE = "loket_oidc"
_LASTS = timedelta(minutes=10)


@blueprint.get("/sign-in/oidc")
def begin() -> Response | tuple[str, int]:
    """To the provider's sign-in page."""
    onward, now = session.local_path(request.args.get("next")), datetime.now(UTC)
    try:
        address, state, flow = _provider().begin(now, _back(), onward)
    except ProviderUnreachable as error:
        return sign_in.form(onward, str(error)), status_of(error)
    loket().store.sign_in_flows.begin(now, _digest(state), flow)
    answer = redirect(address, 303)
    answer.set_cookie(_cookie(), state, max_age=_LASTS, secure=session.is_secure(), httponly=True, samesite="Lax")
    return answer


@blueprint.get("/sign-in/oidc/back")
def back() -> Response | tuple[str, int]:
    """Lets in whom the provider sent back, in the browser in which they left."""
    provider, now = _provider(), datetime.now(UTC)
    onward = None
    try:
        flow = _flow(now)
        onward = flow.onward
        person = provider.end(now, _back(), request.args.get("code") or _refuse(), flow)
        lasts = timedelta(hours=loket().settings.web.session_hours)
        token = identities.enter(loket().store.people, now, person, lasts, request.remote_addr)
    except (SignInRefused, ProviderUnreachable) as error:
        loket().store.people.note(Entry(now, "oidc_refused", "visitor", None, request.remote_addr))
        return sign_in.form(onward, str(error)), status_of(error)
    answer = sign_in.let_in(token, onward)
    answer.delete_cookie(_cookie(), secure=session.is_secure(), httponly=True, samesite="Lax")
    return answer


def _flow(now: datetime) -> Flow:
    """What was kept of this sign-in; it must be this browser's, and comes back once."""
    state, begun = request.args.get("state", ""), request.cookies.get(_cookie(), "")
    if not state or not hmac.compare_digest(state.encode("utf-8", "replace"), begun.encode("utf-8", "replace")):
        raise SignInRefused("this sign-in was not begun here; begin again")
    flow = loket().store.sign_in_flows.take(now, _digest(state))
    if flow is None:
        raise SignInRefused("this sign-in is over; begin again")
    return flow


def _refuse() -> NoReturn:
    raise SignInRefused


def _provider() -> Provider:
    provider: Provider | None = current_app.extensions.get("oidc")
    if provider is None:
        raise NotFound
    return provider


def _back() -> str:
    """The address that the provider was told of."""
    public = loket().settings.web.public_url
    return f"{public}{url_for('.back')}" if public else url_for(".back", _external=True)


def _cookie() -> str:
    return session.cookie_name(_COOKIE)


def _digest(state: str) -> str:
    return sha256(state.encode("utf-8", "replace")).hexdigest()
