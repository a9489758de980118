"""The translation memory, shared by all workers: a repeat never leaves the house."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from service.storage.engine import reading, writing
from service.storage.tables import translations


class Translations:
    """The translations table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def recall(self, keys: Sequence[str], since: datetime) -> dict[str, str]:
        """The translations known under these keys, but for those that are too old."""
        query = select(translations.c.key, translations.c.text_en).where(
            translations.c.key.in_(keys), translations.c.created_at >= since
        )
        with reading(self._engine) as connection:
            return {row.key: row.text_en for row in connection.execute(query)}

    def remember(self, at: datetime, key: str, provider: str, text_en: str) -> None:
        """Keep a translation; of two workers that come at once, the first is kept."""
        row = {"key": key, "provider": provider, "text_en": text_en, "created_at": at}
        with suppress(IntegrityError), writing(self._engine) as connection:
            connection.execute(delete(translations).where(translations.c.key == key))
            connection.execute(insert(translations), row)

    def count(self) -> int:
        """How many are known."""
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(translations)).scalar_one()

    def forget(self, before: datetime) -> int:
        """Let go of those that are older; answers how many."""
        with writing(self._engine) as connection:
            return connection.execute(delete(translations).where(translations.c.created_at < before)).rowcount
