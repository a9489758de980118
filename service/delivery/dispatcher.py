"""Takes what is due, sends it, and writes down what came of it: in order per ticket, targets apart from each other.

Nothing is held in a transaction while a receiver is waited for. Killed at any moment it loses nothing: what was
under way is claimed again when its lease is over, and sent under the same id.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.delivery.breaker import Breaker
from service.delivery.parcel import Outcome, Parcel, Problem, Sender
from service.delivery.schedule import TRIES, next_try
from service.errors import StorageUnavailable
from service.pipeline.decision import Decision
from service.storage.deliveries import ClaimedDelivery, Delivery
from service.storage.store import Store

_log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)  # longer than a sender takes
_WAIT_FOR_TARGET = timedelta(days=3)  # as long as the schedule: it may be configured on another machine


@dataclass(frozen=True, slots=True)
class Target:
    """Where deliveries go."""

    name: str
    sender: Sender
    concurrency: int


@dataclass(frozen=True, slots=True)
class Pages:
    """What people call desks, and where they reach tickets.

    Attributes:
        desk_names: By desk.
        public_url: Of the pages; None where it is not configured.
    """

    desk_names: Mapping[str, str]
    public_url: str | None = None

    def ticket(self, ticket_id: str) -> str | None:
        """The address of a ticket's page."""
        return f"{self.public_url}/tickets/{ticket_id}" if self.public_url else None


class Dispatcher:
    """Delivers to the configured targets.

    Args:
        store: The outbox.
        targets: Those that are configured.
        pages: For people who read deliveries.
        clock: Now.
        lease: How long a delivery is held; longer than any sender takes.
        chance: Spreads retries; from 0 to 1.
    """

    def __init__(
        self,
        store: Store,
        targets: Mapping[str, Target],
        pages: Pages,
        clock: Callable[[], datetime],
        *,
        lease: timedelta = LEASE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._targets, self._pages, self._clock = store, targets, pages, clock
        self._lease, self._chance = lease, chance
        self._breakers = {name: Breaker(target.concurrency) for name, target in targets.items()}

    def claim(self) -> list[ClaimedDelivery]:
        """Take what is due, as much as each target bears; each is to be given to `deliver`.

        Raises:
            StorageUnavailable: Nothing was taken.
        """
        now = self._clock()
        places = {name: breaker.places(now) for name, breaker in self._breakers.items()}
        claimed = self._store.deliveries.claim(now, places, self._lease)
        for one in claimed:
            self._breakers[one.delivery.target].began()
        return claimed

    def deliver(self, claimed: ClaimedDelivery) -> Outcome:
        """Send one, and write what came of it; whatever goes wrong, it keeps its place in the queue."""
        outcome = self._send(claimed.delivery)
        now = self._clock()
        self._breakers[claimed.delivery.target].ended(now, outcome.problem, outcome.retry_after)
        try:
            written = self._write(now, claimed, outcome)
        except StorageUnavailable:
            written = False
        self._tell(claimed.delivery, outcome, written=written)
        return outcome

    def give_up_unknown(self) -> int:
        """Fail what has long waited for targets that are not configured any more."""
        now = self._clock()
        return self._store.deliveries.give_up(now, self._targets, now - _WAIT_FOR_TARGET, Problem.NO_TARGET)

    def _send(self, delivery: Delivery) -> Outcome:
        if delivery.attempts > TRIES:  # it has killed whoever sent it, again and again
            return Outcome(Problem.BROKEN, final=True)
        try:
            parcel = self._parcel(delivery)
            self._store.reads.add(self._clock(), f"target:{delivery.target}", None, "delivery", [parcel.inquiry.id])
            return self._targets[delivery.target].sender.send(parcel)
        except Exception:  # noqa: BLE001 - a fault of ours must not end the thread that sends
            _log.exception("sender broke", extra={"delivery": delivery.id, "target": delivery.target})
            return Outcome(Problem.BROKEN)

    def _parcel(self, delivery: Delivery) -> Parcel:
        ticket = self._store.tickets.get(delivery.ticket_id)
        inquiry = self._store.inquiries.get(delivery.inquiry_id)
        if ticket is None or inquiry is None:
            raise LookupError("a delivery without its ticket")
        remote = self._store.deliveries.remote(delivery.target, delivery.ticket_id)
        return Parcel(
            id=delivery.id,
            event=delivery.event,
            at=delivery.created_at,
            attempt=delivery.attempts,
            ticket=ticket,
            inquiry=inquiry,
            decision=Decision.model_validate(inquiry.decision) if inquiry.decision else None,
            details=delivery.details,
            desk_name=self._pages.desk_names.get(ticket.desk, ticket.desk),
            url=self._pages.ticket(ticket.id),
            remote_id=remote.id if remote else None,
            remote_state=remote.state if remote else None,
        )

    def _write(self, now: datetime, claimed: ClaimedDelivery, outcome: Outcome) -> bool:
        deliveries, remote = self._store.deliveries, (outcome.remote_id, outcome.remote_state)
        if outcome.problem is None:
            return deliveries.delivered(now, claimed, *remote)
        if outcome.gone:
            return deliveries.disable(now, claimed, outcome.problem)
        attempt = TRIES if outcome.final else claimed.delivery.attempts
        due_at = next_try(now, attempt, self._chance(), outcome.retry_after)
        return deliveries.postpone(now, claimed, due_at, outcome.problem, *remote)

    def _tell(self, delivery: Delivery, outcome: Outcome, *, written: bool) -> None:
        facts = {
            "delivery": delivery.id, "target": delivery.target, "event": delivery.event,
            "attempt": delivery.attempts, "problem": outcome.problem,
        }  # fmt: skip
        if not written:
            _log.warning("outcome of a delivery not stored", extra=facts)
        elif outcome.problem is None:
            _log.info("delivered", extra=facts)
        else:
            _log.warning("not delivered", extra=facts)
