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


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the journal."""

    at: datetime
    kind: str
    actor: str
    ticket_id: str | None
    details: dict[str, Any]
