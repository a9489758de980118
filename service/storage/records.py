"""What the stores give back: frozen records, free of SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a customer sent, and what was concluded of it."""

    id: str
    receipt: str
    received_at: datetime
    status: str
    text: str
    subject: str | None
    name: str | None
    email: str | None
    declared_language: str | None
    country: str | None
    accept_language: str | None
    channel: str
    fields: dict[str, Any]
    submitted_by: str | None
    body_hash: str
    attempts: int
    decision: dict[str, Any] | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An inquiry that one worker may decide until its lease is over."""

    inquiry: Inquiry
    lease_token: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """An intent of an inquiry, laid on one desk."""

    id: str
    inquiry_id: str
    intent: int
    desk: str
    category: str | None
    confidence: float
    automatic: bool
    status: str
    review: str | None
    reviewed_by: str | None
    comment: str | None
    opened_at: datetime | None
    opened_by: str | None
    version: int
    created_at: datetime
    changed_at: datetime
    rule: str | None
    priority: str
    due_at: datetime | None
    assigned_to: str | None
    closed_at: datetime | None
    hops: int
    unsettled_since: datetime | None
    previous: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class GivenLabel:
    """The category that somebody gave, to a ticket's request or to an example."""

    number: int
    category: str
    source: str
    at: datetime
    by: str
    model: str | None
    desk: str | None
    ticket_id: str | None


@dataclass(frozen=True, slots=True)
class LabelledRequest:
    """A label of one of an inquiry's requests; its main one's has intent 0."""

    label: GivenLabel
    intent: int
    inquiry: Inquiry


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text that came from elsewhere."""

    id: str
    text: str
    text_en: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class GoldenInquiry:
    """A text that must go to a desk, whatever a model learns."""

    id: str
    desk: str
    text: str
    text_en: str | None
    language: str | None
    added_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Retraining:
    """One training on labels: when, how it ended, and what a person should know of it."""

    id: str
    started_at: datetime
    lease_until: datetime | None
    finished_at: datetime | None
    outcome: str | None
    model: str | None
    message: str
    labels_until: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A live inquiry that the challenger would have decided otherwise."""

    inquiry: Inquiry
    category: str | None
    confidence: float
    desk: str
    automatic: bool


@dataclass(frozen=True, slots=True)
class Credential:
    """An API key, without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    desks: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class User:
    """A person who signs in."""

    id: str
    name: str
    password_hash: str
    role: str
    desks: tuple[str, ...]
    disabled_at: datetime | None
    issuer: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One token of a sign-in, and whose it is."""

    user: User
    family: str
    made_at: datetime
    used_at: datetime
    replaced_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the journal with its place in the whole journal: what a journey event is made of."""

    number: int
    at: datetime
    inquiry_id: str
    ticket_id: str | None
    kind: str
    actor: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the journal."""

    at: datetime
    kind: str
    actor: str
    ticket_id: str | None
    details: dict[str, Any]
