"""The administrators' page: users, API keys, desks and the configuration in effect."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service import administration
from service.access import ROLES, SCOPES
from service.api.operation import loket
from service.api.problems import status_of
from service.effective import effective
from service.errors import Conflict, InvalidInput
from service.storage.people import People
from service.web import session

blueprint = Blueprint("people", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("admin"))
blueprint.after_request(session.no_store)


@blueprint.get("/settings")
def page() -> str:
    """Everything that an administrator may know of."""
    return _page(told=request.args.get("told"))


@blueprint.post("/settings/users")
def change() -> Response | tuple[str, int]:
    """Another role or other desks."""
    role, desks = request.form.get("role", ""), request.form.getlist("desks")
    settings = loket().settings
    return _done(
        "changed",
        lambda people, now: administration.change_rights(people, settings, now, g.actor, _name(), role, desks),
    )


@blueprint.post("/settings/users/disable")
def disable() -> Response | tuple[str, int]:
    """This user is out."""
    return _done("disabled", lambda people, now: administration.disable(people, now, g.actor, _name()))


@blueprint.post("/settings/users/enable")
def enable() -> Response | tuple[str, int]:
    """This user may sign in again."""
    return _done("enabled", lambda people, now: administration.enable(people, now, g.actor, _name()))


@blueprint.post("/settings/keys")
def create_key() -> str | tuple[str, int]:
    """A new key, shown on the page that answers, and never again."""
    scopes, desks = request.form.getlist("scopes"), request.form.getlist("desks")
    people, settings, now = loket().store.people, loket().settings, datetime.now(UTC)
    try:
        key = administration.create_key(people, settings, now, g.actor, _name(), scopes, desks)
    except (Conflict, InvalidInput) as error:
        return _page(problem=_said(error)), status_of(error)
    return _page(key=key)


@blueprint.post("/settings/keys/revoke")
def revoke_key() -> Response | tuple[str, int]:
    """This key opens nothing any more."""
    return _done("revoked", lambda people, now: administration.revoke_key(people, now, g.actor, _name()))


def _done(told: str, act: Callable[[People, datetime], None]) -> Response | tuple[str, int]:
    try:
        act(loket().store.people, datetime.now(UTC))
    except (Conflict, InvalidInput) as error:
        return _page(problem=_said(error)), status_of(error)
    return redirect(url_for(".page", told=told), 303)


def _said(error: Conflict | InvalidInput) -> str:
    return f"{error.field}: {error}" if error.field else str(error)


def _name() -> str:
    return request.form.get("name", "")


def _page(told: str | None = None, problem: str | None = None, key: str | None = None) -> str:
    parts = loket()
    return render_template(
        "people.html",
        told=told,
        problem=problem,
        key=key,
        users=parts.store.people.users(),
        keys=parts.store.people.keys(),
        roles=ROLES,
        scopes=SCOPES,
        policies=parts.settings.desk_policies(),
        targets=parts.settings.outbox().targets,
        tables=effective(parts.settings, parts.configuration),
    )
