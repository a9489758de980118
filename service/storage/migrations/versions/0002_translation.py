"""Translation memory, privacy ledger, figures of providers, late translation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inquiries") as batch_op:
        batch_op.add_column(sa.Column("accept_language", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("translate_after", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_inquiries_translate_after", ["translate_after"], unique=False)
    with op.batch_alter_table("tickets") as batch_op:
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("opened_by", sa.String(length=128), nullable=True))
    op.create_table(
        "translations",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_translations")),
    )
    op.create_index(op.f("ix_translations_created_at"), "translations", ["created_at"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inquiry_id", sa.String(length=36), nullable=True),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("policy", sa.String(length=8), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("chars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_disclosures_inquiry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index(op.f("ix_disclosures_at"), "disclosures", ["at"], unique=False)
    op.create_index(op.f("ix_disclosures_inquiry_id"), "disclosures", ["inquiry_id"], unique=False)
    op.create_table(
        "provider_calls",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("within_seconds", sa.Float(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "outcome", "within_seconds", name=op.f("pk_provider_calls")),
    )
    op.create_table(
        "provider_pauses",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("process", sa.String(length=36), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "process", name=op.f("pk_provider_pauses")),
    )


def downgrade() -> None:
    for name in ("provider_pauses", "provider_calls", "disclosures", "translations"):
        op.drop_table(name)
    # One by one: a table that is made anew, as in a batch, would take the rows that refer to it along on SQLite.
    op.drop_index("ix_inquiries_translate_after", "inquiries")
    for table, column in (
        ("tickets", "opened_by"),
        ("tickets", "opened_at"),
        ("inquiries", "translate_after"),
        ("inquiries", "accept_language"),
    ):
        op.drop_column(table, column)
