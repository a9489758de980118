"""The thread of a worker process that delivers."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from service.delivery.dispatcher import Dispatcher
from service.errors import StorageUnavailable
from service.storage.deliveries import ClaimedDelivery

_log = logging.getLogger(__name__)
_RECOVER_SECONDS = 2.0  # pause after the database was not to be had
_LOOK_FOR_UNKNOWN_SECONDS = 3600.0
_STOP_SECONDS = 20.0  # a call takes 15 at most; who is not back by then is claimed again


class DeliveryThread:
    """Delivers from `start` to `stop`.

    Args:
        dispatcher: What it has do the work.
        places: Deliveries under way at once, to all targets together: each has its own.
        poll_seconds: How often it looks when nobody wakes it.
    """

    def __init__(self, dispatcher: Dispatcher, places: int, poll_seconds: float) -> None:
        self._dispatcher, self._places, self._poll_seconds = dispatcher, places, poll_seconds
        self._awake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="deliver", daemon=True)
        self._look_for_unknown_at = time.monotonic()

    def start(self) -> None:
        """Begin to deliver."""
        if self._places:
            self._thread.start()

    def wake(self) -> None:
        """Something may be due."""
        self._awake.set()

    def stop(self) -> None:
        """Take nothing new."""
        self._stopping = True
        self.wake()

    def join(self) -> None:
        """Wait for what is under way."""
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        with ThreadPoolExecutor(self._places, thread_name_prefix="deliver") as pool:
            while not self._stopping:
                pause = self._turn(pool)
                self._awake.wait(pause)
                self._awake.clear()

    def _turn(self, pool: ThreadPoolExecutor) -> float:
        try:
            self._tidy()
            for one in self._dispatcher.claim():
                pool.submit(self._deliver, one)
        except StorageUnavailable:
            _log.warning("database unavailable")
            return _RECOVER_SECONDS
        except Exception:  # noqa: BLE001 - a thread that ended would deliver no more
            _log.exception("dispatcher broke")
            return _RECOVER_SECONDS
        return self._poll_seconds

    def _deliver(self, claimed: ClaimedDelivery) -> None:
        try:
            self._dispatcher.deliver(claimed)
        except Exception:  # noqa: BLE001 - nobody waits for this thread: log it, and the lease runs out
            _log.exception("delivery broke", extra={"delivery": claimed.delivery.id})
        finally:
            self.wake()

    def _tidy(self) -> None:
        if time.monotonic() >= self._look_for_unknown_at:
            self._look_for_unknown_at = time.monotonic() + _LOOK_FOR_UNKNOWN_SECONDS
            self._dispatcher.give_up_unknown()
