"""Inquiries that were decided without a translation: claimed again, and decided anew when a provider is back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, exists, func, select, update

from service.storage import journal, rerouting, search
from service.storage.engine import reading, writing
from service.storage.identifiers import new_id
from service.storage.inquiries import SYSTEM, NewTicket, cite, is_free, is_translated
from service.storage.outbox import Outbox
from service.storage.records import Claimed, Inquiry
from service.storage.tables import inquiries, tickets

_COLUMNS = tuple(inquiries.c[name] for name in Inquiry.__slots__)
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

    def __init__(self, engine: Engine, outbox: Outbox) -> None:
        self._engine, self._outbox = engine, outbox

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
            rows = connection.execute(rerouting.tickets_of(inquiry.id)).all()
            if any(rerouting.is_touched(row) for row in rows):
                decision = _with_suggestion(inquiry.decision or {}, decision)
                outcome = "suggested" if decision["suggestion"] else "unchanged"
            else:
                moves = rerouting.lay_anew(connection, self._outbox, at, inquiry.id, rows, laid)
                outcome = "rerouted" if moves else "unchanged"
            connection.execute(update(inquiries).where(inquiries.c.id == inquiry.id).values(decision=decision))
            if is_translated(decision):
                own = tickets.c.inquiry_id == inquiry.id
                connection.execute(update(tickets).where(own).values(translated_at=at))
            cite(connection, inquiry.id, decision)
            search.renew(connection, inquiry, decision)
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


def _with_suggestion(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old decision with the translation, and where the new one would have sent it."""
    differs = (old.get("desk"), old.get("category")) != (new["desk"], new["category"])
    suggestion = {name: new[name] for name in ("category", "confidence", "desk")} if differs else None
    return old | {"language": new["language"], "translation": new["translation"], "suggestion": suggestion}
