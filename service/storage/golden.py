"""Golden inquiries: what must go to a desk, whatever a model learns."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from service.storage import journal
from service.storage.engine import one_at_a_time, reading, writing
from service.storage.identifiers import is_id, new_id, text_hash
from service.storage.records import GoldenInquiry, Ticket
from service.storage.tables import golden_inquiries

_COLUMNS = tuple(golden_inquiries.c[name] for name in GoldenInquiry.__slots__)


class GoldenInquiries:
    """The golden inquiries table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, desk: str | None = None) -> list[GoldenInquiry]:
        """Those of one desk, or all, oldest first."""
        query = select(*_COLUMNS).order_by(golden_inquiries.c.id)
        if desk:
            query = query.where(golden_inquiries.c.desk == desk)
        with reading(self._engine) as connection:
            return [GoldenInquiry(*row) for row in connection.execute(query)]

    def add(
        self,
        at: datetime,
        desk: str,
        text: str,
        by: str,
        *,
        text_en: str | None = None,
        language: str | None = None,
        ticket: Ticket | None = None,
    ) -> GoldenInquiry:
        """Keep one; a text that is golden already goes to this desk from now on.

        Args:
            at: Now.
            desk: Where it must go.
            text: Of the inquiry.
            by: Who says so.
            text_en: Its English text.
            language: Its language.
            ticket: The one that it was made of, whose journal tells of it.
        """
        key = text_hash(text)
        same = golden_inquiries.c.text_hash == key
        values = {"desk": desk, "text": text, "text_en": text_en, "language": language, "added_at": at, "by": by}
        with writing(self._engine) as connection:
            one_at_a_time(connection, "golden inquiries")
            known = connection.execute(select(golden_inquiries.c.id).where(same)).scalar()
            if known:
                connection.execute(update(golden_inquiries).where(same).values(values))
            else:
                known = new_id(at)
                connection.execute(insert(golden_inquiries), {"id": known, "text_hash": key, **values})
            if ticket:
                journal.record(connection, at, "golden", by, ticket.inquiry_id, ticket.id, desk=desk)
        return GoldenInquiry(known, desk, text, text_en, language, at, by)

    def remove(self, golden_id: str) -> bool:
        """Let one go; answers whether it was there."""
        if not is_id(golden_id):
            return False
        with writing(self._engine) as connection:
            gone = connection.execute(delete(golden_inquiries).where(golden_inquiries.c.id == golden_id))
            return gone.rowcount == 1
