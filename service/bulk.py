"""The same thing done to several tickets, each as its person has seen it; and all of it undone at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service import desk_work
from service.access import Actor
from service.errors import Conflict, InvalidInput, NotFound
from service.settings import Settings
from service.storage.records import Ticket
from service.storage.store import Store
from service.submission import Correction

MOST = 100
_ID_CHARS, _DIGITS = 36, 9
Act = Callable[["Seen"], Ticket]


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket, and the version of it that a person looked at."""

    ticket_id: str
    version: int

    @classmethod
    def of(cls, text: str) -> "Seen":
        """From ``id:version``.

        Raises:
            InvalidInput: It is something else.
        """
        ticket_id, _, version = text.partition(":")
        if len(ticket_id) != _ID_CHARS or not version.isdecimal() or len(version) > _DIGITS:
            raise InvalidInput("a ticket that was chosen is not named as this page names it", field="ticket")
        return cls(ticket_id, int(version))

    def __str__(self) -> str:
        return f"{self.ticket_id}:{self.version}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each ticket.

    Attributes:
        done: How many are now as was wished.
        changed: Those that this changed, as they are now: these can be undone.
        left: The receipts of those that somebody else changed meanwhile; they are as that person left them.
        gone: How many lie on no desk of the actor's any more.
    """

    done: int
    changed: tuple[Seen, ...]
    left: tuple[str, ...]
    gone: int


def check(store: Store, settings: Settings, at: datetime, actor: Actor, action: str, category: str) -> Act:
    """What an action does to one ticket.

    Raises:
        InvalidInput: There is no such action or category.
    """
    if action == "correct":
        if category not in settings.categories:
            raise InvalidInput("choose a category", field="category")
        wish = Correction(category=category)
        return lambda one: desk_work.correct(store, settings, at, actor, one.ticket_id, wish, one.version)
    acts: dict[str, Act] = {
        "confirm": lambda one: desk_work.confirm(store, at, actor, one.ticket_id, one.version),
        "close": lambda one: desk_work.close(store, at, actor, one.ticket_id, one.version),
        "assign": lambda one: desk_work.assign(store, at, actor, one.ticket_id, actor.name, one.version),
        "undo": lambda one: desk_work.undo(store, at, actor, one.ticket_id, one.version),
    }
    if action not in acts:
        raise InvalidInput("choose what to do with the tickets", field="do")
    return acts[action]


def run(store: Store, chosen: Sequence[Seen], act: Act) -> Outcome:
    """Do it to each ticket, in a transaction of its own; what cannot be done is told, and keeps nothing else back.

    Raises:
        InvalidInput: There are none, or too many.
    """
    if not 0 < len(chosen) <= MOST:
        raise InvalidInput(f"choose between 1 and {MOST} tickets", field="ticket")
    changed, left, done, gone = [], [], 0, 0
    for one in dict.fromkeys(chosen):
        try:
            now = act(one)
        except Conflict:
            left.append(_receipt(store, one))
        except NotFound:
            gone += 1
        else:
            done += 1
            changed += [Seen(now.id, now.version)] if now.version > one.version else []
    return Outcome(done, tuple(changed), tuple(left), gone)


def _receipt(store: Store, seen: Seen) -> str:
    ticket = store.tickets.get(seen.ticket_id)
    inquiry = store.inquiries.get(ticket.inquiry_id) if ticket else None
    return inquiry.receipt if inquiry else ""
