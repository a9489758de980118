"""A provider that fails again and again is left alone for a while, so that inquiries need not wait for it."""

import threading
from collections.abc import Callable


class Breaker:
    """Opens after a run of failures; after a pause one call may try whether the provider is back.

    Args:
        failures: How many in a row open it.
        pause_seconds: How long it stays open.
        clock: Monotonic seconds.
    """

    def __init__(self, failures: int, pause_seconds: float, clock: Callable[[], float]) -> None:
        self._allowed_failures = failures
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._failures = 0
        self._closed_again_at = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether to call now; when the pause is over, says yes to one caller and pauses the others again."""
        with self._lock:
            if self._failures < self._allowed_failures:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._pause_seconds
            return True

    def succeeded(self) -> None:
        """The provider works."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """The provider did not answer as it should."""
        with self._lock:
            self._failures += 1
            self._closed_again_at = self._clock() + self._pause_seconds
