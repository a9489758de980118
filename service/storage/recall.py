"""Tickets that a model or a rule sent and nobody has opened: found, and moved while nobody does."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, exists, func, select, update

from service.storage import journal, rerouting, search
from service.storage.engine import reading, writing
from service.storage.inquiries import NewTicket, cite, is_free
from service.storage.outbox import Outbox, event_of
from service.storage.records import Inquiry
from service.storage.rerouting import Because, Move
from service.storage.tables import inquiries, tickets

RECALLED = "recalled"
_COLUMNS = tuple(inquiries.c[name] for name in Inquiry.__slots__)


@dataclass(frozen=True, slots=True)
class Sent:
    """Which tickets are meant: those that one model, or one rule, or both sent since a moment.

    Attributes:
        since: When they were laid or last moved.
        model: The version that decided them; None for any.
        rule: The routing rule that had a say; None for any.
        elsewhere_than: Leaves out what lies on this desk already.
    """

    since: datetime
    model: str | None = None
    rule: str | None = None
    elsewhere_than: str | None = None


class Recalls:
    """What of tickets and inquiries is to be decided anew."""

    def __init__(self, engine: Engine, outbox: Outbox) -> None:
        self._engine, self._outbox = engine, outbox

    def count(self, sent: Sent) -> int:
        """How many inquiries have such a ticket."""
        query = select(func.count()).select_from(inquiries).where(_has_meant(sent))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def find(self, sent: Sent, after: str, limit: int) -> list[Inquiry]:
        """These inquiries by id, from behind one on."""
        query = select(*_COLUMNS).where(inquiries.c.id > after, _has_meant(sent))
        query = query.order_by(inquiries.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [Inquiry(*row) for row in connection.execute(query)]

    def decide(
        self,
        at: datetime,
        sent: Sent,
        inquiry: Inquiry,
        decision: dict[str, Any],
        laid: list[NewTicket],
        actor: str,
        *,
        dry_run: bool = False,
    ) -> list[Move] | None:
        """Put a new decision in place of the old one, with its tickets.

        Args:
            at: Now.
            sent: Why it is decided anew.
            inquiry: As it was when it was decided anew.
            decision: The new one, as JSON.
            laid: Its tickets.
            actor: Who had it recalled.
            dry_run: Change nothing; only answer.

        Returns:
            From where to where its tickets went; None when a person has been at one of them, or it was decided
            otherwise meanwhile: then nothing is written.
        """
        with writing(self._engine) as connection:
            rows = self._held(connection, at, inquiry)
            if rows is None or any(rerouting.is_touched(row) for row in rows):
                return None
            if decision == inquiry.decision:
                return []
            because = Because(RECALLED, _reasons(sent), actor)
            translated_at = min((row.translated_at for row in rows if row.translated_at), default=None)
            moves = rerouting.lay_anew(connection, self._outbox, at, inquiry.id, rows, laid, because)
            connection.execute(update(inquiries).where(inquiries.c.id == inquiry.id).values(decision=decision))
            own = tickets.c.inquiry_id == inquiry.id  # also what was laid newly
            connection.execute(update(tickets).where(own).values(translated_at=translated_at))
            cite(connection, inquiry.id, decision)
            search.renew(connection, inquiry, decision)
            if not moves:
                journal.record(connection, at, RECALLED, actor, inquiry.id, **because.details, outcome="same_desk")
            if dry_run:
                connection.rollback()
        return moves

    def send(
        self, at: datetime, sent: Sent, inquiry: Inquiry, desk: str, actor: str, *, dry_run: bool = False
    ) -> list[Move] | None:
        """Lay those tickets of an inquiry that nobody has opened on one desk, for people to decide.

        Returns:
            From where to where; None when somebody was there first: then nothing is written.
        """
        with writing(self._engine) as connection:
            rows = self._held(connection, at, inquiry) or []
            meant = [row for row in rows if _is_meant(row, sent) and row.desk != desk]
            for row in [] if dry_run else meant:
                self._send(connection, at, sent, row, desk, actor)
        return [(row.desk, desk) for row in meant] or None

    def _held(self, connection: Connection, at: datetime, inquiry: Inquiry) -> list[Row[Any]] | None:
        """The inquiry's tickets, locked; None when its decision is another by now, or a worker decides it."""
        # As an update would lock it, which lets others insert what refers to it.
        own = (inquiries.c.id == inquiry.id) & is_free(at)
        decided = connection.execute(
            select(inquiries.c.decision).where(own).with_for_update(key_share=True)
        ).scalar()
        if decided != inquiry.decision:
            return None
        return list(connection.execute(rerouting.tickets_of(inquiry.id)).all())

    def _send(self, connection: Connection, at: datetime, sent: Sent, row: Row[Any], desk: str, actor: str) -> None:
        values = {"desk": desk, "automatic": False, "version": row.version + 1, "changed_at": at, "previous": None}
        connection.execute(update(tickets).where(tickets.c.id == row.id).values(values))
        details: dict[str, Any] = {"from": [row.category, row.desk], "to": [row.category, desk], **_reasons(sent)}
        journal.record(connection, at, RECALLED, actor, row.inquiry_id, row.id, **details)
        event = event_of(RECALLED, row.desk, desk)
        self._outbox.post(connection, at, (row.id, row.inquiry_id), event, {row.desk, desk}, **details)


def _has_meant(sent: Sent) -> ColumnElement[bool]:
    """Whether an inquiry has a ticket that is meant."""
    untouched = [tickets.c[name].is_(None) for name in ("opened_at", "review", "assigned_to")]
    found = [tickets.c.status == "open", tickets.c.changed_at >= sent.since, *untouched]
    if sent.rule:
        found.append(tickets.c.rule == sent.rule)
    if sent.elsewhere_than:
        found.append(tickets.c.desk != sent.elsewhere_than)
    has = exists().where(tickets.c.inquiry_id == inquiries.c.id, *found)
    return has & (inquiries.c.decision["model"].as_string() == sent.model) if sent.model else has


def _is_meant(row: Row[Any], sent: Sent) -> bool:
    """The same of a ticket that is locked; of which model it is, its inquiry's decision has told."""
    is_of_rule = sent.rule is None or row.rule == sent.rule
    return row.status == "open" and row.changed_at >= sent.since and is_of_rule and not rerouting.is_touched(row)


def _reasons(sent: Sent) -> dict[str, Any]:
    known = asdict(sent)
    return {name: known[name] for name in ("model", "rule") if known[name]}
