"""Keeps a ticket of a help desk as ours is: found or created once, then changed where ours changed.

Loket and the help desk both change a ticket. What the help desk was last known to hold is kept beside its
id (`State`), so that each side's changes are told from the other's: sent is only what changed here since,
and heard (incoming.py) only what changed there since.
"""

import json
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from service.delivery import help_desk_text
from service.delivery.help_desk_settings import HelpDeskSettings
from service.delivery.http import Answer, CallFailed, Client, outcome_of
from service.delivery.parcel import Outcome, Parcel, Problem
from service.storage.outbox import CLOSED, MOVED

_log = logging.getLogger(__name__)
S = TypeVar("S", bound=HelpDeskSettings)
# A creation whose answer was lost may still be under way there: looked for too early it is not found, and made
# twice. Longer than a web server's usual 60 s for one request.
_SETTLED_AFTER = timedelta(seconds=90)
_USELESS_AGAIN = {400, 404, 405, 413, 414, 415, 422}  # others pass: a conflict, a page of a proxy, a clean-up
_SENDING_SECONDS = 40.0  # with the last call's 15 less than the lease of a delivery, so that nobody sends it too
_ANSWER_MAX_BYTES = 1_000_000  # a ticket with an original text of 20,000 characters, six bytes each, in it
_LOST = {Problem.TIMEOUT, Problem.UNREACHABLE, Problem.BAD_ANSWER, Problem.SERVER_ERROR}


@dataclass(frozen=True, slots=True)
class State:
    """What a help desk was last known to hold of a ticket.

    Attributes:
        desk: Ours, when it was last told.
        group: Its group there, as it was last told or heard.
        category: As it was last told or heard.
        tags: Those that Loket put there.
        closed: Whether it is closed there.
        at: When it last changed, by the help desk's own clock; None when that was not told.
        by: Who Loket is there: what this user changed is an echo.
    """

    desk: str
    group: str
    category: str | None
    tags: tuple[str, ...] = ()
    closed: bool = False
    at: str | None = None
    by: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "State | None":
        """Read it from JSON."""
        return cls(**{**stored, "tags": tuple(stored.get("tags", ()))}) if stored else None

    def json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"tags": list(self.tags)}

    @property
    def changed_at(self) -> datetime | None:
        """When it last changed, by the help desk's own clock."""
        return datetime.fromisoformat(self.at) if self.at else None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed of a ticket there.

    Attributes:
        group: The new group; None to leave it.
        add: Tags to add.
        remove: Tags to take away.
        fields: Values of the configured custom fields.
        closed: Whether it is closed from now on; None to leave it.
        note: What to tell those who answer; None for nothing.
    """

    group: str | None = None
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    fields: Mapping[str, str | float] = field(default_factory=dict)
    closed: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Remote:
    """A ticket as the help desk has it.

    Attributes:
        id: What it is called there.
        group: Its group.
        closed: Whether it is answered.
        articles: How many there are; None where that is not told.
        at: When it last changed, by the help desk's own clock.
        by: Who changed it last.
    """

    id: str
    group: str
    closed: bool = False
    articles: int | None = None
    at: str | None = None
    by: str | None = None


class Refused(CallFailed):
    """The help desk answered, and will answer the same next time."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.outcome = Outcome(problem, final=True)


class _Until(threading.local):
    """When the calls for a thread's parcel end."""

    moment = 0.0


class HelpDeskSender(ABC, Generic[S]):
    """One configured help desk. What a kind adds is how each of five things is asked of it.

    Args:
        settings: Its table.
        client: Calls it; by default as the settings say.
        clock: Seconds, to end what takes longer than a delivery is held.
    """

    kind: str

    def __init__(
        self, settings: S, client: Client | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._clock, self._until = settings, clock, _Until()
        self._client = client or Client(
            allow_private=settings.allow_private, ca_file=settings.ca_file, answer_max_bytes=_ANSWER_MAX_BYTES
        )

    def send(self, parcel: Parcel) -> Outcome:
        """Bring the ticket there to what it is here. Twice the same parcel makes nothing twice."""
        self._until.moment = self._clock() + _SENDING_SECONDS
        try:
            return self._sent(parcel)
        except CallFailed as failed:
            return failed.outcome

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        """One call, with a JSON body where one is given.

        Raises:
            CallFailed: There was no answer, or the time for this parcel is up.
        """
        if self._clock() > self._until.moment:
            raise CallFailed(Problem.TIMEOUT)
        kind = {"Accept": "application/json", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        return self._client.request(method, url, headers={**kind, **headers}, body=data)

    @abstractmethod
    def find(self, parcel: Parcel) -> Remote | None:
        """The ticket there, if it was created already; None only when it surely was not."""

    @abstractmethod
    def create(self, parcel: Parcel, group: str) -> Remote:
        """Make the ticket, with what the customer wrote; in one transaction of the help desk."""

    @abstractmethod
    def annotate(self, parcel: Parcel, remote: Remote) -> Remote:
        """Add the internal note, unless it is there."""

    @abstractmethod
    def update(self, parcel: Parcel, remote_id: str, changes: Changes) -> Remote:
        """Change the ticket."""

    @abstractmethod
    def fields(self, parcel: Parcel) -> Mapping[str, str | float]:
        """The configured custom fields with their values, by what they are called there."""

    def _sent(self, parcel: Parcel) -> Outcome:
        if parcel.remote_id is not None:
            return self._changed(parcel, parcel.remote_id, State.of(parcel.remote_state))
        group = self._settings.groups.get(parcel.ticket.desk)
        found = self.find(parcel)
        if found is None and group is None:
            return self._without_group(parcel)
        if found is None and group is not None:
            return self._noted(parcel, self._created(parcel, group))
        return self._changed(parcel, self.annotate(parcel, found).id, None) if found else Outcome()

    def _without_group(self, parcel: Parcel) -> Outcome:
        """It went elsewhere before it was ever here; or the configuration has a gap."""
        if not self._settings.wants(parcel.ticket.desk):
            return Outcome()
        _log.error("no group is configured for a desk", extra=self._told(parcel))
        return Outcome(Problem.NO_SUCH_GROUP, final=True)

    def _created(self, parcel: Parcel, group: str) -> Remote:
        try:
            return self.create(parcel, group)
        except Refused as refused:
            if refused.outcome.problem is Problem.NO_SUCH_GROUP:
                _log.error("the help desk has no such group", extra=self._told(parcel) | {"group": group})
            raise
        except CallFailed as failed:
            if failed.outcome.problem in _LOST:
                failed.outcome = _not_before(failed.outcome, _SETTLED_AFTER)
            raise

    def _noted(self, parcel: Parcel, made: Remote) -> Outcome:
        self.annotate(parcel, made)
        return Outcome(remote_id=made.id, remote_state=_state(parcel, made).json())

    def _changed(self, parcel: Parcel, remote_id: str, before: State | None) -> Outcome:
        changes = self._changes(parcel, before)
        if before is not None and (changes == Changes() or self._came_from_there(parcel, before)):
            return Outcome(remote_id=remote_id, remote_state=before.json())
        remote = self.update(parcel, remote_id, changes)
        after = _state(parcel, remote) if before is None else _after(parcel, before, changes, remote)
        return Outcome(remote_id=remote_id, remote_state=after.json())

    def _changes(self, parcel: Parcel, before: State | None) -> Changes:
        ticket, ours = parcel.ticket, help_desk_text.tags(parcel)
        theirs = frozenset(before.tags if before else ())
        moved = before is None or before.desk != ticket.desk
        told = before is not None and before.category == ticket.category and theirs == ours and not moved
        group = self._settings.groups.get(ticket.desk) if moved else None
        gone = moved and group is None
        return Changes(
            group=group,
            add=ours - theirs,
            remove=theirs - ours,
            fields={} if told else self.fields(parcel),
            closed=self._closing(parcel, before, gone=gone),
            note=help_desk_text.moved_away(parcel) if gone else None,
        )

    def _closing(self, parcel: Parcel, before: State | None, *, gone: bool) -> bool | None:
        """Only what just happened here is told: what the help desk opened again is not closed once more.

        What waits in another of its groups is opened there in any case: closed, nobody would find it.
        """
        ticket = parcel.ticket
        if before is not None and before.closed:
            waits_there = ticket.status == "open" and ticket.desk in self._settings.groups
            return False if waits_there and parcel.event == MOVED else None
        is_over = gone or (parcel.event == CLOSED and ticket.status == "closed")
        return True if self._settings.close and is_over else None

    def _came_from_there(self, parcel: Parcel, before: State) -> bool:
        """Whether it is what the help desk itself told us: sent back, it would go round in circles."""
        ticket = parcel.ticket
        is_theirs = parcel.details.get("by") == actor_name(self.kind, self._settings.name)
        return is_theirs and (ticket.desk, ticket.category) == (before.desk, before.category)

    def _told(self, parcel: Parcel) -> dict[str, str]:
        return {"target": self._settings.name, "desk": parcel.ticket.desk, "delivery": parcel.id}


def _state(parcel: Parcel, remote: Remote) -> State:
    ticket, tags = parcel.ticket, tuple(sorted(help_desk_text.tags(parcel)))
    return State(ticket.desk, remote.group, ticket.category, tags, remote.closed, remote.at, remote.by)


def _after(parcel: Parcel, before: State, changes: Changes, remote: Remote) -> State:
    """What is known after an update.

    Where the help desk holds something else than what was known and told, somebody there changed it just now:
    their webhook is still to come, and must be news when it does.
    """
    group = before.group if changes.group is None else remote.group
    closed = before.closed if changes.closed is None else changes.closed
    is_known = (group, closed) == (remote.group, remote.closed)
    known = replace(_state(parcel, remote), group=group, closed=closed, by=remote.by or before.by)
    return known if is_known else replace(known, at=before.at)


def actor_name(kind: str, target: str) -> str:
    """Who corrects, where a help desk's people do: for the journal and the label."""
    return f"{kind}:{target}"


def checked(answer: Answer) -> Answer:
    """An answer that is a success.

    Raises:
        CallFailed: It is none, and another time it may be one.
        Refused: It is none, and will be none.
    """
    outcome = outcome_of(answer)
    if answer.status in _USELESS_AGAIN:
        raise Refused(Problem.REFUSED)
    if outcome.problem is not None:
        failed = CallFailed(outcome.problem)
        failed.outcome = outcome
        raise failed
    return answer


def _not_before(outcome: Outcome, wait: timedelta) -> Outcome:
    return replace(outcome, retry_after=max(wait, outcome.retry_after or wait))
