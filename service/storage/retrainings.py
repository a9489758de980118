"""Retrainings: one at a time over all machines, and how each ended."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, update

from service.storage.engine import one_at_a_time, reading, writing
from service.storage.identifiers import new_id
from service.storage.records import Retraining
from service.storage.tables import retrainings

_COLUMNS = tuple(retrainings.c[name] for name in Retraining.__slots__)


class Retrainings:
    """The retrainings table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, at: datetime, lease: timedelta, labels_until: int) -> str | None:
        """Take the one place, for as long as the lease lasts; answers an id, or None while another holds it."""
        row = {
            "id": new_id(at), "started_at": at, "lease_until": at + lease,
            "message": "under way", "labels_until": labels_until,
        }  # fmt: skip
        running = select(retrainings.c.id).where(retrainings.c.lease_until > at)
        with writing(self._engine) as connection:
            one_at_a_time(connection, "retrainings")
            if connection.execute(running.limit(1)).first():
                return None
            connection.execute(insert(retrainings), row)
        return str(row["id"])

    def renew(self, at: datetime, retraining_id: str, lease: timedelta) -> None:
        """It is still under way."""
        underway = (retrainings.c.id == retraining_id) & retrainings.c.finished_at.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(retrainings).where(underway).values(lease_until=at + lease))

    def end(self, at: datetime, retraining_id: str, outcome: str, message: str, model: str | None = None) -> None:
        """How it ended: promoted, passed, blocked or failed."""
        values = {"outcome": outcome, "message": message, "model": model}
        self._set(retraining_id, finished_at=at, lease_until=None, **values)

    def latest(self, limit: int = 20) -> list[Retraining]:
        """The last ones, newest first."""
        query = select(*_COLUMNS).order_by(retrainings.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [Retraining(*row) for row in connection.execute(query)]

    def _set(self, retraining_id: str, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(retrainings).where(retrainings.c.id == retraining_id).values(values))
