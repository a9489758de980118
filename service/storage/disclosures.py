"""The privacy ledger: which provider was sent what text, masked how, when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, and_, delete, insert, select, update

from service.storage.engine import reading, writing
from service.storage.identifiers import new_id
from service.storage.tables import disclosures


@dataclass(frozen=True, slots=True)
class Entry:
    """One text that one provider was sent."""

    id: str
    at: datetime
    inquiry_id: str | None
    provider: str
    local: bool
    country: str | None
    source: str
    policy: str
    kinds: dict[str, int]
    chars: int
    text: str | None
    outcome: str | None


_COLUMNS = tuple(disclosures.c[name] for name in Entry.__slots__)


class Disclosures:
    """The disclosures table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, at: datetime, values: dict[str, Any]) -> str:
        """Write down what is about to be sent.

        Raises:
            StorageUnavailable: It was not written.
        """
        row = {"id": new_id(at), "at": at, **values}
        with writing(self._engine) as connection:
            connection.execute(insert(disclosures), row)
        return str(row["id"])

    def ended(self, disclosure_id: str, outcome: str) -> None:
        """Add what came of it."""
        with writing(self._engine) as connection:
            connection.execute(update(disclosures).where(disclosures.c.id == disclosure_id).values(outcome=outcome))

    def withdraw(self, disclosure_id: str) -> None:
        """Take back what was not sent after all: the provider was busy, or does not know the language."""
        with writing(self._engine) as connection:
            connection.execute(delete(disclosures).where(disclosures.c.id == disclosure_id))

    def forget_texts(self, before: datetime) -> int:
        """Let go of the texts that are older; that they were sent stays. Answers how many."""
        old = (disclosures.c.at < before) & disclosures.c.text.is_not(None)
        with writing(self._engine) as connection:
            return connection.execute(update(disclosures).where(old).values(text=None)).rowcount

    def of_inquiry(self, inquiry_id: str) -> list[Entry]:
        """What of one inquiry was sent, oldest first."""
        return self._found(disclosures.c.inquiry_id == inquiry_id)

    def between(self, since: datetime | None, until: datetime | None) -> list[Entry]:
        """What was sent in a time, without the texts, oldest first."""
        bounds = [disclosures.c.at >= since] if since else []
        bounds += [disclosures.c.at < until] if until else []
        return self._found(and_(True, *bounds), with_text=False)

    def _found(self, condition: Any, *, with_text: bool = True) -> list[Entry]:
        columns = _COLUMNS if with_text else [column for column in _COLUMNS if column.name != "text"]
        query = select(*columns).where(condition).order_by(disclosures.c.id)
        with reading(self._engine) as connection:
            return [Entry(**({"text": None} | row._asdict())) for row in connection.execute(query)]
