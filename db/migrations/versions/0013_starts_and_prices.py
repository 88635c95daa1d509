"""When dispatches began, and what the provider charges for an attempt."""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempt", sa.Column("pricing_category", sa.String(), nullable=True))
    op.add_column("attempt", sa.Column("billable", sa.Boolean(), nullable=True))
    op.create_table(
        "dispatchstart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bulletin_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("despite", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletin.id"], name=op.f("fk_dispatchstart_bulletin_id_bulletin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatchstart")),
        sa.UniqueConstraint("number", name=op.f("uq_dispatchstart_number")),
    )
    op.create_index(op.f("ix_dispatchstart_bulletin_id"), "dispatchstart", ["bulletin_id"], unique=False)
