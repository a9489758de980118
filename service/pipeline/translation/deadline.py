"""A call that must end: what takes longer is left to itself in a thread, and the caller goes on."""

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from service.pipeline.decision import Untranslated
from service.pipeline.translation.provider import ProviderFailed

_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 1.0  # for a place; a provider that hangs holds the others up no longer than this


class Deadline:
    """Runs calls in threads and waits no longer than allowed.

    A socket timeout bounds each read, not their sum: a server that sends one byte a second would hold its
    caller for hours. Threads that are still held count against ``concurrency``.
    """

    def __init__(self, concurrency: int) -> None:
        self._places = threading.BoundedSemaphore(concurrency)

    def run(self, call: Callable[[], str], seconds: float) -> str:
        """The call's result.

        Raises:
            ProviderFailed: TIMEOUT when it took too long, BUSY when too many calls are under way.
        """
        ends_at = time.monotonic() + seconds
        if not self._places.acquire(timeout=min(_PATIENCE_SECONDS, max(seconds, 0.0))):
            raise ProviderFailed(Untranslated.BUSY)
        outcome: SimpleQueue[str | ProviderFailed] = SimpleQueue()
        self._start(call, outcome)
        try:
            result = outcome.get(timeout=max(ends_at - time.monotonic(), 0.0))
        except Empty:
            raise ProviderFailed(Untranslated.TIMEOUT) from None
        if isinstance(result, ProviderFailed):
            raise result
        return result

    def _start(self, call: Callable[[], str], outcome: "SimpleQueue[str | ProviderFailed]") -> None:
        try:
            threading.Thread(target=self._run, args=(call, outcome), daemon=True).start()
        except RuntimeError as error:  # the system has no thread left
            self._places.release()
            raise ProviderFailed(Untranslated.BUSY) from error

    def _run(self, call: Callable[[], str], outcome: "SimpleQueue[str | ProviderFailed]") -> None:
        result = _result(call)
        self._places.release()
        outcome.put(result)


def _result(call: Callable[[], str]) -> str | ProviderFailed:
    try:
        return call()
    except ProviderFailed as failure:
        return failure
    except Exception as error:  # noqa: BLE001 - a library's surprise must not cost the inquiry its desk
        _log.error("provider broke", extra={"error": type(error).__name__})
        return ProviderFailed(Untranslated.BAD_ANSWER)
