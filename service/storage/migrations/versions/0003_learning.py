"""Examples, golden inquiries, citations, shadow decisions, retrainings; labels of examples, with their desk."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "examples",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_examples")),
        sa.UniqueConstraint("text_hash", name=op.f("uq_examples_text_hash")),
    )
    # No other table refers to the labels, so that this one may be made anew on SQLite.
    with op.batch_alter_table("labels") as batch_op:
        batch_op.alter_column("inquiry_id", existing_type=sa.String(length=36), nullable=True)
        batch_op.alter_column("ticket_id", existing_type=sa.String(length=36), nullable=True)
        batch_op.add_column(sa.Column("example_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("desk", sa.String(length=64), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_labels_example_id"), "examples", ["example_id"], ["id"])
        batch_op.create_index("ix_labels_example_id", ["example_id"], unique=False)
        batch_op.create_index("ix_labels_ticket_id", ["ticket_id"], unique=False)
        batch_op.create_index("ix_labels_source", ["source", "id"], unique=False)
    op.create_table(
        "golden_inquiries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_inquiries")),
        sa.UniqueConstraint("text_hash", name=op.f("uq_golden_inquiries_text_hash")),
    )
    op.create_index(op.f("ix_golden_inquiries_desk"), "golden_inquiries", ["desk"], unique=False)
    op.create_table(
        "citations",
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("cited_id", sa.String(length=36), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_citations_inquiry_id")),
        sa.PrimaryKeyConstraint("inquiry_id", "cited_id", name=op.f("pk_citations")),
    )
    op.create_index(op.f("ix_citations_cited_id"), "citations", ["cited_id"], unique=False)
    op.create_table(
        "shadow_decisions",
        sa.Column("inquiry_id", sa.String(length=36), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("desk", sa.String(length=64), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name=op.f("fk_shadow_decisions_inquiry_id")),
        sa.PrimaryKeyConstraint("inquiry_id", "model", name=op.f("pk_shadow_decisions")),
    )
    op.create_table(
        "retrainings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("model", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("labels_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrainings")),
    )


def downgrade() -> None:
    for name in ("retrainings", "shadow_decisions", "citations", "golden_inquiries"):
        op.drop_table(name)
    op.execute("DELETE FROM labels WHERE inquiry_id IS NULL OR ticket_id IS NULL")
    with op.batch_alter_table("labels") as batch_op:
        batch_op.drop_index("ix_labels_source")
        batch_op.drop_index("ix_labels_ticket_id")
        batch_op.drop_index("ix_labels_example_id")
        batch_op.drop_constraint(batch_op.f("fk_labels_example_id"), type_="foreignkey")
        batch_op.drop_column("desk")
        batch_op.drop_column("example_id")
        batch_op.alter_column("ticket_id", existing_type=sa.String(length=36), nullable=False)
        batch_op.alter_column("inquiry_id", existing_type=sa.String(length=36), nullable=False)
    op.drop_table("examples")
