"""What one delivery carries, what came of sending it, and what every kind of receiver offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from service.pipeline.decision import Decision
from service.storage.records import Inquiry, Ticket


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery.

    Attributes:
        id: The same at every attempt: the receiver's idempotency key.
        event: One of `service.storage.outbox.EVENTS`.
        at: When it happened.
        attempt: Counts from 1.
        ticket: As it is now.
        inquiry: Of the ticket.
        decision: Of the inquiry.
        details: Of the change, as the journal has them.
        desk_name: Of the ticket's desk, for people.
        url: The ticket's page; None where ``web.public_url`` is not configured.
        remote_id: What the ticket is called at the target; None before it was created there.
        remote_state: What the target was last known to hold of it, in the sender's own words.
    """

    id: str
    event: str
    at: datetime
    attempt: int
    ticket: Ticket
    inquiry: Inquiry
    decision: Decision | None
    details: Mapping[str, Any]
    desk_name: str
    url: str | None
    remote_id: str | None
    remote_state: Mapping[str, Any] | None = None


class Problem(StrEnum):
    """Why an attempt failed. A fixed list: a receiver's answer may hold the inquiry."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    PRIVATE_ADDRESS = "private_address"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    REFUSED = "refused"
    CREDENTIALS = "credentials"
    GONE = "gone"
    BAD_ANSWER = "bad_answer"
    NO_SUCH_GROUP = "no_such_group"
    NO_TARGET = "no_target"  # it is not configured any more
    BROKEN = "broken"  # a fault of ours


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt.

    Attributes:
        problem: None when it was delivered.
        final: Whether trying again is useless.
        gone: Whether the target wants nothing any more (HTTP 410): it is disabled.
        retry_after: The least time to wait, where the receiver said so.
        remote_id: What the ticket is called at the target from now on.
        remote_state: What the target holds of it from now on; kept beside the remote id, for the next parcel.
    """

    problem: Problem | None = None
    final: bool = False
    gone: bool = False
    retry_after: timedelta | None = None
    remote_id: str | None = None
    remote_state: Mapping[str, Any] | None = None


class Sender(Protocol):
    """A configured target of one kind."""

    def send(self, parcel: Parcel) -> Outcome:
        """One attempt; whatever goes wrong is an outcome, never an exception."""
        ...
