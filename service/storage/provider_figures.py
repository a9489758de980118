"""What translation providers answered and how soon, and which are paused: counted by all processes together."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.storage.engine import reading, writing
from service.storage.tables import provider_calls, provider_pauses


class Cell(NamedTuple):
    """Which answers are counted together."""

    provider: str
    outcome: str
    within_seconds: float


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and how long they took together."""

    count: int
    seconds: float


class ProviderFigures:
    """The tables of calls and pauses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, counted: Mapping[Cell, Count]) -> None:
        """Add up."""
        try:
            self._add(counted)
        except IntegrityError:  # another process began the same cell at the same moment; now it is there
            self._add(counted)

    def _add(self, counted: Mapping[Cell, Count]) -> None:
        with writing(self._engine) as connection:
            for cell, count in sorted(counted.items()):
                _add(connection, cell, count)

    def pause(self, at: datetime, provider: str, process: str, until: datetime) -> None:
        """A process leaves a provider alone until then."""
        mine = (provider_pauses.c.provider == provider) & (provider_pauses.c.process == process)
        row = {"provider": provider, "process": process, "until": until}
        with suppress(IntegrityError), writing(self._engine) as connection:  # another thread was as quick
            connection.execute(delete(provider_pauses).where(mine | (provider_pauses.c.until < at)))
            if until > at:
                connection.execute(insert(provider_pauses), row)

    def calls(self) -> dict[Cell, Count]:
        """All that was counted."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(provider_calls)).all()
        return {Cell(*row[:3]): Count(*row[3:]) for row in rows}

    def paused(self, at: datetime) -> dict[str, tuple[int, datetime]]:
        """Of each paused provider, in how many processes and until when at the longest."""
        query = (
            select(provider_pauses.c.provider, func.count(), func.max(provider_pauses.c.until))
            .where(provider_pauses.c.until > at)
            .group_by(provider_pauses.c.provider)
        )
        with reading(self._engine) as connection:
            return {provider: (count, until) for provider, count, until in connection.execute(query)}


def _add(connection: Connection, cell: Cell, count: Count) -> None:
    columns = provider_calls.c
    same = (columns.provider == cell.provider) & (columns.outcome == cell.outcome)
    same &= columns.within_seconds == cell.within_seconds
    more = {"count": columns.count + count.count, "seconds": columns.seconds + count.seconds}
    if connection.execute(update(provider_calls).where(same).values(more)).rowcount == 0:
        row = {**cell._asdict(), "count": count.count, "seconds": count.seconds}
        connection.execute(insert(provider_calls), row)
