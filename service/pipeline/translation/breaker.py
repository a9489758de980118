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
        self._trying = False
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether to call now; when the pause is over, says yes to one caller and pauses the others again."""
        with self._lock:
            if self._failures < self._allowed_failures:
                return True
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._pause_seconds
            self._trying = True
            return True

    def paused_seconds(self) -> float:
        """How long nobody will call yet; 0 when it is closed."""
        with self._lock:
            if self._failures < self._allowed_failures:
                return 0.0
            return max(0.0, self._closed_again_at - self._clock())

    def succeeded(self) -> None:
        """The provider works; of a call that began before the pause that is no news."""
        with self._lock:
            if self._failures < self._allowed_failures or self._trying:
                self._failures = 0
                self._trying = False

    def failed(self) -> None:
        """The provider did not answer as it should."""
        with self._lock:
            self._failures += 1
            self._pause(self._pause_seconds)

    def give_back(self) -> None:
        """The call that was to try whether the provider is back told nothing of it; another may."""
        with self._lock:
            if self._failures >= self._allowed_failures and self._trying:
                self._closed_again_at = self._clock()
                self._trying = False

    def open(self, seconds: float | None) -> None:
        """The provider wants to be left alone: at once, for as long as it says, at least the usual pause."""
        with self._lock:
            self._failures = self._allowed_failures
            self._pause(max(self._pause_seconds, seconds or 0.0))

    def _pause(self, seconds: float) -> None:
        """Never shorter than what was asked for before, but for the try that ends it."""
        until = self._clock() + seconds
        self._closed_again_at = until if self._trying else max(until, self._closed_again_at)
        self._trying = False
