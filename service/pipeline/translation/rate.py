"""A limit on the calls to a provider: a bucket that fills steadily and is emptied by calls."""

import threading
from collections.abc import Callable


class RateLimit:
    """A token bucket (RFC 2697 calls it that): short bursts pass, the average stays within the rate.

    Args:
        per_second: Calls; None for no limit.
        clock: Monotonic seconds.
    """

    def __init__(self, per_second: float | None, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = max(1.0, per_second or 0.0)
        self._clock = clock
        self._free_at = clock() - self._seconds(self._burst)
        self._lock = threading.Lock()

    def take(self, patience_seconds: float) -> float | None:
        """Take a place for a call.

        Args:
            patience_seconds: How long the caller would wait for it.

        Returns:
            How long to wait before the call; None when that would be too long, and no place was taken.
        """
        if self._per_second is None:
            return 0.0
        with self._lock:
            now = self._clock()
            free_at = max(self._free_at, now - self._seconds(self._burst)) + self._seconds(1.0)
            if free_at - now > patience_seconds:
                return None
            self._free_at = free_at
            return max(0.0, free_at - now)

    def _seconds(self, calls: float) -> float:
        return calls / (self._per_second or 1.0)
