"""Inquiries that were decided without a translation: claimed again, and decided anew when a provider is back."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, Row, exists, func, select, update

from service.storage import journal
from service.storage.engine import reading, writing
from service.storage.identifiers import new_id
from service.storage.inquiries import SYSTEM, NewTicket, cite, is_free, lay
from service.storage.records import Claimed, Inquiry
from service.storage.tables import inquiries, tickets

_COLUMNS = tuple(inquiries.c[name] for name in Inquiry.__slots__)
_DECIDED = ("desk", "category", "confidence", "automatic")
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(minutes=15)


# What has been answered needs no translation any more, and so is not sent anywhere.
_HAS_OPEN_TICKET = exists().where(tickets.c.inquiry_id == inquiries.c.id, tickets.c.status == "open")


def next_try(received_at: datetime, at: datetime, hours: float) -> datetime | None:
    """When to try again: after a minute, then after half the inquiry's age, at most a quarter of an hour; None when
    it is too old."""
    age = max(timedelta(0), at - received_at)
    return at + min(max(_SOONEST, age / 2), _LATEST) if age < timedelta(hours=hours) else None


class LateTranslations:
    """What of the inquiries table is still to be translated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, at: datetime, limit: int, lease_seconds: float, hours: float) -> list[Claimed]:
        """Take those that are due, for as long as the lease lasts; when to try next is set at once.

        Should one kill its worker, it comes again only then, and no more when it is older than ``hours``.
        """
        due = (
            (inquiries.c.translate_after <= at) & (inquiries.c.status == "decided") & _HAS_OPEN_TICKET & is_free(at)
        )
        with reading(self._engine) as connection:
            if connection.execute(select(inquiries.c.id).where(due).limit(1)).first() is None:
                return []
        query = select(*_COLUMNS).where(due).order_by(inquiries.c.translate_after).limit(limit)
        with writing(self._engine) as connection:
            rows = connection.execute(query.with_for_update(skip_locked=True)).all()
            return [self._lease(connection, at, row, at + timedelta(seconds=lease_seconds), hours) for row in rows]

    def waiting(self) -> int:
        """How many may still be translated."""
        query = select(func.count()).where(inquiries.c.translate_after.is_not(None), _HAS_OPEN_TICKET)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def release(self, claimed: Claimed, *, again: bool = True) -> None:
        """There is no translation yet; it comes again when it is due, or not at all."""
        free = {"lease_token": None, "lease_until": None} | ({} if again else {"translate_after": None})
        with writing(self._engine) as connection:
            connection.execute(update(inquiries).where(_ours(claimed)).values(free))

    def decide(
        self, at: datetime, claimed: Claimed, decision: dict[str, Any], laid: Sequence[NewTicket]
    ) -> str | None:
        """Put the new decision in place of the old one, and move tickets that nobody has opened.

        Returns:
            ``rerouted``, ``unchanged``, ``suggested`` when a person was there first and the desk is another now;
            None, and nothing is written, when another worker holds the inquiry by now.
        """
        inquiry = claimed.inquiry
        done = {"lease_token": None, "lease_until": None, "translate_after": None}
        with writing(self._engine) as connection:
            if connection.execute(update(inquiries).where(_ours(claimed)).values(done)).rowcount != 1:
                return None
            rows = connection.execute(_tickets_of(inquiry.id)).all()
            if any(_is_touched(row) for row in rows):
                decision = _with_suggestion(inquiry.decision or {}, decision)
                outcome = "suggested" if decision["suggestion"] else "unchanged"
            else:
                outcome = "rerouted" if _move(connection, at, inquiry.id, rows, laid) else "unchanged"
            connection.execute(update(inquiries).where(inquiries.c.id == inquiry.id).values(decision=decision))
            cite(connection, inquiry.id, decision)
            facts = {"provider": decision["translation"].get("provider"), "outcome": outcome}
            journal.record(connection, at, "translated_late", SYSTEM, inquiry.id, **facts)
        return outcome

    def _lease(self, connection: Connection, at: datetime, row: Row[Any], until: datetime, hours: float) -> Claimed:
        token = new_id(at)
        values = {
            "lease_token": token,
            "lease_until": until,
            "translate_after": next_try(row.received_at, at, hours),
        }
        connection.execute(update(inquiries).where(inquiries.c.id == row.id).values(values))
        return Claimed(Inquiry(**row._asdict()), token)


def _ours(claimed: Claimed) -> Any:
    return (inquiries.c.id == claimed.inquiry.id) & (inquiries.c.lease_token == claimed.lease_token)


def _tickets_of(inquiry_id: str) -> Any:
    return select(tickets).where(tickets.c.inquiry_id == inquiry_id).order_by(tickets.c.intent).with_for_update()


def _is_touched(ticket: Row[Any]) -> bool:
    return bool(ticket.opened_at or ticket.review or ticket.status != "open")


def _with_suggestion(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old decision with the translation, and where the new one would have sent it."""
    differs = (old.get("desk"), old.get("category")) != (new["desk"], new["category"])
    suggestion = {name: new[name] for name in ("category", "confidence", "desk")} if differs else None
    return old | {"language": new["language"], "translation": new["translation"], "suggestion": suggestion}


def _move(
    connection: Connection, at: datetime, inquiry_id: str, rows: Sequence[Row[Any]], laid: Sequence[NewTicket]
) -> bool:
    """Make the tickets those of the new decision; none is taken away, one that is no longer needed is closed."""
    pairs = _paired(rows, laid)
    # Places among the intents are unique: all are freed before they are given anew.
    for number, row in enumerate(rows, 1):
        connection.execute(update(tickets).where(tickets.c.id == row.id).values(intent=-number))
    kept = {new.intent for new in pairs.values() if new}
    spare = count(1 + max([row.intent for row in rows] + [new.intent for new in laid]))
    moved = [_change(connection, at, row, pairs[row.id], spare) for row in rows]
    for new in laid:
        if new.intent not in kept:
            lay(connection, at, inquiry_id, new)
    return any(moved) or len(kept) < len(laid)


def _paired(rows: Sequence[Row[Any]], laid: Sequence[NewTicket]) -> dict[str, NewTicket | None]:
    """For each ticket the new one that it becomes: of the same desk, else in the order of the intents."""
    wanted = list(laid)
    pairs: dict[str, NewTicket | None] = {}
    for row in rows:
        same = next((new for new in wanted if new.desk == row.desk), None)
        if same:
            wanted.remove(same)
        pairs[row.id] = same
    for row in rows:
        if pairs[row.id] is None and wanted:
            pairs[row.id] = wanted.pop(0)
    return pairs


def _change(
    connection: Connection, at: datetime, row: Row[Any], new: NewTicket | None, spare: Iterator[int]
) -> bool:
    """Whether the ticket lies elsewhere now, or nowhere."""
    if new is None:
        values = {"status": "closed", "intent": next(spare)}
        journal.record(connection, at, "withdrawn", SYSTEM, row.inquiry_id, row.id, desk=row.desk)
    else:
        values = {name: getattr(new, name) for name in ("intent", *_DECIDED)}
    if any(values.get(name, getattr(row, name)) != getattr(row, name) for name in ("status", *_DECIDED)):
        values |= {"version": row.version + 1, "changed_at": at}
    if new and (new.category, new.desk) != (row.category, row.desk):
        kind = "recategorised" if new.desk == row.desk else "rerouted"
        details = {"from": [row.category, row.desk], "to": [new.category, new.desk]}
        journal.record(connection, at, kind, SYSTEM, row.inquiry_id, row.id, **details)
    connection.execute(update(tickets).where(tickets.c.id == row.id).values(values))
    return new is None or new.desk != row.desk
