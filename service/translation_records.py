"""The records that translation keeps, in the store: the one place where the pipeline's wishes meet the tables."""

import logging
import threading
import uuid
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from service.errors import StorageUnavailable
from service.pipeline.translation.records import Disclosure
from service.storage.provider_figures import Cell, Count
from service.storage.store import Store

_log = logging.getLogger(__name__)
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)  # seconds, upper bounds; no deadline is longer
_FLUSH_AFTER = timedelta(seconds=5)


class TranslationRecords:
    """See `service.pipeline.translation.records.Records`.

    Args:
        store: Where.
        memory_days: How long a translation is remembered; 0 for not at all.
        texts_days: How long the ledger keeps the texts themselves.
        clock: Now.
    """

    def __init__(
        self,
        store: Store,
        memory_days: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        texts_days: float = 365.0,
    ) -> None:
        self._store = store
        self._memory = timedelta(days=memory_days)
        self._texts = timedelta(days=texts_days)
        self._clock = clock
        self._process = str(uuid.uuid4())
        self._counted: dict[Cell, Count] = {}
        self._paused: dict[str, datetime] = {}
        self._flushed_at = clock()
        self._lock = threading.Lock()

    def recall(self, keys: Sequence[str]) -> dict[str, str]:
        """The translations known under these keys; none when the store cannot be asked."""
        if not self._memory:
            return {}
        try:
            return self._store.translations.recall(keys, self._clock() - self._memory)
        except StorageUnavailable:
            return {}

    def remember(self, key: str, provider: str, text_en: str) -> None:
        """Keep a translation, if the store can be reached."""
        if not self._memory:
            return
        try:
            self._store.translations.remember(self._clock(), key, provider, text_en)
        except StorageUnavailable:
            _log.warning("translation not remembered")

    def sending(self, disclosure: Disclosure) -> str:
        """Write down what is about to be sent.

        Raises:
            StorageUnavailable: It could not be written, so it must not be sent.
        """
        values = {
            "inquiry_id": disclosure.inquiry, "provider": disclosure.provider, "local": disclosure.local,
            "country": disclosure.country, "source": disclosure.source, "policy": disclosure.policy.value,
            "kinds": disclosure.kinds, "chars": len(disclosure.text),
            "text": disclosure.text if disclosure.inquiry else None,
        }  # fmt: skip
        return self._store.disclosures.add(self._clock(), values)

    def ended(self, disclosure_id: str, outcome: str) -> None:
        """Add what came of it, if the store can be reached."""
        try:
            self._store.disclosures.ended(disclosure_id, outcome)
        except StorageUnavailable:
            _log.warning("outcome of a translation not written down")

    def withdrawn(self, disclosure_id: str) -> None:
        """It was not sent after all; where the store cannot be reached, it stands there as if it had been."""
        try:
            self._store.disclosures.withdraw(disclosure_id)
        except StorageUnavailable:
            _log.warning("a text that was not sent stands in the ledger")

    def called(self, provider: str, outcome: str, seconds: float) -> None:
        """Count an answer; the counts are stored every few seconds."""
        cell = Cell(provider, outcome, BUCKETS[min(bisect_left(BUCKETS, seconds), len(BUCKETS) - 1)])
        with self._lock:
            before = self._counted.get(cell, Count(0, 0.0))
            self._counted[cell] = Count(before.count + 1, before.seconds + seconds)
        if self._clock() - self._flushed_at >= _FLUSH_AFTER:
            self.flush()

    def paused(self, provider: str, seconds: float) -> None:
        """A provider is left alone for so long from now; 0 when it no longer is."""
        now = self._clock()
        until = now + timedelta(seconds=seconds)
        if not seconds and self._paused.get(provider, now) <= now:
            return
        self._paused[provider] = until
        try:
            self._store.provider_figures.pause(now, provider, self._process, until)
        except StorageUnavailable:
            _log.warning("pause not stored")

    def flush(self) -> None:
        """Store what was counted since the last time; what cannot be stored is kept for the next."""
        with self._lock:
            counted, self._counted, self._flushed_at = self._counted, {}, self._clock()
        if not counted:
            return
        try:
            self._store.provider_figures.add(counted)
        except StorageUnavailable:
            self._keep(counted)

    def _keep(self, counted: dict[Cell, Count]) -> None:
        with self._lock:
            for cell, more in counted.items():
                now = self._counted.get(cell, Count(0, 0.0))
                self._counted[cell] = Count(now.count + more.count, now.seconds + more.seconds)

    def forget(self) -> int:
        """Let go of translations, and of texts in the ledger, that are too old; answers how many translations."""
        self._store.disclosures.forget_texts(self._clock() - self._texts)
        return self._store.translations.forget(self._clock() - self._memory)
