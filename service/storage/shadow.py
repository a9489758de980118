"""What the challenger says of live inquiries, and which labelled inquiries decisions came from."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, and_, case, func, insert, select

from service.storage.engine import reading, writing
from service.storage.labels import SETTLED, STANDS
from service.storage.records import Disagreement, Inquiry
from service.storage.tables import citations, inquiries, labels, shadow_decisions, tickets

_INQUIRY = tuple(inquiries.c[name] for name in Inquiry.__slots__)
_SAID = tuple(shadow_decisions.c[name] for name in ("category", "confidence", "desk", "automatic"))


class ShadowDecisions:
    """The shadow decisions table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, at: datetime, inquiry_id: str, model: str, said: dict[str, Any]) -> None:
        """Keep what a model says of an inquiry: category, confidence, desk, automatic. Said once."""
        key = (shadow_decisions.c.inquiry_id == inquiry_id) & (shadow_decisions.c.model == model)
        with writing(self._engine) as connection:
            if connection.execute(select(shadow_decisions.c.model).where(key)).first() is None:
                row = {"inquiry_id": inquiry_id, "model": model, "at": at, **said}
                connection.execute(insert(shadow_decisions), row)

    def counts(self, model: str) -> tuple[int, int]:
        """How many inquiries a model has looked at, and how many of them it would lay on another desk."""
        same = _main_ticket_joined()
        query = select(func.count(), func.sum(case((shadow_decisions.c.desk != tickets.c.desk, 1), else_=0)))
        with reading(self._engine) as connection:
            n, apart = connection.execute(query.select_from(same).where(shadow_decisions.c.model == model)).one()
        return n, apart or 0

    def disagreements(self, model: str, limit: int) -> list[Disagreement]:
        """The last inquiries that it would lay on another desk than where they lie, newest first."""
        elsewhere = (shadow_decisions.c.model == model) & (shadow_decisions.c.desk != tickets.c.desk)
        query = select(*_INQUIRY, *_SAID).select_from(_main_ticket_joined().join(inquiries)).where(elsewhere)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(inquiries.c.id.desc()).limit(limit)).all()
        width = len(_INQUIRY)
        return [Disagreement(Inquiry(*row[:width]), *row[width:]) for row in rows]


class Citations:
    """The citations table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def helped(self, inquiry_id: str, since: datetime | None = None) -> tuple[int, int]:
        """Of the inquiries decided with the help of a labelled one: how many, and how many stood.

        A decision stands until a person gave its main ticket another category.
        """
        overruled = (
            select(labels.c.id)
            .where(labels.c.ticket_id == tickets.c.id, labels.c.source == "correction", STANDS, SETTLED)
            .exists()
        )
        main = and_(tickets.c.inquiry_id == citations.c.inquiry_id, tickets.c.intent == 0)
        query = (
            select(func.count(), func.sum(case((overruled, 0), else_=1)))
            .select_from(citations.join(tickets, main))
            .where(citations.c.cited_id == inquiry_id)
        )
        if since:
            query = query.where(tickets.c.created_at >= since)
        with reading(self._engine) as connection:
            n, stood = connection.execute(query).one()
        return n, stood or 0


def citation_rows(inquiry_id: str, cited: Iterable[str], *, followed: bool) -> list[dict[str, Any]]:
    """The rows of one decision, each labelled inquiry once."""
    places = sorted({one for one in cited if one != inquiry_id})
    return [{"inquiry_id": inquiry_id, "cited_id": one, "followed": followed} for one in places]


def _main_ticket_joined() -> Any:
    """Without tickets that are sent to and fro: where these lie says nothing."""
    main = and_(tickets.c.inquiry_id == shadow_decisions.c.inquiry_id, tickets.c.intent == 0)
    return shadow_decisions.join(tickets, and_(main, tickets.c.unsettled_since.is_(None)))
