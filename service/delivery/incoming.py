"""Makes corrections of what help desks' people change there: the reverse way of deliveries.

A webhook tells a ticket as it is there now. A change of theirs is what differs from what they were last known
to hold; what Loket itself changed there comes back too, and is known by its user. Telling it twice does
nothing twice, since what is told is a state, and none that is older than the last one counts.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service import desk_work
from service.access import Actor
from service.delivery.hearing import Heard, moment_of
from service.delivery.help_desk import State, actor_name
from service.delivery.help_desk_settings import HelpDeskSettings
from service.delivery.help_desk_text import tag
from service.delivery.zammad import incoming as zammad
from service.delivery.zammad.settings import ZammadSettings
from service.delivery.zendesk import incoming as zendesk
from service.delivery.zendesk.settings import ZendeskSettings
from service.errors import Conflict, NotFound, Unauthenticated
from service.settings import Settings
from service.storage.records import Ticket
from service.storage.store import Store
from service.submission import Correction

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ear:
    """How webhooks of one kind of help desk are understood.

    Attributes:
        kind: Its name.
        is_genuine: Whether headers (in lower case) and body were signed, at a moment that is near.
        hear: What a body says.
    """

    kind: str
    is_genuine: Callable[[Any, Mapping[str, str], bytes, datetime], bool]
    hear: Callable[[Any, bytes], Heard | None]


EARS: Mapping[type, Ear] = {
    ZammadSettings: Ear("zammad", zammad.is_genuine, zammad.hear),
    ZendeskSettings: Ear("zendesk", zendesk.is_genuine, zendesk.hear),
}


def receive(
    store: Store,
    settings: Settings,
    at: datetime,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    origin: str | None = None,
    ears: Mapping[type, Ear] = EARS,
) -> bool:
    """Take one webhook; answers whether it changed anything here.

    Args:
        store: Where.
        settings: Where the target is configured.
        at: Now.
        target: Its name, from the address that was called.
        headers: By their names in lower case.
        body: As it came.
        origin: The address from which it came, for the journal.
        ears: How each kind of help desk is understood, by its settings.

    Raises:
        Unauthenticated: It is not signed by this target, or there is no such target: nobody is told which.
        InvalidInput: It is signed, and no JSON.
        NotFound: Loket knows nothing of that ticket.
    """
    desk = next((one for one in settings.deliveries if one.name == target), None)
    ear = ears.get(type(desk))
    if not isinstance(desk, HelpDeskSettings) or ear is None or not ear.is_genuine(desk, headers, body, at):
        raise Unauthenticated("the signature is missing, wrong or too old")
    heard = ear.hear(desk, body)
    if heard is None or moment_of(heard.at) is None:
        return False
    actor = Actor(actor_name(ear.kind, desk.name), frozenset({"desk"}), None, origin)
    return _Listener(store, settings, desk, actor, at).take(heard)


class _Listener:
    """What one help desk said at one moment."""

    def __init__(
        self, store: Store, settings: Settings, desk: HelpDeskSettings, actor: Actor, at: datetime
    ) -> None:
        self._store, self._settings, self._desk, self._actor, self._at = store, settings, desk, actor, at

    def take(self, heard: Heard) -> bool:
        found = self._store.remote_tickets.find(self._desk.name, heard.remote_id)
        ticket = self._store.tickets.get(found.ticket_id) if found else None
        if found is None or ticket is None:
            raise NotFound
        before = State.of(found.state)
        if before is None or heard.by == before.by or not _is_newer(heard, before):
            return False
        after = self._after(heard, before)
        changed = self._correct(ticket, before, after) if heard.by_person else False
        changed |= self._close(ticket, before, after)
        self._store.remote_tickets.learn(self._desk.name, heard.remote_id, lambda stored: _newest(stored, after))
        return changed

    def _after(self, heard: Heard, before: State) -> State:
        """What they hold now. A desk is told by a group that another desk has, a category by its name."""
        group = heard.group or before.group
        is_moved = group != before.group and heard.by_person
        desk = self._desk.desk_of(group) if is_moved else None
        category = self._category(heard, before) or before.category
        tags = (
            before.tags if heard.tags is None else tuple(sorted({*before.tags, tag(category or "")} & heard.tags))
        )
        return State(desk or before.desk, group, category, tags, heard.closed, heard.at, before.by)

    def _category(self, heard: Heard, before: State) -> str | None:
        """The one that was not there before; None when there is none, or when several are."""
        new = [
            name
            for name in self._settings.categories
            if tag(name) in heard.categories - {tag(before.category or "")}
        ]
        return new[0] if len(new) == 1 else None

    def _correct(self, ticket: Ticket, before: State, after: State) -> bool:
        """Take over what changed there, unless it is so here already."""
        desk = after.desk if after.desk != before.desk else ticket.desk
        category = after.category if after.category != before.category else None
        if category is None and after.desk != before.desk:
            category = self._only_category_of(after.desk)
        if (category or ticket.category, desk) == (ticket.category, ticket.desk):
            return False
        # They have seen what is here where they made it so, or where all of it had been told.
        is_told = (before.desk, before.category) == (ticket.desk, ticket.category)
        has_seen = is_told or ticket.reviewed_by == self._actor.name
        seen, correction = ticket.version if has_seen else None, Correction(category=category, desk=desk)
        try:
            desk_work.correct(self._store, self._settings, self._at, self._actor, ticket.id, correction, seen)
        except Conflict:
            _log.info(
                "a help desk's correction came too late", extra={"target": self._desk.name, "ticket": ticket.id}
            )
            return False
        return True

    def _only_category_of(self, desk: str) -> str | None:
        """Who moves a ticket to a desk that answers one category has named the category."""
        names = [name for name, category in self._settings.categories.items() if category.desk == desk]
        return names[0] if len(names) == 1 else None

    def _close(self, ticket: Ticket, before: State, after: State) -> bool:
        if not after.closed or before.closed or ticket.status == "closed":
            return False
        # What was moved away from them is another desk's to answer: they only put their copy away.
        own = replace(self._actor, desks=frozenset(self._desk.groups))
        try:
            desk_work.close(self._store, self._at, own, ticket.id)
        except NotFound:
            return False
        return True


def _is_newer(heard: Heard, known: State) -> bool:
    told, last = moment_of(heard.at), known.changed_at
    return told is not None and (last is None or told >= last)


def _newest(stored: Mapping[str, Any] | None, after: State) -> Mapping[str, Any] | None:
    """What was heard, unless something newer was heard or told meanwhile."""
    known, heard_at = State.of(stored), after.changed_at
    is_overtaken = known is not None and known.changed_at and heard_at and known.changed_at > heard_at
    return None if is_overtaken else after.json()
