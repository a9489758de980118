"""Tables around the tickets: what is pushed to where desks work, who read what, and what is searched."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from service.storage.tables import Sequence, UtcDateTime, metadata

# The outbox: written in the transaction that changes a ticket, claimed with a lease like an inquiry.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(36), primary_key=True),  # also the idempotency key at the receiver
    Column("target", String(64), nullable=False),
    Column("ticket_id", String(36), ForeignKey("tickets.id"), nullable=False),
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), nullable=False),
    Column("number", Integer, nullable=False),  # its place among those of the ticket for the target
    Column("event", String(32), nullable=False),  # ticket.laid, ticket.moved, ...
    Column("details", JSON, nullable=False),  # as the journal has them: never personal data
    Column("created_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),  # waiting, delivered, failed
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # of the next attempt
    Column("lease_token", String(36)),
    Column("lease_until", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("problem", String(64)),  # why the last attempt failed: one of a fixed list of codes
)
Index("ix_deliveries_queue", deliveries.c.target, deliveries.c.status, deliveries.c.due_at)
Index("ix_deliveries_ticket", deliveries.c.ticket_id, deliveries.c.target, deliveries.c.number)

# A target that said that it is gone gets nothing until somebody enables it.
disabled_targets = Table(
    "disabled_targets",
    metadata,
    Column("target", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("problem", String(64), nullable=False),
)

# What a ticket is called in a help desk.
remote_tickets = Table(
    "remote_tickets",
    metadata,
    Column("target", String(64), primary_key=True),
    Column("ticket_id", String(36), ForeignKey("tickets.id"), primary_key=True),
    Column("remote_id", String(128), nullable=False),
    Column("state", JSON),  # what the help desk was last known to hold: what differs was changed there
    UniqueConstraint("target", "remote_id"),
)

# Who read a personal text; with the events, the whole journal. Only ever added to.
reads = Table(
    "reads",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("inquiry_id", String(36), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("origin", String(64)),
    Column("how", String(32), nullable=False),  # ticket, list, search, api, delivery, export
)
Index("ix_reads_inquiry_id", reads.c.inquiry_id, reads.c.at)  # was it read in the last minute?
Index("ix_reads_at", reads.c.at)

# What happened to people, keys and settings, and who read the journal. Only ever added to.
admin_events = Table(
    "admin_events",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("about", String(128)),  # the user or key
    Column("origin", String(64)),
    Column("details", JSON, nullable=False),
)
Index("ix_admin_events_actor", admin_events.c.actor, admin_events.c.kind, admin_events.c.origin, admin_events.c.at)

# A sign-in at the identity provider that has begun: its state comes back once.
sign_in_flows = Table(
    "sign_in_flows",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("onward", Text),
)

# The words of an inquiry and its translation, as both databases' full-text searches read them.
search_texts = Table(
    "search_texts",
    metadata,
    Column("number", Sequence, primary_key=True),
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), nullable=False, unique=True),
    Column("words", Text, nullable=False),
)

# How far the journey events were pushed to each receiver.
feed_positions = Table(
    "feed_positions",
    metadata,
    Column("receiver", String(64), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
    Column("until", BigInteger),  # the last event of the batch under way, which is tried again as it was
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime),  # null: it wants nothing until somebody resumes it
    Column("lease_until", UtcDateTime),
    Column("problem", String(64)),
)

# Who has a ticket open; renewed by the open page, worth nothing after a minute.
presence = Table(
    "presence",
    metadata,
    Column("ticket_id", String(36), ForeignKey("tickets.id"), primary_key=True),
    Column("actor", String(128), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)
