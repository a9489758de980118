"""Deliveries, the journal of reads, full-text search; due times, assignment, undo and bounces of tickets."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.storage.search import words_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_Moment = sa.DateTime(timezone=True)
_Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Others refer to these tables: on SQLite they are added to, never made anew.
    op.add_column("tickets", sa.Column("rule", sa.String(length=64), nullable=True))
    op.add_column("tickets", sa.Column("priority", sa.String(length=8), nullable=False, server_default="normal"))
    op.add_column("tickets", sa.Column("due_at", _Moment, nullable=True))
    op.add_column("tickets", sa.Column("assigned_to", sa.String(length=128), nullable=True))
    op.add_column("tickets", sa.Column("closed_at", _Moment, nullable=True))
    op.add_column("tickets", sa.Column("hops", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("tickets", sa.Column("unsettled_since", _Moment, nullable=True))
    op.add_column("tickets", sa.Column("previous", sa.JSON(), nullable=True))
    op.add_column("tickets", sa.Column("language", sa.String(length=35), nullable=True))
    op.create_index("ix_tickets_due_at", "tickets", ["status", "due_at"], unique=False)
    waiting = ["status", "desk", "assigned_to", "due_at", "priority", "id"]
    op.create_index("ix_tickets_waiting", "tickets", waiting, unique=False)
    op.create_index("ix_tickets_language", "tickets", ["language"], unique=False)
    op.create_index("ix_tickets_category", "tickets", ["category", "status", "id"], unique=False)
    op.add_column("inquiries", sa.Column("customer", sa.Text(), nullable=True))
    op.create_index(op.f("ix_inquiries_customer"), "inquiries", ["customer"], unique=False)
    op.execute("UPDATE inquiries SET customer = lower(email) WHERE email IS NOT NULL")
    op.add_column("labels", sa.Column("takes_back", sa.BigInteger(), nullable=True))
    op.create_index("ix_labels_takes_back", "labels", ["takes_back"], unique=False)
    op.add_column("events", sa.Column("origin", sa.String(length=64), nullable=True))
    _clock()
    _deliveries()
    _reads()
    _people()
    _search()
    _feed()
    _presence()
    _refuse_changes()


def _clock() -> None:
    """When translations came and tickets were answered, as far as what is stored tells it."""
    op.add_column("tickets", sa.Column("translated_at", _Moment, nullable=True))
    inquiries = sa.table("inquiries", sa.column("id"), sa.column("decision", sa.JSON))
    tickets = sa.table("tickets", *map(sa.column, ("inquiry_id", "created_at", "translated_at")))
    is_translated = inquiries.c.decision[("translation", "status")].as_string() == "translated"
    translated = tickets.c.inquiry_id.in_(sa.select(inquiries.c.id).where(is_translated))
    op.execute(tickets.update().where(translated).values(translated_at=tickets.c.created_at))
    op.execute(
        "UPDATE tickets SET translated_at = late.at FROM (SELECT inquiry_id, max(at) AS at FROM events "
        "WHERE kind = 'translated_late' GROUP BY inquiry_id) AS late "
        "WHERE late.inquiry_id = tickets.inquiry_id AND translated_at IS NOT NULL"
    )
    # What a later decision had no use for was closed too, but nobody answered it.
    op.execute(
        "UPDATE tickets SET closed_at = changed_at WHERE status = 'closed' AND NOT EXISTS (SELECT 1 FROM events "
        "WHERE events.inquiry_id = tickets.inquiry_id AND ticket_id = tickets.id AND kind = 'withdrawn')"
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", _Moment, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _Moment, nullable=False),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("lease_until", _Moment, nullable=True),
        sa.Column("delivered_at", _Moment, nullable=True),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_deliveries_ticket_id")),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_deliveries_inquiry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_queue", "deliveries", ["target", "status", "due_at"], unique=False)
    op.create_index("ix_deliveries_ticket", "deliveries", ["ticket_id", "target", "number"], unique=False)
    op.create_table(
        "disabled_targets",
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("at", _Moment, nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_disabled_targets")),
    )
    op.create_table(
        "remote_tickets",
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_remote_tickets_ticket_id")),
        sa.PrimaryKeyConstraint("target", "ticket_id", name=op.f("pk_remote_tickets")),
        sa.UniqueConstraint("target", "remote_id", name=op.f("uq_remote_tickets_target_remote_id")),
    )


def _reads() -> None:
    op.create_table(
        "reads",
        sa.Column("id", _Sequence, nullable=False),
        sa.Column("at", _Moment, nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("how", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reads")),
    )
    op.create_index("ix_reads_inquiry_id", "reads", ["inquiry_id", "at"], unique=False)
    op.create_index("ix_reads_at", "reads", ["at"], unique=False)


def _people() -> None:
    op.add_column("users", sa.Column("issuer", sa.String(length=255), nullable=True))
    op.add_column("users", sa.Column("subject", sa.String(length=255), nullable=True))
    op.create_index("ix_users_subject", "users", ["issuer", "subject"], unique=True)
    # Nobody stays signed in over this upgrade: what sessions are made of changed.
    op.drop_table("sessions")
    _sessions(
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("made_at", _Moment, nullable=False),
        sa.Column("used_at", _Moment, nullable=False),
        sa.Column("replaced_at", _Moment, nullable=True),
    )
    op.create_index(op.f("ix_sessions_family"), "sessions", ["family"], unique=False)
    op.create_table(
        "admin_events",
        sa.Column("id", _Sequence, nullable=False),
        sa.Column("at", _Moment, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("about", sa.String(length=128), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_events")),
    )
    op.create_index("ix_admin_events_actor", "admin_events", ["actor", "kind", "origin", "at"], unique=False)
    op.create_table(
        "sign_in_flows",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("at", _Moment, nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("onward", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_flows")),
    )


def _sessions(*more: sa.Column[Any]) -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("expires_at", _Moment, nullable=False),
        *more,
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)


_ADDED_TO = ("events", "reads", "labels", "admin_events")
_REFUSAL = "is only ever added to"


def _refuse_changes() -> None:
    """What was written stays as it was written, whoever has the database's password and forgets this rule."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION loket_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '% {_REFUSAL}', TG_TABLE_NAME; END $$"
        )
    for table in _ADDED_TO:
        for statement in _refusals(table, op.get_bind().dialect.name):
            op.execute(statement)


def _refusals(table: str, dialect: str) -> list[str]:
    if dialect == "postgresql":
        call = f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION loket_refuse_change()"
        return [f"CREATE TRIGGER loket_{table} BEFORE UPDATE OR DELETE OR TRUNCATE {call}"]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} {_REFUSAL}'); END"
    changes = ("UPDATE", "DELETE")
    return [f"CREATE TRIGGER loket_{table}_{what} BEFORE {what} ON {table} {refuse}" for what in changes]


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION loket_refuse_change() CASCADE")
        return
    for table in _ADDED_TO:
        for what in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER loket_{table}_{what}")


def _search() -> None:
    op.create_table(
        "search_texts",
        sa.Column("number", _Sequence, nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_search_texts_inquiry_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_texts")),
        sa.UniqueConstraint("inquiry_id", name=op.f("uq_search_texts_inquiry_id")),
    )
    statements = _POSTGRESQL_INDEX if op.get_bind().dialect.name == "postgresql" else _SQLITE_INDEX
    for statement in statements:
        op.execute(statement)
    while _fill(op.get_bind()):
        pass


# Words are folded and divided before they are stored: the index takes them as they are.
_SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_texts', content_rowid='number', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N*'\")",
    "CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN "
    "INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN "
    "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN "
    "INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.number, old.words); "
    "INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
)
_POSTGRESQL_INDEX = ("CREATE INDEX search_index ON search_texts USING gin (to_tsvector('simple', words))",)
_AT_ONCE = 500


def _fill(connection: sa.Connection) -> bool:
    """Let what was received before be found, the next few; answers whether there were any."""
    sent = ("id", "receipt", "subject", "name", "email", "text")
    columns = [sa.column(name) for name in sent] + [sa.column(name, sa.JSON()) for name in ("fields", "decision")]
    inquiries, texts = sa.table("inquiries", *columns), sa.table("search_texts", sa.column("inquiry_id"))
    done = sa.select(sa.func.max(texts.c.inquiry_id)).scalar_subquery()
    query = sa.select(inquiries).where(inquiries.c.id > sa.func.coalesce(done, "")).order_by(inquiries.c.id)
    rows = connection.execute(query.limit(_AT_ONCE)).mappings().all()
    for row in rows:
        decision = row["decision"] or {}
        values = {"id": row["id"], "words": words_of(row, (decision.get("translation") or {}).get("text"))}
        values["language"] = (decision.get("language") or {}).get("code")
        connection.execute(_KEEP_WORDS, values)
        connection.execute(_KEEP_LANGUAGE, values)
    return bool(rows)


_KEEP_WORDS = sa.text("INSERT INTO search_texts (inquiry_id, words) VALUES (:id, :words)")
_KEEP_LANGUAGE = sa.text("UPDATE tickets SET language = :language WHERE inquiry_id = :id")


def _feed() -> None:
    op.create_table(
        "feed_positions",
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _Moment, nullable=True),
        sa.Column("lease_until", _Moment, nullable=True),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_feed_positions")),
    )


def _presence() -> None:
    op.create_table(
        "presence",
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("since", _Moment, nullable=False),
        sa.Column("seen_at", _Moment, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_presence_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "actor", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_seen_at"), "presence", ["seen_at"], unique=False)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    _allow_changes()
    op.drop_table("presence")
    for name in ("feed_positions", "search_texts", "reads", "remote_tickets", "disabled_targets", "deliveries"):
        op.drop_table(name)
    op.drop_table("sessions")
    _sessions()
    op.drop_index("ix_users_subject", "users")
    op.drop_column("users", "subject")
    op.drop_column("users", "issuer")
    op.drop_table("admin_events")
    op.drop_table("sign_in_flows")
    op.drop_column("events", "origin")
    op.execute("DELETE FROM labels WHERE id IN (SELECT takes_back FROM labels)")
    op.execute("DELETE FROM labels WHERE source IN ('retraction', 'bounce')")
    op.drop_index("ix_labels_takes_back", "labels")
    op.drop_column("labels", "takes_back")
    op.drop_index("ix_inquiries_customer", "inquiries")
    op.drop_column("inquiries", "customer")
    op.drop_column("tickets", "translated_at")
    op.drop_index("ix_tickets_category", "tickets")
    for name in ("ix_tickets_language", "ix_tickets_waiting"):
        op.drop_index(name, "tickets")
    op.drop_index("ix_tickets_due_at", "tickets")
    columns = ("language", "previous", "unsettled_since", "hops", "closed_at", "assigned_to", "due_at", "priority")
    for name in (*columns, "rule"):
        op.drop_column("tickets", name)
