"""The background worker: claims inquiries, decides several at once, and lays them on desks.

Killed at any moment, it loses nothing: what it held is claimed again when its lease is over, and what
kills its worker again and again goes to triage without being read by the pipeline once more.
"""

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from service import late_translation
from service.assembly import Loket
from service.errors import StorageUnavailable
from service.handover import inquiry_text, tickets_of
from service.learning import shadow
from service.pipeline.decision import Decision
from service.pipeline.pipeline import in_triage
from service.storage.records import Claimed, Inquiry

_log = logging.getLogger(__name__)
_HEARTBEAT_SECONDS = 5.0
_RECOVER_SECONDS = 2.0  # pause after the database was not to be had
_LOOK_FOR_LATE_SECONDS = 5.0
_TIDY_SECONDS = 3600.0


class Worker:
    """Works until told to stop.

    Args:
        loket: What it works with.
        laid: Called when tickets were laid on desks.
    """

    def __init__(self, loket: Loket, laid: Callable[[], None] = lambda: None) -> None:
        self._loket, self._laid = loket, laid
        self._settings = loket.settings.worker
        self._id = str(uuid.uuid4())
        self._free = threading.Semaphore(self._settings.threads)
        self._stopping = threading.Event()
        self._look_for_late_at = self._tidy_at = time.monotonic()

    def run(self) -> None:
        """Claim and decide until `stop`; what was begun is finished before this returns."""
        beating = threading.Thread(target=self._beat, daemon=True)
        beating.start()
        self._loket.pipeline.watch()
        with ThreadPoolExecutor(self._settings.threads, thread_name_prefix="decide") as pool:
            while not self._stopping.is_set():
                self._stopping.wait(self._turn(pool))
        self._loket.pipeline.stop()
        beating.join()

    def stop(self) -> None:
        """Take nothing new."""
        self._stopping.set()

    def decide(self, claimed: Claimed) -> None:
        """Decide one claimed inquiry and write the outcome."""
        inquiry = claimed.inquiry
        decision = self._decision(inquiry)
        if decision is None:
            return
        now = datetime.now(UTC)
        later = late_translation.translate_after(
            decision, inquiry.received_at, now, self._loket.settings.translation.late_hours
        )
        as_json = decision.model_dump(mode="json")
        written = self._loket.store.inquiries.decide(now, claimed, as_json, tickets_of(decision), later)
        if written:
            self._laid()
            shadow.score(self._loket, now, inquiry, as_json)
        outcome = "decided" if written else "lost to another worker"
        _log.info(outcome, extra={"inquiry": inquiry.id, "desk": decision.desk, "attempt": inquiry.attempts})

    def _decision(self, inquiry: Inquiry) -> Decision | None:
        """None when the pipeline broke, and the inquiry is to be tried again after its lease."""
        if inquiry.attempts > self._settings.attempts:
            return in_triage(f"gave up after {self._settings.attempts} attempts")
        try:
            return self._loket.pipeline.decide(inquiry_text(inquiry, datetime.now(UTC)))
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - whatever broke, the inquiry keeps its place in the queue
            _log.exception("pipeline broke", extra={"inquiry": inquiry.id, "attempt": inquiry.attempts})
            last = inquiry.attempts >= self._settings.attempts
            return in_triage(f"failed {inquiry.attempts} times") if last else None

    def _turn(self, pool: ThreadPoolExecutor) -> float:
        """Hand out as many inquiries as there are free threads; answers how long to wait before the next."""
        places = self._take_places()
        try:
            claimed = self._claim(places)
            late = self._claim_late(places) if places and not claimed else []
        except StorageUnavailable:
            _log.warning("database unavailable")
            self._give_back(places)
            return _RECOVER_SECONDS
        self._give_back(places - len(claimed) - len(late))
        for one in late:
            pool.submit(self._and_free, self._translate_late, one)
        for one in claimed:
            if one.inquiry.attempts > 1:
                self._decide_alone(one)
            else:
                pool.submit(self._and_free, self.decide, one)
        return 0.0 if claimed else self._settings.poll_seconds

    def _claim(self, places: int) -> list[Claimed]:
        if not places:
            return []
        return self._loket.store.inquiries.claim(datetime.now(UTC), places, self._settings.lease_seconds)

    def _claim_late(self, places: int) -> list[Claimed]:
        """Now and then, when nothing new waits, what may be translated after all; half of the threads at most."""
        if time.monotonic() < self._look_for_late_at:
            return []
        self._look_for_late_at = time.monotonic() + _LOOK_FOR_LATE_SECONDS
        return late_translation.claim(self._loket, datetime.now(UTC), max(1, places // 2))

    def _translate_late(self, claimed: Claimed) -> None:
        late_translation.translate(self._loket, datetime.now(UTC), claimed)

    def _decide_alone(self, claimed: Claimed) -> None:
        """With nothing else under way: what killed a worker before may do so again."""
        others = self._settings.threads - 1
        for _ in range(others):
            self._free.acquire()
        self._and_free(self.decide, claimed)
        self._give_back(others)

    def _and_free(self, work: Callable[[Claimed], None], claimed: Claimed) -> None:
        try:
            work(claimed)
        except StorageUnavailable:
            _log.warning("decision not stored, will be tried again", extra={"inquiry": claimed.inquiry.id})
        except Exception:  # noqa: BLE001 - nobody waits for this thread: log it, and the lease runs out
            _log.exception("worker broke", extra={"inquiry": claimed.inquiry.id})
        finally:
            self._free.release()

    def _take_places(self) -> int:
        places = 0
        while places < self._settings.threads and self._free.acquire(blocking=False):
            places += 1
        return places

    def _give_back(self, places: int) -> None:
        if places:
            self._free.release(places)

    def _beat(self) -> None:
        heartbeats = self._loket.store.heartbeats
        while True:
            try:
                if self._stopping.is_set():
                    self._loket.records.flush()
                    return heartbeats.stop(self._id)
                heartbeats.beat(datetime.now(UTC), self._id, socket.gethostname())
                self._loket.records.flush()
                self._tidy()
            except Exception:  # noqa: BLE001 - a heart that stops beating once would never beat again
                _log.warning("heartbeat not stored", exc_info=True)
                if self._stopping.is_set():
                    return None
            self._stopping.wait(_HEARTBEAT_SECONDS)

    def _tidy(self) -> None:
        """Once an hour, let go of what is kept no longer."""
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + _TIDY_SECONDS
            self._loket.records.forget()
