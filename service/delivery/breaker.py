"""A target that is down is left alone for a while, so that not every ticket waits for its time-out."""

import threading
from datetime import datetime, timedelta

from service.delivery.parcel import Problem

_FAILURES = 3  # in a row; chosen by hand, like the pauses
_PAUSE, _PAUSE_MAX = timedelta(seconds=30), timedelta(minutes=5)
# Not what a receiver says of one ticket, which it may not say of the next.
_OF_THE_TARGET = frozenset(
    {
        Problem.UNREACHABLE, Problem.TIMEOUT, Problem.CERTIFICATE, Problem.PRIVATE_ADDRESS, Problem.SERVER_ERROR,
        Problem.RATE_LIMITED, Problem.CREDENTIALS,
    }
)  # fmt: skip


class Breaker:
    """Counts one target's failures and says how many deliveries may be under way to it.

    Args:
        concurrency: How many while it works.
    """

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._failures = 0
        self._under_way = 0
        self._pause = _PAUSE
        self._until: datetime | None = None
        self._lock = threading.Lock()

    def places(self, at: datetime) -> int:
        """How many more may be taken: none in a pause, after it one that tries whether the target is back."""
        with self._lock:
            if self._until is not None and at < self._until:
                return 0
            allowed = 1 if self._failures >= _FAILURES else self._concurrency
            return max(0, allowed - self._under_way)

    def began(self) -> None:
        """One was taken."""
        with self._lock:
            self._under_way += 1

    def ended(self, at: datetime, problem: Problem | None, retry_after: timedelta | None = None) -> None:
        """One came back: delivered, or why not, and how long the target wants to be left alone."""
        with self._lock:
            self._under_way -= 1
            if problem is None:
                self._failures, self._pause, self._until = 0, _PAUSE, None
            elif problem in _OF_THE_TARGET:
                self._failed(at)
            if retry_after is not None:
                self._rest(at + retry_after)

    def _failed(self, at: datetime) -> None:
        self._failures += 1
        if self._failures < _FAILURES or (self._until is not None and at < self._until):
            return
        self._rest(at + self._pause)
        self._pause = min(self._pause * 2, _PAUSE_MAX)

    def _rest(self, until: datetime) -> None:
        self._until = max(until, self._until or until)
