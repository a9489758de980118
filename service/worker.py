"""The background worker: claims inquiries, decides several at once, and lays them on desks.

Killed at any moment, it loses nothing: what it held is claimed again when its lease is over, and what
kills its worker again and again goes to triage without being read by the pipeline once more.
"""

import logging
import socket
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from service.assembly import Loket
from service.errors import StorageUnavailable
from service.pipeline.decision import Decision
from service.pipeline.detection.languages import normalise
from service.pipeline.pipeline import InquiryText, in_triage
from service.storage.inquiries import NewTicket
from service.storage.records import Claimed, Inquiry

_log = logging.getLogger(__name__)
_HEARTBEAT_SECONDS = 5.0
_RECOVER_SECONDS = 2.0  # pause after the database was not to be had


class Worker:
    """Works until told to stop."""

    def __init__(self, loket: Loket) -> None:
        self._loket = loket
        self._settings = loket.settings.worker
        self._id = str(uuid.uuid4())
        self._free = threading.Semaphore(self._settings.threads)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Claim and decide until `stop`; what was begun is finished before this returns."""
        beating = threading.Thread(target=self._beat, daemon=True)
        beating.start()
        with ThreadPoolExecutor(self._settings.threads, thread_name_prefix="decide") as pool:
            while not self._stopping.is_set():
                self._stopping.wait(self._turn(pool))
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
        laid = tickets_of(decision)
        written = self._loket.store.inquiries.decide(
            datetime.now(UTC), claimed, decision.model_dump(mode="json"), laid
        )
        outcome = "decided" if written else "lost to another worker"
        _log.info(outcome, extra={"inquiry": inquiry.id, "desk": decision.desk, "attempt": inquiry.attempts})

    def _decision(self, inquiry: Inquiry) -> Decision | None:
        """None when the pipeline broke, and the inquiry is to be tried again after its lease."""
        if inquiry.attempts > self._settings.attempts:
            return in_triage(f"gave up after {self._settings.attempts} attempts")
        try:
            return self._loket.pipeline.decide(_text(inquiry))
        except Exception:  # noqa: BLE001 - whatever broke, the inquiry keeps its place in the queue
            _log.exception("pipeline broke", extra={"inquiry": inquiry.id, "attempt": inquiry.attempts})
            last = inquiry.attempts >= self._settings.attempts
            return in_triage(f"failed {inquiry.attempts} times") if last else None

    def _turn(self, pool: ThreadPoolExecutor) -> float:
        """Hand out as many inquiries as there are free threads; answers how long to wait before the next."""
        places = self._take_places()
        try:
            claimed = self._claim(places)
        except StorageUnavailable:
            _log.warning("database unavailable")
            self._give_back(places)
            return _RECOVER_SECONDS
        self._give_back(places - len(claimed))
        for one in claimed:
            if one.inquiry.attempts > 1:
                self._decide_alone(one)
            else:
                pool.submit(self._decide_and_free, one)
        return 0.0 if claimed else self._settings.poll_seconds

    def _claim(self, places: int) -> list[Claimed]:
        if not places:
            return []
        return self._loket.store.inquiries.claim(datetime.now(UTC), places, self._settings.lease_seconds)

    def _decide_alone(self, claimed: Claimed) -> None:
        """With nothing else under way: what killed a worker before may do so again."""
        others = self._settings.threads - 1
        for _ in range(others):
            self._free.acquire()
        self._decide_and_free(claimed)
        self._give_back(others)

    def _decide_and_free(self, claimed: Claimed) -> None:
        try:
            self.decide(claimed)
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
                    return heartbeats.stop(self._id)
                heartbeats.beat(datetime.now(UTC), self._id, socket.gethostname())
            except Exception:  # noqa: BLE001 - a heart that stops beating once would never beat again
                _log.warning("heartbeat not stored", exc_info=True)
                if self._stopping.is_set():
                    return None
            self._stopping.wait(_HEARTBEAT_SECONDS)


def tickets_of(decision: Decision) -> list[NewTicket]:
    """One ticket for each desk that has something to answer, the main one first."""
    laid: dict[str, NewTicket] = {}
    for number, intent in enumerate(decision.intents):
        laid.setdefault(
            intent.desk, NewTicket(intent.desk, intent.category, intent.confidence, intent.automatic, number)
        )
    whole = NewTicket(decision.desk, decision.category, decision.confidence, decision.automatic)
    return list(laid.values()) or [whole]


def _text(inquiry: Inquiry) -> InquiryText:
    declared = normalise(inquiry.declared_language) if inquiry.declared_language else None
    return InquiryText(inquiry.text, inquiry.subject, declared, inquiry.country)
