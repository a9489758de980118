"""Who read which personal text: written before the text is shown, so that nothing is read unrecorded."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select

from service.storage.desk_tables import reads
from service.storage.engine import reading, writing

_AGAIN = timedelta(minutes=1)  # a list that updates itself would else fill the journal by itself
_AT_ONCE = 500  # ids in one statement


class Reads:
    """The journal of reads, only ever added to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, at: datetime, actor: str, origin: str | None, how: str, inquiry_ids: Collection[str]) -> None:
        """Note that somebody is about to read texts; the same again within a minute is not repeated.

        Args:
            at: Now.
            actor: Who: ``user:anna``, ``key:shop``, ``command``, or a target of deliveries.
            origin: The address from which.
            how: Where it is shown: ticket, list, search, label, suspects, golden, api, export, delivery, mail.
            inquiry_ids: Whose texts; of golden inquiries, their own ids.

        Raises:
            StorageUnavailable: It was not noted: the texts must not be shown.
        """
        ids = list(dict.fromkeys(inquiry_ids))
        for start in range(0, len(ids), _AT_ONCE):
            self._add(at, actor, origin, how, ids[start : start + _AT_ONCE])

    def _add(self, at: datetime, actor: str, origin: str | None, how: str, ids: list[str]) -> None:
        known = self._lately(at, actor, origin, how, ids)
        new = [one for one in ids if one not in known]
        if not new:
            return
        rows = [{"at": at, "inquiry_id": one, "actor": actor, "origin": origin, "how": how} for one in new]
        with writing(self._engine) as connection:
            connection.execute(insert(reads), rows)

    def _lately(self, at: datetime, actor: str, origin: str | None, how: str, ids: list[str]) -> set[str]:
        same = (reads.c.actor == actor) & (reads.c.how == how) & (reads.c.at > at - _AGAIN) & (reads.c.at <= at)
        query = select(reads.c.inquiry_id).where(same, reads.c.origin == origin, reads.c.inquiry_id.in_(ids))
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())
