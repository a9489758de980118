"""The tables. The journal (events) and the labels are only ever added to."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, also on SQLite, which stores no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


# Counts up, so that what is only added to is read in the order in which it was written.
Sequence = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

inquiries = Table(
    "inquiries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("receipt", String(16), nullable=False, unique=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),  # received, decided
    Column("text", Text, nullable=False),
    Column("subject", Text),
    Column("name", Text),
    Column("email", Text),
    Column("declared_language", String(35)),  # a BCP 47 tag
    Column("country", String(2)),
    Column("accept_language", String(200)),  # of the visitor's browser
    Column("channel", String(64), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("submitted_by", String(128)),  # the key's name; null for an anonymous visitor
    Column("idempotency_hash", String(64), unique=True),
    Column("body_hash", String(64), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_token", String(36)),
    Column("lease_until", UtcDateTime),
    Column("decision", JSON),
    Column("decided_at", UtcDateTime),
    Column("translate_after", UtcDateTime),  # decided without a translation that may come later; null: no more
    Column("customer", Text, index=True),  # the e-mail address in lower case: whose earlier inquiries these are
)
# The queue: what waits is found without reading what is done.
Index("ix_inquiries_queue", inquiries.c.status, inquiries.c.id)
Index("ix_inquiries_translate_after", inquiries.c.translate_after)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), nullable=False),
    Column("intent", Integer, nullable=False),  # position in the decision's intents
    Column("desk", String(64), nullable=False),
    Column("category", String(100)),
    Column("confidence", Float, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("status", String(16), nullable=False),  # open, closed
    Column("review", String(16)),  # confirmed, corrected; null until a person looked
    Column("reviewed_by", String(128)),
    Column("comment", Text),  # what the reviewer wrote
    Column("opened_at", UtcDateTime),  # when a person first looked at it alone
    Column("opened_by", String(128)),
    Column("version", Integer, nullable=False),  # counts changes, so that nobody overwrites unseen ones
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("rule", String(64)),  # the routing rule that chose desk, priority or due time
    Column("priority", String(8), nullable=False, server_default="normal"),  # low, normal, high, urgent
    Column("due_at", UtcDateTime),
    Column("assigned_to", String(128)),
    Column("closed_at", UtcDateTime),  # answered, here or in the connected help desk
    Column("hops", Integer, nullable=False, server_default="0"),  # how often a person sent it to another desk
    Column("unsettled_since", UtcDateTime),  # sent to and fro: its labels wait until the owner settles it
    Column("previous", JSON),  # what the last change of a person was made to, for as long as it can be undone
    Column("language", String(35)),  # the inquiry's, so that lists are filtered by it
    Column("translated_at", UtcDateTime),  # the inquiry; null: it was not, or needed no translation
    UniqueConstraint("inquiry_id", "intent"),  # a second worker cannot lay the same intent down twice
)
Index("ix_tickets_desk", tickets.c.desk, tickets.c.status, tickets.c.id)
Index("ix_tickets_due_at", tickets.c.status, tickets.c.due_at)
# The desks' counts and the order of urgency, read from the index alone; and which languages there are.
_WAITING = ("status", "desk", "assigned_to", "due_at", "priority", "id")
Index("ix_tickets_waiting", *(tickets.c[name] for name in _WAITING))
Index("ix_tickets_language", tickets.c.language)
# The newest answered ones of a category, for whoever has to answer another.
Index("ix_tickets_category", tickets.c.category, tickets.c.status, tickets.c.id)

labels = Table(
    "labels",
    metadata,
    Column("id", Sequence, primary_key=True),
    # Either a ticket of an inquiry, or an example that came with its label.
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), index=True),
    Column("ticket_id", String(36), ForeignKey("tickets.id"), index=True),
    Column("example_id", String(36), ForeignKey("examples.id"), index=True),
    Column("category", String(100), nullable=False),
    # correction, confirmation, import, closed; not to be learned from: retraction, bounce
    Column("source", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
    Column("model", String(64)),
    Column("desk", String(64)),  # on which the ticket lay; null before Loket kept it
    Column("takes_back", BigInteger, index=True),  # the label that this retraction undoes: nothing is deleted
)

# The last correction is asked for several times a second.
Index("ix_labels_source", labels.c.source, labels.c.id)

# Labelled texts from elsewhere: learned from, but nobody's to answer.
examples = Table(
    "examples",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("text", Text, nullable=False),
    Column("text_en", Text),
    Column("language", String(35)),
    Column("text_hash", String(64), nullable=False, unique=True),
    Column("added_at", UtcDateTime, nullable=False),
)

# Inquiries that must go to a desk whatever a model learns: no model that errs on one is promoted.
golden_inquiries = Table(
    "golden_inquiries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("desk", String(64), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("text_en", Text),
    Column("language", String(35)),
    Column("text_hash", String(64), nullable=False, unique=True),
    Column("added_at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
)

# Which labelled inquiries spoke for a decision, or were followed by it.
citations = Table(
    "citations",
    metadata,
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), primary_key=True),
    Column("cited_id", String(36), primary_key=True, index=True),
    Column("followed", Boolean, nullable=False),  # by the memory of corrections, not by a trained model
)

# What the challenger says of live inquiries; nothing is routed by it.
shadow_decisions = Table(
    "shadow_decisions",
    metadata,
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), primary_key=True),
    Column("model", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("category", String(100)),
    Column("confidence", Float, nullable=False),
    Column("desk", String(64), nullable=False),
    Column("automatic", Boolean, nullable=False),
)

# Trainings on labels: one at a time over all machines, by a lease.
retrainings = Table(
    "retrainings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("outcome", String(16)),  # promoted, passed, blocked, failed
    Column("model", String(64)),
    Column("message", Text, nullable=False),
    Column("labels_until", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), nullable=False, index=True),
    Column("ticket_id", String(36)),
    Column("kind", String(32), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("details", JSON, nullable=False),  # never personal data
    Column("origin", String(64)),  # the address from which a person or program acted
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("desks", JSON, nullable=False),  # empty: all desks
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("desks", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    # Who signs in at an identity provider: there is no password then.
    Column("issuer", String(255)),
    Column("subject", String(255)),
)
Index("ix_users_subject", users.c.issuer, users.c.subject, unique=True)

# By the name that was tried, whether there is such a user or not (a lock must not tell which names exist), and by
# the address that tried.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("name_hash", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("family", String(64), nullable=False, index=True),  # the same for all tokens of one sign-in
    Column("user_id", String(36), ForeignKey("users.id"), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime),  # by a newer token: from then on good for half a minute
    Column("expires_at", UtcDateTime, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

# The translation memory: masked texts only, under a hash of text, languages and provider.
translations = Table(
    "translations",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("provider", String(32), nullable=False),
    Column("text_en", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

# The privacy ledger: written before a text is sent, so that nothing leaves unrecorded.
disclosures = Table(
    "disclosures",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("inquiry_id", String(36), ForeignKey("inquiries.id"), index=True),  # null: nothing of it is stored
    Column("provider", String(32), nullable=False),
    Column("local", Boolean, nullable=False),
    Column("country", String(2)),
    Column("source", String(8), nullable=False),
    Column("policy", String(8), nullable=False),
    Column("kinds", JSON, nullable=False),  # how many of each kind were masked
    Column("chars", Integer, nullable=False),
    Column("text", Text),
    Column("outcome", String(32)),
)

# What providers answered and how soon, counted by all processes together.
provider_calls = Table(
    "provider_calls",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("outcome", String(32), primary_key=True),
    Column("within_seconds", Float, primary_key=True),  # upper bound of the bucket
    Column("count", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),  # their sum
)

provider_pauses = Table(
    "provider_pauses",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("process", String(36), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)
