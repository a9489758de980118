"""When a delivery is tried again: the schedule of Standard Webhooks, ten tries over about three days."""

from datetime import datetime, timedelta

# https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
_PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
TRIES = len(_PAUSES) + 1
_JITTER = 0.1  # at most so much longer, never shorter


def next_try(at: datetime, attempt: int, chance: float, retry_after: timedelta | None = None) -> datetime | None:
    """When the next attempt is due; None after the last.

    Args:
        at: When the attempt failed.
        attempt: Counts from 1.
        chance: From 0 to 1; spreads what failed together.
        retry_after: The least time to wait, where the receiver said so.
    """
    if attempt >= TRIES:
        return None
    pause = _PAUSES[attempt - 1] * (1 + _JITTER * chance)
    return at + max(pause, retry_after or pause)
