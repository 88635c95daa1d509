"""The notice and the act behind each consent, how citizens took a bulletin, and who saw their numbers."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # plain ADD and DROP COLUMN, no batch: the ledger's triggers and the references to a recipient stay
    op.add_column("consentevent", sa.Column("notice_sha256", sa.String(), nullable=True))
    op.add_column("consentevent", sa.Column("act", sa.String(), nullable=True))
    op.add_column("recipient", sa.Column("asked_at", UtcDateTime(), nullable=True))
    op.add_column("recipient", sa.Column("erasure_asked_at", UtcDateTime(), nullable=True))
    op.drop_column("recipient", "courtesy_at")  # the outbox knows what was answered, and when
    op.create_table(
        "accessevent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("subject_hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accessevent")),
    )
    op.create_index(op.f("ix_accessevent_at"), "accessevent", ["at"], unique=False)
    op.create_table(
        "tally",
        sa.Column("bulletin_id", sa.Integer(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("exits", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_tally_bulletin_id_bulletin")),
        sa.PrimaryKeyConstraint("bulletin_id", name=op.f("pk_tally")),
    )
