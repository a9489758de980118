"""The list from which a ticket was opened: a link parameter that is checked before anybody is led back by it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qsl

from flask import current_app, g, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from service.api.operation import loket
from service.web import filters, session

_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Way:
    """A list of tickets.

    Attributes:
        desk: Whose; None for all that are the actor's.
        asked: What the list was asked for; what it does not understand is left out.
    """

    desk: str | None
    asked: filters.Asked

    @classmethod
    def of(cls, given: str | None) -> Self | None:
        """As a link or a form brought it; None for what is no list of the actor's."""
        path = session.local_path(given)
        if path is None or len(path) > _CHARS_MAX:
            return None
        plain, _, query = path.partition("?")
        try:
            endpoint, values = current_app.url_map.bind("localhost").match(plain, method="GET")
        except (HTTPException, RequestRedirect):
            return None
        desk = values.get("desk")
        if endpoint == "inbox.everything" or (endpoint == "inbox.desk" and _is_own(desk)):
            return cls(desk, filters.read(dict(parse_qsl(query)), g.actor.name, loket().settings.all_names()))
        return None

    @classmethod
    def to_desk(cls, desk: str) -> Self | None:
        """The list of what is open on a desk, if it is the actor's."""
        return cls(desk, filters.read({}, g.actor.name, ())) if _is_own(desk) else None

    @property
    def path(self) -> str:
        """Its address."""
        return self.told()

    def told(self, **what: str) -> str:
        """Its address, with what was done last."""
        values: dict[str, Any] = {**self.asked.given, **what} | ({"desk": self.desk} if self.desk else {})
        return url_for("inbox.desk" if self.desk else "inbox.everything", **values)

    def neighbours(self, ticket_id: str) -> tuple[str | None, str | None]:
        """The tickets before and after one in this list."""
        desks = [self.desk] if self.desk else [desk for desk in loket().settings.desks if g.actor.sees(desk)]
        return loket().store.lists.neighbours(datetime.now(UTC), desks, self.asked.filters, ticket_id)


def _is_own(desk: str | None) -> bool:
    return desk is not None and desk in loket().settings.desks and bool(g.actor.sees(desk))
