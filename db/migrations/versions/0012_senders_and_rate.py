"""Signs of life of senders, one rate for all of them, and when a delivery may be tried again."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # plain ADD COLUMN, no batch: triggers and references stay
    op.add_column("delivery", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.add_column("attempt", sa.Column("sender_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_delivery_queued",
        "delivery",
        ["bulletin_id", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_table(
        "sender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
    )
    op.create_index(op.f("ix_sender_bulletin_id"), "sender", ["bulletin_id"], unique=False)
    op.create_table(
        "sendrate",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("per_second", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("lanes", sa.LargeBinary(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("paused_until", sa.Float(), nullable=False),
        sa.Column("urgent_until", sa.Float(), nullable=False),
        sa.Column("answers_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sendrate")),
    )
