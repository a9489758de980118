"""Which workers are alive, as the database saw them last."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, insert, select, update

from service.storage.engine import reading, writing
from service.storage.tables import workers

_FORGOTTEN_AFTER = timedelta(days=1)


class Heartbeats:
    """The workers table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, at: datetime, worker_id: str, host: str) -> None:
        """Say that a worker is alive, and forget those long gone."""
        with writing(self._engine) as connection:
            alive = update(workers).where(workers.c.id == worker_id).values(seen_at=at)
            if connection.execute(alive).rowcount == 0:
                row = {"id": worker_id, "host": host, "started_at": at, "seen_at": at}
                connection.execute(insert(workers).values(row))
                connection.execute(delete(workers).where(workers.c.seen_at < at - _FORGOTTEN_AFTER))

    def stop(self, worker_id: str) -> None:
        """Say that a worker has ended."""
        with writing(self._engine) as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))

    def last_seen(self) -> datetime | None:
        """When any worker was last seen."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.max(workers.c.seen_at))).scalar()
