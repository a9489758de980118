"""The inbox: desks with what waits on them, and lists of tickets that keep themselves up to date."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from babel.units import format_unit
from flask import Blueprint, Response, g, render_template, request, url_for

from model.taxonomy import OUT_OF_SCOPE
from service import bulk
from service.access import actor_of
from service.api.operation import loket
from service.bulk import Outcome
from service.errors import InvalidInput, NotFound
from service.storage.ticket_list import Listed, Waiting
from service.web import filters, session
from service.web.filters import Asked
from service.web.pages import in_words
from service.web.sentences import person
from service.web.ticket_view import language_called

blueprint = Blueprint("inbox", __name__)
blueprint.before_request(session.check_origin)
blueprint.before_request(session.only_with("desk"))
blueprint.after_request(session.no_store)
PAGE = 50
_AFRESH_SECONDS = 600  # what no entry of the journal tells, such as a ticket's age, is told this late at worst
_PART = "list"


@blueprint.get("/desks")
def desks() -> str:
    """The agent's desks, and what waits on each."""
    return render_template("desks.html", own=_own(), waiting=_waiting(_now()))


@blueprint.get("/desks/<desk>")
def desk(desk: str) -> str | Response:
    """A desk's tickets."""
    return _list(_seen(desk))


@blueprint.get("/tickets")
def everything() -> str | Response:
    """The tickets of all desks that are the agent's."""
    return _list(None)


@blueprint.post("/desks/<desk>")
def change_on_desk(desk: str) -> str | tuple[str, int]:
    """Do the same to the tickets that were chosen on a desk's list."""
    return _changed(_seen(desk))


@blueprint.post("/tickets")
def change() -> str | tuple[str, int]:
    """Do the same to the tickets that were chosen on the list of all desks."""
    return _changed(None)


@blueprint.app_template_filter("age")
def age(at: datetime) -> str:
    """How long ago or in how long, in one unit, in the language of the page: ``3 min``."""
    seconds = abs(int((_now() - at).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour")):
        if seconds >= size:
            return format_unit(seconds // size, f"duration-{unit}", length="short", locale=g.language)
    return format_unit(seconds // 60, "duration-minute", length="short", locale=g.language)


def _list(desk: str | None) -> str | Response:
    """A list; only its changing part, or that nothing changed, for a page that updates itself."""
    asked = _asked()
    if request.args.get("part") != _PART:
        return _page(desk, asked)
    tag = _tag(desk, asked)
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        answer = Response(render_template("entries.html", **_entries(desk, asked)), mimetype="text/html")
    answer.set_etag(tag)
    return answer


def _changed(desk: str | None) -> str | tuple[str, int]:
    """What became of the chosen tickets, above the list as it is now."""
    parts, action = loket(), request.form.get("do", "")
    try:
        chosen = [bulk.Seen.of(one) for one in request.form.getlist("ticket")]
        act = bulk.check(parts.store, parts.settings, _now(), g.actor, action, request.form.get("category", ""))
        outcome = bulk.run(parts.store, chosen, act)
    except InvalidInput as error:
        return _page(desk, _asked(), problem=str(error)), 422
    return _page(desk, _asked(), action=action, outcome=outcome)


def _page(
    desk: str | None,
    asked: Asked,
    *,
    problem: str | None = None,
    action: str | None = None,
    outcome: Outcome | None = None,
) -> str:
    parts, own = loket(), _own()
    return render_template(
        "desk.html",
        **_entries(desk, asked),
        tag=_tag(desk, asked),
        people=[(name, person(name)) for name in _people([desk] if desk else own)],
        languages_found=sorted(
            ((code, language_called(code)) for code in parts.store.lists.languages()), key=itemgetter(1)
        ),
        categories=[(name, in_words(name)) for name in (*parts.settings.categories, OUT_OF_SCOPE)],
        problem=problem,
        action=action,
        outcome=outcome,
    )


def _entries(desk: str | None, asked: Asked) -> dict[str, Any]:
    """For the part of a list that changes by itself: the desks' counts and the rows."""
    found, own, now = _shown(desk, asked), _own(), _now()
    rows, more = found[:PAGE], len(found) > PAGE
    return {
        "desk": desk,
        "asked": asked,
        "here": _address(desk, asked.given),
        "own": own,
        "waiting": _waiting(now),
        "now": now,
        "rows": rows,
        "next": _address(desk, asked.given | {"cursor": rows[-1].id}) if more else None,
    }


def _shown(desk: str | None, asked: Asked) -> list[Listed]:
    """The tickets of one page, and one more where another follows; here it is known whose texts are shown."""
    places = [desk] if desk else [*_own(), *_gone()]
    found = loket().store.lists.page(_now(), places, asked.filters, request.args.get("cursor"), PAGE + 1)
    session.note_reads("search" if asked.filters.search else "list", [one.inquiry_id for one in found[:PAGE]])
    return found


def _tag(desk: str | None, asked: Asked) -> str:
    """Names what a list depends on, without reading it."""
    now = _now()
    state = loket().store.lists.state(now)
    parts = (*state, int(now.timestamp()) // _AFRESH_SECONDS, desk, _own(), sorted(asked.given.items()))
    named = repr((*parts, request.args.get("cursor"), g.language, g.actor.name))
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _asked() -> Asked:
    return filters.read(request.args, g.actor.name, loket().settings.all_names())


def _address(desk: str | None, given: dict[str, str]) -> str:
    """A list's address; only what was asked for is in it, so that it can be kept as a bookmark."""
    place = {"desk": desk} if desk else {}
    values: dict[str, Any] = place | given
    return url_for("inbox.desk" if desk else "inbox.everything", **values)


def _seen(desk: str) -> str:
    if desk not in loket().settings.desks or not g.actor.sees(desk):
        raise NotFound
    return desk


def _own() -> list[str]:
    return [desk for desk in loket().settings.desks if g.actor.sees(desk)]


def _gone() -> list[str]:
    """Desks that the settings no longer have, as long as something waits there that the agent may see."""
    desks = loket().settings.desks
    return [desk for desk in loket().store.tickets.open_counts() if desk not in desks and g.actor.sees(desk)]


def _waiting(now: datetime) -> dict[str, Waiting]:
    """What waits on each of the agent's desks."""
    own = _own()
    found = loket().store.lists.waiting(now, own)
    return {desk: found.get(desk, Waiting()) for desk in own}


def _people(desks: Sequence[str]) -> list[str]:
    """Who answers tickets of these desks, as the journal names them."""
    users = [user for user in loket().store.people.users() if not user.disabled_at]
    return [f"user:{user.name}" for user in users if any(map(actor_of(user).sees, desks))]


def _now() -> datetime:
    return datetime.now(UTC)
