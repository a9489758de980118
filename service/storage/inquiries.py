"""Inquiries: stored before anything is answered, claimed with a lease, decided in one transaction."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError

from service.storage import journal, search
from service.storage.engine import reading, writing
from service.storage.identifiers import is_id, new_id, new_receipt
from service.storage.outbox import LAID, Outbox
from service.storage.records import Claimed, Inquiry
from service.storage.shadow import citation_rows
from service.storage.tables import citations, inquiries, tickets

_COLUMNS = tuple(inquiries.c[name] for name in Inquiry.__slots__)
_WAITING = inquiries.c.status == "received"
SYSTEM = "loket"  # the name under which automatic changes stand in the journal


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a decision lays on a desk."""

    desk: str
    category: str | None
    confidence: float
    automatic: bool
    intent: int = 0  # its place among the decision's intents
    rule: str | None = None  # the routing rule that had a say
    priority: str = "normal"
    due_at: datetime | None = None


def _from(values: Mapping[str, Any]) -> Inquiry:
    known: dict[str, Any] = {name: values.get(name) for name in Inquiry.__slots__}
    return Inquiry(**known)


def customer_of(email: str | None) -> str | None:
    """Tells whether two inquiries are of the same customer: e-mail addresses are typed in any case."""
    return email.strip().lower() if email else None


def is_translated(decision: Mapping[str, Any]) -> bool:
    """Whether a decision holds a translation; an English text needs none."""
    return (decision.get("translation") or {}).get("status") == "translated"


def _received_since(moment: datetime | None) -> ColumnElement[bool]:
    return inquiries.c.received_at >= moment if moment else true()


def is_free(at: datetime) -> ColumnElement[bool]:
    """Whether nobody holds an inquiry: there is no lease, or it is over."""
    return or_(inquiries.c.lease_until.is_(None), inquiries.c.lease_until < at)


def lay(
    connection: Connection,
    outbox: Outbox,
    at: datetime,
    inquiry_id: str,
    new: NewTicket,
    translated_at: datetime | None = None,
) -> None:
    """Lay a ticket on its desk, in a transaction."""
    ticket_id = new_id(at)
    row = {
        "id": ticket_id, "inquiry_id": inquiry_id, "status": "open", "version": 1, "created_at": at,
        "changed_at": at, "hops": 0, "translated_at": translated_at, **asdict(new),
    }  # fmt: skip
    connection.execute(insert(tickets), row)
    told = {
        name: getattr(new, name) for name in ("desk", "category", "confidence", "automatic", "rule", "priority")
    }
    journal.record(connection, at, "laid_on_desk", SYSTEM, inquiry_id, ticket_id, **told)
    outbox.post(connection, at, (ticket_id, inquiry_id), LAID, {new.desk})


def cite(connection: Connection, inquiry_id: str, decision: Mapping[str, Any]) -> None:
    """Note which labelled inquiries the decision came from, in place of those of an earlier one."""
    connection.execute(delete(citations).where(citations.c.inquiry_id == inquiry_id))
    followed = decision.get("remembered")
    similar = [one["inquiry"] for one in decision.get("similar", ()) if is_id(one.get("inquiry") or "")]
    rows = citation_rows(inquiry_id, [followed["inquiry"]] if followed else similar, followed=bool(followed))
    if rows:
        connection.execute(insert(citations), rows)


class Inquiries:
    """The inquiries table, which is also the queue."""

    def __init__(self, engine: Engine, outbox: Outbox) -> None:
        self._engine, self._outbox = engine, outbox

    def add(self, at: datetime, values: dict[str, Any], idempotency_hash: str | None = None) -> Inquiry:
        """Store an inquiry, durably, before this returns.

        Answers the inquiry stored before under the same idempotency hash, if there is one; the caller
        compares the bodies' hashes.
        """
        row = {
            "id": new_id(at), "receipt": new_receipt(), "received_at": at, "status": "received",
            "idempotency_hash": idempotency_hash, "attempts": 0, **values,
            "customer": customer_of(values.get("email")),
        }  # fmt: skip
        try:
            self._insert(at, row)
        except IntegrityError:
            if stored := self._stored_before(idempotency_hash):
                return stored
            row["receipt"] = new_receipt()  # once in a hundred billion, two are the same
            self._insert(at, row)
        return _from(row)

    def get(self, inquiry_id: str) -> Inquiry | None:
        """One inquiry."""
        return self._one(inquiries.c.id == inquiry_id) if is_id(inquiry_id) else None

    def is_decided(self, inquiry_id: str) -> bool:
        """Whether the decision is there; cheap enough to ask again and again."""
        query = select(inquiries.c.status).where(inquiries.c.id == inquiry_id)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar() == "decided"

    def claim(self, at: datetime, limit: int, lease_seconds: float) -> list[Claimed]:
        """Take waiting inquiries, oldest first, for as long as the lease lasts; counts the attempt.

        One that was tried before comes alone: should it kill its worker, it takes no others along.
        """
        if not self._any(_WAITING & is_free(at)):
            return []
        query = select(*_COLUMNS).where(_WAITING, is_free(at)).order_by(inquiries.c.id).limit(limit)
        with writing(self._engine) as connection:
            rows = connection.execute(query.with_for_update(skip_locked=True)).all()
            rows = [row for row in rows if not row.attempts] if rows and not rows[0].attempts else rows[:1]
            until = at + timedelta(seconds=lease_seconds)
            return [self._lease(connection, row, new_id(at), until) for row in rows]

    def decide(
        self,
        at: datetime,
        claimed: Claimed,
        decision: dict[str, Any],
        laid: Sequence[NewTicket],
        translate_after: datetime | None = None,
    ) -> bool:
        """Write decision, tickets and events in one transaction, if the lease is still ours.

        Args:
            at: Now.
            claimed: The inquiry and the lease.
            decision: As JSON.
            laid: The tickets.
            translate_after: When to try again whether it can be translated.

        Answers False, and writes nothing, when another worker holds the inquiry by now.
        """
        inquiry_id = claimed.inquiry.id
        ours = (inquiries.c.id == inquiry_id) & (inquiries.c.lease_token == claimed.lease_token) & _WAITING
        done = {"status": "decided", "decision": decision, "decided_at": at, "lease_token": None}
        done |= {"lease_until": None, "translate_after": translate_after}
        translated_at = at if is_translated(decision) else None
        with writing(self._engine) as connection:
            if connection.execute(update(inquiries).where(ours).values(done)).rowcount != 1:
                return False
            facts = {name: decision[name] for name in ("category", "confidence", "desk", "automatic", "model")}
            facts["language"] = (decision.get("language") or {}).get("code")
            journal.record(connection, at, "decided", SYSTEM, inquiry_id, **facts)
            for ticket in laid:
                lay(connection, self._outbox, at, inquiry_id, ticket, translated_at)
            cite(connection, inquiry_id, decision)
            search.renew(connection, claimed.inquiry, decision)
        return True

    def waiting(self) -> tuple[int, datetime | None]:
        """How many inquiries are not decided, and when the oldest was received."""
        query = select(func.count(), func.min(inquiries.c.received_at)).where(_WAITING)
        with reading(self._engine) as connection:
            count, oldest = connection.execute(query).one()
        return count, oldest

    def count_received(self) -> int:
        """All inquiries ever stored."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(inquiries)).scalar_one()

    def all(self, chunk: int = 500) -> Iterator[Inquiry]:
        """Every inquiry, oldest first, read in chunks so that no connection stays open."""
        last = ""
        while True:
            query = select(*_COLUMNS).where(inquiries.c.id > last).order_by(inquiries.c.id).limit(chunk)
            with reading(self._engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from (Inquiry(*row) for row in rows)
            last = rows[-1].id

    def decided(
        self, since: datetime | None = None, most: int | None = None, chunk: int = 500
    ) -> Iterator[Inquiry]:
        """Decided inquiries, newest first, read in chunks as `all` are.

        Args:
            since: Only those received since then.
            most: How many at most.
            chunk: How many are read at once.
        """
        wanted = (inquiries.c.status == "decided") & _received_since(since)
        last, left = None, math.inf if most is None else most
        while left > 0:
            query = select(*_COLUMNS).where(wanted & (inquiries.c.id < last) if last else wanted)
            with reading(self._engine) as connection:
                newest = query.order_by(inquiries.c.id.desc()).limit(int(min(chunk, left)))
                rows = connection.execute(newest).all()
            if not rows:
                return
            yield from (Inquiry(*row) for row in rows)
            last, left = rows[-1].id, left - len(rows)

    def count_decided(self, since: datetime | None = None) -> int:
        """How many inquiries `decided` has."""
        wanted = (inquiries.c.status == "decided") & _received_since(since)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(inquiries).where(wanted)).scalar_one()

    def _insert(self, at: datetime, row: dict[str, Any]) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(inquiries), row)
            search.add(connection, row)
            actor = row["submitted_by"] or "visitor"
            journal.record(connection, at, "received", actor, row["id"], channel=row["channel"])

    def _lease(self, connection: Connection, row: Row[Any], token: str, until: datetime) -> Claimed:
        values = {"lease_token": token, "lease_until": until, "attempts": row.attempts + 1}
        connection.execute(update(inquiries).where(inquiries.c.id == row.id).values(values))
        return Claimed(Inquiry(**(row._asdict() | {"attempts": row.attempts + 1})), token)

    def _stored_before(self, idempotency_hash: str | None) -> Inquiry | None:
        return self._one(inquiries.c.idempotency_hash == idempotency_hash) if idempotency_hash else None

    def _one(self, condition: Any) -> Inquiry | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(*_COLUMNS).where(condition)).one_or_none()
        return Inquiry(*row) if row else None

    def _any(self, condition: Any) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(inquiries.c.id).where(condition).limit(1)).first() is not None
