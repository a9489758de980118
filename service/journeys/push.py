"""Pushes the feed to receivers: batches in order, the next one only once the receiver said that it has the last.

Killed at any moment it loses nothing: the batch that was under way is sent again when its lease is over, with the
same events under the same id. A receiver that is down holds up its own feed alone, and gets all of it later.
"""

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from service.delivery.http import CallFailed, Client, outcome_of
from service.delivery.parcel import Outcome
from service.delivery.schedule import TRIES, next_try
from service.delivery.webhook.sender import signed
from service.errors import StorageUnavailable
from service.journey_settings import Receiver
from service.journeys.feed import Journeys, Page, journeys_of
from service.settings import Settings
from service.storage.feed_positions import Position
from service.storage.store import Store

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/cloudevents-batch+json"
_LEASE = timedelta(seconds=60)  # longer than a call takes
_POLL_SECONDS, _RECOVER_SECONDS, _STOP_SECONDS = 1.0, 2.0, 20.0


class Pusher:
    """Pushes to one receiver.

    Args:
        journeys: The feed.
        receiver: Its table.
        clock: Now.
        client: Calls it; by default as the settings say.
        lease: How long a batch is held; longer than a call takes.
        chance: Spreads retries; from 0 to 1.
    """

    def __init__(
        self,
        journeys: Journeys,
        receiver: Receiver,
        clock: Callable[[], datetime],
        client: Client | None = None,
        *,
        lease: timedelta = _LEASE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._journeys, self._receiver, self._clock = journeys, receiver, clock
        self._client = client or Client(allow_private=receiver.allow_private, ca_file=receiver.ca_file)
        self._lease, self._chance = lease, chance
        self._positions = journeys.store.feed_positions

    def push(self) -> bool:
        """Push one batch; answers whether there may be another one at once.

        Raises:
            StorageUnavailable: The database cannot be used; what was pushed is pushed again under the same id.
        """
        now, position = self._clock(), self._position()
        if not position.is_due(now):
            return False
        batch = self._receiver.batch
        page = self._journeys.page(position.event_id, batch, self._receiver.types, until=position.until)
        if page.cursor == position.event_id:
            return False
        if not page.events:
            return self._positions.advance(position, page.cursor, now)
        if not self._positions.take(now, position, page.cursor, now + self._lease):
            return False
        return self._write(position, page, self._send(position, page))

    def _position(self) -> Position:
        known = self._positions.get(self._receiver.name)
        if known:
            return known
        start = 0 if self._receiver.history else self._journeys.store.feed.last_number()
        return self._positions.begin(self._clock(), self._receiver.name, start)

    def _send(self, position: Position, page: Page) -> Outcome:
        body = json.dumps(page.events, ensure_ascii=False, separators=(",", ":")).encode()
        message_id = f"feed-{self._receiver.name}-{position.event_id}-{page.cursor}"
        moment = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": MEDIA_TYPE,
            "webhook-id": message_id,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(
                signed(key, message_id, moment, body) for key in self._receiver.signing_keys()
            ),
        }
        try:
            return outcome_of(self._client.request("POST", self._receiver.url, headers=headers, body=body))
        except CallFailed as failed:
            return failed.outcome

    def _write(self, position: Position, page: Page, outcome: Outcome) -> bool:
        now, facts = self._clock(), {"receiver": self._receiver.name, "until": page.cursor}
        if outcome.problem is None:
            _log.info("feed pushed", extra=facts | {"events": len(page.events)})
            return self._positions.advance(position, page.cursor, now)
        _log.warning("feed not pushed", extra=facts | {"problem": outcome.problem})
        due_at = None if outcome.gone else self._next(now, position.attempts + 1, outcome)
        self._positions.fail(position, due_at, outcome.problem)
        return False

    def _next(self, now: datetime, attempt: int, outcome: Outcome) -> datetime | None:
        """By the schedule of deliveries, whose last step is repeated: a feed is never given up."""
        return next_try(now, min(attempt, TRIES - 1), self._chance(), outcome.retry_after)


class FeedThreads:
    """A thread for each receiver, from `start` to `stop`: none waits for another."""

    def __init__(self, pushers: Sequence[Pusher], poll_seconds: float = _POLL_SECONDS) -> None:
        self._stopping, self._poll_seconds = threading.Event(), poll_seconds
        self._threads = [
            threading.Thread(target=self._run, args=(one,), name="feed", daemon=True) for one in pushers
        ]

    def start(self) -> None:
        """Begin to push."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no new batch."""
        self._stopping.set()

    def join(self) -> None:
        """Wait for what is under way."""
        ends_at = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, ends_at - time.monotonic()))

    def _run(self, pusher: Pusher) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._turn(pusher))

    def _turn(self, pusher: Pusher) -> float:
        try:
            return 0.0 if pusher.push() else self._poll_seconds
        except StorageUnavailable:
            _log.warning("database unavailable")
        except Exception:  # noqa: BLE001 - a thread that ended would push no more
            _log.exception("feed broke")
        return _RECOVER_SECONDS


def feed_threads(settings: Settings, store: Store) -> FeedThreads:
    """What pushes the feed to the configured receivers."""
    receivers = settings.journeys.receivers
    if not receivers:
        return FeedThreads(())
    journeys = journeys_of(settings, store)
    return FeedThreads([Pusher(journeys, one, lambda: datetime.now(UTC)) for one in receivers])
