"""When who signed in has proved once more who they are, and to what their word at the door has led."""

import sqlalchemy as sa
from alembic import op

from db.models.columns import UtcDateTime

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None
additive = True  # the code before it goes on, see `db.schema`


def upgrade() -> None:
    for table in ("signin", "dooract"):
        op.add_column(table, sa.Column("proved_at", UtcDateTime(), nullable=True))
    op.add_column("dooract", sa.Column("used_at", UtcDateTime(), nullable=True))
    op.add_column("dooract", sa.Column("bulletin_id", sa.Integer(), nullable=True))
    op.add_column("dooract", sa.Column("used_mac", sa.String(), nullable=True))
    op.create_index(op.f("ix_dooract_bulletin_id"), "dooract", ["bulletin_id"])


def downgrade() -> None:
    raise NotImplementedError("how approvals were proved would be lost: restore a backup instead")
